"""How a passage ended, what became of the person, and whether that holds."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.cases.enums import CaseState
from casework.formal_decisions.models import FormalDecision
from casework.outcomes.enums import (
    CHECK_MONTHS,
    CheckResult,
    Class,
    ConfirmationResult,
    ExitReason,
    Lapse,
    Outcome,
    Undone,
)
from casework.records.models import VisibleToCategory
from casework.records.validators import not_in_future
from governance.access.enums import Category


class OutcomeClass(models.Model):
    """To which class a kind of outcome belongs, from a day. Nobody types a class (R10)."""

    outcome = models.CharField(max_length=30, choices=Outcome)
    in_force_from = models.DateField()
    belongs_to = models.CharField(max_length=15, choices=Class)

    class Meta:
        ordering = ["outcome", "-in_force_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["outcome", "in_force_from"], name="outcome_class_once_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.outcome} from {self.in_force_from}"


def class_of(outcome: str, day: date) -> OutcomeClass:
    """The row of the dated table that holds for an exit on this day. For a day before the table
    began, its first row."""
    rows = list(OutcomeClass.objects.filter(outcome=outcome).order_by("-in_force_from"))
    return next((row for row in rows if row.in_force_from <= day), rows[-1])


class Exit(VisibleToCategory):
    """The end of a passage: proposed, then confirmed by the coordinator; or declined, or undone
    later (T16)."""

    CATEGORY = Category.OUTCOME

    exited_on = models.DateField(_("date of exit"), validators=[not_in_future])
    reason = models.CharField(_("why it ends"), max_length=30, choices=ExitReason)
    outcome = models.CharField(_("outcome"), max_length=30, choices=Outcome)
    explanation = models.TextField(_("explanation"), max_length=3000, blank=True)
    evidence_on = models.DateField(
        _("date of the evidence"), null=True, blank=True, validators=[not_in_future]
    )
    evidence = models.CharField(_("evidence"), max_length=200, blank=True)
    formal_decision = models.ForeignKey(
        FormalDecision,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("formal decision"),
    )
    classed = models.ForeignKey(
        OutcomeClass, models.PROTECT, null=True, related_name="+", editable=False
    )
    state_before = models.CharField(max_length=20, choices=CaseState, editable=False)
    confirmed_on = models.DateField(null=True, editable=False)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )
    claim_open = models.BooleanField(
        default=False, editable=False
    )  # confirmed here, and not answered by who is competent
    unconfirmed_because = models.CharField(
        _("why the claim stays unconfirmed"), max_length=300, blank=True
    )
    undone_on = models.DateField(null=True, editable=False)
    undone = models.CharField(_("why it is undone"), max_length=10, choices=Undone, blank=True)
    undone_reason = models.CharField(_("explanation"), max_length=500, blank=True)

    class Meta(VisibleToCategory.Meta):
        ordering = ["-exited_on", "-id"]
        indexes = [
            models.Index(fields=["outcome"], name="exit_claim_open", condition=Q(claim_open=True))
        ]
        constraints = [
            *VisibleToCategory.Meta.constraints,
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(ended_at=None, undone_on=None),
                name="exit_once",
                violation_error_message=_("There is an exit in this case already."),
            ),
            models.CheckConstraint(
                name="exit_confirmed_has_class",
                condition=Q(confirmed_on=None) | Q(classed__isnull=False),
            ),
            models.CheckConstraint(
                name="exit_takes_two",
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=models.F("author")),
                violation_error_message=_(
                    "Another person than the one who proposed the exit confirms it."
                ),
            ),
        ]


class Confirmation(VisibleToCategory):
    """The competent partner says that a durable outcome is so, or is not (R11)."""

    CATEGORY = Category.OUTCOME

    exit = models.ForeignKey(Exit, models.PROTECT, related_name="confirmations")
    result = models.CharField(_("answer"), max_length=10, choices=ConfirmationResult)
    said_on = models.DateField(_("date"), default=timezone.localdate, validators=[not_in_future])
    evidence = models.CharField(_("evidence"), max_length=200)

    class Meta(VisibleToCategory.Meta):
        ordering = ["-said_on", "-id"]


class FollowUpCheck(VisibleToCategory):
    """Whether an outcome holds 3, 6 or 12 months later; beside the claim, which stays as it was
    (R12)."""

    CATEGORY = Category.OUTCOME

    exit = models.ForeignKey(Exit, models.PROTECT, related_name="checks")
    months = models.PositiveSmallIntegerField(
        _("months after the exit"), choices=[(n, str(n)) for n in CHECK_MONTHS]
    )
    checked_on = models.DateField(
        _("checked on"), default=timezone.localdate, validators=[not_in_future]
    )
    result = models.CharField(_("result"), max_length=15, choices=CheckResult)
    outcome = models.CharField(
        _("outcome at that time"), max_length=30, choices=Outcome, blank=True
    )
    lapsed_because = models.CharField(_("why it lapsed"), max_length=10, choices=Lapse, blank=True)
    how = models.CharField(_("from whom, and how it is known"), max_length=300)

    class Meta(VisibleToCategory.Meta):
        ordering = ["months", "id"]
        constraints = [
            *VisibleToCategory.Meta.constraints,
            models.UniqueConstraint(
                fields=["exit", "months"],
                condition=Q(ended_at=None),
                name="check_once",
                violation_error_message=_("This check was recorded already."),
            ),
            models.CheckConstraint(name="check_says_how", condition=~Q(how="")),
            models.CheckConstraint(
                name="failed_check_says_what_became",
                condition=~Q(result=CheckResult.DOES_NOT_HOLD) | ~Q(outcome=""),
                violation_error_message=_("Choose the outcome at that time."),
            ),
            models.CheckConstraint(
                name="lapsed_check_says_why",
                condition=Q(result=CheckResult.LAPSED) & ~Q(lapsed_because="")
                | ~Q(result=CheckResult.LAPSED) & Q(lapsed_because=""),
                violation_error_message=_("Choose why it lapsed."),
            ),
        ]


class DestinationReport(VisibleToCategory):
    """A partner's register says that she left with unknown destination; that closes nothing here
    (R14)."""

    CATEGORY = Category.OUTCOME

    reported_on = models.DateField(
        _("reported on"), default=timezone.localdate, validators=[not_in_future]
    )
    text = models.CharField(_("what the other register says"), max_length=500)

    class Meta(VisibleToCategory.Meta):
        ordering = ["-reported_on", "-id"]
