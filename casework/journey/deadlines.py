"""The terms that run in a case: each a day, from the facts. Nothing happens on that day but that
a task shows."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from casework.cases.enums import OPEN_STATES
from casework.journey.calendar import by_law
from casework.journey.facts import Facts
from casework.journey.guards import (
    ADMITS,
    DURABLE,
    add_months,
    appeal_until,
    checks_to_come,
    objection_until,
    ruling_without_term,
    term_to_enter,
)

BEFORE_CONFERENCE = ("registered", "intake", "awaiting_dossiers", "rest_period")
FAILED_CHECK_TERM = timedelta(days=14)  # within which is settled what follows a failed check
LONGEST_FOLLOWED = 12  # months in which a semi-durable outcome is followed (R13)


@dataclass(frozen=True)
class Deadline:
    """By which rule something is to be done on or before a day, and where."""

    rule: str
    on: date
    what: str
    page: str


def deadlines_of(facts: Facts) -> list[Deadline]:
    """All terms that run, the first one first: those of the past are missed, those to come show
    when they are near."""
    result = [
        *_before_guidance(facts),
        *_in_conference(facts),
        *_in_guidance(facts),
        *_after(facts),
    ]
    if facts.accepted_elsewhere and not facts.handed_over:
        day = facts.accepted_elsewhere
        result.append(
            Deadline("T11", day, _("The other pilot accepted the case: hand it over"), "transfer")
        )
    if facts.escalated_until:
        result.append(
            Deadline(
                "R26", facts.escalated_until, _("The answer to the escalation is due"), "escalation"
            )
        )
    return sorted(result, key=lambda term: term.on)


def next_deadline(facts: Facts) -> date | None:
    """The first day on which to look at the case again. None if there is none. An item on an agenda
    counts one day after its meeting, in case that is not held."""
    days = [term.on for term in deadlines_of(facts)]
    if facts.agenda:
        days.append(facts.agenda + timedelta(days=1))
    return min(days, default=None)


def _before_guidance(facts: Facts) -> list[Deadline]:
    result = []
    if facts.state == "rest_period" and facts.rest_ends and facts.agenda is None:
        what = (
            _("The rest period is over: put the case on an agenda")
            if facts.rest_ends <= facts.today
            else _("The rest period ends: put the case on an agenda")
        )
        result.append(Deadline("R8", facts.rest_ends, what, "conference"))
    may_be_early = facts.municipal or facts.early_admission
    if (
        facts.state in BEFORE_CONFERENCE
        and facts.intake_done
        and facts.agenda is None
        and may_be_early
    ):
        what = _("The intake is complete: the conference can discuss the admission")
        result.append(Deadline("R5", facts.intake_done, what, "conference"))
    if facts.lacks_request:
        day = facts.registered_on or facts.today
        result.append(
            Deadline(
                "R8",
                day,
                _("Ask for the dossiers: without them no rest period begins"),
                "dossiers_request",
            )
        )
    if facts.state == "not_admitted" and not facts.objection_pending:
        refusal = facts.last_formal("refused")
        if refusal is not None and facts.upheld and facts.upheld >= refusal.on:
            what = _("An objection or appeal was upheld: bring the case back to the conference")
            result.append(Deadline("T9", facts.upheld, what, "case_reopen"))
        elif ruling := ruling_without_term(facts):
            lacks = term_to_enter(ruling)
            result.append(Deadline("T15", ruling.on, lacks.sentence, lacks.page))
        elif refusal is not None and (until := objection_until(facts)):
            last, article = max((until, refusal.article), appeal_until(facts) or (until, ""))
            day = last + timedelta(days=1)
            what = (
                _("Objection and appeal are no longer possible: archive the case")
                if day <= facts.today
                else _("Objection and appeal end (%(law)s): then archive the case")
                % {"law": by_law(article)}
            )
            result.append(Deadline("T15", day, what, "case_detail"))
    return result


def _in_conference(facts: Facts) -> list[Deadline]:
    """Deadlines of the conference for this case. None while a meeting has it on its agenda."""
    if facts.agenda is not None or facts.state not in OPEN_STATES:
        return []
    if facts.advised:
        return [
            Deadline(
                "R26",
                facts.advised,
                _("The advice of the review team waits for the conference"),
                "conference",
            )
        ]
    if review := _review(facts):
        return [Deadline("LSO", review, _("The conference looks at this case again"), "conference")]
    last = facts.last_decision(*ADMITS, "not_admitted", "deferred")
    if (
        facts.state == "in_conference"
        and (last is None or last.kind == "deferred")
        and not facts.escalated_until
    ):
        return [
            Deadline(
                "R5",
                facts.since or facts.today,
                _("The case is on no agenda: put it on one"),
                "conference",
            )
        ]
    if facts.state == "admitted" and not facts.scenario and (facts.municipal or facts.rest_ends):
        day = max(day for day in (facts.rest_ends, facts.since) if day)
        return [
            Deadline(
                "R9",
                day,
                _("The conference can set the scenario: put the case on an agenda"),
                "conference",
            )
        ]
    return []


def _review(facts: Facts) -> date | None:
    """The latest review day set by the decisions of the last day. None if the case was discussed on
    or after it, or none was set."""
    last = facts.decisions[-1].on if facts.decisions else None
    day = max(
        (text.review for text in facts.decisions if text.review and text.on == last), default=None
    )
    return day if day and (facts.discussed is None or facts.discussed < day) else None


def _in_guidance(facts: Facts) -> list[Deadline]:
    if facts.state in ("admitted", "in_guidance") and (day := stay_ends(facts)):
        return [
            Deadline(
                "R16", day, _("The maximum stay ends: extend it, or decide to end"), "conference"
            )
        ]
    return []


def stay_ends(facts: Facts) -> date | None:
    """The day until which the person is admitted (R16): that of the newest formal decision, else
    the pilot's maximum from the admission. None if neither is known."""
    formal = facts.last_formal("admitted", "extended")
    if formal is not None and formal.until:
        return formal.until
    if facts.admitted_on and facts.maximum_stay_months:
        return add_months(facts.admitted_on, facts.maximum_stay_months)
    return None


def _after(facts: Facts) -> list[Deadline]:
    left = facts.left
    if (
        left is None
        or facts.state not in ("exited", "in_aftercare")
        or left.belongs_to not in DURABLE
    ):
        return []
    result = []
    ended = facts.repeat_ended
    if (
        left.outcome == "repeat_asylum_reception"
        and ended
        and left.on <= ended <= add_months(left.on, LONGEST_FOLLOWED)
        and (facts.checked is None or facts.checked < ended)
        and not facts.newer_case
    ):
        what = _(
            "The repeat asylum application ended without a permit: look what the outcome is now"
        )
        result.append(Deadline("R13", ended, what, "exit"))
    last = max(facts.checks, default=None)
    if last is not None and facts.checks[last] == "does_not_hold" and not facts.newer_case:
        what = _(
            "The outcome did not hold after %(n)d months: settle with who follows it what next"
        )
        day = (facts.checked or facts.today) + FAILED_CHECK_TERM
        result.append(Deadline("R12", day, what % {"n": last}, "exit"))
    return (
        result
        + [
            Deadline(
                "R12",
                add_months(left.on, months),
                _("Check whether the outcome holds, %(n)d months on") % {"n": months},
                "exit",
            )
            for months in checks_to_come(facts)
        ][:1]
    )
