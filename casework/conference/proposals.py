"""Cases that need the conference and stand on no agenda."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.db.models.expressions import RawSQL
from django.utils import timezone

from casework.cases.enums import ADMITTED_STATES, OPEN_STATES
from casework.cases.models import Case
from casework.conference.enums import WhyOnAgenda
from casework.conference.models import AgendaItem, Meeting
from casework.journey.deadlines import deadlines_of
from casework.journey.facts import facts_of
from casework.journey.guards import format_day
from casework.register.identity import leading_names
from casework.shelter.enums import OUTSIDE_LVV
from casework.shelter.models import Stay
from lvv.common.periods import in_force

MOST = 50


def undiscussed() -> Any:
    """R7: who receives shelter of the facility, or guidance, and was not discussed yet, as far
    as the asker sees."""
    stays = (
        Stay.objects.current().filter(in_force(), case=OuterRef("pk")).exclude(kind__in=OUTSIDE_LVV)
    )
    talked = RawSQL("SELECT conference_discussed()", [])  # also where another team alone attended
    return (
        Case.objects.open()
        .filter(Q(progress__state__in=ADMITTED_STATES) | Exists(stays))
        .exclude(pk__in=talked)
        .select_related("pilot", "progress")
        .order_by("registered_on", "pk")
    )


@dataclass(frozen=True)
class Proposal:
    case: Case
    name: str
    why: str
    words: str


WHY = {
    "R5": WhyOnAgenda.ADMISSION,
    "R8": WhyOnAgenda.ADMISSION,
    "R9": WhyOnAgenda.REVIEW,
    "LSO": WhyOnAgenda.REVIEW,
    "R26": WhyOnAgenda.ESCALATION,
}
DISCUSSED = ("conference", "escalation")  # the pages of terms that the conference answers


def proposals(meeting: Meeting) -> list[Proposal]:
    """Cases of this pilot that stand on no agenda but need the conference: a term ends, or the case
    was never discussed (R7)."""
    waits = AgendaItem.objects.current().filter(
        Q(meeting__on__gte=timezone.localdate()) | Q(meeting__opened_at__isnull=False),
        case=OuterRef("pk"),
        discussed_at=None,
        meeting__closed_at=None,
        meeting__cancelled_on=None,
    )
    cases = (
        Case.objects.filter(
            pilot=meeting.pilot_id,
            progress__state__in=OPEN_STATES,
            progress__deadline_on__lte=meeting.on,
        )
        .exclude(Exists(waits))
        .select_related("pilot", "progress")
        .order_by("progress__deadline_on", "pk")[:MOST]
    )
    result: dict[int, Proposal] = {}
    facts = facts_of(cases)
    for case in cases:
        ends = (
            term
            for term in deadlines_of(facts[case.pk])
            if term.on <= meeting.on and term.page in DISCUSSED
        )
        if term := next(ends, None):
            why = WHY.get(term.rule, WhyOnAgenda.END_OF_TERM)
            result[case.pk] = Proposal(case, "", why.value, f"{term.what} ({format_day(term.on)})")
    for case in undiscussed().filter(pilot=meeting.pilot_id).exclude(Exists(waits))[:MOST]:
        result.setdefault(
            case.pk,
            Proposal(
                case,
                "",
                WhyOnAgenda.NOT_YET_DISCUSSED.value,
                str(WhyOnAgenda.NOT_YET_DISCUSSED.label),
            ),
        )
    names = leading_names(list(result))
    return [
        Proposal(row.case, names.get(row.case.pk, "") or row.case.number, row.why, row.words)
        for row in result.values()
    ]
