"""Of the aliens police: identity research, supervision; and signals, which every partner may
give."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.dossiers.enums import ResearchMethod, ResearchResult, SignalKind, SupervisionKind
from casework.records.models import Checked, Record, old_facts
from casework.records.validators import not_in_future
from governance.access.enums import Category


class IdentityResearch(Record):
    """What the aliens police does to find out who somebody is."""

    CATEGORY = Category.IDENTITY

    method = models.CharField(_("method"), max_length=20, choices=ResearchMethod)
    started_on = models.DateField(_("begun on"), validators=[not_in_future])
    result = models.CharField(
        _("result"), max_length=20, choices=ResearchResult, default=ResearchResult.PENDING
    )
    result_on = models.DateField(
        _("date of the result"), null=True, blank=True, validators=[not_in_future]
    )
    remark = models.CharField(_("remark"), max_length=1000, blank=True)

    class Meta(Record.Meta):
        ordering = ["-started_on", "-id"]


class Supervision(Checked):
    """A measure of supervision, such as a duty to report."""

    CATEGORY = Category.PUBLIC_ORDER

    kind = models.CharField(_("measure"), max_length=20, choices=SupervisionKind)
    since = models.DateField(_("from"), validators=[not_in_future])
    until = models.DateField(_("until"), null=True, blank=True)
    terms = models.CharField(_("terms"), max_length=300, blank=True)

    class Meta(Checked.Meta):
        ordering = ["-since", "-id"]
        indexes = [old_facts("supervision_checked")]
        constraints = [
            models.CheckConstraint(
                name="supervision_ends_after_it_began",
                condition=models.Q(until=None) | models.Q(until__gte=models.F("since")),
                violation_error_message=_("The end lies before the beginning."),
            ),
        ]


S, C = SignalKind, Category
SIGNAL_CATEGORY = {
    S.HEALTH_RISK: C.MEDICAL_LIMITATION,
    S.SUICIDE_RISK: C.MEDICAL_LIMITATION,
    S.MISSING: C.CONTACT_SHELTER,
    S.IDENTITY_DOUBT: C.IDENTITY,
    S.DOCUMENT_FOUND: C.IDENTITY,
    S.REGISTER_CONFLICT: C.IDENTITY,
    S.POSSIBLE_DUPLICATE: C.IDENTITY,
}


class Signal(Record):
    """Something others may have to know soon. Which kind of data it is follows from what it is
    about."""

    kind = models.CharField(_("signal"), max_length=20, choices=SignalKind)
    category = models.CharField(max_length=20, choices=Category, editable=False)
    happened_on = models.DateField(_("date"), validators=[not_in_future])
    text = models.TextField(_("what happened"), max_length=5000)

    class Meta(Record.Meta):
        ordering = ["-happened_on", "-id"]

    @staticmethod
    def category_of(kind: str) -> Category:
        return SIGNAL_CATEGORY.get(SignalKind(kind), Category.PUBLIC_ORDER)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.category = self.category_of(self.kind)
        super().save(*args, **kwargs)
