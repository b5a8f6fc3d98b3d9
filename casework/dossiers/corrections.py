"""Asking the owner of a record to mend it (R20)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.records.models import Addressed, open_questions
from governance.access.enums import Category


class CorrectionRequest(Addressed):
    """One team asks another to correct a record. Between these two only."""

    category = models.CharField(
        max_length=20, choices=Category, editable=False
    )  # of the record it is about
    record_kind = models.CharField(max_length=20, editable=False)
    record_reference = models.UUIDField(editable=False)
    text = models.TextField(
        _("what should be corrected"),
        max_length=2000,
        help_text=_("Say what is wrong, what it should be, and how you know."),
    )

    class Meta(Addressed.Meta):
        ordering = ["-recorded_at", "-id"]
        indexes = [open_questions("correction_open")]
