"""What waits: for a worker, asked of her teams, due in her cases or hers to confirm; and for
others, who were asked by her."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import connection
from django.utils import timezone

from casework.tasks.models import Snooze
from partners.accounts.models import User

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
    asked_by: int | None = None  # the team that waits for it


@dataclass(frozen=True)
class Asked:
    """One thing that waits for another team: of what kind, of which case, and since when."""

    kind: str
    reference: UUID
    case_id: int
    what: str
    of: int
    since: date


# What was asked without a day on which it is due: it is never late, it only waits longer.
WITHOUT_TERM = ("correction", "hand_over", "dossier_request", "claim", "exit", "declined")


def waiting(outcomes: Iterable[str], most: int, only: str = "") -> list[Waiting]:
    """Items that wait for the current worker, the soonest first: so many with a day, and so many
    without a term. `outcomes` are those that the worker's teams are competent to confirm; `only`
    one kind of item."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM tasks_waiting(%s, %s, %s, %s, %s)",
            [list(outcomes), timezone.localdate() + NEAR, most, list(WITHOUT_TERM), only],
        )
        return [Waiting(*row) for row in cursor.fetchall()]


def asked_of_others(most: int) -> list[Asked]:
    """What the current worker, or her team in cases that she manages, asked of other teams, which
    have not answered; the longest silent first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM tasks_elsewhere(%s)", [most])
        return [Asked(*row) for row in cursor.fetchall()]


def snooze(user: User, kind: str, reference: UUID, due_on: date, until: date) -> None:
    """Show this line of her worklist, due on this day, to this worker no earlier than a day."""
    Snooze.objects.update_or_create(
        user=user,
        kind=kind,
        reference=reference,
        defaults={"due_on": due_on, "until": until},
    )


def wake(user: User, kind: str, reference: UUID) -> None:
    """Show it again."""
    Snooze.objects.filter(user=user, kind=kind, reference=reference).delete()
