"""The formal decision (R6): another fact than what the conference decided, and the letter that
tells it."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.conference.models import ConferenceDecision
from casework.formal_decisions.enums import FormalKind
from casework.intake.models import CriteriaList
from casework.records.models import VisibleToCategory
from casework.records.validators import not_in_future
from governance.access.enums import Category
from governance.mandates.models import MandateDecision
from partners.organisations.models import Pilot, Team


class LetterTemplate(models.Model):
    """The letter of a pilot for one kind of decision, one version of it. A version in use never
    changes (R27)."""

    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="+")
    kind = models.CharField(_("kind of decision"), max_length=10, choices=FormalKind)
    version = models.PositiveSmallIntegerField(_("version"))
    in_force_from = models.DateField(_("in force from"), default=timezone.localdate)
    text = models.TextField(_("text"), max_length=20_000)

    class Meta:
        ordering = ["pilot", "kind", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["pilot", "kind", "version"], name="letter_version_once")
        ]

    def __str__(self) -> str:
        return f"letter {self.pk}"


class FormalDecision(VisibleToCategory):
    """A decision in the minister's name under a mandate, or of the college in its own; with the
    letter as it left."""

    CATEGORY = Category.CONFERENCE

    kind = models.CharField(_("decision"), max_length=10, choices=FormalKind)
    decided_on = models.DateField(
        _("decided on"), default=timezone.localdate, validators=[not_in_future]
    )
    # The term to object begins on the day after it (Awb 3:41, 6:8). Empty: recorded before this was
    # asked.
    known_on = models.DateField(
        _("made known on"), null=True, blank=True, validators=[not_in_future]
    )
    known_by = models.CharField(_("reference of the letter"), max_length=160, blank=True)
    function = models.CharField(_("function that decided"), max_length=160)
    mandate = models.ForeignKey(
        MandateDecision,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("mandate decision"),
    )
    conference_decision = models.ForeignKey(
        ConferenceDecision,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decision of the conference"),
    )
    reasons = models.TextField(_("reasons"), max_length=10_000)
    remedies = models.TextField(_("objection and appeal (remedies)"), max_length=3000)
    objection_until = models.DateField(_("objection possible until"), null=True, blank=True)
    effective_on = models.DateField(_("takes effect on"))
    until = models.DateField(_("admitted until"), null=True, blank=True)
    criteria = models.ForeignKey(CriteriaList, models.PROTECT, null=True, related_name="+")
    template = models.ForeignKey(LetterTemplate, models.PROTECT, null=True, related_name="+")
    letter = models.TextField(editable=False)  # as issued: HTML, kept unchanged
    # A refusal that was upheld against (T9), or an ending that a court undid (T16), no longer
    # stands.
    annulled_on = models.DateField(null=True, editable=False)
    annulled_because = models.CharField(_("why it no longer stands"), max_length=600, blank=True)

    class Meta(VisibleToCategory.Meta):
        ordering = ["-decided_on", "-id"]
        constraints = [
            *VisibleToCategory.Meta.constraints,
            models.CheckConstraint(
                name="formal_decision_has_reasons_and_remedies",
                condition=~Q(reasons="") & ~Q(remedies=""),
            ),
            models.CheckConstraint(name="formal_decision_has_function", condition=~Q(function="")),
            models.CheckConstraint(
                name="formal_decision_known_after_it_was_taken",
                condition=Q(known_on=None) | Q(known_on__gte=F("decided_on")),
            ),
        ]


class DecisionCopy(models.Model):
    """That a copy of a formal decision goes to somebody who acts for the person: a representative
    by name, or a legal team. Read by the team that decided alone, for it tells of legal aid (R18),
    and never changed."""

    decision = models.ForeignKey(FormalDecision, models.PROTECT, related_name="copies")
    name = models.CharField(max_length=160, blank=True)
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["decision", "name", "team"],
                name="decision_copy_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="decision_copy_goes_to_name_or_team",
                condition=~Q(name="") & Q(team=None) | Q(name="") & Q(team__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"copy {self.pk}"
