"""Periods: from a day until (not including) a day, or without end. sql/today.sql of partners says
the same."""

from datetime import date
from typing import Any

from django.db.models import Q
from django.utils import timezone


def not_over(day: date | None = None, *, until: str = "until") -> Q:
    """The period has not ended by this day (today); it may still have to begin."""
    return Q(**{until: None}) | Q(**{f"{until}__gt": day or timezone.localdate()})


def in_force(day: date | None = None, *, since: str = "since", until: str = "until") -> Q:
    """The period has begun and has not ended on this day (today)."""
    day = day or timezone.localdate()
    return not_over(day, until=until) & Q(**{f"{since}__lte": day})


class InForce:
    """Of a queryset of rows with a period: those in force on a day (today)."""

    def in_force(self: Any, on: date | None = None) -> Any:
        return self.filter(in_force(on))


def is_over(until: date | None, day: date | None = None) -> bool:
    """The same of one row: its period has ended by this day (today)."""
    return until is not None and until <= (day or timezone.localdate())


def is_in_force(since: date, until: date | None, day: date | None = None) -> bool:
    day = day or timezone.localdate()
    return since <= day and not is_over(until, day)
