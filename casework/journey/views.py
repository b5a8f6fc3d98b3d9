"""A step of the journey that is a button: what it does, what is missing, and taking it."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse

from casework.cases.case_reader import find_case
from casework.cases.views import case_url
from casework.journey.acts import step_by_button, unread
from casework.journey.addresses import linked
from casework.journey.facts import fact_of
from casework.journey.forms import STEP, StepForm
from casework.journey.steps import BY_SLUG
from governance.access.middleware import ClearanceRequest
from governance.drafts.form_views import (
    form_view,
    open_form,
    seen_version,
    send_form,
    show_form,
)
from partners.accountability.activities import CASEWORK, processes


@processes(CASEWORK)
@form_view
def case_step(request: ClearanceRequest, reference: UUID, slug: str) -> HttpResponse:
    reader = find_case(request, reference)
    case, step = reader.case, BY_SLUG.get(slug)
    if step is None or step.page != "case_step":
        raise Http404
    if not step.who(reader):
        raise PermissionDenied
    form = open_form(request, StepForm, STEP.key(case.reference, slug))

    def act() -> str:
        on, version = form.cleaned_data["on"], seen_version(request)
        step_by_button(case, step, by=request.clearance, version=version, on=on)
        return case_url(case)

    if answer := send_form(request, form, act):
        return answer
    here, facts = case.state in step.sources, fact_of(case)
    missing = [*unread(case, step, request.clearance), *step.missing(facts)] if here else []
    return show_form(
        request,
        "casework/journey/step.html",
        form,
        step=step,
        name_of_step=step.name(facts),
        missing=linked(case, missing),
        possible=here and not missing,
        here=here,
        **reader.context(),
    )
