from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class FormalKind(TextChoices):
    ADMITTED = "admitted", _("admitted")
    REFUSED = "refused", _("refused")
    EXTENDED = "extended", _("extended")
    ENDED = "ended", _("ended")
