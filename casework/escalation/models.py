"""A question on which the conference does not agree, put to the body above it (R26)."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.escalation.enums import Level
from casework.records.models import VisibleToCategory
from governance.access.enums import Category
from partners.organisations.models import Organisation


class Escalation(VisibleToCategory):
    """One central question at one level, the advice on it, and what was done with that."""

    CATEGORY = Category.CONFERENCE

    level = models.CharField(_("level"), max_length=30, choices=Level)
    question = models.TextField(_("the one central question"), max_length=1000)
    asked_on = models.DateField(_("asked on"), default=timezone.localdate)
    answer_due_on = models.DateField(_("answer by"))
    skipped_because = models.CharField(_("why a level is skipped"), max_length=500, blank=True)
    decision = models.ForeignKey(
        "casework.ConferenceDecision", models.PROTECT, null=True, blank=True, related_name="+"
    )
    advice = models.TextField(_("advice"), max_length=5000, blank=True)
    advised_on = models.DateField(_("advised on"), null=True, blank=True)
    adopted = models.BooleanField(_("adopted"), null=True)
    adopted_reasons = models.TextField(_("reasons"), max_length=3000, blank=True)
    adopted_on = models.DateField(null=True)

    class Meta(VisibleToCategory.Meta):
        ordering = ["-asked_on", "-id"]
        indexes = [
            models.Index(
                fields=["answer_due_on"],
                name="escalation_open",
                condition=Q(adopted=None, ended_at=None),
            )
        ]
        constraints = [
            *VisibleToCategory.Meta.constraints,
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(adopted=None, ended_at=None),
                name="escalation_one_at_a_time",
                violation_error_message=_(
                    "There is a question under way at another level already."
                ),
            ),
            models.CheckConstraint(
                name="advice_not_followed_has_reasons",
                condition=Q(adopted=None) | Q(adopted=True) | ~Q(adopted_reasons=""),
                violation_error_message=_("Write why the advice is not followed."),
            ),
        ]


class EscalationPart(VisibleToCategory):
    """What one team wrote on the form that all complete together."""

    CATEGORY = Category.CONFERENCE

    escalation = models.ForeignKey(Escalation, models.PROTECT, related_name="parts")
    text = models.TextField(_("what your organisation brings forward"), max_length=5000)
    said_on = models.DateField(_("date"), default=timezone.localdate)

    class Meta(VisibleToCategory.Meta):
        ordering = ["id"]


class ReviewMemberQuerySet(models.QuerySet["ReviewMember"]):
    def advising(self) -> Self:
        return self.filter(left_at=None)


class ReviewMember(models.Model):
    """Somebody who advises on one escalation; a personal grant opens the case until the answer is
    due. Each act has columns of its own: who was let in by mistake is shown out, and stays here."""

    escalation = models.ForeignKey(Escalation, models.PROTECT, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    # Empty: from before this was kept.
    admitted_at = models.DateTimeField(null=True, editable=False)
    admitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )
    left_at = models.DateTimeField(null=True, editable=False)
    left_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )

    objects = ReviewMemberQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["escalation", "user"],
                condition=Q(left_at=None),
                name="review_member_once",
            )
        ]

    def __str__(self) -> str:
        return f"member {self.pk}"
