"""Proposals for another matrix, and the parties that agree to them."""

from django.utils import timezone

from governance.access.clearance import acting_as
from governance.convenants.approvals import advise, confirm_decision, propose, record_decision
from governance.models import Proposal
from partners.models import Membership
from partners.organisations.enums import Role
from tests import factories as make

DECISION = {
    "agreed_on": timezone.localdate(),
    "document": "Brief 12",
    "function": "directeur",
    "mandate": "mandaatbesluit 2025",
    "police_basis": "Wpg artikel 18",
    "criminal_basis": "AVG artikel 10, UAVG artikel 33",
}


def proposal_of(cast, changes):
    proposal = Proposal(
        convenant=cast.convenant,
        changes=changes,
        explanation="x",
        article="5",
        purpose="p",
        legal_basis="b",
        proposed_by=cast.coordinator,
    )
    propose(proposal)
    return proposal


def officer_of(organisation):
    """Its privacy officer, made if it has none."""
    found = Membership.objects.filter(organisation=organisation, role=Role.PRIVACY_OFFICER).first()
    return found.user if found else somebody(organisation)


def somebody(organisation):
    return make.MembershipFactory(
        team=None, organisation=organisation, role=Role.PRIVACY_OFFICER
    ).user


def agree(proposal):
    """Every party that must agree does: an officer advises and records, a colleague confirms."""
    for approval in proposal.approvals.select_related("organisation"):
        with acting_as(officer_of(approval.organisation)) as clearance:
            advise(approval, "for", "Noodzakelijk.", by=clearance)
            record_decision(approval, DECISION, by=clearance)
        approval.refresh_from_db()
        with acting_as(somebody(approval.organisation)) as clearance:
            confirm_decision(approval, by=clearance)
