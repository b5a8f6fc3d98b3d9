"""What waits for a worker: asked of her teams, due in her cases, or hers to confirm."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import connection
from django.utils import timezone

NEAR = timedelta(days=7)  # a term shows so long before its day


@dataclass(frozen=True)
class Waiting:
    """One thing that waits: its kind, the record or case it is about, and the day it is (or was)
    due."""

    kind: str
    reference: UUID
    case_id: int | None  # minutes are of no case
    what: str
    due_on: date


def waiting(outcomes: Iterable[str], most: int) -> list[Waiting]:
    """Items that wait for the current worker, the soonest first. `outcomes` are those that the
    worker's teams are competent to confirm."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, reference, case_id, what, due_on FROM tasks_waiting(%s, %s, %s)",
            [list(outcomes), timezone.localdate() + NEAR, most],
        )
        return [Waiting(*row) for row in cursor.fetchall()]
