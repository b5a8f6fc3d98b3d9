from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Category(TextChoices):
    """The kinds of data of the sharing matrix; each is a pair of rights on a convenant."""

    IDENTITY = "identity", _("identity")
    CONTACT_SHELTER = "contact_shelter", _("contact and shelter")
    SHELTER_ADDRESS = "shelter_address", _("shelter address")
    PROCEDURES = "procedures", _("procedures")
    DEPARTURE = "departure", _("departure")
    GUIDANCE = "guidance", _("guidance")
    LEGAL_AID = "legal_aid", _("legal aid")
    MEDICAL_LIMITATION = "medical_limitation", _("medical limitation")
    MEDICAL_CONTENT = "medical_content", _("medical content")
    CONFERENCE = "conference", _("case conference")
    PUBLIC_ORDER = "public_order", _("public order")
    OUTCOME = "outcome", _("outcome")


class Visibility(TextChoices):
    OWN_ORGANISATION = "own_organisation", _("my own team only")
    SELECTED_PARTNERS = "selected_partners", _("teams I choose")
    PERMITTED_PARTNERS = "permitted_partners", _("all partners the convenant allows")


class GrantKind(TextChoices):
    MEETING = "meeting", _("guest of a meeting")
    REVIEW_TEAM = "review_team", _("member of the review team")
    BREAK_GLASS = "break_glass", _("emergency access")
