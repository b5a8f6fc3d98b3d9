from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.records.models import Record
from governance.access.enums import Category
from partners.accountability.history import History


class Note(Record):
    """Something a worker wrote down about a case, in one category of the matrix."""

    case = models.ForeignKey("casework.Case", models.PROTECT, related_name="notes")
    category = models.CharField(_("kind of data"), max_length=20, choices=Category)
    happened_on = models.DateField(_("date"), default=timezone.localdate)
    text = models.TextField(_("note"), max_length=20_000)
    history = History(excluded_fields=["team_ids"])

    class Meta:
        ordering = ["-happened_on", "-id"]
        indexes = [models.Index(fields=["case", "-happened_on"], name="note_case")]

    def __str__(self) -> str:
        return f"note {self.reference}"

    @property
    def record_category(self) -> Category:
        return Category(self.category)
