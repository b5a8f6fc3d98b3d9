"""The second wall: what was loaded is compared once more, in Python, with what this worker may
see."""

from collections.abc import Collection, Sequence
from typing import Any, ClassVar, Self

from django.db import models

from governance.access.clearance import current_clearance
from governance.access.enums import Category
from partners.accountability.trace import Trace, current_trace


class WallBreach(Exception):
    """A row came out of the database that this clearance does not cover. Nothing of it may be
    shown."""


class AccessChecked(models.Model):
    """Checks itself on loading while a clearance is active. Independent of row-level security on
    purpose."""

    # What one of my teams must read before such a row exists for me; of records the category is the
    # row's own affair.
    needs_reading: ClassVar[Category | None] = None

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        if trace := current_trace():
            self.note_touched(trace)

    @classmethod
    def from_db(
        cls, db: str | None, field_names: Collection[str], values: Collection[Any], **extra: Any
    ) -> Self:
        loaded = super().from_db(db, field_names, values, **extra)
        clearance = current_clearance()
        # A single column fetched later (refresh, deferred) belongs to a row that was checked when
        # it came.
        if (
            clearance is not None
            and "team_ids" in field_names
            and not loaded.is_covered_by(clearance)
        ):
            raise WallBreach(f"{cls._meta.label} {loaded.pk} for user {clearance.user_id}")
        if trace := current_trace():
            loaded.note_touched(trace)
        return loaded

    def note_touched(self, trace: Trace) -> None:
        """Tell both logs whom this row is about; a record says it through its case."""

    def is_covered_by(self, clearance: Any) -> bool:
        teams: Sequence[int] = self.team_ids  # type: ignore[attr-defined]
        return clearance.is_involved(
            teams, self.needs_reading
        ) or self.grant_key() in clearance.granted(type(self)._meta.model_name or "")

    def grant_key(self) -> int:
        """Id of the case that a personal grant must name to cover this row."""
        return int(self.case_id)  # type: ignore[attr-defined]
