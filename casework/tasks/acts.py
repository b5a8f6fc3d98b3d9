"""Tasks that end by the act they ask for."""

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from casework.cases.models import Case
from casework.records.enums import Answer
from casework.tasks.models import Task
from governance.access.clearance import Clearance
from governance.access.enums import Category, Visibility
from partners.accountability.history import set_change_reason

RULE_LENGTH = 20  # of what a task keeps of the kind of decision it comes from


def sets_tasks(case: Case, team: int, by: Clearance) -> bool:
    """True if this worker writes for the conference in this team, which a task belongs to."""
    return any(seat.team == team for seat in by.seats_writing(case, Category.CONFERENCE))


def set_own_task(case: Case, team: int, what: str, due_on: date, *, by: Clearance) -> None:
    """A task that a worker sets for herself, within one team of hers and for no other. Raises
    PermissionDenied if that writes nothing of the conference here."""
    if not sets_tasks(case, team, by):
        raise PermissionDenied
    Task.objects.create(
        case=case,
        author_team_id=team,
        author=by.user,
        to_team_id=team,
        worker=by.user,
        what=what,
        due_on=due_on,
        visibility=Visibility.OWN_ORGANISATION,
    )


def done(case: Case, kinds: Iterable[str], *, by: Clearance) -> None:
    """Mark as done the open tasks of the worker's teams that decisions of these kinds created."""
    rules = [kind[:RULE_LENGTH] for kind in kinds]
    for task in Task.objects.current().filter(case=case, rule__in=rules, answer=""):
        if task.to_team_id in by.teams:
            task.answer, task.answered_on, task.answered_by = (
                Answer.DONE,
                timezone.localdate(),
                by.user,
            )
            task.version += 1
            set_change_reason(task, "done")
            task.save()
