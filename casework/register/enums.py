from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ValueKind(TextChoices):
    NAME = "name", _("name")
    ALIAS = "alias", _("other name")
    BIRTH_DATE = "birth_date", _("date of birth")
    NATIONALITY = "nationality", _("nationality")
    V_NUMBER = "v_number", _("V-number")
    SEX = "sex", _("sex")
    LANGUAGE = "language", _("language")
    DEATH_DATE = "death_date", _("date of death")


class Sex(TextChoices):
    WOMAN = "woman", _("woman")
    MAN = "man", _("man")
    X = "x", "X"
    UNKNOWN = "unknown", _("unknown")
    OTHER = "other", _("neither, or unknown")  # of before these were two; no longer offered


class DocumentKind(TextChoices):
    """Papers that say who somebody is."""

    PASSPORT = "passport", _("passport")
    IDENTITY_CARD = "identity_card", _("identity card")
    LAISSEZ_PASSER = "laissez_passer", _("laissez-passer")
    EMERGENCY_TRAVEL_DOCUMENT = "emergency_travel_document", _("emergency travel document")
    BIRTH_CERTIFICATE = "birth_certificate", _("birth certificate")
    DRIVING_LICENCE = "driving_licence", _("driving licence")
    W_DOCUMENT = "w_document", _("W document")
    W2_DOCUMENT = "w2_document", _("W2 document")
    RESIDENCE_DOCUMENT = "residence_document", _("residence document")


class RelationKind(TextChoices):
    """What the other one is to the person."""

    PARTNER = "partner", _("partner")
    CHILD = "child", _("child")
    PARENT = "parent", _("parent")
    SIBLING = "sibling", _("brother or sister")
    GUARDIAN = "guardian", _("guardian")
    OTHER = "other", _("another member of the household")


# What the first person is to somebody, given what that somebody is to her.
INVERSE = {
    RelationKind.PARTNER: RelationKind.PARTNER,
    RelationKind.CHILD: RelationKind.PARENT,
    RelationKind.PARENT: RelationKind.CHILD,
    RelationKind.SIBLING: RelationKind.SIBLING,
    RelationKind.OTHER: RelationKind.OTHER,
}


class IdentityStatus(TextChoices):
    CLAIMED = "claimed", _("claimed")
    PLAUSIBLE = "plausible", _("plausible")
    ESTABLISHED = "established", _("established")


class BriefingLanguage(TextChoices):
    """Languages in which the information for participants exists or is usually interpreted."""

    NL = "nl", _("Dutch")
    EN = "en", _("English")
    FR = "fr", _("French")
    ES = "es", _("Spanish")
    PT = "pt", _("Portuguese")
    RU = "ru", _("Russian")
    AR = "ar", _("Arabic")
    FA = "fa", _("Persian")
    PRS = "prs", _("Dari")
    PS = "ps", _("Pashto")
    TI = "ti", _("Tigrinya")
    AM = "am", _("Amharic")
    SO = "so", _("Somali")
    TR = "tr", _("Turkish")
    KU = "ku", _("Kurdish")
    UR = "ur", _("Urdu")
    BN = "bn", _("Bengali")
    ZH = "zh", _("Chinese")
    VI = "vi", _("Vietnamese")
    UK = "uk", _("Ukrainian")
    HY = "hy", _("Armenian")
    KA = "ka", _("Georgian")
    AZ = "az", _("Azerbaijani")
    MN = "mn", _("Mongolian")
    OTHER = "other", _("another language")


class ClashAnswer(TextChoices):
    SAME = "same", _("the same person")
    NOT_SAME = "not_same", _("not the same person")


# The text for participants that is in use. A new text gets a new version; old briefings keep
# theirs.
BRIEFING_VERSION = "2026-1"
