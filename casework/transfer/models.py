"""A case goes to another pilot: offered, accepted or declined, and handed over when the exit is
confirmed."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.records.enums import Answer
from casework.records.models import Versioned
from partners.organisations.models import Pilot, Team


class Transfer(models.Model):
    """An offer to the coordinator of another pilot, who reads of it what stands here and nothing
    of the case."""

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey("casework.Case", models.PROTECT, related_name="+")
    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="+")
    to_pilot = models.ForeignKey(
        Pilot, models.PROTECT, related_name="+", verbose_name=_("to pilot")
    )
    text = models.CharField(_("what they must know to decide"), max_length=2000)
    wanted_on = models.DateField(_("planned day of handing over"))
    offered_at = models.DateTimeField(default=timezone.now)
    offered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    answer = models.CharField(max_length=10, choices=Answer, blank=True, default="")
    answer_text = models.CharField(_("explanation"), max_length=500, blank=True, default="")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    to_team = models.ForeignKey(
        Team, models.PROTECT, null=True, related_name="+"
    )  # that will lead there
    taken_back_at = models.DateTimeField(null=True)
    handed_over_on = models.DateField(null=True)
    new_case = models.OneToOneField("casework.Case", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-offered_at", "-id"]
        indexes = [
            models.Index(
                fields=["to_pilot"],
                name="transfer_waits",
                condition=Q(answer="", taken_back_at=None),
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                name="transfer_once",
                condition=Q(taken_back_at=None, handed_over_on=None) & ~Q(answer=Answer.DECLINED),
                violation_error_message=_("This case is offered already."),
            ),
            models.CheckConstraint(
                name="transfer_elsewhere", condition=~Q(pilot=models.F("to_pilot"))
            ),
            models.CheckConstraint(
                name="transfer_accepted_by_somebody",
                condition=~Q(answer=Answer.ACCEPTED)
                | Q(answered_by__isnull=False, to_team__isnull=False),
            ),
            models.CheckConstraint(
                name="transfer_handed_over_whole",
                condition=Q(handed_over_on=None, new_case=None)
                | Q(answer=Answer.ACCEPTED, handed_over_on__isnull=False, new_case__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"transfer {self.reference}"


class GuidanceTicked(Versioned):
    """Which of its own records of guidance a team sends along with a transfer."""

    transfer = models.ForeignKey(Transfer, models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, models.PROTECT, related_name="+")
    records = ArrayField(models.UUIDField(), default=list)
    ticked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ticked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["transfer", "team"], name="guidance_ticked_once")
        ]

    def __str__(self) -> str:
        return f"guidance of {self.team_id} with {self.transfer_id}"
