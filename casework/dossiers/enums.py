from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ProcedureResult(TextChoices):
    PENDING = "pending", _("pending")
    GRANTED = "granted", _("granted")
    REJECTED = "rejected", _("rejected")
    MANIFESTLY_UNFOUNDED = "manifestly_unfounded", _("manifestly unfounded")
    INADMISSIBLE = "inadmissible", _("inadmissible")
    NOT_TAKEN_UP = "not_taken_up", _("not taken up (Dublin)")
    DISCONTINUED = "discontinued", _("discontinued")
    WITHDRAWN = "withdrawn", _("withdrawn")
    UPHELD = "upheld", _("well founded")
    DISMISSED = "dismissed", _("unfounded")


class ResidenceCode(TextChoices):
    """Codes of residence titles. Nothing derives "removable" from 98 (R28)."""

    REGULAR_INDEFINITE = "25", _("25, regular, indefinite")
    ASYLUM_TEMPORARY = "26", _("26, asylum, temporary")
    UKRAINE = "46", _("46, Ukraine")
    NO_RIGHT = "98", _("98, no right of residence (any more)")
    OTHER = "other", _("another code")


class TravelDocumentKind(TextChoices):
    LAISSEZ_PASSER = "laissez_passer", _("laissez-passer")
    EMERGENCY_TRAVEL_DOCUMENT = "emergency_travel_document", _("emergency travel document")
    PASSPORT = "passport", _("passport")


class TravelDocumentStepKind(TextChoices):
    PREPARED = "prepared", _("application prepared")
    SENT = "sent", _("application sent")
    PRESENTED = "presented", _("presented in person")
    REMINDED = "reminded", _("reminder sent")
    CONFIRMED = "confirmed", _("identity or nationality confirmed")
    REFUSED = "refused", _("refused by the authorities")
    PROMISED = "promised", _("document promised")
    ISSUED = "issued", _("document issued")
    WITHDRAWN = "withdrawn", _("application withdrawn")


class MediationResult(TextChoices):
    PENDING = "pending", _("pending")
    SUCCEEDED = "succeeded", _("document obtained")
    FAILED = "failed", _("no result")
    STOPPED = "stopped", _("stopped")


class ReturnSupportKind(TextChoices):
    ADVICE = "advice", _("advice on return")
    TICKET = "ticket", _("ticket and travel arrangements")
    REINTEGRATION = "reintegration", _("support for a new start")
    DOCUMENTS = "documents", _("help with travel papers")


class ResearchMethod(TextChoices):
    INTERVIEW = "interview", _("interview")
    FINGERPRINTS = "fingerprints", _("fingerprints")
    DOCUMENTS = "documents", _("examination of documents")
    LANGUAGE_ANALYSIS = "language_analysis", _("language analysis")
    AUTHORITIES = "authorities", _("question to authorities abroad")


class ResearchResult(TextChoices):
    PENDING = "pending", _("pending")
    CONFIRMED = "confirmed", _("claimed identity confirmed")
    OTHER_IDENTITY = "other_identity", _("another identity found")
    NOT_ESTABLISHED = "not_established", _("identity not established")


class SupervisionKind(TextChoices):
    REPORTING_DUTY = "reporting_duty", _("reporting duty")
    RESTRICTION = "restriction", _("restriction of liberty")
    DETENTION = "detention", _("detention")


class SignalKind(TextChoices):
    PUBLIC_ORDER = "public_order", _("public order or nuisance")
    CRIMINAL_ARREST = "criminal_arrest", _("criminal arrest")
    HUMAN_TRAFFICKING = "human_trafficking", _("human trafficking")
    PEOPLE_SMUGGLING = "people_smuggling", _("people smuggling")
    HEALTH_RISK = "health_risk", _("health risk")
    SUICIDE_RISK = "suicide_risk", _("risk of suicide")
    MISSING = "missing", _("missing or absent")
    IDENTITY_DOUBT = "identity_doubt", _("doubt about identity")
    MINOR_INVOLVED = "minor_involved", _("minor involved")
    SHELTER_INCIDENT = "shelter_incident", _("incident in the shelter")
    DOCUMENT_FOUND = "document_found", _("document found")
    REGISTER_CONFLICT = "register_conflict", _("conflict with another register")
    POSSIBLE_DUPLICATE = "possible_duplicate", _("possibly a double")


class AllowancePeriod(TextChoices):
    WEEK = "week", _("a week")
    MONTH = "month", _("a month")


class HandOverPlace(TextChoices):
    AZC = "azc", _("COA centre")
    VBL = "vbl", _("location with restricted liberty")
    FAMILY_LOCATION = "family_location", _("family location")
