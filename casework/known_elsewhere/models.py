"""Is this person known in another pilot? (hit/no-hit) Written by the database, which alone looks
past the wall."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partners.organisations.models import Pilot, Team


class Question(models.Model):
    """That a team asked, of an open case at hand, whether its person is known elsewhere; and
    which pilots said so."""

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey("casework.Case", models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    reason = models.CharField(_("reason"), max_length=300)
    pilots = ArrayField(
        models.IntegerField(), default=list
    )  # in which she is known, and not shielded

    # How many values were compared: that is what the limit counts.
    compared = models.PositiveSmallIntegerField(default=1, db_default=1)

    class Meta:
        ordering = ["-asked_at"]
        indexes = [
            models.Index(fields=["case"], name="question_case"),
            models.Index(fields=["asked_by", "asked_at"], name="question_of_worker"),
        ]
        constraints = [models.CheckConstraint(name="question_has_reason", condition=~Q(reason=""))]

    def __str__(self) -> str:
        return f"question {self.reference}"


class Hit(models.Model):
    """The same question as the coordinator there sees it: about which of her cases, from where,
    and the answer."""

    question = models.ForeignKey(Question, models.PROTECT, related_name="+")
    case = models.ForeignKey("casework.Case", models.PROTECT, related_name="+")
    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="+")
    shielded = models.BooleanField()  # then the answer was: not known
    asking_pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="+")
    asking_team = models.ForeignKey(Team, models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()

    class Meta:
        ordering = ["-asked_at"]
        indexes = [models.Index(fields=["pilot", "-asked_at"], name="hit_pilot")]

    def __str__(self) -> str:
        return f"hit {self.pk}"


class ContactRequest(models.Model):
    """Who got a hit asks the coordinator there to get in touch, before a day."""

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    question = models.ForeignKey(Question, models.PROTECT, related_name="contact_requests")
    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="+")
    asking_pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    text = models.CharField(_("what it is about"), max_length=500)
    requested_at = models.DateTimeField(auto_now_add=True)
    due_on = models.DateField(_("at the latest"))
    answer_text = models.CharField(_("answer"), max_length=500, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        ordering = ["due_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["question", "pilot"], name="contact_request_once")
        ]

    def __str__(self) -> str:
        return f"contact request {self.reference}"
