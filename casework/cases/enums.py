from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class CaseState(TextChoices):
    REGISTERED = "registered", _("registered")
    INTAKE = "intake", _("intake")
    AWAITING_DOSSIERS = "awaiting_dossiers", _("awaiting dossiers")
    REST_PERIOD = "rest_period", _("rest period")
    IN_CONFERENCE = "in_conference", _("in case conference")
    ADMITTED = "admitted", _("admitted")
    NOT_ADMITTED = "not_admitted", _("not admitted")
    IN_GUIDANCE = "in_guidance", _("in guidance")
    EXITED = "exited", _("exited")
    IN_AFTERCARE = "in_aftercare", _("in aftercare")
    ARCHIVED = "archived", _("archived")


class KnownState(TextChoices):
    """What of its state everybody knows who sees a case."""

    OPEN = "open", _("open")
    LEFT = "left", _("left")


STATE_LABELS = {**dict(CaseState.choices), **dict(KnownState.choices)}

S = CaseState
OPEN_STATES = (
    S.REGISTERED,
    S.INTAKE,
    S.AWAITING_DOSSIERS,
    S.REST_PERIOD,
    S.IN_CONFERENCE,
    S.ADMITTED,
    S.IN_GUIDANCE,
)

ADMITTED_STATES = (S.ADMITTED, S.IN_GUIDANCE)  # of the open ones

# The steps of the journey as people see them; a refusal stands in the place of the admission.
STEPS = (
    S.REGISTERED,
    S.INTAKE,
    S.AWAITING_DOSSIERS,
    S.REST_PERIOD,
    S.IN_CONFERENCE,
    S.ADMITTED,
    S.IN_GUIDANCE,
    S.EXITED,
    S.IN_AFTERCARE,
)


class Ending(TextChoices):
    """Why the part of a team in a case ended: a code, for acts to look at."""

    BY_HAND = "by_hand"
    STAY_OVER = "stay_over"
    EXIT = "exit"  # or when the case was archived
    ASKED_AGAIN = "asked_again"  # on another ground, from that day
    IMPORT_UNDONE = "import_undone"
    CUSTODY = "custody"


class Ground(TextChoices):
    """Why a team takes part in a case."""

    REGISTERED = "registered", _("registered the person")
    MUNICIPALITY = "municipality", _("directs the facility")
    MADE_KNOWN = "made_known", _("made known to the departure service")
    DOSSIER_REQUEST = "dossier_request", _("asked for its dossier")
    STAY = "stay", _("the person stays at its location")
    LEGAL_AID = "legal_aid", _("gives legal aid")
    CARE = "care", _("gives care")
    IDENTITY_RESEARCH = "identity_research", _("researches the identity")
    RETURN_SUPPORT = "return_support", _("supports return")
    HAND_OVER = "hand_over", _("takes the person over")
    CUSTODY = "custody", _("keeps the dossier after the facility ended")
    COOPERATION = "cooperation", _("takes part in the plan")
