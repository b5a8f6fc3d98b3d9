"""Why can I see this? Answered from the facts the database decided on."""

from dataclasses import dataclass
from datetime import date

from django.db import connection

from casework.cases.case_reader import CaseReader
from casework.cases.models import Involvement
from governance.access.enums import Category
from governance.convenants.models import Convenant, ConvenantGroupObjectPermission
from partners.organisations.models import Team


@dataclass(frozen=True)
class Reason:
    """One way in which this worker sees one category of this case."""

    category: Category
    verb: str
    team: Team
    ground: str
    involved_since: date
    convenant: Convenant
    article: str
    purpose: str
    legal_basis: str
    until: date | None


def explain(reader: CaseReader, category: Category | None = None) -> list[Reason]:
    """Team, involvement and ground, convenant and article, category and end date; one line for
    each right."""
    mine = [team for team in reader.clearance.teams if team in reader.case.team_ids]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT team_id, category, verb, convenant_id, cell_id, until FROM "
            "access_effective_scope"
            " WHERE user_id = %s AND team_id = ANY (%s) AND (%s = '' OR category = %s)",
            [reader.clearance.user_id, mine, category or "", category or ""],
        )
        rows = cursor.fetchall()
    involvements = {
        row.team_id: row
        for row in Involvement.objects.in_force().filter(case=reader.case, team__in=mine)
    }
    own = Team.objects.select_related("organisation", "pilot").in_bulk(mine)
    convenants = Convenant.objects.in_bulk({row[3] for row in rows})
    cells = ConvenantGroupObjectPermission.objects.in_bulk({row[4] for row in rows})
    order = list(Category)
    reasons = {}
    for team, named, verb, convenant, cell, until in rows:
        if team not in involvements:
            continue
        involvement = involvements[team]
        ends = [day for day in (until, involvement.until) if day]
        reason = Reason(
            Category(named),
            verb,
            own[team],
            involvement.get_ground_display(),
            involvement.since,
            convenants[convenant],
            cells[cell].article,
            cells[cell].purpose,
            cells[cell].legal_basis,
            min(ends, default=None),
        )
        # Reading and writing one category under one convenant is one line: writing says more.
        place = (team, named, convenant)
        if place not in reasons or verb == "write":
            reasons[place] = reason
    return sorted(
        reasons.values(), key=lambda reason: (order.index(reason.category), reason.team.pk)
    )
