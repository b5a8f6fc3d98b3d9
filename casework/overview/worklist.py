"""What waits for a worker, and where it is done."""

from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.cases.models import Case
from casework.journey.addresses import where
from casework.journey.deadlines import deadlines_of
from casework.journey.facts import facts_of
from casework.outcomes.perms import COMPETENT
from casework.register.identity import leading_names
from casework.tasks.worklist import NEAR, Waiting, waiting
from governance.access.clearance import Clearance
from partners.organisations.models import Team


@dataclass(frozen=True)
class WorklistLine:
    """A line of the worklist: whom it is about and what waits, of which case if of one, until when,
    and where it is done."""

    name: str  # of the person; empty for a meeting
    what: str
    case: Case | None
    on: date
    is_due: bool
    page: str
    kind: str


WAITS = {
    "correction": (gettext_lazy("Request to correct"), "record_answer"),
    "hand_over": (gettext_lazy("Hand-over to state reception"), "record_answer"),
    "dossier_request": (
        gettext_lazy("Deliver the dossier, or state that there is none"), "record_add",
    ),
    "claim": (gettext_lazy("Confirm or refute the outcome"), "claim_answer"),
    "exit": (gettext_lazy("Confirm the exit"), "exit_confirm"),
    "guidance": (gettext_lazy("Say which guidance goes along to the other pilot"), "transfer"),
    "declined": (gettext_lazy("The other pilot declined the transfer"), "transfer"),
    "position": (gettext_lazy("Prepare the case conference"), "agenda_item"),
    "away": (gettext_lazy("The return term is over: back again, or left?"), "stays"),
}  # fmt: skip
OF_A_MEETING = {
    "minutes": (gettext_lazy("Answer the minutes of %(day)s"), "minutes"),
    "meeting": (gettext_lazy("Close the meeting of %(day)s, or call it off"), "meeting_detail"),
    "unsent": (gettext_lazy("Send the minutes of %(day)s"), "minutes"),
}


@dataclass(frozen=True)
class Group:
    """Lines of one urgency."""

    key: str
    label: str
    lines: list[WorklistLine]


def grouped(lines: list[WorklistLine]) -> list[Group]:
    """The lines by how urgent they are: late, today, to come. Groups without a line are left
    out."""
    today = timezone.localdate()
    groups = (
        Group("late", _("Late"), [line for line in lines if line.on < today]),
        Group("today", _("Today"), [line for line in lines if line.on == today]),
        Group("ahead", _("Coming days"), [line for line in lines if line.on > today]),
    )
    return [group for group in groups if group.lines]


def worklist(clearance: Clearance, teams: dict[int, Team], wanted: int) -> list[WorklistLine]:
    """What waits for this worker, the soonest first; at least so many, if there are."""
    if not clearance.sees_cases:
        return []
    kinds = {teams[team].organisation.kind for team in clearance.teams if team in teams}
    outcomes = [outcome for outcome, competent in COMPETENT.items() if kinds & set(competent)]
    rows = waiting(
        outcomes, wanted * 2
    )  # some are of nobody she sees, some of a term that moved on
    cases = Case.objects.select_related("pilot").in_bulk(
        {row.case_id for row in rows if row.case_id}
    )
    names = leading_names(cases)
    result: list[WorklistLine] = []
    # the facts of a term cost most: no more of them than are shown
    for first in range(0, len(rows), wanted):
        result += _lines(rows[first : first + wanted], cases, names)
        if len(result) >= wanted:
            break
    return result


def _lines(
    rows: list[Waiting], cases: dict[int, Case], names: dict[int, str]
) -> list[WorklistLine]:
    facts = facts_of(
        [cases[row.case_id] for row in rows if row.kind == "term" and row.case_id in cases]
    )
    today = timezone.localdate()
    result = []
    for row in rows:
        case = cases.get(row.case_id or 0)
        name = (names.get(case.pk) or case.number) if case else ""
        if row.kind in OF_A_MEETING:
            text, name = OF_A_MEETING[row.kind]
            what = str(text) % {"day": date_format(date.fromisoformat(row.what), "j F")}
            page = reverse(f"casework:{name}", args=[row.reference])
        elif case is None:
            continue
        elif row.kind == "term":
            term = next(iter(deadlines_of(facts[case.pk])), None)
            # what the case has now, whatever was worked out before
            if term is not None and term.on <= today + NEAR:
                page = where(case, term.page)
                due = term.on <= today
                result.append(WorklistLine(name, term.what, case, term.on, due, page, row.kind))
            continue
        else:
            what, page = _said(row, case)
        due = row.due_on <= today
        result.append(WorklistLine(name, what, case, row.due_on, due, page, row.kind))
    return result


def _said(row: Waiting, case: Case) -> tuple[str, str]:
    """Text of a waiting item, and address where it is done."""
    if row.kind in ("action", "task"):
        return row.what, reverse("casework:action_done", args=[case.reference, row.reference])
    label, page = WAITS[row.kind]
    if page == "stays":
        return str(label), where(case, page)
    if page == "agenda_item":
        return str(label), reverse("casework:agenda_item", args=[row.reference])
    if page in ("claim_answer", "transfer", "exit_confirm"):
        return str(label), reverse(f"casework:{page}", args=[case.reference])
    if page == "record_add":
        return str(label), reverse("casework:record_add", args=[case.reference, "dossier"])
    return str(label), reverse(
        "casework:record_answer", args=[case.reference, row.kind, row.reference]
    )
