"""Who offers, answers and adds to a transfer. Every line of a docstring is a line of the code."""

from casework.cases.enums import OPEN_STATES, CaseState
from casework.cases.models import Case
from casework.journey.perms import Teams, leads, manages
from casework.transfer.models import Transfer
from governance.access.clearance import Clearance
from governance.access.enums import Category


def can_offer(clearance: Clearance, case: Case, teams: Teams) -> bool:
    """To offer a case to another pilot, or take that back, one must be both:
    - the case manager of this case or the coordinator of its pilot, writing outcomes and reading
      guidance
    - of a case that is open or refused
    """
    return (
        (leads(clearance, case, teams) or manages(clearance, case, teams))
        and clearance.writes(case, Category.OUTCOME)
        and clearance.reads(case, Category.GUIDANCE)
        and case.state in (*OPEN_STATES, CaseState.NOT_ADMITTED)
    )


def can_answer(clearance: Clearance, transfer: Transfer) -> bool:
    """To accept or decline one must be the coordinator there, while it waits."""
    return (
        clearance.coordinates(transfer.to_pilot_id)
        and not transfer.answer
        and transfer.taken_back_at is None
    )


def guidance_teams(clearance: Clearance, case: Case) -> list[int]:
    """In the name of which of her teams in this case a worker says what guidance goes along:
    those that write it."""
    return [seat.team for seat in clearance.seats_writing(case, Category.GUIDANCE)]
