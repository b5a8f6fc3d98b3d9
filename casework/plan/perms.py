"""Who adds to the plan. Every line of a docstring is a line of the code."""

from casework.cases.case_reader import CaseReader
from casework.cases.enums import ADMITTED_STATES, CaseState
from casework.journey.perms import FACILITY, SERVICES, team_of_kind
from casework.plan.models import Action
from casework.tasks.models import Task
from governance.access.enums import Category

PLANNED = (CaseState.IN_CONFERENCE, *ADMITTED_STATES)


def planning_team(reader: CaseReader) -> int | None:
    """In the name of which of her teams a worker adds an action:
    - a municipal or NGO team of this case, or one of a service, which adds its own
    - of a case in the conference, admitted or in guidance
    """
    if reader.case.state not in PLANNED:
        return None
    return team_of_kind(reader, FACILITY) or team_of_kind(reader, SERVICES)


def can_mend(reader: CaseReader, record: Action | Task) -> bool:
    """To change or withdraw an action or task, one must be both:
    - writing for the conference in the team that set it
    - about one that was not answered and not ended
    """
    return (
        not record.answer
        and record.ended_at is None
        and any(
            seat.team == record.author_team_id for seat in reader.seats_writing(Category.CONFERENCE)
        )
    )


def can_answer(reader: CaseReader, record: Action | Task) -> bool:
    """To say how an action or task ended, one must be both:
    - in the team it belongs to, while that takes part in the case
    - about one that was not answered and not ended, in a dossier that was not handed over
    """
    return (
        reader.case.read_only_from is None
        and record.to_team_id in reader.clearance.teams
        and record.to_team_id in reader.case.team_ids
        and not record.answer
        and record.ended_at is None
    )
