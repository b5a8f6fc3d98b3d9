"""What lies ahead of a case: the steps from here, until when, and what is missing."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from casework.cases.case_reader import CaseReader
from casework.cases.enums import STEPS as STATES
from casework.cases.enums import CaseState, KnownState
from casework.cases.models import Case
from casework.journey.acts import unread
from casework.journey.addresses import linked, where
from casework.journey.deadlines import deadlines_of
from casework.journey.facts import Facts, fact_of
from casework.journey.gaps import gaps_of
from casework.journey.guards import DURABLE, checks_to_come
from casework.journey.perms import manages
from casework.journey.steps import STEPS, Step, steps_from
from governance.access.enums import Category


@dataclass(frozen=True)
class NextStep:
    """A step a worker may take from here, and what still stands in its way."""

    step: Step
    name: str
    page: str
    missing: list[tuple[str, str]]  # a sentence, and where it is mended


# Whose turn it is in each state, for who reads the state and has no step to take.
S = CaseState
TURN: dict[str, Promise] = {
    S.REGISTERED: _("who begins the intake: the NGO or the municipality"),
    S.INTAKE: _("who does the intake: the NGO or the municipality"),
    S.AWAITING_DOSSIERS: _("IND and DT&V, for their dossiers"),
    S.REST_PERIOD: _("the municipality, which puts the case on an agenda"),
    S.IN_CONFERENCE: _("the conference, and then the municipality"),
    S.ADMITTED: _("the case manager"),
    S.IN_GUIDANCE: _("the case manager"),
    S.EXITED: _("the case manager, who begins the aftercare"),
    S.IN_AFTERCARE: _("who follows the outcome"),
    S.NOT_ADMITTED: _("the municipality"),
}


def _turn(case: Case, facts: Facts) -> str | Promise:
    if facts.left is not None and not facts.left.confirmed:
        return _("the coordinator, who confirms the exit")
    if case.state == KnownState.OPEN:  # all that this reader knows of it
        return _("who leads the case")
    if (case.state == S.EXITED and not _is_followed(facts)) or (
        case.state == S.IN_AFTERCARE and not checks_to_come(facts)
    ):
        return _("the coordinator, who archives the case")
    return TURN.get(case.state, "")


def _is_followed(facts: Facts) -> bool:
    """Whether the exit is of a class whose outcome is followed: it goes to aftercare before it is
    archived (T12, T13)."""
    return facts.left is not None and facts.left.belongs_to in DURABLE


def next_steps(reader: CaseReader, facts: Facts) -> list[NextStep]:
    """The steps from here that are hers to take, with what is missing; no step that others take."""
    result = [
        NextStep(
            step,
            step.name(facts),
            step_page(reader.case, step),
            linked(
                reader.case, [*unread(reader.case, step, reader.clearance), *step.missing(facts)]
            ),
        )
        for step in steps_from(reader.case.state)
        if step.who(reader) and offered(step, facts)
    ]
    if facts.state == CaseState.IN_GUIDANCE and facts.left is None and manages(reader):
        page = where(reader.case, "exit_propose")
        result.append(NextStep(STEPS["T11"], gettext("Propose the exit"), page, []))
    return result


def offered(step: Step, facts: Facts) -> bool:
    """True unless the step belongs to a mode or setting that the pilot has not chosen (T6, T17), or
    answers a proposal that nobody made (T11). Of aftercare and archiving without it (T12, T13) one
    follows from the class of the exit, and the other never will."""
    if step.number == "T11":
        return facts.left is not None
    if step.number == "T12":
        return _is_followed(facts)
    if step.number == "T13":
        return not _is_followed(facts)
    if step.number == "T6":
        return facts.early_admission or facts.municipal
    if step.number == "T17":
        return facts.municipal or bool(facts.earlier_dossiers)
    return True


def step_page(case: Case, step: Step) -> str:
    if step.page == "case_step":
        return reverse("casework:case_step", args=[case.reference, step.slug])
    return where(case, step.page)


@dataclass(frozen=True)
class Running:
    """A term that runs in a case, for whoever leads it."""

    what: str
    on: date
    is_due: bool
    page: str


def deadlines(reader: CaseReader, facts: Facts) -> list[Running]:
    """Deadlines of the case, for a worker of the team that leads. Empty for others, to whom a
    deadline would tell what they may not read."""
    if not reader.team_leads:
        return []
    return [
        Running(
            term.what,
            term.on,
            term.on <= facts.today,
            where(reader.case, term.page) if term.page != "case_detail" else "",
        )
        for term in deadlines_of(facts)
    ]


def steps_of(case: Case) -> list[dict[str, str]]:
    """The stepper: which states lie behind, which is now; a refused case stands where admission
    would. Empty for who reads only that the case is open or left."""
    if case.state in KnownState.values:
        return []
    visible = [
        CaseState.NOT_ADMITTED
        if s == CaseState.ADMITTED and case.state == CaseState.NOT_ADMITTED
        else s
        for s in STATES
    ]
    state = CaseState.IN_AFTERCARE if case.state == CaseState.ARCHIVED else CaseState(case.state)
    now = visible.index(state)
    return [
        {"label": str(step.label), "place": "done" if n < now else "now" if n == now else "next"}
        for n, step in enumerate(visible)
    ]


def ahead(reader: CaseReader) -> dict[str, Any]:
    """Where the case stands, what may come next, until when, and what is missing."""
    facts, confers = fact_of(reader.case), reader.reads(Category.CONFERENCE)
    mine = next_steps(reader, facts)
    # Like terms: to others a gap would tell of what they do not read.
    sees_gaps = confers and reader.team_leads and facts.intake_begun is None and facts.from_list
    return {
        "steps": steps_of(reader.case),
        "next_steps": mine,
        # To undo an exit (T16) is possible to the end, and nobody waits for it.
        "turn": "" if any(row.step.number != "T16" for row in mine) else _turn(reader.case, facts),
        "deadlines": deadlines(reader, facts),
        "rest_ends": facts.rest_ends,
        "confers": confers,
        "gaps": linked(reader.case, gaps_of(facts)) if sees_gaps else [],
    }
