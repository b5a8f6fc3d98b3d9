"""The terms that the law sets: how long one may object or appeal, from which day, by which
article."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from governance.law.enums import REMEDIES, ProcedureKind, TermUnit
from partners.accountability.history import History, TrackedQuerySet


@dataclass(frozen=True)
class Term:
    """How long the law gives for a remedy, and the article that says so."""

    length: int
    unit: str
    article: str

    def duration(self) -> str:
        """Such as "6 weeks"."""
        if self.unit == TermUnit.WEEK:
            return ngettext("%(n)d week", "%(n)d weeks", self.length) % {"n": self.length}
        return ngettext("%(n)d day", "%(n)d days", self.length) % {"n": self.length}


class LegalTermQuerySet(TrackedQuerySet):
    def of(self, kind: str, stage: str) -> Self:
        """All terms there were for this remedy in this kind of procedure, the newest first."""
        return self.filter(kind=kind, stage=stage).order_by("-in_force_from", "-pk")


class LegalTerm(models.Model):
    """How long the law gives for one remedy in one kind of procedure, against what was made known
    on this day or later. Rows are added, never changed: of one day the last one counts."""

    ADMINISTERED = True  # under /beheer/

    kind = models.CharField(_("procedure"), max_length=30, choices=ProcedureKind)
    stage = models.CharField(
        _("remedy"), max_length=20, choices=[(stage.value, stage.label) for stage in REMEDIES]
    )
    length = models.PositiveSmallIntegerField(_("term"), validators=[MinValueValidator(1)])
    unit = models.CharField(_("unit"), max_length=4, choices=TermUnit, default=TermUnit.WEEK)
    article = models.CharField(
        _("article"), max_length=60, help_text=_("As it is written, such as: Awb 6:7.")
    )
    in_force_from = models.DateField(
        _("in force from"),
        help_text=_(
            "For what is made known on this day or later. A mistake is put right by a row of the "
            "same day: the last one counts."
        ),
    )
    history = History()

    objects = LegalTermQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "stage", "-in_force_from", "-id"]
        verbose_name = _("term of the law")
        verbose_name_plural = _("terms of the law")
        constraints = [
            models.CheckConstraint(name="legal_term_lasts", condition=Q(length__gt=0)),
            models.CheckConstraint(name="legal_term_has_article", condition=~Q(article="")),
        ]

    def __str__(self) -> str:
        remedy = f"{self.get_kind_display()}, {self.get_stage_display()}"
        return f"{remedy}: {self.term.duration()} ({self.article})"

    @property
    def term(self) -> Term:
        return Term(self.length, self.unit, self.article)


def term_on(rows: Iterable[LegalTerm], day: date) -> Term | None:
    """Of these rows, the newest first, the term for what was made known on this day. None if the
    table holds none."""
    return next((row.term for row in rows if row.in_force_from <= day), None)
