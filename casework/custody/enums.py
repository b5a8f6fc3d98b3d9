from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Basis(TextChoices):
    """Under what the recipient of a dossier reads it."""

    OWN_CONVENANT = "own_convenant", _("its own convenant")
    CUSTODY_AGREEMENT = "custody_agreement", _("a custody agreement")
    PACKAGE = "package", _("an encrypted package, against receipt")
