"""The local criteria of a pilot."""

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from casework.intake.forms import CRITERIA, CriteriaListForm
from casework.intake.models import CriteriaList
from governance.access.middleware import ClearanceRequest
from governance.drafts.acts import find_draft, submit_once
from partners.accountability.activities import AGREEMENTS, processes
from partners.organisations.models import Pilot


@processes(AGREEMENTS)
@require_http_methods(["GET", "POST"])
def criteria(request: ClearanceRequest, slug: str) -> HttpResponse:
    """The local criteria of a pilot, every version of them; its coordinator writes the next one."""
    pilot = get_object_or_404(
        Pilot.objects.filter(pk__in={seat.pilot for seat in request.clearance.seats}), slug=slug
    )
    versions = list(CriteriaList.objects.filter(pilot=pilot))
    writes = request.clearance.coordinates(pilot.pk)
    form = None
    key = CRITERIA.key(pilot.reference)
    if writes:
        newest = "\n".join(versions[0].criteria) if versions else ""
        form = CriteriaListForm(
            request.POST or None,
            initial={"criteria": newest, "in_force_from": timezone.localdate()},
        )
        form.restore(find_draft(request, key))
    if request.method == "POST":
        if form is None:
            raise PermissionDenied
        if form.is_valid():

            def act() -> str:
                CriteriaList.objects.create(
                    pilot=pilot,
                    version=versions[0].version + 1 if versions else 1,
                    criteria=form.cleaned_data["criteria"],
                    in_force_from=form.cleaned_data["in_force_from"],
                )
                return request.path

            try:
                return submit_once(request, key, act)
            except IntegrityError:
                form.add_error(
                    None, _("Somebody else wrote a new version meanwhile. Load the page again.")
                )
    context = {
        "pilot": pilot,
        "versions": versions,
        "form": form,
        "draft_key": key,
        "form_page": request.path,
    }
    return render(
        request,
        "casework/intake/criteria.html",
        context,
        status=400 if form and form.errors else 200,
    )
