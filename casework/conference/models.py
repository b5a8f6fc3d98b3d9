"""The case conference (LSO): its meetings, what was discussed of whom, and what was decided."""

import uuid
from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.conference.enums import DecidingBody, DecisionKind, MinutesAnswer, Stance, WhyOnAgenda
from casework.plan.enums import ScenarioKind
from casework.records.models import Record, Versioned, VisibleToCategory
from casework.records.validators import not_in_future
from governance.access.enums import Category
from governance.convenants.models import Convenant
from partners.accountability.history import History, TrackedQuerySet
from partners.organisations.models import Pilot, Team


class MeetingQuerySet(TrackedQuerySet):
    def coming(self, day: date) -> Self:
        return self.filter(on__gte=day, closed_at=None, cancelled_on=None)

    def with_agenda(self, day: date) -> Self:
        """Meetings to come, and those that were held and are being recorded."""
        return self.filter(Q(on__gte=day) | Q(afterwards=True), closed_at=None, cancelled_on=None)


class Meeting(Versioned):
    """One meeting of the case conference of a pilot, under the convenant of its day (R27). It
    names nobody."""

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="+")
    convenant = models.ForeignKey(Convenant, models.PROTECT, related_name="+")
    on = models.DateField(_("date"))
    begins_at = models.TimeField(_("time"))
    place = models.CharField(_("place"), max_length=120, blank=True)
    # It was held without being planned here, and is recorded afterwards: on its own day, but what
    # it opens to others it opens from today.
    afterwards = models.BooleanField(default=False, editable=False)
    opened_at = models.DateTimeField(null=True, editable=False)
    closed_at = models.DateTimeField(null=True, editable=False)
    cancelled_on = models.DateField(null=True, editable=False)
    cancelled_because = models.CharField(_("cancelled because"), max_length=200, blank=True)
    # With how many organisations it decides, as its pilot had it when it began; 1 in municipal
    # mode.
    # Empty: it began before there was a quorum.
    quorum = models.PositiveSmallIntegerField(null=True, editable=False)
    minutes_sent_on = models.DateField(null=True, editable=False)
    minutes_due_on = models.DateField(
        null=True, editable=False
    )  # until then partners answer; silence is no response
    attendance_corrected_on = models.DateField(null=True, editable=False)  # after they were sent
    attendance_corrected_because = models.CharField(
        _("reason"), max_length=300, blank=True, db_default="", default=""
    )
    history = History()

    objects = MeetingQuerySet.as_manager()

    class Meta:
        ordering = ["on", "begins_at", "id"]
        indexes = [models.Index(fields=["pilot", "on"], name="meeting_pilot_on")]
        constraints = [
            models.UniqueConstraint(
                fields=["pilot", "on", "begins_at"],
                condition=Q(cancelled_on=None),
                name="meeting_once",
                violation_error_message=_("There is a meeting at this moment already."),
            ),
        ]

    def __str__(self) -> str:
        return f"meeting {self.pk}"

    @property
    def is_at_rest(self) -> bool:
        """True once the term in which partners answer the minutes has passed."""
        return self.minutes_due_on is not None and timezone.localdate() > self.minutes_due_on

    @property
    def is_planned(self) -> bool:
        return self.cancelled_on is None and self.opened_at is None

    @property
    def is_ahead(self) -> bool:
        return self.on > timezone.localdate()

    @property
    def is_running(self) -> bool:
        return self.cancelled_on is None and self.opened_at is not None and self.closed_at is None


class MeetingTeam(Versioned):
    """One team invited to one meeting: whether it came, and what it says of the minutes."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="teams")
    team = models.ForeignKey(Team, models.PROTECT, related_name="+")
    present = models.BooleanField(null=True)
    answer = models.CharField(max_length=12, choices=MinutesAnswer, blank=True, db_default="")
    remark = models.CharField(_("remark"), max_length=1000, blank=True, db_default="")
    answered_on = models.DateField(null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    history = History()

    objects = TrackedQuerySet.as_manager()

    class Meta:
        ordering = ["team__organisation__name", "team__function"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "team"], name="meeting_team_once")
        ]

    def __str__(self) -> str:
        return f"team {self.team_id} at meeting {self.meeting_id}"


class MeetingGuest(models.Model):
    """Somebody who joins one meeting; with an account she reads its items until it ends, and no
    longer."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="guests")
    name = models.CharField(_("name"), max_length=120)
    capacity = models.CharField(_("in which capacity"), max_length=160)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    history = History()

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return f"guest {self.pk}"


class AgendaItem(Record):
    """One case on one agenda, read by the teams that attend it. Members of a household share a
    place."""

    CATEGORY = Category.CONFERENCE

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="items")
    place = models.PositiveSmallIntegerField(_("place on the agenda"))
    why = models.CharField(_("occasion"), max_length=20, choices=WhyOnAgenda)
    question = models.CharField(_("question"), max_length=500)
    summary = models.TextField(_("shared summary"), max_length=5000, blank=True)
    discussed_at = models.DateTimeField(null=True, editable=False)
    corrected_on = models.DateField(
        null=True, editable=False
    )  # the summary, after the minutes were sent
    happened_on = models.DateField(_("date"))  # of the meeting, for the story

    class Meta(Record.Meta):
        ordering = ["place", "id"]
        indexes = [
            models.Index(fields=["case"], name="agenda_case", condition=Q(ended_at=None)),
            models.Index(
                fields=["happened_on"],
                name="agenda_waits",
                condition=Q(discussed_at=None, ended_at=None),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "case"],
                condition=Q(ended_at=None),
                name="agenda_case_once",
                violation_error_message=_("This case is on this agenda already."),
            ),
        ]


class Position(VisibleToCategory):
    """What one team brings to an item, and where it stands. No stance is no answer."""

    CATEGORY = Category.CONFERENCE

    item = models.ForeignKey(AgendaItem, models.PROTECT, related_name="positions")
    preparation = models.TextField(_("preparation"), max_length=5000, blank=True)
    stance = models.CharField(_("position"), max_length=10, choices=Stance, blank=True)
    reasons = models.TextField(_("reasons"), max_length=2000, blank=True)
    said_on = models.DateField(_("date"), default=timezone.localdate)
    noted = False  # see mark_noted()

    class Meta(VisibleToCategory.Meta):
        ordering = ["id"]
        constraints = [
            *VisibleToCategory.Meta.constraints,
            models.CheckConstraint(
                name="objection_has_reasons",
                condition=~Q(stance=Stance.OBJECT) | ~Q(reasons=""),
                violation_error_message=_("Write why your team objects."),
            ),
        ]


class ConferenceDecision(VisibleToCategory):
    """One decision about one case: of the conference, or of the body above it. Not the formal
    decision (R6)."""

    CATEGORY = Category.CONFERENCE

    item = models.ForeignKey(
        AgendaItem, models.PROTECT, null=True, blank=True, related_name="decisions"
    )
    kind = models.CharField(_("decision"), max_length=30, choices=DecisionKind)
    body = models.CharField(
        _("decided by"), max_length=20, choices=DecidingBody, default=DecidingBody.LSO
    )
    decided_on = models.DateField(
        _("decided on"), default=timezone.localdate, validators=[not_in_future]
    )
    reasons = models.TextField(_("reasons"), max_length=5000)
    scenario = models.CharField(_("scenario"), max_length=20, choices=ScenarioKind, blank=True)
    owner_team = models.ForeignKey(
        Team,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who carries it out"),
    )
    due_on = models.DateField(_("at the latest"), null=True, blank=True)  # it is carried out
    review_on = models.DateField(_("the conference looks again on"), null=True, blank=True)
    convenant = models.ForeignKey(
        Convenant, models.PROTECT, null=True, related_name="+"
    )  # under which (R27)

    class Meta(VisibleToCategory.Meta):
        ordering = ["-decided_on", "-id"]
        constraints = [
            *VisibleToCategory.Meta.constraints,
            models.CheckConstraint(name="decision_has_reasons", condition=~Q(reasons="")),
            models.CheckConstraint(
                name="decision_of_scenario_names_it",
                condition=Q(kind__in=("scenario_set", "scenario_changed")) ^ Q(scenario=""),
                violation_error_message=_("Choose the scenario."),
            ),
        ]
