"""A changed matrix as a new version of its agreement."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.access.clearance import Clearance
from governance.access.enums import Category
from governance.convenants.approvals import changes_of, missing, notify_parties, sign
from governance.convenants.enums import Cell
from governance.convenants.matrix import MatrixCell, matrix_of, may_be_given
from governance.convenants.models import Convenant, ConvenantArticle, Proposal
from governance.convenants.template_convenant import GivenCell, write_cells
from lvv.common.refusal import NotDone
from partners.accountability.history import set_change_reason
from partners.organisations.models import Team


class OutOfDate(NotDone):
    """The agreement is no longer the version this proposal was made for."""


class Waits(NotDone):
    """Not every party has agreed yet; its page names those that have not."""

    template = "governance/convenants/waits.html"

    def __init__(self, parties: list[str]) -> None:
        super().__init__(", ".join(parties))
        self.parties = parties

    def context(self) -> dict[str, Any]:
        return {"parties": self.parties}


@transaction.atomic
def activate(proposal: Proposal, *, by: Clearance, on: date | None = None) -> Convenant:
    """End the present version today and let the proposed one begin: a new version with cells of
    its own, signed by the parties that agreed to it. Raises OutOfDate or Waits."""
    day = on or timezone.localdate()
    proposal = Proposal.objects.select_for_update(of=("self",)).get(pk=proposal.pk)
    old = Convenant.objects.select_for_update(of=("self",)).get(pk=proposal.convenant_id)
    if proposal.decided_at or not Convenant.objects.in_force(day).filter(pk=old.pk).exists():
        raise OutOfDate
    if waits := missing(proposal):
        raise Waits(waits)
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
    sign(old, new, proposal)
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
    gained = {(c.team.pk, c.category) for c in changes_of(proposal) if "read" in c.gains}
    grounds = _further_grounds(proposal)
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
                    Cell(wanted),
                    proposal.article,
                    proposal.purpose,
                    proposal.legal_basis,
                    grounds if (team.pk, category) in gained else kept.further_basis,
                )
            )
            given.append(
                GivenCell(
                    team,
                    category,
                    cell.cell,
                    cell.article,
                    cell.purpose,
                    cell.legal_basis,
                    cell.further_basis,
                )
            )
    write_cells(new, given)
    proposal.decided_by, proposal.decided_at, proposal.result = by.user, timezone.now(), new
    proposal.save()
    notify_parties(proposal, _("Another matrix is in force"))
    return new


def _further_grounds(proposal: Proposal) -> str:
    """On what, besides the legal basis, the parties open police records and criminal data."""
    return "; ".join(row.further_basis for row in proposal.approvals.all() if row.further_basis)


def _with_new_teams(teams: list[Team], proposal: Proposal) -> Iterable[Team]:
    known = {team.pk for team in teams}
    added = [int(team) for team in proposal.changes if int(team) not in known]
    return [*teams, *Team.objects.filter(pk__in=added).select_related("group", "organisation")]
