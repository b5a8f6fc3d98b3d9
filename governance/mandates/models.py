"""Who may decide in the minister's name. A mandate decision gives nobody access to anything."""

import uuid
from datetime import date
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from lvv.common.periods import in_force
from partners.accountability.history import History, TrackedQuerySet
from partners.organisations.models import Pilot


class MandateQuerySet(TrackedQuerySet):
    def in_force(self, day: date, pilot: Pilot) -> Self:
        """Mandate decisions in force for this pilot on this day. Of one title only the newest
        version that has begun counts, even if it has ended."""
        later = MandateDecision.objects.filter(
            title=OuterRef("title"), version__gt=OuterRef("version"), pilots=pilot
        )
        return self.filter(
            in_force(day, since="in_force_from", until="in_force_until"),
            ~Exists(later.filter(in_force_from__lte=day)),
            pilots=pilot,
        )


class MandateDecision(models.Model):
    """One mandate decision: which functions of which municipalities decide, from a day until
    (not including) a day."""

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(_("title"), max_length=200)
    source = models.CharField(_("published in"), max_length=200, blank=True)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    pilots = models.ManyToManyField(Pilot, related_name="mandates", verbose_name=_("pilots"))
    functions = ArrayField(models.CharField(max_length=160), verbose_name=_("functions"))
    in_force_from = models.DateField(_("in force from"))
    in_force_until = models.DateField(_("in force until"), null=True, blank=True)
    history = History()

    objects = MandateQuerySet.as_manager()

    class Meta:
        ordering = ["-in_force_from", "-id"]
        verbose_name = _("mandate decision")
        verbose_name_plural = _("mandate decisions")
        constraints = [
            models.CheckConstraint(
                name="mandate_ends_after_it_began",
                condition=Q(in_force_until=None) | Q(in_force_until__gte=F("in_force_from")),
                violation_error_message=_("The end lies before the beginning."),
            ),
            models.UniqueConstraint(fields=["title", "version"], name="mandate_version_once"),
        ]

    def __str__(self) -> str:
        return self.title
