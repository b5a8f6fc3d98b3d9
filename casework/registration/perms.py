"""Who may register, and for whom. Every line of a docstring is a line of the code."""

from casework.cases.case_reader import CaseReader
from casework.cases.perms import registers
from governance.access.clearance import Clearance
from governance.access.enums import Category
from partners.organisations.models import Team


def registering_teams(clearance: Clearance, also: Category = Category.IDENTITY) -> list[Team]:
    """For which of her teams this worker may register somebody:
    - caseworker or coordinator there
    - writing and reading identity there, and writing what else the registration records
    - a team that registers
    """
    mine = [
        seat.team
        for seat in clearance.seats
        if Category.IDENTITY in seat.writes & seat.reads and also in seat.writes
    ]
    teams = Team.objects.filter(pk__in=mine).select_related("organisation", "pilot__municipality")
    return [team for team in teams if registers(team)]


def can_complete_registration(reader: CaseReader) -> bool:
    """To record the briefing or judge doubles afterwards, one must be all of:
    - working for the team that leads the case, or for the municipality that coordinates it
    - allowed to write its identity
    """
    return (reader.team_leads or reader.coordinates) and reader.writes(Category.IDENTITY)
