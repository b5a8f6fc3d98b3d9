from governance.access.clearance import Clearance
from governance.convenants.approvals import changes_of
from governance.convenants.enums import ConvenantKind
from governance.convenants.models import Approval, Convenant, Proposal
from partners.accounts.counterparts import is_counterpart
from partners.organisations.enums import Role, TeamFunction
from partners.organisations.models import Team


def can_propose(clearance: Clearance, convenant: Convenant) -> bool:
    """To propose another matrix, one must be all of:
    - coordinator in the pilot of this agreement
    - about the version that is in force, and no custody agreement: that gives what its team read
      when it was signed
    - with no other proposal open
    """
    return (
        clearance.coordinates(convenant.pilot_id)
        and convenant.kind != ConvenantKind.CUSTODY_AGREEMENT
        and Convenant.objects.in_force().filter(pk=convenant.pk).exists()
        and not convenant.proposals.filter(decided_at=None).exists()
    )


def can_decide(clearance: Clearance, proposal: Proposal) -> bool:
    """To activate or decline a proposal, one must be all of:
    - privacy officer of a party whose own teams gain nothing by it
    - of the pilot's municipality, which answers for the facility, unless its own teams gain
    - counterpart of who proposed it
    - while it is undecided
    """
    parties = set(proposal.convenant.parties.values_list("organisation_id", flat=True))
    gaining = {change.team.organisation_id for change in changes_of(proposal) if change.gains}
    municipality = proposal.convenant.pilot.municipality_id
    able = parties - gaining if municipality in gaining else {municipality}
    return (
        proposal.decided_at is None
        and bool(clearance.organisations_as(Role.PRIVACY_OFFICER) & able)
        and is_counterpart(proposal.proposed_by_id, clearance.user_id)
    )


def _works_for(clearance: Clearance, approval: Approval) -> bool:
    """In the team with which this organisation takes part in this pilot, not in one for shelter,
    care or legal aid, or as its privacy officer."""
    pilot = approval.proposal.convenant.pilot_id
    here = [
        seat.team
        for seat in clearance.seats
        if seat.organisation == approval.organisation_id and seat.pilot == pilot
    ]
    return (
        approval.organisation_id in clearance.organisations_as(Role.PRIVACY_OFFICER)
        or Team.objects.filter(pk__in=here, function=TeamFunction.GENERAL).exists()
    )


def _is_open(approval: Approval) -> bool:
    return approval.confirmed_at is None and approval.proposal.decided_at is None


def can_advise(clearance: Clearance, approval: Approval) -> bool:
    """To advise an organisation on a proposal, one must be both:
    - its privacy officer, never its data protection officer
    - while the approval is open
    """
    officer = approval.organisation_id in clearance.organisations_as(Role.PRIVACY_OFFICER)
    return officer and _is_open(approval)


def can_object(clearance: Clearance, approval: Approval) -> bool:
    """To object to what an organisation is asked to agree to, one must be both:
    - its data protection officer
    - while the approval is open
    """
    officer = approval.organisation_id in clearance.organisations_as(Role.DATA_PROTECTION_OFFICER)
    return officer and _is_open(approval)


def can_record(clearance: Clearance, approval: Approval) -> bool:
    """To record what an organisation agreed to on paper, one must be both:
    - working for it in this pilot, its privacy officer, or the coordinator of the pilot
    - while the approval is open, after the advice of its privacy officer
    """
    coordinates = clearance.coordinates(approval.proposal.convenant.pilot_id)
    return (
        _is_open(approval)
        and approval.advised_by_id is not None
        and (coordinates or _works_for(clearance, approval))
    )


def can_confirm(clearance: Clearance, approval: Approval) -> bool:
    """To confirm that an organisation agreed, one must be all of:
    - working for it in this pilot, or its privacy officer
    - counterpart of who recorded it, and of who proposed the change
    - while the approval is open, after the advice and the decision
    """
    return (
        _is_open(approval)
        and approval.advised_by_id is not None
        and approval.recorded_by_id is not None
        and _works_for(clearance, approval)
        and is_counterpart(approval.recorded_by_id, clearance.user_id)
        and is_counterpart(approval.proposal.proposed_by_id, clearance.user_id)
    )
