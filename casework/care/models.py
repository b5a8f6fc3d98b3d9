"""What is said of somebody's health: a limitation to take account of, and the content that stays
with the care team."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.records.models import Record
from casework.records.validators import not_in_future
from governance.access.enums import Category


class MedicalLimitation(Record):
    """Take account of a limitation: what others must do, never why."""

    CATEGORY = Category.MEDICAL_LIMITATION

    take_account_of = models.CharField(
        _("take account of"),
        max_length=200,
        help_text=_("What others must do or leave, such as: no stairs. Never a diagnosis."),
    )
    since = models.DateField(_("from"), validators=[not_in_future])
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta(Record.Meta):
        ordering = ["-since", "-id"]


class MedicalRecord(Record):
    """Medical content: of the care team, and of whom the person consented to (R17)."""

    CATEGORY = Category.MEDICAL_CONTENT

    happened_on = models.DateField(_("date"), validators=[not_in_future])
    care_giver = models.CharField(_("care giver"), max_length=160, blank=True)
    text = models.TextField(_("content"), max_length=10_000)

    class Meta(Record.Meta):
        ordering = ["-happened_on", "-id"]
