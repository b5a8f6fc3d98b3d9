"""The dossiers of the services are asked for."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse

from casework.cases.case_reader import find_case
from casework.cases.enums import CaseState
from casework.cases.views import case_url
from casework.intake import perms
from casework.intake.acts import request_dossiers
from casework.intake.forms import DOSSIERS, RequestForm
from casework.journey.addresses import linked
from casework.journey.facts import facts_of
from casework.journey.steps import steps_from
from governance.access.middleware import ClearanceRequest
from governance.drafts.form_views import form_view, open_form, send_form, show_form
from partners.accountability.activities import CASEWORK, processes


@processes(CASEWORK)
@form_view
def dossiers_request(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """Ask IND and DT&V for their dossiers: from then on both take part (T3)."""
    reader = find_case(request, reference)
    case = reader.case
    team = perms.intake_team(reader)
    if team is None:
        raise PermissionDenied
    form = open_form(request, RequestForm, DOSSIERS.key(case.reference), case=case)

    def act() -> str:
        day = form.cleaned_data["requested_on"]
        request_dossiers(case, by=request.clearance, team=team, requested_on=day)
        return case_url(case)

    facts = facts_of([case])[case.pk]
    step = steps_from(case.state)[0] if case.state == CaseState.INTAKE else None
    missing = step.missing(facts) if step else []
    return send_form(request, form, act) or show_form(
        request,
        "casework/intake/request.html",
        form,
        missing=linked(case, [text for text in missing if text.page != "dossiers_request"]),
        may=step is not None or facts.lacks_request,
        **reader.context(),
    )
