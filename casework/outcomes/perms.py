"""Who proposes, confirms, answers and checks an outcome. Every line of a docstring is a line of
the code."""

from casework.cases.enums import OPEN_STATES, CaseState
from casework.cases.models import Case
from casework.journey.perms import Teams, leads, team_of_kind
from casework.outcomes.enums import Class, Outcome
from casework.outcomes.models import Exit, FollowUpCheck
from governance.access.clearance import Clearance
from governance.access.enums import Category
from partners.organisations.enums import OrganisationKind

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


def can_propose(clearance: Clearance, case: Case, teams: Teams) -> bool:
    """To propose an exit, one must be all of:
    - case manager of this case; before the guidance any caseworker of the team that leads
    - writing outcomes for that team
    - of a case that is open or refused
    """
    mine = case.lead_team_id in clearance.teams and clearance.writes(case, Category.OUTCOME)
    before = case.state != CaseState.IN_GUIDANCE
    return (
        mine
        and (case.case_manager_id == clearance.user_id or before)
        and case.state in (*OPEN_STATES, CaseState.NOT_ADMITTED)
    )


def can_confirm(clearance: Clearance, case: Case, teams: Teams, exit_: Exit) -> bool:
    """To confirm or decline an exit, one must be both:
    - the municipality's coordinator of this case
    - somebody else than who proposed it
    """
    return leads(clearance, case, teams) and exit_.author_id != clearance.user_id


def can_establish(clearance: Clearance, case: Case, teams: Teams, exit_: Exit) -> bool:
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
        and case.state == CaseState.EXITED
        and stuck
        and can_confirm(clearance, case, teams, exit_)
    )


def claim_team(clearance: Clearance, case: Case, teams: Teams, exit_: Exit) -> int | None:
    """In the name of which of her teams a worker confirms or refutes what is claimed:
    - of a confirmed exit with a durable outcome
    - a team of the partner that is competent for it, in this case, writing outcomes
    - which did not claim it itself, nor did this worker for another team of hers
    """
    if exit_.confirmed_on is None or exit_.author_id == clearance.user_id:
        return None
    for seat in clearance.seats_writing(case, Category.OUTCOME):
        team = teams.get(seat.team)
        competent = team and team.organisation.kind in COMPETENT.get(exit_.outcome, ())
        if competent and seat.team != exit_.author_team_id:
            return seat.team
    return None


def answers_for(clearance: Clearance, case: Case, teams: Teams, exit_: Exit) -> list[int]:
    """The competent partners on whose behalf the coordinator records an answer that came on
    paper (R20); for onward migration also her own team, on documentary evidence. Not for what
    she claimed herself."""
    if (
        exit_.confirmed_on is None
        or not leads(clearance, case, teams)
        or exit_.author_id == clearance.user_id
    ):
        return []
    kinds = COMPETENT.get(exit_.outcome, ())
    asked = [pk for pk in case.team_ids if pk in teams and teams[pk].organisation.kind in kinds]
    own = team_of_kind(clearance, case, teams, (K.MUNICIPALITY,))
    return [*asked, own] if own and exit_.outcome == X.ONWARD_MIGRATION else asked


def check_team(clearance: Clearance, case: Case, teams: Teams, exit_: Exit) -> int | None:
    """In the name of which of her teams a worker records a check:
    - the case manager's; or that of the partner that is competent for the outcome
    - or that of a partner which follows what is not durable yet
    """
    if case.case_manager_id == clearance.user_id and case.lead_team_id in clearance.teams:
        return case.lead_team_id if clearance.writes(case, Category.OUTCOME) else None
    follows = FOLLOWS.get(exit_.outcome, ()) if exit_.confirmed_on is not None else ()
    writing = (seat.team for seat in clearance.seats_writing(case, Category.OUTCOME))
    following = (
        team for team in writing if team in teams and teams[team].organisation.kind in follows
    )
    return claim_team(clearance, case, teams, exit_) or next(following, None)


def can_take_back(clearance: Clearance, case: Case, check: FollowUpCheck) -> bool:
    """To take a check back, one must be writing outcomes in this case for the team that recorded
    it, until the case is archived."""
    open_still = case.state in (CaseState.EXITED, CaseState.IN_AFTERCARE)
    return open_still and any(
        seat.team == check.author_team_id
        for seat in clearance.seats_writing(case, Category.OUTCOME)
    )
