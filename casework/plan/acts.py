"""What becomes of an action or a task: answered, taken back, moved to another day, given to a
colleague, withdrawn."""

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from casework.journey.acts import locked, refresh_deadline
from casework.plan.models import Action
from casework.records.enums import Answer, EndReason
from casework.records.models import VersionConflict
from casework.tasks.models import Task
from governance.access.clearance import Clearance
from partners.accountability.history import set_change_reason
from partners.accounts.models import User

Work = Action | Task


def _claimed(seen: Work, version: str) -> Any:
    """The row as it stands, locked, for who saw this version of it. Raises VersionConflict if
    somebody changed it since."""
    locked(seen.case)
    row: Any = type(seen).objects.select_for_update(of=("self",)).get(pk=seen.pk)
    row.case = seen.case
    row.claim_version(version)
    return row


def _open(seen: Work, version: str) -> Any:
    row = _claimed(seen, version)
    if row.answer or row.ended_at is not None:
        raise VersionConflict
    return row


def _save(row: Work, reason: str = "") -> None:
    if reason:
        set_change_reason(row, reason)
    row.save()
    refresh_deadline(row.case)


@transaction.atomic
def answer(work: Work, result: Answer, text: str, *, version: str, by: Clearance) -> None:
    """The team it belongs to says how it ended. Raises VersionConflict if it was answered or ended
    meanwhile; so do the others."""
    row = _open(work, version)
    row.answer, row.answer_text = result, text
    row.answered_on, row.answered_by = timezone.localdate(), by.user
    _save(row, result)


@transaction.atomic
def take_back(work: Work, *, version: str, by: Clearance) -> None:
    """Who answered it says on the same day that it is still to be done. Raises PermissionDenied
    for others, and afterwards."""
    row = _claimed(work, version)
    mine = row.answered_by_id == by.user_id and row.answered_on == timezone.localdate()
    if not mine or row.ended_at is not None:
        raise PermissionDenied
    row.answer, row.answer_text, row.answered_on, row.answered_by = "", "", None, None
    _save(row, "taken back")


@transaction.atomic
def change(work: Work, what: str, due_on: date, *, version: str) -> None:
    """Its author says otherwise what is to be done, or by when."""
    row = _open(work, version)
    row.what, row.due_on = what, due_on
    _save(row)


@transaction.atomic
def withdraw(work: Work, *, version: str) -> None:
    """Its author takes it away, as a mistake."""
    row = _open(work, version)
    row.end(EndReason.MISTAKE)
    refresh_deadline(row.case)


@transaction.atomic
def assign(task: Task, worker: User | None, *, version: str) -> None:
    """It waits for this worker of the team alone from now on, or for the whole team again."""
    row = _open(task, version)
    row.worker = worker
    _save(row, "taken on" if worker else "given back")
