from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class StayGround(TextChoices):
    """On what ground somebody stays."""

    EMERGENCY = "emergency", _("emergency")
    BEFORE_DECISION = "before_decision", _("before the decision")
    ADMITTED = "admitted", _("admitted")
    OBJECTION = "objection", _("during an objection")
    COURT_ORDER = "court_order", _("by order of a court")


class ShelterKind(TextChoices):
    GROUP_LOCATION_24H = "group_location_24h", _("24-hour location")
    DWELLING = "dwelling", _("(shared) dwelling")
    NIGHT_SHELTER = "night_shelter", _("night shelter")
    MEDICAL_SHELTER = "medical_shelter", _("shelter for vulnerable people")
    WOMENS_SHELTER = "womens_shelter", _("women's shelter")
    ALLOWANCE_ONLY = "allowance_only", _("allowance only")
    GUIDANCE_ONLY = "guidance_only", _("guidance without a roof")
    BBB = "bbb", _("municipal shelter outside the LVV")
    WINTER_SHELTER = "winter_shelter", _("winter shelter outside the LVV")
    AZC = "azc", _("COA centre")
    VBL = "vbl", _("location with restricted liberty")
    FAMILY_LOCATION = "family_location", _("family location")


# Kinds of shelter that are not the facility's: who has one of these need not be known to the
# departure service (R7).
OUTSIDE_LVV = {
    ShelterKind.BBB,
    ShelterKind.WINTER_SHELTER,
    ShelterKind.AZC,
    ShelterKind.VBL,
    ShelterKind.FAMILY_LOCATION,
}
