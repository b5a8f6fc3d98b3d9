"""The local criteria of a pilot."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.intake.forms import CRITERIA, CriteriaListForm
from casework.intake.models import CriteriaList
from governance.access.middleware import ClearanceRequest
from governance.drafts.form_views import form_view, open_form, send_form, show_form
from partners.accountability.activities import AGREEMENTS, processes
from partners.organisations.models import Pilot


@processes(AGREEMENTS)
@form_view
def criteria(request: ClearanceRequest, slug: str) -> HttpResponse:
    """The local criteria of a pilot, every version of them; its coordinator writes the next one."""
    pilot = get_object_or_404(
        Pilot.objects.filter(pk__in={seat.pilot for seat in request.clearance.seats}), slug=slug
    )
    versions = list(CriteriaList.objects.filter(pilot=pilot))
    form = None
    if request.clearance.coordinates(pilot.pk):
        newest = "\n".join(versions[0].criteria) if versions else ""
        now = {"criteria": newest, "in_force_from": timezone.localdate()}
        form = open_form(request, CriteriaListForm, CRITERIA.key(pilot.reference), initial=now)

    def act() -> str:
        assert form is not None
        try:
            with transaction.atomic():
                CriteriaList.objects.create(
                    pilot=pilot,
                    version=versions[0].version + 1 if versions else 1,
                    criteria=form.cleaned_data["criteria"],
                    in_force_from=form.cleaned_data["in_force_from"],
                )
        except IntegrityError:
            raise ValidationError(
                _("Somebody else wrote a new version meanwhile. Load the page again.")
            ) from None
        return request.path

    return send_form(request, form, act) or show_form(
        request, "casework/intake/criteria.html", form, pilot=pilot, versions=versions
    )
