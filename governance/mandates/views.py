"""Mandate decisions: everybody reads them, the coordinators of the pilots record them, and none
is ever changed. A new version says what holds from then on, or that it ended."""

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.db.models import Max
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from governance.access.middleware import ClearanceRequest
from governance.drafts.acts import find_draft, standalone_draft_key, submit_once
from governance.mandates.forms import MANDATE, MandateForm
from governance.mandates.models import MandateDecision
from partners.accountability.activities import AGREEMENTS, processes
from partners.organisations.models import Pilot


@processes(AGREEMENTS)
@require_http_methods(["GET", "POST"])
def mandate_list(request: ClearanceRequest) -> HttpResponse:
    pilots = list(Pilot.objects.filter(pk__in=request.clearance.coordinated))
    key = standalone_draft_key(request, MANDATE)
    form = MandateForm(request.POST or None, pilots=pilots) if pilots else None
    if form is not None:
        form.restore(find_draft(request, key))
    if request.method == "POST":
        if form is None:
            raise PermissionDenied
        if form.is_valid():

            def act() -> str:
                data = dict(form.cleaned_data)
                chosen = data.pop("pilots")
                last = (
                    MandateDecision.objects.filter(title=data["title"]).aggregate(
                        last=Max("version")
                    )["last"]
                    or 0
                )
                made = MandateDecision.objects.create(version=last + 1, **data)
                made.pilots.add(*chosen)
                return request.path

            try:
                return submit_once(request, key, act)
            except IntegrityError:
                form.add_error(
                    "title", _("Somebody else wrote a new version meanwhile. Load the page again.")
                )
    today = timezone.localdate()
    holds = {
        (key, pilot.pk)
        for pilot in Pilot.objects.filter(mandates__isnull=False).distinct()
        for key in MandateDecision.objects.in_force(today, pilot).values_list("pk", flat=True)
    }
    context = {
        "rows": [
            (row, [pilot.name for pilot in row.pilots.all() if (row.pk, pilot.pk) in holds])
            for row in MandateDecision.objects.prefetch_related("pilots")
        ],
        "form": form,
        "draft_key": key,
        "form_page": request.get_full_path(),
    }
    return render(
        request,
        "governance/mandates/list.html",
        context,
        status=400 if form and form.errors else 200,
    )
