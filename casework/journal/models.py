from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.journal.enums import ContactKind, ReachKind
from casework.records.models import Record
from casework.records.validators import not_in_future
from governance.access.enums import Category


class Note(Record):
    """Something a worker wrote down about a case, in one category of the matrix."""

    case = models.ForeignKey("casework.Case", models.PROTECT, related_name="notes")
    category = models.CharField(_("kind of data"), max_length=20, choices=Category)
    happened_on = models.DateField(_("date"), default=timezone.localdate)
    text = models.TextField(_("note"), max_length=20_000)

    class Meta:
        ordering = ["-happened_on", "-id"]
        indexes = [models.Index(fields=["case", "-happened_on"], name="note_case")]


KIND_CATEGORY = {
    ContactKind.DEPARTURE_INTERVIEW: Category.DEPARTURE,
    ContactKind.PRESENTATION_IN_PERSON: Category.DEPARTURE,
    ContactKind.LEGAL_CONSULTATION: Category.LEGAL_AID,
}


class Contact(Record):
    """A contact with the person, or one that she missed. Which kind of data it is follows from
    its kind."""

    kind = models.CharField(_("kind of contact"), max_length=30, choices=ContactKind)
    category = models.CharField(max_length=20, choices=Category, editable=False)
    happened_on = models.DateField(
        _("date"), default=timezone.localdate, validators=[not_in_future]
    )
    language = models.CharField(_("language"), max_length=40, blank=True)
    interpreter = models.BooleanField(_("with an interpreter"), default=False)
    present = models.CharField(_("also present"), max_length=200, blank=True)
    text = models.TextField(_("report"), max_length=20_000)

    class Meta(Record.Meta):
        ordering = ["-happened_on", "-id"]

    @staticmethod
    def category_of(kind: str) -> Category:
        return KIND_CATEGORY.get(ContactKind(kind), Category.GUIDANCE)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.category = self.category_of(self.kind)
        super().save(*args, **kwargs)


class Reachability(Record):
    """How the person herself can be reached, from a day. It leads to where she is: it stays with
    its author's team until that shares it, and another number never wipes out the one before."""

    CATEGORY = Category.GUIDANCE

    kind = models.CharField(_("by what means"), max_length=10, choices=ReachKind)
    messenger = models.CharField(
        _("which messenger"),
        max_length=40,
        blank=True,
        help_text=_("Such as WhatsApp, Signal or Telegram. Only for a messenger."),
    )
    value = models.CharField(_("number, name or address"), max_length=200)
    remark = models.CharField(
        _("remark"),
        max_length=300,
        blank=True,
        help_text=_("Such as: only after six, or through a neighbour."),
    )
    since = models.DateField(_("from"), default=timezone.localdate, validators=[not_in_future])
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta(Record.Meta):
        ordering = ["-since", "-id"]
        constraints = [
            models.CheckConstraint(
                name="reachability_ends_after_it_began",
                condition=models.Q(until=None) | models.Q(until__gte=models.F("since")),
                violation_error_message=_("The end lies before the beginning."),
            )
        ]

    @property
    def means(self) -> str:
        """By what, in a word: of a messenger its own name."""
        return self.messenger or self.get_kind_display()
