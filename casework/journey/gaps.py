"""What a case that came from an earlier list lacks of what the steps before would have asked for
(T18)."""

from django.utils.translation import gettext as _

from casework.cases.enums import OPEN_STATES, CaseState
from casework.journey import guards as g
from casework.journey.facts import Facts
from casework.journey.guards import Guard, Missing

S = CaseState


def intake_recorded(facts: Facts) -> Missing | None:
    return Missing(_("No intake was recorded.")) if facts.intake_begun is None else None


def admission_decided(facts: Facts) -> Missing | None:
    if facts.last_decision(*g.ADMITS) is None:
        return Missing(_("No decision of a conference to admit was recorded."))
    return None


def admission_formal(facts: Facts) -> Missing | None:
    if facts.last_formal("admitted") is None:
        return Missing(_("No formal decision to admit was recorded."))
    return None


def admission_dated(facts: Facts) -> Missing | None:
    return (
        Missing(_("Since when the person is admitted is not known."))
        if facts.admitted_on is None
        else None
    )


# From which state on something must have been recorded.
ASKED: tuple[tuple[CaseState, tuple[Guard, ...]], ...] = (
    (S.AWAITING_DOSSIERS, (g.informed, intake_recorded, g.dossiers_requested)),
    (S.REST_PERIOD, (g.dossiers_in,)),
    (S.ADMITTED, (admission_decided, admission_formal, admission_dated)),
    (S.IN_GUIDANCE, (g.scenario_set, g.has_commitment, g.has_manager)),
)
DOSSIERS = (g.dossiers_requested, g.dossiers_in)


def gaps_of(facts: Facts) -> list[Missing]:
    """The findings about a case that is open and came from a list."""
    if facts.state not in OPEN_STATES:
        return []
    way = list(OPEN_STATES)
    return [
        missing
        for state, guards in ASKED
        if way.index(state) <= way.index(CaseState(facts.state))
        for guard in guards
        if not (facts.municipal and guard in DOSSIERS)
        and (missing := guard(facts)) is not None
        and not (
            guard is g.dossiers_requested and facts.rest_ends
        )  # what came need not be asked for
    ]
