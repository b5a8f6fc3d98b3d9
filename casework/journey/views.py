"""A step of the journey that is a button: what it does, what is missing, and taking it."""

from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from casework.cases.case_reader import CaseReader, find_case
from casework.cases.models import Case
from casework.cases.views import case_url
from casework.journey.acts import step_by_button, unread
from casework.journey.addresses import linked, where
from casework.journey.facts import Facts, fact_of
from casework.journey.steps import BY_SLUG, Step, steps_from
from governance.access.middleware import ClearanceRequest
from governance.drafts.form_views import do_once, form_view, seen_version
from partners.accountability.activities import CASEWORK, processes


@dataclass(frozen=True)
class NextStep:
    """A step a worker may take from here, and what still stands in its way."""

    step: Step
    page: str
    missing: list[tuple[str, str]]  # a sentence, and where it is mended


def next_steps(reader: CaseReader, facts: Facts) -> list[NextStep]:
    """The steps from here that are hers to take, with what is missing; no step that others take."""
    return [
        NextStep(
            step,
            step_page(reader.case, step),
            linked(
                reader.case, [*unread(reader.case, step, reader.clearance), *step.missing(facts)]
            ),
        )
        for step in steps_from(reader.case.state)
        if step.who(reader) and offered(step, facts)
    ]


def offered(step: Step, facts: Facts) -> bool:
    """True unless the step belongs to a mode or setting that the pilot has not chosen (T6, T17)."""
    if step.number == "T6":
        return facts.early_admission or facts.municipal
    if step.number == "T17":
        return facts.municipal or bool(facts.earlier_dossiers)
    return True


def step_page(case: Case, step: Step) -> str:
    if step.page == "case_step":
        return reverse("casework:case_step", args=[case.reference, step.slug])
    return where(case, step.page)


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
