"""Mandate decisions: everybody reads them, the coordinators of the pilots record them, and none
is ever changed. A new version says what holds from then on, or that it ended."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.access.middleware import ClearanceRequest
from governance.drafts.acts import standalone_draft_key
from governance.drafts.form_views import form_view, open_form, send_form, show_form
from governance.mandates.forms import MANDATE, MandateForm
from governance.mandates.models import MandateDecision
from partners.accountability.activities import AGREEMENTS, processes
from partners.organisations.models import Pilot


@processes(AGREEMENTS)
@form_view
def mandate_list(request: ClearanceRequest) -> HttpResponse:
    pilots = list(Pilot.objects.filter(pk__in=request.clearance.coordinated))
    key = standalone_draft_key(request, MANDATE)
    form = open_form(request, MandateForm, key, pilots=pilots) if pilots else None

    def act() -> str:
        assert form is not None
        _add_version(dict(form.cleaned_data))
        return request.path

    holds = _in_force()
    return send_form(request, form, act) or show_form(
        request,
        "governance/mandates/list.html",
        form,
        form_page=request.get_full_path(),
        draft_key=key,
        rows=[
            (row, [pilot.name for pilot in row.pilots.all() if (row.pk, pilot.pk) in holds])
            for row in MandateDecision.objects.prefetch_related("pilots")
        ],
    )


def _add_version(data: dict[str, Any]) -> None:
    """Raises ValidationError if somebody else was first."""
    chosen = data.pop("pilots")
    before = MandateDecision.objects.filter(title=data["title"]).aggregate(last=Max("version"))
    try:
        with transaction.atomic():
            made = MandateDecision.objects.create(version=(before["last"] or 0) + 1, **data)
    except IntegrityError:
        sentence = _("Somebody else wrote a new version meanwhile. Load the page again.")
        raise ValidationError({"title": sentence}) from None
    made.pilots.add(*chosen)


def _in_force() -> set[tuple[int, int]]:
    """Of the decisions that are in force today: each with a pilot for which it is."""
    today = timezone.localdate()
    return {
        (key, pilot.pk)
        for pilot in Pilot.objects.filter(mandates__isnull=False).distinct()
        for key in MandateDecision.objects.in_force(today, pilot).values_list("pk", flat=True)
    }
