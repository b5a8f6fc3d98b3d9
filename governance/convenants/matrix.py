"""The sharing matrix as people read it, and a changed one as a new version."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from governance.access.clearance import Clearance
from governance.access.enums import Category
from governance.convenants.enums import Cell
from governance.convenants.models import (
    Convenant,
    ConvenantArticle,
    ConvenantGroupObjectPermission,
    ConvenantParty,
    Proposal,
)
from governance.convenants.template_convenant import GivenCell, write_cells
from lvv.common.refusal import NotDone
from partners.accountability.history import set_change_reason
from partners.organisations.enums import OrganisationKind, TeamFunction
from partners.organisations.models import Team


@dataclass(frozen=True)
class MatrixCell:
    cell: Cell
    article: str = ""
    purpose: str = ""
    legal_basis: str = ""


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
            cell, row.article, row.purpose, row.legal_basis
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


class OutOfDate(NotDone):
    """The agreement is no longer the version this proposal was made for."""


@transaction.atomic
def activate(proposal: Proposal, *, by: Clearance, on: date | None = None) -> Convenant:
    """End the present version today and let the proposed one begin: a new version with cells of
    its own."""
    day = on or timezone.localdate()
    proposal = Proposal.objects.select_for_update(of=("self",)).get(pk=proposal.pk)
    old = Convenant.objects.select_for_update(of=("self",)).get(pk=proposal.convenant_id)
    if proposal.decided_at or not Convenant.objects.in_force(day).filter(pk=old.pk).exists():
        raise OutOfDate
    teams, matrix = matrix_of(old)
    until, old.in_force_until = old.in_force_until, day
    set_change_reason(old, "replaced by a new version")
    old.save()
    latest = (
        Convenant.objects.filter(pilot=old.pilot, kind=old.kind)
        .order_by("-version")
        .values_list("version", flat=True)
    )
    new = Convenant(
        pilot=old.pilot,
        kind=old.kind,
        version=latest[0] + 1,
        title=old.title,
        agreed_on=day,
        in_force_from=day,
        in_force_until=until,
        aim=old.aim,
        form=old.form,
        content=old.content,
        themes=old.themes,
        ground_rules=old.ground_rules,
        expected_value=old.expected_value,
        replaces=old,
        proposed_by=proposal.proposed_by,
        activated_by=by.user,
    )
    set_change_reason(new, "matrix changed")
    new.save()
    ConvenantParty.objects.bulk_create(
        ConvenantParty(
            convenant=new, organisation_id=party.organisation_id, signed_on=party.signed_on
        )
        for party in old.parties.all()
    )
    ConvenantArticle.objects.bulk_create(
        ConvenantArticle(
            convenant=new,
            number=article.number,
            title=article.title,
            text=article.text,
            allows=article.allows,
        )
        for article in old.articles.all()
    )
    given = []
    for team in _with_new_teams(teams, proposal):
        for category in Category:
            kept = matrix.get(team.pk, {}).get(category, MatrixCell(Cell.NONE))
            wanted = proposal.cell(team, category)
            if wanted not in (None, Cell.NONE) and not may_be_given(team, category):
                wanted = None
            cell = (
                kept
                if wanted is None
                else MatrixCell(
                    Cell(wanted), proposal.article, proposal.purpose, proposal.legal_basis
                )
            )
            given.append(
                GivenCell(team, category, cell.cell, cell.article, cell.purpose, cell.legal_basis)
            )
    write_cells(new, given)
    proposal.decided_by, proposal.decided_at, proposal.result = by.user, timezone.now(), new
    proposal.save()
    return new


def _with_new_teams(teams: list[Team], proposal: Proposal) -> Iterable[Team]:
    known = {team.pk for team in teams}
    added = [int(team) for team in proposal.changes if int(team) not in known]
    return [*teams, *Team.objects.filter(pk__in=added).select_related("group", "organisation")]
