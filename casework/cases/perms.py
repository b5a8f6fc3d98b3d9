"""Who may do what with a case. Every line of a docstring is a line of the code, and names the
object."""

from django.utils import timezone

from casework.cases.case_reader import CaseReader
from casework.cases.enums import ADMITTED_STATES
from casework.cases.models import Case, Involvement
from casework.shelter.stays import shelter_is_running
from governance.access.clearance import Clearance
from governance.access.enums import Category
from lvv.common.periods import is_over
from partners.organisations.enums import OrganisationKind, Role, TeamFunction
from partners.organisations.models import Team

MUNICIPAL, NGO = (
    OrganisationKind.MUNICIPALITY,
    (OrganisationKind.NGO, OrganisationKind.SHELTER_OPERATOR),
)


def registers(team: Team) -> bool:
    """Teams that register people (T1) are all of:
    - municipal, or an NGO's general or shelter team
    - of a pilot that is open and takes new cases
    """
    return (
        team.organisation.kind == MUNICIPAL
        or (
            team.organisation.kind in NGO
            and team.function in (TeamFunction.GENERAL, TeamFunction.SHELTER)
        )
    ) and team.pilot.takes_new_cases(timezone.localdate())


def registers_people(clearance: Clearance, teams: dict[int, Team]) -> bool:
    """To be offered the registration, one must work for a team that registers."""
    return any(registers(teams[team]) for team in clearance.teams)


def exporting_teams(clearance: Clearance, teams: dict[int, Team]) -> list[int]:
    """The teams of this worker of whose cases she may take the list out as a file: others than of
    the aliens police, to which nobody gives people in bulk."""
    return [
        team
        for team in clearance.teams
        if team in teams and teams[team].organisation.kind != OrganisationKind.AVIM
    ]


def exports_lists(clearance: Clearance, teams: dict[int, Team]) -> bool:
    """To take the list of cases out as a file, one must be both:
    - seeing cases
    - in a team that exports
    """
    return clearance.sees_cases and bool(exporting_teams(clearance, teams))


def can_involve(reader: CaseReader) -> bool:
    """To involve a further team, one must be all of:
    - case manager of this case, or the municipality's coordinator of its pilot, in a team involved
      in it
    - of a case that is not archived, and whose dossier was not handed over
    """
    return (
        reader.case.state != "archived"
        and reader.case.read_only_from is None
        and (
            (reader.manages and reader.writes(Category.IDENTITY))
            or (reader.has_role(Role.COORDINATOR) and reader.coordinates)
        )
    )


def must_be_known_to_dtv(case: Case) -> bool:
    """R7: whoever receives shelter or guidance is known to the departure service."""
    return case.is_open and (case.state in ADMITTED_STATES or shelter_is_running(case.pk))


def can_end_involvement(reader: CaseReader, involvement: Involvement) -> bool:
    """To end the involvement of a team, one must be all of:
    - of an involvement in this case that has not ended, of a dossier that was not handed over
    - working for that team, or allowed to involve teams in this case
    - not about the team that leads the case
    - not about DT&V while the person must be known to it (R7)
    """
    return (
        involvement.case_id == reader.case.pk
        and reader.case.read_only_from is None
        and not is_over(involvement.until)
        and (involvement.team_id in reader.clearance.teams or can_involve(reader))
        and involvement.team_id != reader.case.lead_team_id
        and not (
            involvement.team.organisation.kind == OrganisationKind.DTV
            and must_be_known_to_dtv(reader.case)
        )
    )


def can_become_contact(clearance: Clearance, involvement: Involvement) -> bool:
    """To become the contact of a team in a case, one must be all of:
    - working for that team, and writing something for it
    - of an involvement that holds, of which one is not the contact already
    """
    return (
        involvement.holds
        and involvement.worker_id != clearance.user_id
        and any(seat.team == involvement.team_id and seat.writes for seat in clearance.seats)
    )


def can_give_contact(reader: CaseReader, involvement: Involvement) -> bool:
    """To hand over the part of contact of a team, one must be all of:
    - working for that team, and writing something for it, in a case that was not handed over
    - that contact, or a coordinator of that team, of an involvement that holds, in a case that
      was not left
    - not the case manager's in the team that leads: it goes with the case
    """
    mine = involvement.worker_id == reader.clearance.user_id
    with_case = (involvement.team_id, involvement.worker_id) == (
        reader.case.lead_team_id,
        reader.case.case_manager_id,
    )
    return (
        involvement.holds
        and not with_case
        and reader.case.left_on is None
        and involvement.worker_id is not None
        and reader.case.read_only_from is None
        and any(
            seat.team == involvement.team_id
            and seat.writes
            and (mine or Role.COORDINATOR in seat.roles)
            for seat in reader.clearance.seats
        )
    )


def can_give(reader: CaseReader) -> bool:
    """To give a case to a colleague, one must be both:
    - in the team that leads this case, which was not handed over
    - its case manager, or a coordinator of that team
    """
    coordinates = any(
        seat.team == reader.case.lead_team_id and Role.COORDINATOR in seat.roles
        for seat in reader.clearance.seats
    )
    return (
        reader.team_leads and reader.case.read_only_from is None and (reader.manages or coordinates)
    )


def can_take_over(reader: CaseReader) -> bool:
    """To become case manager, one must be all of:
    - caseworker or coordinator in the team that leads this case
    - not its case manager already
    """
    return reader.team_leads and not reader.manages
