import uuid
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from governance.access.enums import Category, Visibility
from governance.access.wall import Walled
from partners.accountability.history import TrackedQuerySet
from partners.organisations.models import Team


class VersionConflict(Exception):
    """Somebody else changed the row after this worker opened it."""


class Versioned(models.Model):
    """A row people edit: a save that started from an older version is refused."""

    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True

    def claim_version(self, seen: str) -> None:
        """Go on from the version the worker saw (as her form says it), or tell that there is a newer one."""
        if str(self.version) != seen:
            raise VersionConflict
        self.version += 1


class RecordQuerySet(TrackedQuerySet):
    def current(self) -> Self:
        return self.filter(ended_at=None)


class Record(Walled, Versioned):
    """What one team wrote down in one case, in one category. The database decides who reads it (see sql/wall.sql)."""

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey("casework.Case", models.PROTECT, related_name="+")
    author_team = models.ForeignKey(Team, models.PROTECT, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    source_team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="+")
    visibility = models.CharField(
        _("who may read this"), max_length=20, choices=Visibility, default=Visibility.PERMITTED_PARTNERS
    )
    shared_team_ids = ArrayField(models.IntegerField(), default=list, editable=False)
    team_ids = ArrayField(models.IntegerField(), default=list, editable=False)  # of the case; kept by a trigger
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)

    objects = RecordQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def record_category(self) -> Category:
        raise NotImplementedError

    def is_covered_by(self, clearance: Any) -> bool:
        """A team of mine that takes part has to do with this category; what a consent opens, the policy knows."""
        category = self.record_category
        if category == Category.MEDICAL_CONTENT and clearance.is_involved(self.team_ids):
            return True
        return any(
            seat.team in self.team_ids and category in seat.reads | seat.writes for seat in clearance.seats
        ) or any(grant.case == self.case_id and category in grant.categories for grant in clearance.grants)

    @property
    def source(self) -> Team:
        """Who says so: the team it came from, or the team that wrote it."""
        return self.source_team or self.author_team
