"""Who takes part in a case: involving a further team, and ending a follow-up."""

from datetime import date

from django.db import connection, transaction
from django.utils import timezone

from casework.cases.enums import Ground
from casework.cases.models import Case, Involvement
from governance.access.clearance import Clearance
from governance.access.enums import Category
from partners.accountability.history import because
from partners.organisations.enums import TeamFunction
from partners.organisations.models import Team


class AlreadyInvolved(Exception):
    """The team takes part already; two workers were quick."""


def team_reads(team_ids: list[int]) -> dict[int, dict[str, str]]:
    """For each team, which categories it reads or writes today: from the rule that decides, for "who sees what"."""
    found: dict[int, dict[str, str]] = {team: {} for team in team_ids}
    with connection.cursor() as cursor:
        cursor.execute("SELECT team_id, category, verb FROM access_readers(%s)", [team_ids])
        for team, category, verb in sorted(cursor.fetchall(), key=lambda row: row[2]):
            row = found[team]
            if verb == "read":
                row[category] = "read"
            else:  # sorted, so reading was seen before writing
                row[category] = "write" if category in row else "write_own"
    return found


@transaction.atomic
def involve(
    case: Case, team: Team, *, by: Clearance, ground: Ground, explanation: str, until: date | None
) -> Involvement:
    case = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if Involvement.objects.in_force().filter(case=case, team=team).exists():
        raise AlreadyInvolved
    involvement = Involvement(case=case, team=team, ground=ground, explanation=explanation, until=until)
    because(involvement, ground.value)
    involvement.save()
    return involvement


@transaction.atomic
def end_involvement(involvement: Involvement, *, by: Clearance) -> None:
    """From today the team sees nothing of the case any more; what it wrote stays."""
    case = Case.objects.select_for_update(of=("self",)).get(pk=involvement.case_id)
    involvement = Involvement.objects.select_related("team").get(pk=involvement.pk, case=case)
    involvement.until = timezone.localdate()
    because(involvement, "ended")
    involvement.save()


def shown_categories(case: Case, clearance: Clearance) -> list[Category]:
    """The categories this reader may know of in this case, in the order of the matrix."""
    return [category for category in Category if clearance.reads(case, category)]


# What taking part gives away: that a shelter team takes part says that the person is sheltered.
TELLS_BY_FUNCTION = {
    TeamFunction.SHELTER: Category.CONTACT_SHELTER,
    TeamFunction.CARE: Category.MEDICAL_LIMITATION,
}
TELLS_BY_GROUND = {
    Ground.FIRST_SHELTER: Category.CONTACT_SHELTER,
    Ground.STAY: Category.CONTACT_SHELTER,
    Ground.GUIDANCE: Category.GUIDANCE,
    Ground.CARE: Category.MEDICAL_LIMITATION,
    Ground.LEGAL_AID: Category.LEGAL_AID,
}


def knows_team(clearance: Clearance, case: Case, team: Team) -> bool:
    """Whether this reader may know that the team takes part: her own, or one that tells nothing she may not read."""
    category = TELLS_BY_FUNCTION.get(TeamFunction(team.function))
    return team.pk in clearance.teams or category is None or clearance.reads(case, category)


def known_partners(clearance: Clearance, case: Case, teams: dict[int, Team]) -> list[Team]:
    return [teams[pk] for pk in case.team_ids if pk in teams and knows_team(clearance, case, teams[pk])]


def shown_ground(clearance: Clearance, case: Case, row: Involvement) -> tuple[str, str]:
    """Why a team takes part, in as many words as this reader may have: ground and explanation, or neither."""
    category = TELLS_BY_GROUND.get(Ground(row.ground))
    if row.team_id in clearance.teams or category is None or clearance.reads(case, category):
        return str(row.get_ground_display()), row.explanation
    return "", ""
