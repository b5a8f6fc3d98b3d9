"""Periods: from a day until (not including) a day, or without end. sql/today.sql of partners says
the same."""

from datetime import date

from django.db.models import Q
from django.utils import timezone


def not_over(day: date | None = None, *, until: str = "until") -> Q:
    """The period has not ended by this day (today); it may still have to begin."""
    return Q(**{until: None}) | Q(**{f"{until}__gt": day or timezone.localdate()})


def in_force(day: date | None = None, *, since: str = "since", until: str = "until") -> Q:
    """The period has begun and has not ended on this day (today)."""
    day = day or timezone.localdate()
    return not_over(day, until=until) & Q(**{f"{since}__lte": day})
