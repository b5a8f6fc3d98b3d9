"""Who may take which step. Every line of a docstring is a line of the code."""

from casework.cases.models import Case
from casework.cases.perms import registers_people
from governance.access.clearance import Clearance
from governance.access.enums import Category
from partners.organisations.enums import OrganisationKind, Role, TeamFunction
from partners.organisations.models import Team

Teams = dict[int, Team]
FACILITY = (OrganisationKind.MUNICIPALITY, OrganisationKind.NGO, OrganisationKind.SHELTER_OPERATOR)
SERVICES = (OrganisationKind.IND, OrganisationKind.DTV)


def team_of_kind(
    clearance: Clearance, case: Case, teams: Teams, kinds: tuple[OrganisationKind, ...]
) -> int | None:
    """A team of hers in this case that is:
    - the general team of an organisation of one of these kinds
    - writing what the conference shares
    """
    for seat in clearance.seats_writing(case, Category.CONFERENCE):
        team = teams.get(seat.team)
        if team and team.organisation.kind in kinds and team.function == TeamFunction.GENERAL:
            return seat.team
    return None


def guides(clearance: Clearance, case: Case, teams: Teams) -> bool:
    """A municipal or NGO caseworker of this case."""
    return team_of_kind(clearance, case, teams, FACILITY) is not None


def leads(clearance: Clearance, case: Case, teams: Teams) -> bool:
    """The municipality's coordinator of its pilot, in a team involved in this case that writes
    for the conference."""
    return (
        clearance.coordinates(case.pilot_id)
        and clearance.has_role(Role.COORDINATOR, case)
        and team_of_kind(clearance, case, teams, (OrganisationKind.MUNICIPALITY,)) is not None
    )


def manages(clearance: Clearance, case: Case, teams: Teams) -> bool:
    """The case manager of this case, while she works for the team that leads it and writes for
    the conference."""
    return (
        case.case_manager_id == clearance.user_id
        and case.lead_team_id in clearance.teams
        and clearance.writes(case, Category.CONFERENCE)
    )


def serves(clearance: Clearance, case: Case, teams: Teams) -> bool:
    """A caseworker of the immigration or the departure service in this case, or the coordinator
    on its behalf (R20)."""
    return team_of_kind(clearance, case, teams, SERVICES) is not None or leads(
        clearance, case, teams
    )


def registers(clearance: Clearance, case: Case | None, teams: Teams) -> bool:
    """A municipal or NGO caseworker, or a shelter team, of a pilot that takes new cases."""
    return registers_people(clearance, teams)


def takes_over(clearance: Clearance, case: Case | None, teams: Teams) -> bool:
    """The municipality's coordinator, with a list that says how far each case came."""
    return bool(clearance.coordinated) and registers_people(clearance, teams)
