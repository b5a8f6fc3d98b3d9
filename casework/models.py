from casework.cases.models import Case, CaseUserObjectPermission, Consent, Involvement
from casework.journal.models import Note
from casework.register.models import Briefing, Clash, IdentityValue, Person
from casework.shelter.models import Stay

__all__ = [
    "Briefing", "Case", "CaseUserObjectPermission", "Clash", "Consent", "IdentityValue",
    "Involvement", "Note", "Person", "Stay",
]  # fmt: skip
