"""The scenario and the plan: where it goes, and who does what towards it."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.plan.enums import GoalState, ScenarioKind
from casework.records.models import Addressed, Record, VisibleToCategory
from governance.access.enums import Category


class Scenario(VisibleToCategory):
    """The aim on which the conference set the guidance, from a day: one at a time (R9)."""

    CATEGORY = Category.CONFERENCE

    scenario = models.CharField(_("scenario"), max_length=20, choices=ScenarioKind)
    since = models.DateField(_("from"), default=timezone.localdate)
    until = models.DateField(_("until"), null=True, blank=True)
    decision = models.ForeignKey("casework.ConferenceDecision", models.PROTECT, related_name="+")

    class Meta(VisibleToCategory.Meta):
        ordering = ["-since", "-id"]
        constraints = [
            *VisibleToCategory.Meta.constraints,
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(until=None, ended_at=None),
                name="scenario_one_at_a_time",
                violation_error_message=_("This case has a scenario already."),
            ),
            models.CheckConstraint(
                name="scenario_ends_after_it_began",
                condition=Q(until=None) | Q(until__gte=F("since")),
            ),
        ]


class Goal(Record):
    """Something she and her counsellor work towards, on one of the tracks of the plan."""

    CATEGORY = Category.GUIDANCE

    track = models.CharField(_("track"), max_length=20, choices=ScenarioKind)
    text = models.CharField(_("goal"), max_length=300)
    set_on = models.DateField(_("set on"), default=timezone.localdate)
    state = models.CharField(
        _("how it stands"), max_length=10, choices=GoalState, default=GoalState.OPEN
    )
    progress = models.TextField(_("progress"), max_length=3000, blank=True)

    class Meta(Record.Meta):
        ordering = ["-set_on", "-id"]


class Action(Addressed):
    """Something one team, or the person herself with its help, will have done by a day. One
    agreed upon in a conference is that team's commitment."""

    CATEGORY = Category.CONFERENCE

    what = models.CharField(_("action"), max_length=300)
    due_on = models.DateField(_("at the latest"))
    by_person = models.BooleanField(
        _("the person does this without others, with help of the team"), default=False
    )
    agreed_on = models.DateField(_("agreed on"), default=timezone.localdate)
    decision = models.ForeignKey(
        "casework.ConferenceDecision", models.PROTECT, null=True, blank=True, related_name="actions"
    )
    goal = models.ForeignKey(Goal, models.PROTECT, null=True, blank=True, related_name="actions")

    class Meta(Addressed.Meta):
        ordering = ["due_on", "id"]
        indexes = [
            models.Index(
                fields=["to_team", "due_on"],
                name="action_open",
                condition=Q(answer="", ended_at=None),
            )
        ]
