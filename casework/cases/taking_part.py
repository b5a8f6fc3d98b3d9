"""Who takes part in a case, for its page."""

from typing import Any

from casework.cases import perms
from casework.cases.case_reader import CaseReader
from casework.cases.models import Involvement
from casework.cases.partners import with_teams


def involvements_of(reader: CaseReader) -> list[Involvement]:
    """The involvements in sight: of the team that leads first, then as they began."""
    rows = Involvement.objects.filter(case=reader.case).select_related("worker")
    return sorted(
        with_teams(rows, reader.teams, "team"),
        key=lambda row: (row.team_id != reader.case.lead_team_id, row.since, row.pk),
    )


def partners(reader: CaseReader, involvements: list[Involvement]) -> dict[str, Any]:
    """Who takes part, who manages the case, and what this worker may change about that."""
    lead = reader.teams.get(reader.case.lead_team_id)
    knows_lead = lead is None or reader.may_know(lead)
    return {
        "involvements": [
            (
                row,
                perms.can_end_involvement(reader, row),
                perms.can_become_contact(reader.clearance, row),
                reader.knows_ground(row),
                perms.can_give_contact(reader, row),
            )
            for row in involvements
            if row.holds
        ],
        "can_involve": perms.can_involve(reader),
        "can_take_over": perms.can_take_over(reader),
        "manages": reader.manages,
        "gives": perms.can_give(reader),
        "manager_known": knows_lead,
        "lead": lead if knows_lead else None,
    }
