from governance.convenants.models import (
    Convenant,
    ConvenantArticle,
    ConvenantGroupObjectPermission,
    ConvenantParty,
    Proposal,
)

__all__ = ["Convenant", "ConvenantArticle", "ConvenantGroupObjectPermission", "ConvenantParty", "Proposal"]
