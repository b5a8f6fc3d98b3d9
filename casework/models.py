from casework.care.models import MedicalLimitation, MedicalRecord
from casework.cases.models import (
    Case,
    CaseUserObjectPermission,
    Consent,
    Involvement,
)
from casework.cases.progress import CorrectedDay, Progress, StepTaken
from casework.conference.models import (
    AgendaItem,
    ConferenceDecision,
    Meeting,
    MeetingGuest,
    MeetingTeam,
    Position,
)
from casework.custody.models import CustodyTransfer
from casework.dossiers.corrections import CorrectionRequest
from casework.dossiers.departure import (
    DeparturePlan,
    Mediation,
    ReturnSupport,
    TravelDocument,
    TravelDocumentStep,
)
from casework.dossiers.procedures import Procedure, ProcedureStep, ResidenceTitle
from casework.dossiers.supervision import IdentityResearch, Signal, Supervision
from casework.dossiers.support import Allowance, LegalAid, ReceptionHandover
from casework.escalation.models import Escalation, EscalationPart, ReviewMember
from casework.exports.models import Export
from casework.formal_decisions.models import DecisionCopy, FormalDecision, LetterTemplate
from casework.imports.models import ColumnMapping, Import, ImportFile, ImportRow
from casework.intake.models import (
    CriteriaList,
    DossierRequest,
    Intake,
    IntakeReport,
    ServiceDossier,
)
from casework.journal.models import Contact, Note, Reachability
from casework.known_elsewhere.models import ContactRequest, Hit, Question
from casework.outcomes.models import (
    Confirmation,
    DestinationReport,
    Exit,
    FollowUpCheck,
    OutcomeClass,
)
from casework.plan.models import Action, Goal, Scenario
from casework.register.models import (
    Briefing,
    Clash,
    IdentityDocument,
    IdentityValue,
    Judgement,
    Person,
    Relation,
)
from casework.shelter.models import Absence, AddressReading, Location, LocationAddress, Stay
from casework.tasks.models import LastLook, Snooze, Task
from casework.transfer.models import GuidanceTicked, Transfer

__all__ = [
    "Absence",
    "Action",
    "AddressReading",
    "AgendaItem",
    "Allowance",
    "Briefing",
    "Case",
    "CaseUserObjectPermission",
    "Clash",
    "ColumnMapping",
    "ConferenceDecision",
    "Confirmation",
    "Consent",
    "Contact",
    "ContactRequest",
    "CorrectedDay",
    "CorrectionRequest",
    "CriteriaList",
    "DeparturePlan",
    "DestinationReport",
    "ServiceDossier",
    "DossierRequest",
    "CustodyTransfer",
    "DecisionCopy",
    "Escalation",
    "EscalationPart",
    "Exit",
    "Export",
    "FollowUpCheck",
    "FormalDecision",
    "Goal",
    "GuidanceTicked",
    "ReceptionHandover",
    "Hit",
    "IdentityDocument",
    "IdentityResearch",
    "IdentityValue",
    "Import",
    "ImportFile",
    "ImportRow",
    "Intake",
    "IntakeReport",
    "Involvement",
    "Judgement",
    "LastLook",
    "LegalAid",
    "LetterTemplate",
    "Location",
    "LocationAddress",
    "Mediation",
    "MedicalLimitation",
    "MedicalRecord",
    "Meeting",
    "MeetingGuest",
    "MeetingTeam",
    "Note",
    "OutcomeClass",
    "Person",
    "Position",
    "Procedure",
    "Progress",
    "ProcedureStep",
    "Question",
    "Reachability",
    "Relation",
    "ResidenceTitle",
    "ReturnSupport",
    "ReviewMember",
    "Scenario",
    "Signal",
    "Stay",
    "Supervision",
    "StepTaken",
    "Snooze",
    "Task",
    "Transfer",
    "TravelDocument",
    "TravelDocumentStep",
]
