from governance.convenants.models import (
    Approval,
    Convenant,
    ConvenantArticle,
    ConvenantGroupObjectPermission,
    ConvenantParty,
    Proposal,
)
from governance.drafts.models import Draft, FormToken
from governance.mandates.models import MandateDecision

__all__ = [
    "Approval",
    "Convenant",
    "ConvenantArticle",
    "ConvenantGroupObjectPermission",
    "ConvenantParty",
    "Draft",
    "FormToken",
    "MandateDecision",
    "Proposal",
]
