"""The terms that run in a case: each a day, from the facts. Nothing happens on that day but that a task shows."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from casework.journey.facts import Facts
from casework.journey.guards import DURABLE, add_months, checks_to_come

LONGEST_FOLLOWED = 12  # months in which a semi-durable outcome is followed (R13)


@dataclass(frozen=True)
class Term:
    """By which rule something is to be done on or before a day, and where."""

    rule: str
    on: date
    what: str
    page: str


def terms_of(facts: Facts) -> list[Term]:
    """All terms that run, the first one first: those of the past are missed, those to come show when they are near."""
    found = [*_before_guidance(facts), *_in_guidance(facts), *_after(facts)]
    if facts.accepted_elsewhere and not facts.handed_over:
        day = facts.accepted_elsewhere
        found.append(Term("T11", day, _("The other pilot accepted the case: hand it over"), "transfer"))
    if facts.escalated_until:
        found.append(Term("R26", facts.escalated_until, _("The answer to the escalation is due"), "escalation"))
    return sorted(found, key=lambda term: term.on)


def next_term(facts: Facts) -> date | None:
    """The day on which to look again. What waits for a meeting waits anew on the day after, should that not be held."""
    days = [term.on for term in terms_of(facts)]
    if facts.agenda:
        days.append(facts.agenda + timedelta(days=1))
    return min(days, default=None)


def _before_guidance(facts: Facts) -> list[Term]:
    found = []
    if facts.state == "rest_period" and facts.rest_ends and facts.agenda is None:
        found.append(Term("R8", facts.rest_ends, _("The rest period is over: put the case on an agenda"), "conference"))
    if facts.lacks_request:
        day = facts.registered_on or facts.today
        found.append(Term("R8", day, _("Ask for the dossiers: without them no rest period begins"), "dossiers_request"))
    if facts.state == "not_admitted" and (refusal := facts.last_formal("refused")) and refusal.objection_until:
        day = refusal.objection_until + timedelta(days=1)
        found.append(Term("T15", day, _("The term for objection is over: archive the case"), "case_detail"))
    return found


def _in_guidance(facts: Facts) -> list[Term]:
    found = []
    open_still = facts.state in ("rest_period", "in_conference", "admitted", "in_guidance")
    last = facts.decisions[-1] if facts.decisions else None
    review = max((d.due for d in facts.decisions if d.due and d.on == (last.on if last else None)), default=None)
    if open_still and review and facts.agenda is None:
        found.append(Term("LSO", review, _("The conference looks at this case again"), "conference"))
    if facts.state in ("admitted", "in_guidance") and (day := stay_ends(facts)):
        found.append(Term("R16", day, _("The maximum stay ends: extend it, or decide to end"), "conference"))
    return found


def stay_ends(facts: Facts) -> date | None:
    """R16: the day until which she is admitted; the pilot's maximum from the admission where no decision says more."""
    formal = facts.last_formal("admitted", "extended")
    if formal is not None and formal.until:
        return formal.until
    if facts.admitted_on and facts.maximum_stay_months:
        return add_months(facts.admitted_on, facts.maximum_stay_months)
    return None


def _after(facts: Facts) -> list[Term]:
    left = facts.left
    if left is None or facts.state not in ("exited", "in_aftercare") or left.belongs_to not in DURABLE:
        return []
    found = []
    ended = facts.repeat_ended
    if (
        left.outcome == "repeat_asylum_reception" and ended
        and left.on <= ended <= add_months(left.on, LONGEST_FOLLOWED)
        and (facts.checked is None or facts.checked < ended) and not facts.newer_case
    ):  # fmt: skip
        what = _("The repeat asylum application ended without a permit: look what becomes of her")
        found.append(Term("R13", ended, what, "exit"))
    return found + [
        Term("R12", add_months(left.on, months), _("Check whether the outcome holds, %(n)d months on") % {"n": months},
             "exit")
        for months in checks_to_come(facts)
    ][:1]  # fmt: skip
