from casework.cases.models import Case, CaseUserObjectPermission, Consent, Involvement
from casework.dossiers.corrections import CorrectionRequest
from casework.dossiers.departure import DeparturePlan, Mediation, ReturnSupport, TravelDocument, TravelDocumentStep
from casework.dossiers.procedures import Procedure, ProcedureStep, ResidenceTitle
from casework.dossiers.supervision import IdentityResearch, Signal, Supervision
from casework.dossiers.support import Allowance, HandOver, LegalAid, MedicalLimitation, MedicalRecord
from casework.elsewhere.models import ContactRequest, Hit, Question
from casework.exporting.models import Export
from casework.importing.models import ColumnMapping, Import, ImportRow
from casework.journal.models import Contact, Note
from casework.register.models import Briefing, Clash, IdentityDocument, IdentityValue, Judgement, Person, Relation
from casework.shelter.models import AddressReading, Location, LocationAddress, Stay

__all__ = [
    "AddressReading", "Allowance", "Briefing", "Case", "CaseUserObjectPermission", "Clash", "ColumnMapping",
    "Consent", "Contact", "ContactRequest", "CorrectionRequest", "DeparturePlan", "Export", "HandOver", "Hit",
    "IdentityDocument", "IdentityResearch", "IdentityValue", "Import", "ImportRow", "Involvement", "Judgement",
    "LegalAid", "Location", "LocationAddress", "Mediation", "MedicalLimitation", "MedicalRecord", "Note", "Person",
    "Procedure", "ProcedureStep", "Question", "Relation", "ResidenceTitle", "ReturnSupport", "Signal", "Stay",
    "Supervision", "TravelDocument", "TravelDocumentStep",
]  # fmt: skip
