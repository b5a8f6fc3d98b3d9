import uuid
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from casework.records.models import Record
from casework.records.validators import not_in_future
from casework.register.enums import (
    BriefingLanguage,
    ClashAnswer,
    DocumentKind,
    IdentityStatus,
    RelationKind,
    ValueKind,
)
from casework.register.sounds import sounds
from casework.register.values import comparison_key, display
from governance.access.enums import Category
from governance.access.wall import AccessChecked
from partners.accountability.history import History, TrackedQuerySet
from partners.accountability.trace import Trace
from partners.organisations.models import Pilot


class Person(AccessChecked):
    """One human being, once nationally. Who she is stands in identity values, each a record of a
    case."""

    needs_reading = Category.IDENTITY

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # Only what two coordinators settled: a number somebody typed is an identity value like any
    # other (R1).
    v_number = models.CharField(max_length=10, unique=True, null=True, editable=False)  # noqa: DJ001 - unique, so not ""
    team_ids = ArrayField(
        models.IntegerField(), default=list, editable=False
    )  # of all her cases; kept by a trigger
    # The first of the registrations that are one person with this one; its own key without links.
    # Kept by a trigger.
    same_as = models.BigIntegerField(null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    history = History(excluded_fields=["team_ids", "same_as"])

    objects = TrackedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="person_v_number_ten_digits", condition=Q(v_number__regex=r"^\d{10}$")
            ),
        ]
        indexes = [
            GinIndex(fields=["team_ids"], name="person_teams"),
            models.Index(fields=["same_as"], name="person_same_as"),
        ]

    def __str__(self) -> str:
        return str(self.reference)

    def grant_key(self) -> int:
        return self.pk

    def note_touched(self, trace: Trace) -> None:
        trace.persons.add(self.pk)


class IdentityValue(Record):
    """One thing said about who a person is: by whom, when, and how sure it is (R3)."""

    CATEGORY = Category.IDENTITY

    case = models.ForeignKey("casework.Case", models.PROTECT, related_name="identity_values")
    kind = models.CharField(max_length=12, choices=ValueKind)
    # A name in any script; a date as 1985, 1985-03 or 1985-03-12; a code of national table 32; ten
    # digits.
    value = models.CharField(_("value"), max_length=200)
    key = models.CharField(
        max_length=200, editable=False
    )  # what is compared and searched, see values.name_key()
    sounds = ArrayField(
        models.TextField(), default=list, db_default=[], editable=False
    )  # of a name
    status = models.CharField(
        _("status"), max_length=12, choices=IdentityStatus, default=IdentityStatus.CLAIMED
    )
    said_on = models.DateField(
        _("stated on"), default=timezone.localdate, validators=[not_in_future]
    )
    estimated = models.BooleanField(
        _("estimated"), default=False, db_default=False
    )  # of a date of birth

    class Meta:
        ordering = ["kind", "-said_on", "-id"]
        constraints = [
            # With a number one asks whether somebody is known elsewhere: one at a time (ADR 0026).
            models.UniqueConstraint(
                "case",
                Coalesce("source_team", "author_team"),
                "author_team",  # a source may keep its own from who writes on its behalf
                name="identity_one_v_number_a_source",
                condition=Q(kind="v_number", ended_at=None),
            ),
        ]
        indexes = [
            models.Index(fields=["case", "kind"], name="identity_case_kind"),
            # Kept up to date at once: after a list was taken over, every search read thousands of
            # waiting entries.
            GinIndex(
                OpClass(F("key"), name="gin_trgm_ops"),
                name="identity_key_fragments",
                fastupdate=False,
            ),
            models.Index(
                OpClass(F("key"), name="text_pattern_ops"), F("kind"), name="identity_key_prefix"
            ),
            GinIndex(fields=["team_ids"], name="identity_teams"),
            GinIndex(
                fields=["sounds"],
                name="identity_sounds",
                condition=Q(kind__in=["name", "alias"]),
                fastupdate=False,
            ),
            # names of one word: the other index reads every name with that word in it
            models.Index(
                fields=["sounds"],
                name="identity_one_sound",
                condition=Q(
                    Exact(
                        Func(
                            F("sounds"), function="cardinality", output_field=models.IntegerField()
                        ),
                        1,
                    )
                )
                & Q(kind__in=["name", "alias"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.make_findable()
        super().save(*args, **kwargs)

    def make_findable(self) -> None:
        """Work out what the value is compared and searched by."""
        self.key = comparison_key(self.kind, self.value)
        self.sounds = sounds(self.value) if self.kind in (ValueKind.NAME, ValueKind.ALIAS) else []

    @property
    def display_value(self) -> str:
        """The value for people; only for those who may open the person."""
        text = display(self.kind, self.value)
        return gettext("about %(date)s") % {"date": text} if self.estimated else text


class IdentityDocument(Record):
    """A paper that says who somebody is, and what is known of it."""

    CATEGORY = Category.IDENTITY

    kind = models.CharField(_("document"), max_length=30, choices=DocumentKind)
    number = models.CharField(_("number"), max_length=60, blank=True)
    country = models.CharField(_("issued by"), max_length=100, blank=True)
    status = models.CharField(
        _("status"), max_length=12, choices=IdentityStatus, default=IdentityStatus.CLAIMED
    )
    seen_on = models.DateField(_("seen on"), validators=[not_in_future])
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    kept_by = models.CharField(_("where it is"), max_length=160, blank=True)

    class Meta:
        ordering = ["-seen_on", "-id"]


class Relation(Record):
    """Who belongs to somebody's household, or is responsible for a minor: with a case of her own,
    or only by name.

    A record of the person's case; of the other one it shows no more than the reader may see of
    her anyway.
    """

    CATEGORY = Category.IDENTITY

    kind = models.CharField(_("relation"), max_length=10, choices=RelationKind)
    other = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    other_name = models.CharField(
        _("name or organisation"),
        max_length=200,
        blank=True,
        help_text=_("Only of somebody who is not registered here, such as a guardian."),
    )
    is_responsible = models.BooleanField(_("responsible for this minor"), default=False)
    since = models.DateField(
        _("known since"), default=timezone.localdate, validators=[not_in_future]
    )

    class Meta:
        ordering = ["kind", "id"]
        constraints = [
            models.CheckConstraint(
                name="relation_names_somebody",
                condition=Q(other__isnull=False, other_name="") | Q(other=None) & ~Q(other_name=""),
                violation_error_message=_("Choose somebody who is registered, or enter a name."),
            ),
        ]


class Briefing(Record):
    """That the person was told what happens with her data. This is not consent."""

    CATEGORY = Category.IDENTITY

    case = models.ForeignKey("casework.Case", models.PROTECT, related_name="briefings")
    text_version = models.CharField(_("version of the text"), max_length=20)
    language = models.CharField(_("language"), max_length=5, choices=BriefingLanguage)
    interpreter = models.BooleanField(_("with an interpreter"), default=False)
    told_on = models.DateField(_("told on"))

    class Meta:
        ordering = ["-told_on", "-id"]
        indexes = [models.Index(fields=["case"], name="briefing_case")]


class JudgementQuerySet(models.QuerySet["Judgement"]):
    def standing(self) -> Self:
        return self.filter(revoked_at=None)


class Judgement(models.Model):
    """That two registrations are one person (R2), or that they are not: dated, reasoned, taken back
    in one act.

    No record moves: pages, search and projections read through the links in force. Written by
    the database.
    """

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    one = models.ForeignKey(Person, models.PROTECT, related_name="+")  # the one registered first
    other = models.ForeignKey(Person, models.PROTECT, related_name="+")
    answer = models.CharField(max_length=10, choices=ClashAnswer)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    said_at = models.DateTimeField(default=timezone.now)
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    revoke_reason = models.CharField(max_length=500, blank=True)

    objects = JudgementQuerySet.as_manager()

    class Meta:
        ordering = ["-said_at", "-id"]
        indexes = [
            models.Index(fields=["other"], name="judgement_other", condition=Q(revoked_at=None))
        ]
        constraints = [
            models.CheckConstraint(name="judgement_of_two", condition=Q(one__lt=F("other"))),
            models.CheckConstraint(name="link_has_reason", condition=~Q(answer="same", reason="")),
            models.UniqueConstraint(
                fields=["one", "other"],
                name="judgement_once",
                condition=Q(revoked_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"judgement {self.reference}"


class Clash(models.Model):
    """Two registrations that share a V-number and do not see each other: for both coordinators
    only (R1)."""

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    newer_case = models.ForeignKey("casework.Case", models.CASCADE, related_name="+")
    older_case = models.ForeignKey("casework.Case", models.CASCADE, related_name="+")
    newer_pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="+")
    older_pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="+")
    agreeing = ArrayField(models.CharField(max_length=12))
    found_at = models.DateTimeField(default=timezone.now)
    newer_answer = models.CharField(max_length=10, choices=ClashAnswer, blank=True)
    older_answer = models.CharField(max_length=10, choices=ClashAnswer, blank=True)
    newer_answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    older_answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    trail = models.JSONField(default=list, db_default=[])  # every answer: which pilot, what, when
    # Whose V-number made it, if one did: she is not told (ADR 0026). Withdrawn with that number.
    raised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-found_at"]
        constraints = [
            models.UniqueConstraint(fields=["newer_case", "older_case"], name="clash_once")
        ]
        indexes = [models.Index(fields=["raised_by", "found_at"], name="clash_raised_by")]

    def __str__(self) -> str:
        return f"clash {self.reference}"
