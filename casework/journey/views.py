"""A step of the journey that is a button: what it does, what is missing, and taking it."""

from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from casework.cases.case_reader import CaseReader, find_case
from casework.cases.models import Case
from casework.cases.views import case_url
from casework.journey.acts import StepRefused, step_by_button, unread
from casework.journey.facts import Facts, fact_of
from casework.journey.guards import Missing
from casework.journey.steps import BY_SLUG, Step, steps_from
from casework.records.models import VersionConflict
from casework.register.identity import leading_names
from governance.access.middleware import ClearanceRequest
from governance.drafts.acts import save_draft, sent_before, submit_once
from partners.accountability.activities import CASEWORK, processes

# Pages that are a part of the case page.
PARTS = {
    "dossiers": "#dossier-dossier",
    "stays": "#dossier-stay",
    "tasks": "#dossier-task",
    "formal_decisions": "#dossier-formal_decision",
}


def where(case: Case, page: str) -> str:
    """The address of the page on which something missing is mended; empty if there is none."""
    if page in PARTS:
        return case_url(case) + PARTS[page]
    return reverse(f"casework:{page}", args=[case.reference]) if page else ""


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


def linked(case: Case, missing: list[Missing]) -> list[tuple[str, str]]:
    return [(text.sentence, where(case, text.page)) for text in missing]


def not_taken(
    request: HttpRequest, case: Case, problem: StepRefused | VersionConflict, *, key: str, page: str
) -> HttpResponse:
    """Answer to an act that was refused or came from an older version. The typed text is kept as a
    draft, which comes back on its page."""
    save_draft(request.user, request.POST, key=key, page=page)  # type: ignore[arg-type]
    if isinstance(problem, StepRefused):
        return refused(request, case, problem)
    return render(request, "errors/409.html", {"back": page}, status=409)


def refused(request: HttpRequest, case: Case, refusal: StepRefused) -> HttpResponse:
    """Page 409 that says in sentences why a step may not be taken, each with a link to where it is
    resolved."""
    context = {
        "case": case,
        "name": leading_names([case.pk]).get(case.pk, ""),
        "missing": linked(case, refusal.missing),
    }
    return render(request, "casework/journey/refused.html", context, status=409)


@processes(CASEWORK)
@require_http_methods(["GET", "POST"])
def case_step(request: ClearanceRequest, reference: UUID, slug: str) -> HttpResponse:
    reader = find_case(request, reference)
    case = reader.case
    step = BY_SLUG.get(slug)
    if step is None or step.page != "case_step":
        raise Http404
    if not step.who(reader):
        raise PermissionDenied
    if request.method == "POST":
        if sent := sent_before(request):
            return sent

        def act() -> str:
            step_by_button(
                case, step, by=request.clearance, version=request.POST.get("version", "")
            )
            return case_url(case)

        try:
            return submit_once(request, "", act)
        except StepRefused as refusal:
            return refused(request, case, refusal)
        except VersionConflict:
            return render(request, "errors/409.html", {"back": case_url(case)}, status=409)
    here = case.state in step.sources
    missing = [*unread(case, step, request.clearance), *step.missing(fact_of(case))] if here else []
    context = {
        "case": case,
        "name": reader.name,
        "step": step,
        "missing": linked(case, missing),
        "possible": here and not missing,
        "here": here,
    }
    return render(request, "casework/journey/step.html", context)
