import uuid
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.dispatch import Signal
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from lvv.common.periods import InForce
from partners.accountability.history import History
from partners.organisations.enums import (
    NEEDS_TWO,
    TEAM_ROLES,
    OrganisationKind,
    PilotState,
    Role,
    TeamFunction,
)

# Before `pilot` closes: whoever knows what stands in the way answers with a sentence.
pilot_closes = Signal()


class Organisation(models.Model):
    """One organisation that takes part, or oversees."""

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=120, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=OrganisationKind)
    history = History()

    class Meta:
        ordering = ["name"]
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")

    def __str__(self) -> str:
        return self.name


class Pilot(models.Model):
    """One local facility, with the settings its partners agreed on."""

    # What each setting means stands in its help text; the settings page shows it with default and
    # last change.
    SETTINGS = (
        "maximum_stay_months",
        "early_admission",
        "municipal_mode",
        "take_over_months",
        "contact_name",
        "contact_phone",
        "procedures_check_days",
        "departure_check_days",
        "supervision_check_days",
        "quorum",
        "minutes_term_days",
        "return_term_days",
    )

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=80, unique=True)
    slug = models.SlugField(max_length=80, unique=True)
    municipality = models.ForeignKey(
        Organisation, models.PROTECT, related_name="pilots", verbose_name=_("municipality")
    )
    state = models.CharField(_("state"), max_length=20, choices=PilotState, default=PilotState.OPEN)
    closes_on = models.DateField(
        _("closes on"),
        null=True,
        blank=True,
        help_text=_("From this day nobody works in this pilot any more. Winding down ends here."),
    )
    maximum_stay_months = models.PositiveSmallIntegerField(
        _("maximum stay in months"),
        null=True,
        blank=True,
        help_text=_(
            "How long somebody may stay in the facility. Empty: this pilot has no maximum."
        ),
    )
    early_admission = models.BooleanField(
        _("early admission"),
        default=False,
        help_text=_(
            "The conference may admit somebody before the dossiers are in and the rest period "
            "is over."
        ),
    )
    municipal_mode = models.BooleanField(
        _("municipal mode"),
        default=False,
        help_text=_(
            "The municipality decides in its own name: no dossiers, rest period or mandate are "
            "needed."
        ),
    )
    take_over_months = models.PositiveSmallIntegerField(
        _("take-over term in months"),
        default=6,
        help_text=_(
            "Dossiers of an earlier case that are younger than this need not be asked for again."
        ),
    )
    contact_name = models.CharField(
        _("contact"),
        max_length=120,
        blank=True,
        help_text=_(
            "Who answers when another pilot asks something. A role, not a person: people change."
        ),
    )
    contact_phone = models.CharField(
        _("phone of the contact"),
        max_length=40,
        blank=True,
        help_text=_("On which number the contact can be reached during working hours."),
    )
    procedures_check_days = models.PositiveSmallIntegerField(
        _("check procedures after, in days"),
        null=True,
        blank=True,
        default=90,
        help_text=_(
            "After how many days the page says that the immigration service has not checked. "
            "Empty: never."
        ),
    )
    departure_check_days = models.PositiveSmallIntegerField(
        _("check departure after, in days"),
        null=True,
        blank=True,
        default=60,
        help_text=_(
            "After how many days the page says that the departure service has not checked. "
            "Empty: never."
        ),
    )
    supervision_check_days = models.PositiveSmallIntegerField(
        _("check supervision after, in days"),
        null=True,
        blank=True,
        default=60,
        help_text=_(
            "After how many days the page says that the aliens police has not checked. Empty: "
            "never."
        ),
    )
    quorum = models.PositiveSmallIntegerField(
        _("quorum of the conference"),
        default=2,
        validators=[MinValueValidator(1)],
        help_text=_(
            "With how many organisations at the table, the municipality among them, the "
            "conference may decide. In municipal mode the municipality decides alone."
        ),
    )
    minutes_term_days = models.PositiveSmallIntegerField(
        _("term for the minutes, in days"),
        default=7,
        help_text=_(
            "How long partners may say something of the minutes of a conference. Then silence "
            "is no response."
        ),
    )
    return_term_days = models.PositiveSmallIntegerField(
        _("return term in days"),
        null=True,
        blank=True,
        help_text=_(
            "How long somebody may be away from the stay before that counts as gone. "
            "Empty: not agreed upon."
        ),
    )
    history = History()

    class Meta:
        ordering = ["name"]
        verbose_name = _("pilot")
        verbose_name_plural = _("pilots")
        constraints = [
            models.CheckConstraint(
                name="pilot_winding_down_has_date",
                condition=~Q(state=PilotState.WINDING_DOWN) | Q(closes_on__isnull=False),
                violation_error_message=_(
                    "A pilot that winds down needs the day on which it closes."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        # What was open once is never in preparation again: roles would begin at once in it.
        if self.pk and self.state == PilotState.PREPARING:
            before = Pilot.objects.values_list("state", flat=True).get(pk=self.pk)
            if before != PilotState.PREPARING:
                raise ValidationError(
                    {"state": _("What was open once is never in preparation again.")}
                )
        if self.pk and self.state != PilotState.CLOSED:
            before = Pilot.objects.values_list("state", flat=True).get(pk=self.pk)
            if before == PilotState.CLOSED:
                raise ValidationError({"state": _("What was closed is not opened again.")})
        # The database holds this too (casework/sql/custody.sql); here it gets words.
        ends = self.closes_on is not None and self.closes_on <= timezone.localdate()
        if self.pk and (self.state == PilotState.CLOSED or ends):
            reasons = [
                reason
                for _receiver, reason in pilot_closes.send(sender=Pilot, pilot=self)
                if reason
            ]
            if reasons:
                raise ValidationError(reasons)

    def is_closed(self, on: date) -> bool:
        return self.state == PilotState.CLOSED or (
            self.closes_on is not None and self.closes_on <= on
        )

    def takes_new_cases(self, on: date) -> bool:
        return self.state == PilotState.OPEN and not self.is_closed(on)


class TeamManager(models.Manager["Team"]):
    def add(
        self,
        organisation: Organisation,
        pilot: Pilot,
        function: str = TeamFunction.GENERAL,
        **extra: Any,
    ) -> "Team":
        """A team together with the group that will hold its cells of the sharing matrix."""
        group = Group.objects.create(name=f"{pilot.slug}/{organisation.reference}/{function}")
        return self.create(
            organisation=organisation, pilot=pilot, function=function, group=group, **extra
        )


class Team(models.Model):
    """The part of an organisation that does one kind of work in one pilot."""

    # Its key stands in integer arrays on every record, so it is a plain integer.
    id = models.AutoField(primary_key=True)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="teams", verbose_name=_("organisation")
    )
    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="teams", verbose_name=_("pilot"))
    function = models.CharField(
        _("function"), max_length=10, choices=TeamFunction, default=TeamFunction.GENERAL
    )
    group = models.OneToOneField(Group, models.PROTECT, editable=False, related_name="team")
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    history = History()

    objects = TeamManager()

    class Meta:
        ordering = ["organisation__name", "function"]
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "pilot", "function"],
                name="team_once_per_pilot",
                violation_error_message=_("This organisation already has this team in this pilot."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label}, {self.pilot.name}"

    @cached_property
    def label(self) -> str:
        """The name partners use: the organisation, and what kind of team if it is not its
        general one."""
        if self.function == TeamFunction.GENERAL:
            return self.organisation.name
        return f"{self.organisation.name}, {self.get_function_display()}"


class MembershipQuerySet(InForce, models.QuerySet["Membership"]):
    pass


class Membership(models.Model):
    """One user works for a team, or for an organisation, in one role, from a day until (not
    including) a day."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="memberships", verbose_name=_("user")
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="memberships", verbose_name=_("organisation")
    )
    team = models.ForeignKey(
        Team,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="memberships",
        verbose_name=_("team"),
    )
    role = models.CharField(_("role"), max_length=24, choices=Role)
    # Empty as long as a role that takes two administrators waits for the second one.
    since = models.DateField(_("from"), null=True, default=timezone.localdate)
    until = models.DateField(
        _("until"),
        null=True,
        blank=True,
        help_text=_("The first day on which this no longer holds."),
    )
    # Who gave it and who confirmed it; nobody for what an installation begins with.
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("given by"),
    )
    asked_from = models.DateField(null=True, editable=False)
    asked_until = models.DateField(null=True, editable=False)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("confirmed by"),
    )
    confirmed_at = models.DateTimeField(null=True, editable=False)
    history = History()

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["organisation__name", "user__name"]
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.CheckConstraint(
                name="membership_team_fits_role",
                condition=Q(role__in=TEAM_ROLES, team__isnull=False)
                | (~Q(role__in=TEAM_ROLES) & Q(team=None)),
                violation_error_message=_(
                    "Caseworkers and coordinators work for a team; the other roles belong to "
                    "the organisation only."
                ),
            ),
            models.CheckConstraint(
                name="membership_ends_after_it_began",
                condition=Q(until=None) | Q(until__gte=models.F("since")),
                violation_error_message=_("The end lies before the beginning."),
            ),
            models.CheckConstraint(
                name="membership_never_for_oneself",
                condition=(Q(given_by=None) | ~Q(given_by=models.F("user")))
                & (Q(confirmed_by=None) | ~Q(confirmed_by=models.F("user"))),
                violation_error_message=_("Nobody gives themselves a role."),
            ),
            models.CheckConstraint(
                name="membership_takes_two",
                condition=Q(given_by=None)
                | ~Q(role__in=NEEDS_TWO)
                | Q(since=None)
                | Q(until__isnull=False)  # one that ends unless it is confirmed
                | Q(confirmed_by__isnull=False) & ~Q(confirmed_by=models.F("given_by")),
                violation_error_message=_("Another administrator confirms this role."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} / {self.team or self.organisation} / {self.get_role_display()}"

    @property
    def waits(self) -> bool:
        """True as long as another administrator must confirm it."""
        return (
            self.role in NEEDS_TWO and self.given_by_id is not None and self.confirmed_by_id is None
        )

    def clean(self) -> None:
        # The database holds this too (a foreign key on team and organisation together); here it
        # gets words.
        if self.team and self.organisation_id and self.team.organisation_id != self.organisation_id:
            raise ValidationError({"team": _("This team belongs to another organisation.")})
