from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Level(TextChoices):
    """In this order (R26); one that is skipped is skipped with a reason."""

    LSO = "lso", _("case conference")
    MRT = "mrt", _("review team")
    STEERING_GROUP = "steering_group", _("steering group")
    PROGRAMME_COUNCIL = "programme_council", _("programme council")
    ADMINISTRATIVE_CONSULTATION = "administrative_consultation", _("administrative consultation")
