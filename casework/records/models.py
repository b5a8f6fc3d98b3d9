import uuid
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.records.enums import Answer, EndReason, ShareBasis
from casework.records.validators import not_in_future
from governance.access.enums import Category, Visibility
from governance.access.wall import AccessChecked
from lvv.common.labels import Labelled
from lvv.common.refusal import NotDone
from partners.accountability.history import History, TrackedQuerySet, set_change_reason
from partners.organisations.models import Team


class VersionConflict(NotDone):
    """Somebody else changed the row after this worker opened it."""


class Versioned(Labelled):
    """A row people edit: a save that started from an older version is refused."""

    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True

    def check_version(self, seen: str) -> None:
        """Raise VersionConflict unless `seen`, from the form, is the current version."""
        if str(self.version) != seen:
            raise VersionConflict

    def claim_version(self, seen: str) -> None:
        """Go on from the version the worker saw. Raises VersionConflict if there is a newer one."""
        self.check_version(seen)
        self.version += 1

    @staticmethod
    def claim(row: "Versioned | None", seen: str) -> None:
        """The same where there may be no row yet: then the worker saw none, and `seen` is empty."""
        if row is None and seen:
            raise VersionConflict
        if row is not None:
            row.claim_version(seen)


class RecordQuerySet(TrackedQuerySet):
    def current(self) -> Self:
        return self.filter(ended_at=None)


class Record(AccessChecked, Versioned):
    """What one team wrote down in one case, in one category. The database decides who reads it
    (see sql/wall.sql)."""

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey("casework.Case", models.PROTECT, related_name="+")
    author_team = models.ForeignKey(Team, models.PROTECT, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    source_team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="+")
    visibility = models.CharField(
        _("who may read this"),
        max_length=20,
        choices=Visibility,
        default=Visibility.PERMITTED_PARTNERS,
    )
    shared_team_ids = ArrayField(models.IntegerField(), default=list, editable=False)
    # Of a sharing: what for, on what basis, and the first day on which it no longer holds.
    share_purpose = models.CharField(
        _("purpose of sharing"), max_length=300, blank=True, db_default=""
    )
    share_basis = models.CharField(
        _("basis of sharing"), max_length=20, choices=ShareBasis, blank=True, db_default=""
    )
    shared_until = models.DateField(_("shared until"), null=True, blank=True)
    team_ids = ArrayField(
        models.IntegerField(), default=list, editable=False
    )  # of the case; kept by a trigger
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    # Of what a partner supplied outside the application (R20): when it came, and in which paper.
    received_on = models.DateField(_("received on"), null=True, blank=True)
    received_document = models.CharField(_("document"), max_length=200, blank=True, db_default="")
    ended_at = models.DateTimeField(null=True, editable=False)
    end_reason = models.CharField(
        max_length=10, choices=EndReason, blank=True, db_default="", editable=False
    )

    history = History(inherit=True, excluded_fields=["team_ids"])

    objects = RecordQuerySet.as_manager()

    # Of a kind of record that is always of one category; others have a column of that name.
    CATEGORY: ClassVar[Category | None] = None

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.model_name} {self.reference}"

    @property
    def record_category(self) -> Category:
        return self.CATEGORY or Category(self.category)  # type: ignore[attr-defined]

    def is_covered_by(self, clearance: Any) -> bool:
        """True if a team of this worker that takes part reads, writes or attends this category, or
        a personal grant covers it. For medical content it is enough that a team of this worker
        takes part: the policy knows what a consent opens."""
        category = self.record_category
        if category == Category.MEDICAL_CONTENT and clearance.is_involved(self.team_ids):
            return True
        return any(
            seat.team in self.team_ids and category in seat.reads | seat.writes | seat.attends
            for seat in clearance.seats
        ) or any(
            grant.case == self.case_id and category in grant.categories
            for grant in clearance.grants
        )

    @property
    def source(self) -> Team:
        """Who says so: the team it came from, or the team that wrote it."""
        return self.source_team or self.author_team

    @property
    def source_id(self) -> int:
        return self.source_team_id or self.author_team_id

    def end(self, reason: EndReason) -> None:
        """Mark the record as ended for this reason. It stays to be read. Its version was claimed
        before."""
        self.ended_at = timezone.now()
        self.end_reason = reason
        set_change_reason(self, reason.value)
        self.save()


class Checked(Record):
    """A fact that grows old: the team it comes from says from time to time that it still holds."""

    checked_on = models.DateField(
        _("checked on"), default=timezone.localdate, validators=[not_in_future]
    )

    class Meta(Record.Meta):
        abstract = True


def old_facts(name: str) -> models.Index:
    """The index by which a team finds what it must check."""
    return models.Index(
        fields=["author_team", "checked_on"], name=name, condition=models.Q(ended_at=None)
    )


def open_questions(name: str) -> models.Index:
    """The index by which a team finds what it is asked."""
    return models.Index(fields=["to_team"], name=name, condition=models.Q(answer="", ended_at=None))


class Addressed(Record):
    """A record that asks one other team something, and its answer. The team asked writes the
    answer, and only that."""

    to_team = models.ForeignKey(Team, models.PROTECT, related_name="+")
    answer = models.CharField(_("answer"), max_length=10, choices=Answer, blank=True, db_default="")
    answer_text = models.CharField(_("explanation"), max_length=1000, blank=True, db_default="")
    answered_on = models.DateField(null=True, editable=False)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )

    class Meta(Record.Meta):
        abstract = True


class VisibleToCategory(Record):
    """A fact on which everybody's next step rests: its author keeps it from nobody who may read
    its category."""

    class Meta(Record.Meta):
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(class)s_is_joint",
                condition=models.Q(visibility=Visibility.PERMITTED_PARTNERS, shared_until=None),
            )
        ]
