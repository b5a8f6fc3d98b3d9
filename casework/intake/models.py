"""From the first conversation to the dossiers: local criteria, the intake, and what IND and DT&V
were asked for."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.intake.enums import CriterionResult, DossierOf, DossierResult
from casework.records.models import Record, VisibleToCategory
from casework.records.validators import not_in_future
from governance.access.enums import Category
from partners.organisations.models import Pilot, Team


class CriteriaList(models.Model):
    """The local admission criteria of a pilot, one version of them. A version in use never
    changes (R27)."""

    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="+")
    version = models.PositiveSmallIntegerField(_("version"))
    in_force_from = models.DateField(_("in force from"), default=timezone.localdate)
    criteria = ArrayField(models.CharField(max_length=300), verbose_name=_("criteria"))

    class Meta:
        ordering = ["pilot", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["pilot", "version"], name="criteria_version_once")
        ]

    def __str__(self) -> str:
        return f"criteria {self.pk}"


class Intake(Record):
    """The intake of one case: when, how, and each local criterion. Of its own team until it is
    complete."""

    CATEGORY = Category.CONFERENCE

    begun_on = models.DateField(_("begun on"), default=timezone.localdate)
    interviewed_on = models.DateField(
        _("date of the conversation"), null=True, validators=[not_in_future]
    )
    interpreter = models.BooleanField(_("with an interpreter"), null=True)
    present = models.CharField(_("also present"), max_length=200, blank=True)
    informed = models.BooleanField(_("told what taking part asks"), default=False)
    limitation_asked = models.BooleanField(default=False)
    criteria = models.ForeignKey(CriteriaList, models.PROTECT, null=True, related_name="+")
    results = models.JSONField(
        default=list
    )  # for each criterion, in the order of the list: result and remark
    completed_on = models.DateField(_("completed on"), null=True)
    stopped_on = models.DateField(_("stopped on"), null=True, validators=[not_in_future])
    stopped_because = models.CharField(_("stopped because"), max_length=300, blank=True)

    class Meta(Record.Meta):
        ordering = ["-begun_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(ended_at=None),
                name="intake_one_at_a_time",
                violation_error_message=_("There is an intake in this case already."),
            ),
        ]

    @property
    def has_unknown(self) -> bool:
        """Whether the result of a criterion is not known yet."""
        return any(text["result"] == CriterionResult.UNKNOWN for text in self.results)


class IntakeReport(Record):
    """What she told about her situation and what she needs: guidance, so her counsellor decides
    who reads it."""

    CATEGORY = Category.GUIDANCE

    intake = models.OneToOneField(Intake, models.PROTECT, related_name="report")
    told_on = models.DateField(_("date of the conversation"), default=timezone.localdate)
    living = models.TextField(_("living situation now"), max_length=3000, blank=True)
    network = models.TextField(_("family, friends and organisations"), max_length=3000, blank=True)
    story = models.TextField(_("time in the Netherlands until now"), max_length=5000, blank=True)
    means = models.TextField(_("income and debts"), max_length=2000, blank=True)
    wishes = models.TextField(_("own wishes"), max_length=3000, blank=True)
    needs = models.TextField(_("needed most"), max_length=3000, blank=True)

    class Meta(Record.Meta):
        ordering = ["-told_on", "-id"]


class DossierRequest(VisibleToCategory):
    """The facility asked the immigration service or the departure service for its dossier."""

    CATEGORY = Category.CONFERENCE

    of = models.CharField(_("dossier of"), max_length=10, choices=DossierOf)
    to_team = models.ForeignKey(Team, models.PROTECT, related_name="+")
    requested_on = models.DateField(
        _("requested on"), default=timezone.localdate, validators=[not_in_future]
    )
    open = models.BooleanField(
        default=True, editable=False
    )  # nothing came yet: the database sees to it

    class Meta(VisibleToCategory.Meta):
        ordering = ["-requested_on", "-id"]
        indexes = [
            models.Index(
                fields=["to_team"],
                name="dossier_request_open",
                condition=Q(ended_at=None, open=True),
            )
        ]
        constraints = [
            *VisibleToCategory.Meta.constraints,
            models.UniqueConstraint(
                fields=["case", "of"],
                condition=Q(ended_at=None),
                name="dossier_request_once",
                violation_error_message=_("This dossier was asked for already."),
            ),
        ]


class ServiceDossier(VisibleToCategory):
    """A service delivered its dossier, or said that there is none: the later of the two days
    starts the rest period."""

    CATEGORY = Category.CONFERENCE

    of = models.CharField(_("dossier of"), max_length=10, choices=DossierOf)
    result = models.CharField(_("what came"), max_length=20, choices=DossierResult)
    delivered_on = models.DateField(
        _("delivered or stated on"), default=timezone.localdate, validators=[not_in_future]
    )
    completed_on = models.DateField(
        _("complete on"), null=True, blank=True, validators=[not_in_future]
    )
    remark = models.CharField(_("remark"), max_length=500, blank=True)

    class Meta(VisibleToCategory.Meta):
        ordering = ["-delivered_on", "-id"]
