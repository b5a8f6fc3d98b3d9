"""A step of the journey that is a button: what it does, what is missing, and taking it."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render

from casework.cases.case_reader import find_case
from casework.cases.views import case_url
from casework.journey.acts import step_by_button, unread
from casework.journey.addresses import linked
from casework.journey.facts import fact_of
from casework.journey.steps import BY_SLUG
from governance.access.middleware import ClearanceRequest
from governance.drafts.form_views import do_once, form_view, seen_version
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
    if request.method == "POST":

        def act() -> str:
            step_by_button(case, step, by=request.clearance, version=seen_version(request))
            return case_url(case)

        return do_once(request, act)
    here = case.state in step.sources
    missing = [*unread(case, step, request.clearance), *step.missing(fact_of(case))] if here else []
    context = reader.context() | {
        "step": step,
        "missing": linked(case, missing),
        "possible": here and not missing,
        "here": here,
    }
    return render(request, "casework/journey/step.html", context)
