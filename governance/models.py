from governance.convenants.models import (
    Approval,
    Convenant,
    ConvenantArticle,
    ConvenantGroupObjectPermission,
    ConvenantParty,
    Proposal,
)
from governance.drafts.models import Draft, FormToken
from governance.law.models import LegalTerm
from governance.mandates.models import MandateDecision
from governance.printing.models import Printout, PrintoutSheet

__all__ = [
    "Approval",
    "Convenant",
    "ConvenantArticle",
    "ConvenantGroupObjectPermission",
    "ConvenantParty",
    "Draft",
    "FormToken",
    "LegalTerm",
    "MandateDecision",
    "Printout",
    "PrintoutSheet",
    "Proposal",
]
