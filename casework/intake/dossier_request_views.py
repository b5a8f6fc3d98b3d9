"""The dossiers of the services are asked for."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from casework.cases.case_reader import CaseReader
from casework.cases.enums import CaseState
from casework.cases.views import case_url
from casework.intake import perms
from casework.intake.acts import request_dossiers
from casework.intake.forms import DOSSIERS, RequestForm
from casework.intake.views import case_context, case_or_404
from casework.journey.acts import StepRefused
from casework.journey.facts import facts_of
from casework.journey.steps import steps_from
from casework.journey.views import refused
from governance.access.middleware import ClearanceRequest
from governance.drafts.acts import find_draft, submit_once
from partners.accountability.activities import CASEWORK, processes


@processes(CASEWORK)
@require_http_methods(["GET", "POST"])
def dossiers_request(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """Ask IND and DT&V for their dossiers: from then on both take part (T3)."""
    case = case_or_404(reference)
    reader = CaseReader(request.clearance, case)
    team = perms.intake_team(reader)
    if team is None:
        raise PermissionDenied
    key = DOSSIERS.key(case.reference)
    form = RequestForm(request.POST or None, case=case)
    form.restore(find_draft(request, key))
    facts = facts_of([case])[case.pk]
    step = steps_from(case.state)[0] if case.state == CaseState.INTAKE else None
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            request_dossiers(
                case,
                by=request.clearance,
                team=team,
                requested_on=form.cleaned_data["requested_on"],
            )
            return case_url(case)

        try:
            return submit_once(request, key, act)
        except StepRefused as refusal:
            return refused(request, case, refusal)
    missing = (
        [text for text in step.missing(facts) if text.page != "dossiers_request"] if step else []
    )
    context = case_context(
        case,
        form=form,
        draft_key=key,
        form_page=request.path,
        missing=missing,
        may=step is not None or facts.lacks_request,
    )
    return render(
        request, "casework/intake/request.html", context, status=400 if form.errors else 200
    )
