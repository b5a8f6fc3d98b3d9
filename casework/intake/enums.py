from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class DossierOf(TextChoices):
    """Whose dossier: the values are kinds of organisation."""

    IND = "ind", _("immigration service")
    DTV = "dtv", _("departure service")


class DossierResult(TextChoices):
    COMPLETE = "complete", _("delivered, complete")
    INCOMPLETE = "incomplete", _("delivered, not complete yet")
    NONE = "none", _("there is no dossier")


class CriterionResult(TextChoices):
    MET = "met", _("met")
    NOT_MET = "not_met", _("not met")
    UNKNOWN = "unknown", _("not known yet")
