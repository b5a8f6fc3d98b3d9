from governance.convenants.models import (
    Convenant,
    ConvenantArticle,
    ConvenantGroupObjectPermission,
    ConvenantParty,
    Proposal,
)
from governance.drafts.models import Draft, FormToken

__all__ = [
    "Convenant", "ConvenantArticle", "ConvenantGroupObjectPermission", "ConvenantParty", "Draft", "FormToken",
    "Proposal",
]  # fmt: skip
