from datetime import timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Outcome(TextChoices):
    """What became of somebody; not why her place ended."""

    INDEPENDENT_RETURN = "independent_return", _("independent return")
    ONWARD_MIGRATION = "onward_migration", _("onward migration")
    LEGALISATION_ASYLUM = "legalisation_asylum", _("legalised, asylum")
    LEGALISATION_REGULAR = "legalisation_regular", _("legalised, regular")
    LEGALISATION_NO_FAULT = "legalisation_no_fault", _("legalised, no-fault")
    REPEAT_ASYLUM_RECEPTION = "repeat_asylum_reception", _("repeat application, to state reception")
    MEDICAL_POSTPONEMENT = "medical_postponement", _("medical postponement of departure")
    UNKNOWN_DESTINATION = "unknown_destination", _("unknown destination")
    TRAJECTORY_ENDED = "trajectory_ended", _("trajectory ended")
    DETAINED = "detained", _("in detention")
    OTHER_NONE = "other_none", _("other, no solution")
    FORCED_RETURN = "forced_return", _("forced return")
    DUBLIN_TRANSFER = "dublin_transfer", _("Dublin transfer")
    VBL_OR_FAMILY_LOCATION = "vbl_or_family_location", _("restricted-liberty or family location")
    OTHER_PROCEDURE_PENDING = "other_procedure_pending", _("other procedure pending")
    MOVED_TO_OTHER_PILOT = "moved_to_other_pilot", _("other pilot")
    DECEASED = "deceased", _("deceased")
    NOT_ESTABLISHED = "not_established", _("not established yet")


class Class(TextChoices):
    """Three are official; the fourth is for kinds the sources do not classify."""

    DURABLE = "durable", _("durable")
    SEMI_DURABLE = "semi_durable", _("semi-durable")
    NONE = "none", _("none")
    UNDECIDED = "undecided", _("undecided")


class ExitReason(TextChoices):
    DURABLE_SOLUTION_REACHED = "durable_solution_reached", _("durable solution reached")
    MOVED_TO_STATE_RECEPTION = "moved_to_state_reception", _("to state reception")
    LEFT_UNKNOWN_DESTINATION = "left_unknown_destination", _("left, destination unknown")
    LEFT_OWN_REQUEST = "left_own_request", _("at the person's own request")
    INSUFFICIENT_COOPERATION = "insufficient_cooperation", _("insufficient cooperation")
    HOUSE_RULES_BREACH = "house_rules_breach", _("breach of house rules")
    MAXIMUM_STAY_REACHED = "maximum_stay_reached", _("maximum stay reached")
    DETENTION = "detention", _("detention")
    MOVED_TO_OTHER_PILOT = "moved_to_other_pilot", _("moved to another pilot")
    CRITERIA_NOT_MET = "criteria_not_met", _("criteria not met (any more)")
    APPLICATION_WITHDRAWN = "application_withdrawn", _("referral withdrawn")
    DECEASED = "deceased", _("deceased")
    FACILITY_CLOSED = "facility_closed", _("facility closed")


R = ExitReason
# After admission these cite a formal decision to end (T11).
NEEDS_DECISION = (
    R.INSUFFICIENT_COOPERATION,
    R.HOUSE_RULES_BREACH,
    R.MAXIMUM_STAY_REACHED,
    R.CRITERIA_NOT_MET,
    R.FACILITY_CLOSED,
)


class Undone(TextChoices):
    """Why an exit was undone (T16)."""

    ERROR = "error", _("recorded in error")
    ANNULLED = "annulled", _("the ending was annulled")
    SUSPENDED = "suspended", _("the ending was suspended by a court")


class ConfirmationResult(TextChoices):
    CONFIRMED = "confirmed", _("confirmed")
    REFUTED = "refuted", _("refuted")


class CheckResult(TextChoices):
    HOLDS = "holds", _("holds")
    DOES_NOT_HOLD = "does_not_hold", _("does not hold")
    UNKNOWN = "unknown", _("unknown")
    LAPSED = "lapsed", _("lapsed")


class Lapse(TextChoices):
    """Why nobody looks any more (T14)."""

    DECEASED = "deceased", _("the person died")
    NEW_CASE = "new_case", _("the person is back, in a new case")


CHECK_MONTHS = (3, 6, 12)
EARLY = timedelta(days=14)  # how long before its day a check may be done
