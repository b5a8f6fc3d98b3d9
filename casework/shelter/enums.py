from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class StayGround(TextChoices):
    """On what ground somebody stays."""

    EMERGENCY = "emergency", _("emergency")
    BEFORE_DECISION = "before_decision", _("before the decision")
    ADMITTED = "admitted", _("admitted")
    OBJECTION = "objection", _("during an objection")
    COURT_ORDER = "court_order", _("by order of a court")
