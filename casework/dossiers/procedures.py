"""Of the immigration service: procedures with their stages, and the residence title."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.dossiers.enums import ProcedureResult, ResidenceCode
from casework.formal_decisions.models import FormalDecision
from casework.records.models import Checked, Record, old_facts
from casework.records.validators import not_in_future
from governance.access.enums import Category
from governance.law.enums import ProcedureKind, ProcedureStage

MADE_KNOWN = _(
    "Of a result: the day on which it was sent or handed over, if you know it. The term to object "
    "or appeal begins on the day after it (Awb 3:41, 6:8)."
)
NOT_KNOWN_BEFORE = _("Only a result is made known, and not before its own day.")


class Procedure(Checked):
    """One procedure about somebody's stay."""

    CATEGORY = Category.PROCEDURES

    kind = models.CharField(_("procedure"), max_length=30, choices=ProcedureKind)
    applied_on = models.DateField(_("applied on"), validators=[not_in_future])
    representative = models.CharField(_("representative"), max_length=160, blank=True)
    result = models.CharField(
        _("result"), max_length=20, choices=ProcedureResult, default=ProcedureResult.PENDING
    )
    result_on = models.DateField(
        _("date of the result"), null=True, blank=True, validators=[not_in_future]
    )
    known_on = models.DateField(
        _("made known on"),
        null=True,
        blank=True,
        validators=[not_in_future],
        help_text=MADE_KNOWN,
    )
    # Of an objection to a decision of the facility: which one.
    formal_decision = models.ForeignKey(
        FormalDecision,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="objections",
        editable=False,
    )

    class Meta(Checked.Meta):
        ordering = ["-applied_on", "-id"]
        indexes = [old_facts("procedure_checked")]
        constraints = [
            models.CheckConstraint(
                name="procedure_result_has_date",
                condition=models.Q(result=ProcedureResult.PENDING, result_on=None)
                | ~models.Q(result=ProcedureResult.PENDING) & models.Q(result_on__isnull=False),
                violation_error_message=_(
                    "A result needs its date, and a pending procedure has none yet."
                ),
            ),
            models.CheckConstraint(
                name="procedure_result_known_after_it_was_given",
                condition=models.Q(known_on=None)
                | models.Q(result_on__isnull=False, known_on__gte=models.F("result_on")),
                violation_error_message=NOT_KNOWN_BEFORE,
            ),
        ]


class ProcedureStep(Record):
    """A stage of a procedure: shown to whoever the procedure is shown to."""

    CATEGORY = Category.PROCEDURES

    procedure = models.ForeignKey(
        Procedure, models.PROTECT, related_name="steps", verbose_name=_("procedure")
    )
    stage = models.CharField(_("stage"), max_length=20, choices=ProcedureStage)
    happened_on = models.DateField(_("date"), validators=[not_in_future])
    result = models.CharField(_("result"), max_length=20, choices=ProcedureResult, blank=True)
    known_on = models.DateField(
        _("made known on"),
        null=True,
        blank=True,
        validators=[not_in_future],
        help_text=MADE_KNOWN,
    )
    remark = models.CharField(_("remark"), max_length=300, blank=True)

    class Meta(Record.Meta):
        ordering = ["happened_on", "id"]
        constraints = [
            models.CheckConstraint(
                name="procedure_step_known_after_it_was_ruled",
                condition=models.Q(known_on=None)
                | ~models.Q(result__in=["", ProcedureResult.PENDING])
                & models.Q(known_on__gte=models.F("happened_on")),
                violation_error_message=NOT_KNOWN_BEFORE,
            ),
        ]


class ResidenceTitle(Checked):
    """The code of somebody's residence title. It says nothing about whether she may be removed
    (R28)."""

    CATEGORY = Category.PROCEDURES

    code = models.CharField(_("residence title"), max_length=10, choices=ResidenceCode)
    other_code = models.CharField(_("which code"), max_length=60, blank=True)
    since = models.DateField(_("from"), validators=[not_in_future])
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta(Checked.Meta):
        ordering = ["-since", "-id"]
        indexes = [old_facts("residence_title_checked")]
        constraints = [
            models.CheckConstraint(
                name="residence_title_names_code",
                condition=~models.Q(code=ResidenceCode.OTHER) | ~models.Q(other_code=""),
                violation_error_message=_("Enter which other code it is."),
            ),
            models.CheckConstraint(
                name="residence_title_ends_after_it_began",
                condition=models.Q(until=None) | models.Q(until__gte=models.F("since")),
                violation_error_message=_("The end lies before the beginning."),
            ),
        ]
