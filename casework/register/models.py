import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.records.models import Record
from casework.register.enums import BriefingLanguage, ClashAnswer, IdentityStatus, ValueKind
from casework.register.values import display
from governance.access.enums import Category
from governance.access.wall import Walled
from partners.accountability.history import History, TrackedQuerySet
from partners.accountability.trace import Trace
from partners.organisations.models import Pilot


class Person(Walled):
    """One human being, once nationally. Who she is stands in identity values, each a record of a case."""

    needs_reading = Category.IDENTITY

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # Only what two coordinators settled: a number somebody typed is an identity value like any other (R1).
    v_number = models.CharField(max_length=10, unique=True, null=True, editable=False)  # noqa: DJ001 - unique, so not ""
    team_ids = ArrayField(models.IntegerField(), default=list, editable=False)  # of all her cases; kept by a trigger
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    history = History(excluded_fields=["team_ids"])

    objects = TrackedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="person_v_number_ten_digits", condition=Q(v_number__regex=r"^\d{10}$")),
        ]
        indexes = [GinIndex(fields=["team_ids"], name="person_teams")]

    def __str__(self) -> str:
        return str(self.reference)

    def grant_key(self) -> int:
        return self.pk

    def note_touched(self, trace: Trace) -> None:
        trace.persons.add(self.pk)


class IdentityValue(Record):
    """One thing said about who a person is: by whom, when, and how sure it is (R3)."""

    case = models.ForeignKey("casework.Case", models.PROTECT, related_name="identity_values")
    kind = models.CharField(max_length=12, choices=ValueKind)
    # A name in any script; a date as 1985, 1985-03 or 1985-03-12; a code of national table 32; ten digits.
    value = models.CharField(max_length=200)
    key = models.CharField(max_length=200, editable=False)  # what is compared and searched, see values.name_key()
    status = models.CharField(max_length=12, choices=IdentityStatus, default=IdentityStatus.CLAIMED)
    said_on = models.DateField(default=timezone.localdate)
    history = History(excluded_fields=["team_ids"])

    class Meta:
        ordering = ["kind", "-said_on", "-id"]
        indexes = [
            models.Index(fields=["case", "kind"], name="identity_case_kind"),
            GinIndex(OpClass(F("key"), name="gin_trgm_ops"), name="identity_key_fragments"),
            models.Index(OpClass(F("key"), name="text_pattern_ops"), F("kind"), name="identity_key_prefix"),
            GinIndex(fields=["team_ids"], name="identity_teams"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"

    @property
    def record_category(self) -> Category:
        return Category.IDENTITY

    @property
    def shown(self) -> str:
        """The value for people; only for those who may open the person."""
        return display(self.kind, self.value)


class Briefing(Record):
    """That the person was told what happens with her data. This is not consent."""

    case = models.ForeignKey("casework.Case", models.PROTECT, related_name="briefings")
    text_version = models.CharField(_("version of the text"), max_length=20)
    language = models.CharField(_("language"), max_length=5, choices=BriefingLanguage)
    interpreter = models.BooleanField(_("with an interpreter"), default=False)
    told_on = models.DateField(_("told on"))
    history = History(excluded_fields=["team_ids"])

    class Meta:
        ordering = ["-told_on", "-id"]
        indexes = [models.Index(fields=["case"], name="briefing_case")]

    def __str__(self) -> str:
        return f"briefing {self.reference}"

    @property
    def record_category(self) -> Category:
        return Category.IDENTITY


class Clash(models.Model):
    """Two registrations that share a V-number and do not see each other: for both coordinators only (R1)."""

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    newer_case = models.ForeignKey("casework.Case", models.CASCADE, related_name="+")
    older_case = models.ForeignKey("casework.Case", models.CASCADE, related_name="+")
    newer_pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="+")
    older_pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="+")
    agreeing = ArrayField(models.CharField(max_length=12))
    found_at = models.DateTimeField(default=timezone.now)
    newer_answer = models.CharField(max_length=10, choices=ClashAnswer, blank=True)
    older_answer = models.CharField(max_length=10, choices=ClashAnswer, blank=True)
    newer_answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    older_answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-found_at"]
        constraints = [models.UniqueConstraint(fields=["newer_case", "older_case"], name="clash_once")]

    def __str__(self) -> str:
        return f"clash {self.reference}"
