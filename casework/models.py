from casework.cases.models import Case, CaseUserObjectPermission, Consent, Involvement
from casework.dossiers.corrections import CorrectionRequest
from casework.dossiers.departure import DeparturePlan, Mediation, ReturnSupport, TravelDocument, TravelDocumentStep
from casework.dossiers.procedures import Procedure, ProcedureStep, ResidenceTitle
from casework.dossiers.supervision import IdentityResearch, Signal, Supervision
from casework.dossiers.support import Allowance, HandOver, LegalAid, MedicalLimitation, MedicalRecord
from casework.journal.models import Contact, Note
from casework.register.models import Briefing, Clash, IdentityDocument, IdentityValue, Person, Relation
from casework.shelter.models import AddressReading, Location, LocationAddress, Stay

__all__ = [
    "AddressReading", "Allowance", "Briefing", "Case", "CaseUserObjectPermission", "Clash", "Consent", "Contact",
    "CorrectionRequest", "DeparturePlan", "HandOver", "IdentityDocument", "IdentityResearch", "IdentityValue",
    "Involvement", "LegalAid", "Location", "LocationAddress", "Mediation", "MedicalLimitation", "MedicalRecord",
    "Note", "Person", "Procedure", "ProcedureStep", "Relation", "ResidenceTitle", "ReturnSupport", "Signal", "Stay",
    "Supervision", "TravelDocument", "TravelDocumentStep",
]  # fmt: skip
