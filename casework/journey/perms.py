"""Who may take which step. Every line of a docstring is a line of the code."""

from casework.cases.case_reader import CaseReader
from casework.cases.perms import registers_people
from governance.access.enums import Category
from partners.organisations.enums import OrganisationKind, Role, TeamFunction
from partners.organisations.models import Team

Teams = dict[int, Team]
FACILITY = (OrganisationKind.MUNICIPALITY, OrganisationKind.NGO, OrganisationKind.SHELTER_OPERATOR)
SERVICES = (OrganisationKind.IND, OrganisationKind.DTV)


def team_of_kind(reader: CaseReader, kinds: tuple[OrganisationKind, ...]) -> int | None:
    """A team of hers in this case that is:
    - the general team of an organisation of one of these kinds
    - writing what the conference shares
    """
    for seat in reader.seats_writing(Category.CONFERENCE):
        team = reader.teams.get(seat.team)
        if team and team.organisation.kind in kinds and team.function == TeamFunction.GENERAL:
            return seat.team
    return None


def guides(reader: CaseReader) -> bool:
    """A municipal or NGO caseworker of this case."""
    return team_of_kind(reader, FACILITY) is not None


def leads(reader: CaseReader) -> bool:
    """The municipality's coordinator of its pilot, in a team involved in this case that writes
    for the conference."""
    return (
        reader.coordinates
        and reader.has_role(Role.COORDINATOR)
        and team_of_kind(reader, (OrganisationKind.MUNICIPALITY,)) is not None
    )


def manages(reader: CaseReader) -> bool:
    """The case manager of this case, while she works for the team that leads it and writes for
    the conference."""
    return reader.manages and reader.team_leads and reader.writes(Category.CONFERENCE)


def serves(reader: CaseReader) -> bool:
    """A caseworker of the immigration or the departure service in this case, or the coordinator
    on its behalf (R20)."""
    return team_of_kind(reader, SERVICES) is not None or leads(reader)


def registers(reader: CaseReader) -> bool:
    """A municipal or NGO caseworker, or a shelter team, of a pilot that takes new cases."""
    return registers_people(reader.clearance, reader.teams)


def takes_over(reader: CaseReader) -> bool:
    """The municipality's coordinator, with a list that says how far each case came."""
    return bool(reader.clearance.coordinated) and registers_people(reader.clearance, reader.teams)
