"""Who offers, answers and adds to a transfer. Every line of a docstring is a line of the code."""

from casework.cases.case_reader import CaseReader
from casework.cases.enums import OPEN_STATES, CaseState
from casework.journey.perms import leads, manages
from casework.transfer.models import Transfer
from governance.access.clearance import Clearance
from governance.access.enums import Category


def can_offer(reader: CaseReader) -> bool:
    """To offer a case to another pilot, or take that back, one must be both:
    - the case manager of this case or the coordinator of its pilot, writing outcomes and reading
      guidance
    - of a case that is open or refused
    """
    return (
        (leads(reader) or manages(reader))
        and reader.writes(Category.OUTCOME)
        and reader.reads(Category.GUIDANCE)
        and reader.case.state in (*OPEN_STATES, CaseState.NOT_ADMITTED)
    )


def can_answer(clearance: Clearance, transfer: Transfer) -> bool:
    """To accept or decline one must be the coordinator there, while it waits."""
    return (
        clearance.coordinates(transfer.to_pilot_id)
        and not transfer.answer
        and transfer.taken_back_at is None
    )


def guidance_teams(reader: CaseReader) -> list[int]:
    """In the name of which of her teams in this case a worker says what guidance goes along:
    those that write it."""
    return [seat.team for seat in reader.seats_writing(Category.GUIDANCE)]
