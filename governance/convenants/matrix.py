"""The sharing matrix as people read it."""

from dataclasses import dataclass

from governance.access.enums import Category
from governance.convenants.enums import Cell
from governance.convenants.models import Convenant, ConvenantGroupObjectPermission
from partners.organisations.enums import OrganisationKind, TeamFunction
from partners.organisations.models import Team


@dataclass(frozen=True)
class MatrixCell:
    cell: Cell
    article: str = ""
    purpose: str = ""
    legal_basis: str = ""
    further_basis: str = ""


Matrix = dict[int, dict[Category, MatrixCell]]


def matrix_of(convenant: Convenant) -> tuple[list[Team], Matrix]:
    """The teams in this agreement and what each may do with each category."""
    result: dict[tuple[int, str], dict[str, ConvenantGroupObjectPermission]] = {}
    teams: dict[int, Team] = {}
    cells = ConvenantGroupObjectPermission.objects.filter(content_object=convenant).select_related(
        "permission", "group__team__organisation"
    )
    for row in cells:
        verb, _, category = row.permission.codename.partition("_")
        team = row.group.team
        teams[team.pk] = team
        result.setdefault((team.pk, category), {})[verb] = row
    matrix: Matrix = {team: dict.fromkeys(Category, MatrixCell(Cell.NONE)) for team in teams}
    for (team_id, category), verbs in result.items():
        row = verbs.get("write") or verbs["read"]
        cell = (
            Cell.READ if "write" not in verbs else Cell.WRITE if "read" in verbs else Cell.WRITE_OWN
        )
        matrix[team_id][Category(category)] = MatrixCell(
            cell, row.article, row.purpose, row.legal_basis, row.further_basis
        )
    order = sorted(
        teams.values(),
        key=lambda team: (team.organisation.kind, team.organisation.name, team.function),
    )
    return order, matrix


# No matter of agreement (R17, R18): what is said to a lawyer or a doctor stays with the team it was
# said to.
CONFIDENTIAL = {Category.LEGAL_AID: TeamFunction.LEGAL, Category.MEDICAL_CONTENT: TeamFunction.CARE}


def may_be_given(team: Team, category: Category) -> bool:
    """Whether a proposal may give this team anything of this category."""
    return category not in CONFIDENTIAL or (
        team.function == CONFIDENTIAL[category] and team.organisation.kind == OrganisationKind.NGO
    )
