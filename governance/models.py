from governance.convenants.models import (
    Convenant,
    ConvenantArticle,
    ConvenantGroupObjectPermission,
    ConvenantParty,
    Proposal,
)
from governance.drafts.models import Draft, FormToken
from governance.mandates.models import MandateDecision

__all__ = [
    "Convenant",
    "ConvenantArticle",
    "ConvenantGroupObjectPermission",
    "ConvenantParty",
    "Draft",
    "FormToken",
    "MandateDecision",
    "Proposal",
]
