from casework.cases.models import Case
from governance.access.clearance import Clearance
from governance.access.enums import Category
from partners.organisations.enums import OrganisationKind
from partners.organisations.models import Team

ASKS = (OrganisationKind.MUNICIPALITY, OrganisationKind.NGO, OrganisationKind.SHELTER_OPERATOR)


def can_ask(clearance: Clearance, case: Case, teams: dict[int, Team]) -> bool:
    """To ask whether somebody is known elsewhere, one must be all of:
    - about a case that is open
    - in a team of the municipality or an NGO that takes part in it, reading and writing who she is
    """
    return case.is_open and any(
        Category.IDENTITY in seat.reads
        and seat.team in teams
        and teams[seat.team].organisation.kind in ASKS
        for seat in clearance.seats_writing(case, Category.IDENTITY)
    )
