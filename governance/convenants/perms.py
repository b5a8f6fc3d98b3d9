from governance.access.clearance import Clearance
from governance.convenants.enums import ConvenantKind
from governance.convenants.models import Convenant, Proposal
from partners.organisations.enums import Role
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
    - somebody else than who proposed it
    - while it is undecided
    """
    parties = set(proposal.convenant.parties.values_list("organisation_id", flat=True))
    gaining = set(
        Team.objects.filter(pk__in=proposal.changes).values_list("organisation_id", flat=True)
    )
    municipality = proposal.convenant.pilot.municipality_id
    able = parties - gaining if municipality in gaining else {municipality}
    return (
        bool(clearance.organisations_as(Role.PRIVACY_OFFICER) & able)
        and proposal.proposed_by_id != clearance.user_id
        and proposal.decided_at is None
    )
