import uuid

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.records.models import Record, Versioned, VisibleToCategory
from casework.records.periods import Period
from casework.records.validators import not_in_future
from casework.shelter.enums import ShelterKind, StayGround
from governance.access.enums import Category, Visibility
from lvv.common.periods import is_in_force
from partners.accountability.history import History
from partners.organisations.models import Pilot, Team


class Location(Versioned):
    """A place where people stay. Its address stands apart: it is protected."""

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind of shelter"), max_length=20, choices=ShelterKind)
    team = models.ForeignKey(
        Team,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("team at the location"),
    )
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    history = History()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["pilot", "name"],
                name="location_once_per_pilot",
                violation_error_message=_("This pilot already has a location of this name."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class LocationAddress(models.Model):
    """Where a location is. The team reads it that had the location when it was written, while it
    has it; others by shelter_address(), with a reason (R19)."""

    location = models.OneToOneField(Location, models.PROTECT, related_name="address_row")
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+")
    address = models.TextField(_("address"), max_length=300)
    history = History()

    def __str__(self) -> str:
        return f"address of location {self.location_id}"


class AddressReading(models.Model):
    """Who asked for the address behind a stay, and why. Written by the database."""

    case = models.ForeignKey("casework.Case", models.PROTECT, related_name="+")
    stay = models.ForeignKey("casework.Stay", models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)
    read_at = models.DateTimeField()

    class Meta:
        ordering = ["-read_at"]
        constraints = [
            models.CheckConstraint(name="address_reading_has_reason", condition=~Q(reason=""))
        ]

    def __str__(self) -> str:
        return f"address reading {self.pk}"


class Stay(Record):
    """Somebody has a place, from a day until (not including) a day. A record of its own, because
    it tells so."""

    CATEGORY = Category.CONTACT_SHELTER

    case = models.ForeignKey("casework.Case", models.PROTECT, related_name="stays")
    location = models.ForeignKey(
        Location,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("location"),
    )
    kind = models.CharField(
        _("kind of shelter"), max_length=20, choices=ShelterKind, blank=True, db_default=""
    )
    ground = models.CharField(_("ground"), max_length=20, choices=StayGround)
    since = models.DateField(_("from"), default=timezone.localdate)
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        ordering = ["-since", "-id"]
        indexes = [models.Index(fields=["case"], name="stay_case")]
        constraints = [
            models.CheckConstraint(
                name="stay_ends_after_it_began",
                condition=Q(until=None) | Q(until__gte=F("since")),
                violation_error_message=_("The end lies before the beginning."),
            ),
            # The next constraint tells of every stay, so none may be hidden from who reads of
            # shelter.
            models.CheckConstraint(
                name="stay_is_not_hidden",
                condition=Q(visibility=Visibility.PERMITTED_PARTNERS, shared_until=None),
            ),
            ExclusionConstraint(
                name="stay_no_overlap",
                expressions=[
                    ("case", RangeOperators.EQUAL),
                    (Period("since", "until"), RangeOperators.OVERLAPS),
                ],
                condition=Q(ended_at=None),
                violation_error_message=_("In this period the person has a stay already."),
            ),
        ]

    @property
    def is_running(self) -> bool:
        return self.ended_at is None and is_in_force(self.since, self.until)

    @property
    def shelter_label(self) -> str:
        """The kind of shelter, of the location where there is one that may be read."""
        try:
            location = self.location
        except Location.DoesNotExist:  # the database does not show it
            location = None
        kind = location.kind if location else self.kind
        return str(ShelterKind(kind).label) if kind else str(_("stay"))


class Absence(VisibleToCategory):
    """Somebody who has a place is not there, from a day until (not including) the day she is
    back."""

    CATEGORY = Category.CONTACT_SHELTER

    stay = models.ForeignKey(Stay, models.PROTECT, related_name="absences")
    since = models.DateField(
        _("away since"), default=timezone.localdate, validators=[not_in_future]
    )
    until = models.DateField(_("back on"), null=True, blank=True, validators=[not_in_future])
    remark = models.CharField(_("remark"), max_length=300, blank=True)

    class Meta(VisibleToCategory.Meta):
        ordering = ["-since", "-id"]
        constraints = [
            *VisibleToCategory.Meta.constraints,
            models.CheckConstraint(
                name="absence_ends_after_it_began",
                condition=Q(until=None) | Q(until__gte=F("since")),
                violation_error_message=_("The end lies before the beginning."),
            ),
        ]
