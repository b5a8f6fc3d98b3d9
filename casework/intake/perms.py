"""Who does the intake and asks for the dossiers. Every line of a docstring is a line of the
code."""

from casework.cases.case_reader import CaseReader
from casework.cases.enums import ADMITTED_STATES
from casework.intake.models import Intake
from casework.journey.perms import FACILITY, team_of_kind


def intake_team(reader: CaseReader) -> int | None:
    """In the name of which of her teams a worker does the intake: municipal or NGO, of this
    case."""
    return team_of_kind(reader, FACILITY)


def can_continue(reader: CaseReader, intake: Intake) -> bool:
    """To go on with an intake, one must be all of:
    - in the team that began it, which still takes part and writes for the conference
    - of an intake that is neither complete nor stopped, in a case that is open, also in the
      conference
    """
    return (
        intake.author_team_id == intake_team(reader)
        and intake.completed_on is None
        and intake.ended_at is None
        and reader.case.is_open
    )


def can_complete_criteria(reader: CaseReader, intake: Intake) -> bool:
    """To fill in after the intake what was not known yet of a criterion (the form asks no
    more), one must be all of:
    - in the team that began it, which still takes part and writes for the conference
    - of an intake that is complete and not stopped
    - in a case that is open and where nobody was admitted yet
    """
    return (
        intake.author_team_id == intake_team(reader)
        and intake.completed_on is not None
        and intake.ended_at is None
        and reader.case.is_open
        and reader.case.state not in ADMITTED_STATES
    )
