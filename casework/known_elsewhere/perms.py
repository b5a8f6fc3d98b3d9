from casework.cases.case_reader import CaseReader
from governance.access.enums import Category
from partners.organisations.enums import OrganisationKind

ASKS = (OrganisationKind.MUNICIPALITY, OrganisationKind.NGO, OrganisationKind.SHELTER_OPERATOR)


def can_ask(reader: CaseReader) -> bool:
    """To ask whether somebody is known elsewhere, one must be all of:
    - about a case that is open
    - in a team of the municipality or an NGO that takes part in it, reading and writing who she is
    """
    return reader.case.left_on is None and any(
        Category.IDENTITY in seat.reads
        and seat.team in reader.teams
        and reader.teams[seat.team].organisation.kind in ASKS
        for seat in reader.seats_writing(Category.IDENTITY)
    )
