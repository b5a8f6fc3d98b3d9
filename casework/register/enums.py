from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ValueKind(TextChoices):
    NAME = "name", _("name")
    BIRTH_DATE = "birth_date", _("date of birth")
    NATIONALITY = "nationality", _("nationality")
    V_NUMBER = "v_number", _("V-number")


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


# The text for participants that is in use. A new text gets a new version; old briefings keep theirs.
BRIEFING_VERSION = "2026-1"
