"""Who proposes, confirms, answers and checks an outcome. Every line of a docstring is a line of
the code."""

from casework.cases.case_reader import CaseReader
from casework.cases.enums import OPEN_STATES, CaseState
from casework.journey.perms import leads, team_of_kind
from casework.outcomes.enums import Class, Outcome
from casework.outcomes.models import Exit, FollowUpCheck
from governance.access.enums import Category
from partners.accounts.counterparts import is_counterpart
from partners.organisations.enums import OrganisationKind, Role
from partners.organisations.models import Membership

K, X = OrganisationKind, Outcome
# Who is competent to say that a durable outcome is so (R11).
COMPETENT: dict[str, tuple[OrganisationKind, ...]] = {
    X.INDEPENDENT_RETURN: (K.DTV, K.IOM),
    X.ONWARD_MIGRATION: (K.DTV,),
    **dict.fromkeys(
        (X.LEGALISATION_ASYLUM, X.LEGALISATION_REGULAR, X.LEGALISATION_NO_FAULT), (K.IND,)
    ),
}

# Partners that still have something to follow after an exit that leads to nothing durable yet.
FOLLOWS: dict[str, tuple[OrganisationKind, ...]] = {
    X.NOT_ESTABLISHED: (K.IND, K.DTV),
    X.REPEAT_ASYLUM_RECEPTION: (K.IND, K.COA),
    X.MEDICAL_POSTPONEMENT: (K.IND, K.DTV),
}


def can_propose(reader: CaseReader) -> bool:
    """To propose an exit, one must be all of:
    - case manager of this case; before the guidance any caseworker of the team that leads
    - writing outcomes for that team
    - of a case that is open or refused, and of which one reads how far it is
    """
    mine = (
        reader.team_leads
        and reader.writes(Category.OUTCOME)
        and reader.case.visible_progress is not None
    )
    before = reader.case.state != CaseState.IN_GUIDANCE
    return (
        mine
        and (reader.manages or before)
        and reader.case.state in (*OPEN_STATES, CaseState.NOT_ADMITTED)
    )


def can_confirm(reader: CaseReader, exit_: Exit) -> bool:
    """To confirm or decline an exit, one must be counterpart of who proposed it, and either:
    - the municipality's coordinator of this case
    - of an exit that a coordinator proposed: in the team that leads, writing outcomes
    """
    colleague = (
        reader.team_leads and reader.writes(Category.OUTCOME) and proposed_by_coordinator(exit_)
    )
    second = is_counterpart(exit_.author_id, reader.clearance.user_id)
    return second and (leads(reader) or colleague)


def proposed_by_coordinator(exit_: Exit) -> bool:
    """True if who proposed this exit coordinates the pilot: else she would wait for herself."""
    return (
        Membership.objects.in_force()
        .filter(user=exit_.author_id, role=Role.COORDINATOR, team__pilot=exit_.case.pilot_id)
        .exists()
    )


def can_withdraw(reader: CaseReader, exit_: Exit) -> bool:
    """To withdraw an exit that was not confirmed, one must have proposed it."""
    return exit_.confirmed_on is None and exit_.author_id == reader.clearance.user_id


def can_establish(reader: CaseReader, exit_: Exit) -> bool:
    """To say later what became of her, one must be all of:
    - the municipality's coordinator of this case, and not who proposed the exit
    - of a confirmed exit that goes nowhere from here: not established yet, or of no class and
      without an explanation
    """
    undecided = (
        exit_.classed is not None
        and exit_.classed.belongs_to == Class.UNDECIDED
        and not exit_.explanation
    )
    stuck = exit_.outcome == X.NOT_ESTABLISHED or undecided
    return (
        exit_.confirmed_on is not None
        and reader.case.state == CaseState.EXITED
        and stuck
        and can_confirm(reader, exit_)
    )


def can_record_death(reader: CaseReader, team: int | None) -> bool:
    """To say with an outcome on which day the person died, one must be both:
    - writing identity for the team in whose name the outcome is written
    - of a person of whom no day of death is recorded
    """
    writes = any(seat.team == team for seat in reader.seats_writing(Category.IDENTITY))
    return writes and not reader.context()["died"]


def claim_team(reader: CaseReader, exit_: Exit) -> int | None:
    """In the name of which of her teams a worker confirms or refutes what is claimed:
    - of a confirmed exit with a durable outcome
    - a team of the partner that is competent for it, in this case, writing outcomes
    - which did not claim it itself; by a counterpart of who claimed it
    """
    if exit_.confirmed_on is None or not is_counterpart(exit_.author_id, reader.clearance.user_id):
        return None
    for seat in reader.seats_writing(Category.OUTCOME):
        team = reader.teams.get(seat.team)
        competent = team and team.organisation.kind in COMPETENT.get(exit_.outcome, ())
        if competent and seat.team != exit_.author_team_id:
            return seat.team
    return None


def answers_for(reader: CaseReader, exit_: Exit) -> list[int]:
    """The competent partners on whose behalf the coordinator records an answer that came on
    paper (R20); for onward migration also her own team, on documentary evidence. Not for what
    she, or somebody who is no counterpart of hers, claimed."""
    if (
        exit_.confirmed_on is None
        or not leads(reader)
        or not is_counterpart(exit_.author_id, reader.clearance.user_id)
    ):
        return []
    kinds = COMPETENT.get(exit_.outcome, ())
    asked = [
        pk
        for pk in reader.case.team_ids
        if pk in reader.teams and reader.teams[pk].organisation.kind in kinds
    ]
    own = team_of_kind(reader, (K.MUNICIPALITY,))
    return [*asked, own] if own and exit_.outcome == X.ONWARD_MIGRATION else asked


def check_team(reader: CaseReader, exit_: Exit) -> int | None:
    """In the name of which of her teams a worker records a check:
    - the case manager's; or that of the partner that is competent for the outcome
    - or that of a partner which follows what is not durable yet
    """
    if reader.manages and reader.team_leads:
        return reader.case.lead_team_id if reader.writes(Category.OUTCOME) else None
    follows = FOLLOWS.get(exit_.outcome, ()) if exit_.confirmed_on is not None else ()
    writing = (seat.team for seat in reader.seats_writing(Category.OUTCOME))
    following = (
        team
        for team in writing
        if team in reader.teams and reader.teams[team].organisation.kind in follows
    )
    return claim_team(reader, exit_) or next(following, None)


def can_take_back(reader: CaseReader, check: FollowUpCheck) -> bool:
    """To take a check back, one must be writing outcomes in this case for the team that recorded
    it, until the case is archived."""
    open_still = reader.case.state in (CaseState.EXITED, CaseState.IN_AFTERCARE)
    return open_still and any(
        seat.team == check.author_team_id for seat in reader.seats_writing(Category.OUTCOME)
    )
