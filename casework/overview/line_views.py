"""What is done with a line of the worklist on the spot: reported as done, put off, handed over;
and each of them undone."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from casework.cases.partners import visible_teams
from casework.overview.worklist import WorklistLine, line_of
from casework.plan import acts
from casework.records.enums import Answer
from casework.records.models import VersionConflict
from casework.tasks.models import Task
from casework.tasks.worklist import snooze, wake
from governance.access.middleware import ClearanceRequest
from governance.drafts.form_views import seen_version
from lvv.common.forms import DateField
from partners.accountability.activities import CASEWORK, processes
from partners.organisations.models import Team

Undo = dict[str, Any]  # the fields of the form that undoes it


@processes(CASEWORK)
@require_POST
def line_act(request: ClearanceRequest, kind: str, reference: UUID) -> HttpResponse:
    """One act in one line: the answer is the line, or without a script the worklist."""
    clearance, act = request.clearance, request.POST.get("act", "")
    teams = visible_teams(clearance)
    if act == "show":
        wake(clearance.user, kind, reference)
    line = line_of(clearance, teams, kind, reference)
    if line is None:
        raise Http404
    try:
        sentence, undo = _acted(request, line, act)
    except VersionConflict:
        line = _line_again(request, teams, line)
        return _answered(request, line, _("A colleague changed this meanwhile."), {}, status=400)
    except LineRefused as refused:
        return _answered(request, line, str(refused), {}, status=400)
    if not undo:
        line = _line_again(request, teams, line)
    return _answered(request, line, sentence, undo)


class LineRefused(Exception):
    """This cannot be done with the line; the message says why, or what can."""


def _line_again(
    request: ClearanceRequest, teams: dict[int, Team], line: WorklistLine
) -> WorklistLine:
    return line_of(request.clearance, teams, line.kind, line.reference) or line


def _acted(request: ClearanceRequest, line: WorklistLine, act: str) -> tuple[str, Undo]:
    """Do it. What happened, in a sentence, and how it is undone: nothing where it was an undoing.
    Raises PermissionDenied, VersionConflict, LineRefused."""
    by, work, version = request.clearance, line.work, seen_version(request)
    if work is not None and act != "undo" and (work.answer or work.ended_at):
        mine = work.answer == Answer.DONE and work.answered_by_id == by.user_id
        if act != "done" or not mine:
            raise LineRefused(_("This was answered or taken back meanwhile."))
        # The same tap once more. What was explained, or of another day, is not undone with one.
        undone = not work.answer_text and work.answered_on == timezone.localdate()
        undo = {"act": "undo", "version": work.version} if undone else {}
        return _("Reported as done."), undo
    if act == "done" and work is not None:
        if not line.ticks:
            raise PermissionDenied
        acts.answer(work, Answer.DONE, "", version=version, by=by)
        return _("Reported as done."), {"act": "undo", "version": work.version + 1}
    if act == "undo" and work is not None:
        acts.take_back(work, version=version, by=by)
        return _("It is to be done again."), {}
    if act == "give" and isinstance(work, Task):
        return _given(request, line, work, version)
    if act == "day":
        return _put_off(request, line, version)
    if act == "show":
        return _("It shows again."), {}
    raise PermissionDenied


def _given(
    request: ClearanceRequest, line: WorklistLine, task: Task, version: str
) -> tuple[str, Undo]:
    chosen, back = request.POST.get("to", ""), "back" in request.POST
    people = {str(row.user_id): row.user for row in line.colleagues}
    people[str(request.clearance.user_id)] = request.clearance.user
    if not line.ticks or chosen and chosen not in people:
        raise PermissionDenied
    if not chosen and not back:
        raise LineRefused(_("Choose a colleague."))
    acts.assign(task, people.get(chosen), version=version)
    if back:
        return _("It waits for you again."), {}
    # Who had it, if she still works in the team; else it was the whole team's.
    before = str(task.worker_id or "")
    undo = {"act": "give", "to": before if before in people else "", "back": 1}
    return _("%(who)s takes this on.") % {"who": people[chosen]}, undo | {
        "version": task.version + 1
    }


def _put_off(request: ClearanceRequest, line: WorklistLine, version: str) -> tuple[str, Undo]:
    try:
        day: date = DateField().clean(request.POST.get("day", ""))
    except ValidationError as error:
        raise LineRefused(error.messages[0]) from None
    today, back = timezone.localdate(), "back" in request.POST
    if back and not (line.moves and day == _day_before(line)):
        raise PermissionDenied
    if not back and (line.latest is None or not today < day <= line.latest):
        raise LineRefused(_until(line))
    words = date_format(day, "l j F" if day.year == today.year else "l j F Y")
    if line.moves and line.work is not None:
        old = line.work.due_on
        acts.change(line.work, line.work.what, day, version=version)
        undo = {"act": "day", "day": old.isoformat(), "back": 1, "version": line.work.version + 1}
        sentence = _("It is due on %(day)s now.") % {"day": words}
        return sentence, {} if back else undo
    snooze(request.clearance.user, line.kind, line.reference, line.due_on or line.on, day)
    return _("It shows to you again on %(day)s.") % {"day": words}, {"act": "show"}


def _day_before(line: WorklistLine) -> date | None:
    """The day that the last change of it replaced."""
    if line.work is None:
        return None
    days = line.work.history.order_by("-history_date", "-history_id")
    return next(iter(days.values_list("due_on", flat=True)[1:2]), None)


def _until(line: WorklistLine) -> str:
    if line.latest is None:
        return _("This cannot be put off: its day is over.")
    return _("This can be put off to %(day)s at the latest, and not to a day that is over.") % {
        "day": date_format(line.latest, "l j F")
    }


def _answered(
    request: HttpRequest, line: WorklistLine, sentence: str, undo: Undo, status: int = 200
) -> HttpResponse:
    context = {"todo": line, "sentence": sentence, "undo": undo, "refused": status == 400}
    if getattr(request, "htmx", False):
        return render(request, "casework/overview/_line_answer.html", context, status=status)
    words = render_to_string("casework/overview/_line_acted.html", context, request)
    level = messages.WARNING if status == 400 else messages.SUCCESS
    messages.add_message(request, level, words)
    return redirect("home")
