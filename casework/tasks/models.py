"""Work that waits for a team, with the day before which it is due."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from casework.records.models import Addressed
from governance.access.enums import Category


class Task(Addressed):
    """One piece of work for one team. What follows from a term is derived when it is read, and
    needs no row."""

    CATEGORY = Category.CONFERENCE

    rule = models.CharField(max_length=20, blank=True)  # from which rule or decision it follows
    what = models.CharField(_("task"), max_length=300)
    set_on = models.DateField(pgettext_lazy("task", "set on"), default=timezone.localdate)
    due_on = models.DateField(_("at the latest"))
    worker = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("for"),
    )

    class Meta(Addressed.Meta):
        ordering = ["due_on", "id"]
        indexes = [
            models.Index(
                fields=["to_team", "due_on"],
                name="task_open",
                condition=Q(answer="", ended_at=None),
            )
        ]


class Snooze(models.Model):
    """That a line of the worklist shows to one worker no earlier than a day, as long as it is due
    when it was due then. What it is about waits on for everybody else."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20)
    reference = models.UUIDField()
    due_on = models.DateField()
    until = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "kind", "reference"], name="snooze_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference} until {self.until}"


class LastLook(models.Model):
    """Until when a worker has seen what changed in her cases."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"seen until {self.at}"
