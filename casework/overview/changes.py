"""What changed in a worker's cases since she last looked, from what she reads and from nothing
else."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from casework.cases.case_reader import CaseReader
from casework.cases.enums import CaseState
from casework.cases.models import Case
from casework.cases.progress import StepTaken
from casework.dossiers.kinds import KINDS, headline
from casework.dossiers.presentation import record_url
from casework.records.models import Record
from casework.register.identity import leading_names
from casework.tasks.models import LastLook
from governance.access.clearance import Clearance
from partners.accounts.models import User
from partners.organisations.models import Team

MOST = 50
FIRST = 8  # of them are shown at once
LONGEST = timedelta(days=14)  # who was away longer reads the story of each case
NEVER_LOOKED = timedelta(days=3)


@dataclass(frozen=True)
class Change:
    """One thing that a colleague or partner recorded in a case."""

    case: Case
    name: str
    text: str
    who: str
    at: datetime
    page: str


def seen_until(user: User) -> datetime:
    """From when on changes are new to this worker."""
    now = timezone.now()
    look = LastLook.objects.filter(user=user).first()
    return max(look.at, now - LONGEST) if look else now - NEVER_LOOKED


def saw(user: User, until: str) -> None:
    """She has seen everything until the moment of the page before her. What is no such moment, or
    one of before she looked or to come, changes nothing."""
    try:
        at = parse_datetime(until)
    except ValueError:
        return
    if at is not None and timezone.is_aware(at) and seen_until(user) < at <= timezone.now():
        LastLook.objects.update_or_create(user=user, defaults={"at": at})


def changes_since(
    clearance: Clearance, teams: dict[int, Team], own: Iterable[int], since: datetime
) -> list[Change]:
    """What others recorded in these cases of the worker since a moment: the first of it, the newest
    first. The rows pass the database's wall, and the second one when they are read."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM changes_since(%s, %s, %s)", [list(own), since, MOST])
        rows = cursor.fetchall()
    cases = Case.objects.select_related("progress").in_bulk({row[2] for row in rows})
    names = leading_names(cases)
    wanted: dict[str, list[UUID]] = {}
    for kind, reference, _case, _at in rows:
        wanted.setdefault(kind, []).append(reference)
    things = {
        thing.reference: thing
        for kind, references in wanted.items()
        for thing in _model(kind).objects.filter(reference__in=references)
    }
    result = []
    for kind, reference, case_id, at in reversed(rows):
        case, thing = cases.get(case_id), things.get(reference)
        if case is None or thing is None:
            continue
        reader = CaseReader(clearance, case, teams)
        name = names.get(case_id) or case.number
        thing.case = case
        if kind == "step":
            text, who, page = _state(thing), "", ""
        else:
            text, who = _record(thing, kind), reader.label(thing.source_id)
            page = record_url(case, kind, reference)
        result.append(Change(case, name, text, who, at, page))
    return result


def _model(kind: str) -> type[Any]:
    return StepTaken if kind == "step" else KINDS[kind].model


def _state(step: StepTaken) -> str:
    return _("State: %(state)s") % {"state": CaseState(step.state).label}


def _record(record: Record, kind: str) -> str:
    label, words = str(KINDS[kind].label), headline(record)
    return label if words == label else f"{label}: {words}"
