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
