"""A changed matrix stands on true consent: which parties must agree to a proposal, and how each
does: advice, decision on paper, confirmation."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import override

from governance.access.clearance import Clearance
from governance.access.enums import Category
from governance.convenants.enums import Cell
from governance.convenants.matrix import MatrixCell, matrix_of
from governance.convenants.models import (
    Approval,
    Convenant,
    ConvenantGroupObjectPermission,
    ConvenantParty,
    Proposal,
)
from governance.convenants.template_convenant import VERBS
from lvv.common.refusal import NotDone
from partners.accountability.history import set_change_reason
from partners.accountability.models import OutboxMessage
from partners.organisations.enums import OVERSIGHT_ROLES, TEAM_ROLES, OrganisationKind, Role
from partners.organisations.models import Membership, Organisation, Team


class Decided(NotDone):
    """It was decided or confirmed meanwhile."""


@dataclass(frozen=True)
class Change:
    """One cell that a proposal changes: of which team and category, from what into what."""

    team: Team
    category: Category
    now: Cell
    then: Cell

    @property
    def gains(self) -> set[str]:
        """Of "read" and "write", what the team may do more than now."""
        return set(VERBS[self.then]) - set(VERBS[self.now])


def changes_of(proposal: Proposal) -> list[Change]:
    _teams, matrix = matrix_of(proposal.convenant)
    here = Team.objects.filter(pilot=proposal.convenant.pilot).select_related("organisation")
    teams = {team.pk: team for team in here}
    return [
        Change(
            teams[int(team)],
            Category(category),
            matrix.get(int(team), {}).get(Category(category), MatrixCell(Cell.NONE)).cell,
            Cell(cell),
        )
        for team, row in proposal.changes.items()
        for category, cell in row.items()
    ]


def writers(pilot_id: int) -> dict[str, set[int]]:
    """Keys of the organisations that write each category in this pilot, or ever could, under
    whatever agreement: what they wrote then opens too."""
    cells = ConvenantGroupObjectPermission.objects.filter(
        content_object__in=Convenant.objects.filter(pilot=pilot_id, in_force_from__isnull=False),
        permission__codename__startswith="write_",
    )
    result: dict[str, set[int]] = defaultdict(set)
    for codename, organisation in cells.values_list(
        "permission__codename", "group__team__organisation"
    ):
        result[codename.removeprefix("write_")].add(organisation)
    return result


def parties_to_agree(proposal: Proposal) -> dict[int, list[Change]]:
    """For each organisation that must agree, the cells to which it does: who reads or writes more
    by them, and whose records they open further. Empty for a proposal that only narrows."""
    result: dict[int, list[Change]] = defaultdict(list)
    writing = writers(proposal.convenant.pilot_id)
    for change in changes_of(proposal):
        if not change.gains:
            continue
        opened = writing[change.category] if "read" in change.gains else set()
        for organisation in {change.team.organisation_id} | opened:
            result[organisation].append(change)
    return dict(result)


@transaction.atomic
def propose(proposal: Proposal) -> None:
    """Save a new proposal, with the approvals it waits for, and tell all parties."""
    proposal.save()
    wanted = parties_to_agree(proposal)
    organisations = Organisation.objects.in_bulk(wanted)
    for key, changes in wanted.items():
        opened = {c.category for c in changes if c.team.organisation_id != key}
        Approval.objects.create(
            proposal=proposal,
            organisation=organisations[key],
            cells=_cells(changes),
            opens_police_records=bool(opened) and organisations[key].kind == OrganisationKind.AVIM,
            opens_criminal_data=Category.PUBLIC_ORDER in opened,
        )
    notify_parties(proposal, _("Another matrix is proposed"))


def missing(proposal: Proposal) -> list[str]:
    """Names of the parties that have not agreed, for which a proposal waits. Also of one that came
    to write after the proposal was made: then it is to be proposed anew."""
    approvals = {row.organisation_id: row for row in proposal.approvals.all()}
    late = [
        key
        for key, changes in parties_to_agree(proposal).items()
        if key not in approvals or not set(_cells(changes)) <= set(approvals[key].cells)
    ]
    waiting = [row.organisation_id for row in approvals.values() if row.confirmed_at is None]
    names = Organisation.objects.filter(pk__in=[*late, *waiting]).order_by("name")
    return list(names.values_list("name", flat=True))


def _cells(changes: list[Change]) -> list[str]:
    return sorted(f"{change.team.pk}:{change.category}" for change in changes)


@transaction.atomic
def advise(approval: Approval, advice: str, text: str, *, by: Clearance) -> None:
    """The privacy officer's advice to her own organisation."""
    row = _open(approval)
    row.advice, row.advice_text = advice, text
    row.advised_by, row.advised_on = by.user, timezone.localdate()
    _save(row, "advised")


@transaction.atomic
def object_to(approval: Approval, text: str, *, by: Clearance) -> None:
    """The data protection officer's objection: everybody reads it, and it decides nothing."""
    row = _open(approval)
    row.objection, row.objected_by = text, by.user
    row.objected_at = timezone.now()
    _save(row, "objected")


@transaction.atomic
def record_decision(approval: Approval, data: dict[str, Any], *, by: Clearance) -> None:
    """What the organisation's mandated decider agreed to in writing, as one person records it."""
    row = _open(approval)
    for name, value in data.items():
        setattr(row, name, value)
    row.recorded_by, row.recorded_at = by.user, timezone.now()
    _save(row, "recorded")


@transaction.atomic
def confirm_decision(approval: Approval, *, by: Clearance) -> None:
    """The organisation's own contact confirms what was recorded, as she read it. Raises Decided if
    that changed meanwhile."""
    row = _open(approval)
    if row.recorded_at != approval.recorded_at:
        raise Decided
    row.confirmed_by, row.confirmed_at = by.user, timezone.now()
    _save(row, "confirmed")


def _open(approval: Approval) -> Approval:
    """The approval, locked after its proposal. Raises Decided if one of them was decided."""
    proposal = Proposal.objects.select_for_update(of=("self",)).get(pk=approval.proposal_id)
    row = Approval.objects.select_for_update(of=("self",)).get(pk=approval.pk)
    if proposal.decided_at or row.confirmed_at:
        raise Decided
    return row


def _save(row: Approval, reason: str) -> None:
    set_change_reason(row, reason)
    row.save()


def sign(old: Convenant, new: Convenant, proposal: Proposal) -> None:
    """The parties of a new version: who agreed to this proposal, on that day; the others stand on
    what they signed, which this version opens no further for them."""
    agreed: dict[int, date | None] = dict(
        proposal.approvals.values_list("organisation_id", "agreed_on")
    )
    ConvenantParty.objects.bulk_create(
        ConvenantParty(
            convenant=new,
            organisation_id=party.organisation_id,
            signed_on=agreed.get(party.organisation_id),
            stands_on=None if party.organisation_id in agreed else party,
        )
        for party in old.parties.all()
    )


def notify_parties(proposal: Proposal, subject: Promise | str) -> None:
    """A message to the officers and coordinators of every organisation in this pilot that is party
    or must agree; where there are none, to the members of its teams there. It names no cell."""
    convenant = proposal.convenant
    organisations = set(convenant.parties.values_list("organisation_id", flat=True))
    organisations |= set(proposal.approvals.values_list("organisation_id", flat=True))
    in_office = Q(role__in=OVERSIGHT_ROLES) | Q(role=Role.COORDINATOR, team__pilot=convenant.pilot)
    members = Membership.objects.in_force().filter(
        organisation__in=organisations, user__is_active=True
    )
    chosen = list(members.filter(in_office))
    without = organisations - {member.organisation_id for member in chosen}
    chosen += members.filter(
        organisation__in=without, role__in=TEAM_ROLES, team__pilot=convenant.pilot
    )
    with override("nl"):
        body = _("%(agreement)s, %(pilot)s. Sign in to read what is proposed or changed.") % {
            "agreement": convenant.title,
            "pilot": convenant.pilot.name,
        }
        OutboxMessage.objects.bulk_create(
            OutboxMessage(user_id=user, subject=str(subject), body=body)
            for user in sorted({member.user_id for member in chosen})
        )
