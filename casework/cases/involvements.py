"""R7: the departure service, and when it takes part."""

from casework.cases.enums import Ground
from casework.cases.models import Case, Involvement
from partners.organisations.enums import OrganisationKind, TeamFunction
from partners.organisations.models import Team


def departure_team(pilot: int) -> Team | None:
    general = Team.objects.filter(pilot=pilot, function=TeamFunction.GENERAL)
    return general.filter(organisation__kind=OrganisationKind.DTV).first()


def involve_departure_service(case: Case) -> None:
    """R7: from the first shelter or guidance on, DT&V takes part. Whether it does, the case says
    also to who may not know of it."""
    team = departure_team(case.pilot_id)
    taking_part = Case.objects.values_list("team_ids", flat=True).get(pk=case.pk)
    if team and team.pk not in taking_part:
        Involvement.objects.create(case=case, team=team, ground=Ground.MADE_KNOWN)
