from django.db import models
from django.utils.translation import gettext_lazy as _


class PrintoutState(models.TextChoices):
    WAITING = "waiting", _("being made")
    READY = "ready", _("ready")
    FAILED = "failed", _("not made")
