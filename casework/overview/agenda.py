"""The next five working days of a worker: the conferences that she reads of, and what is due."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils import timezone

from casework.conference.models import Meeting
from casework.journey.calendar import holidays
from casework.overview.worklist import WorklistLine
from governance.access.clearance import Clearance

DAYS = 5


@dataclass
class Day:
    """One day: whether it is a holiday, its conferences, and the lines that are due."""

    on: date
    is_holiday: bool = False
    meetings: list[Meeting] = field(default_factory=list)
    due: list[WorklistLine] = field(default_factory=list)


def agenda(clearance: Clearance, lines: Iterable[WorklistLine]) -> list[Day]:
    """Five days from today on which people work, in their order. None for who sees no cases."""
    if not clearance.sees_cases:
        return []
    days: dict[date, Day] = {}
    on = timezone.localdate()
    while len(days) < DAYS:
        if on.weekday() < 5:
            days[on] = Day(on, on in holidays(on.year))
        on += timedelta(days=1)
    if clearance.confers:
        meetings = Meeting.objects.filter(on__in=list(days), cancelled_on=None)
        for meeting in meetings.order_by("on", "begins_at", "pk"):
            days[meeting.on].meetings.append(meeting)
    for line in lines:
        if line.has_term and line.on in days and line.kind not in ("meeting", "unsent"):
            days[line.on].due.append(line)
    return list(days.values())
