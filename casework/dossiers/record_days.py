"""The days of records by which a case moved: which of them are corrected apart from a step, and
what stood there before."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import DateField, F, Value
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.conference.models import ConferenceDecision, Meeting
from casework.dossiers.kinds import BY_MODEL, KINDS
from casework.formal_decisions.enums import FormalKind
from casework.formal_decisions.models import FormalDecision
from casework.outcomes.models import Exit
from casework.records.models import Record

K = FormalKind
# Of each kind, the days that its author corrects.
DAYS = {
    "decision": ("decided_on",),
    "formal_decision": ("decided_on", "known_on", "effective_on", "annulled_on"),
    "intake": ("completed_on",),
}
# Days that are also those of a step, and corrected with it (step_copies.py).
OF_A_STEP = {
    K.ADMITTED: ("effective_on", "annulled_on"),
    K.REFUSED: ("decided_on", "annulled_on"),
}
# The days of records that the story tells, each with those that stood there before.
CORRECTED = {**DAYS, "agenda_item": ("happened_on",)}
TOLD = {**CORRECTED, "stay": ("until",)}
# A planned meeting that went to another day is no correction of one that was held.
NO_CORRECTION = ("moved",)
UNKNOWN_AT_FIRST = ("known_on",)  # it was asked only later
MAY_BE_AHEAD = ("effective_on",)


def days_of(record: Record) -> list[str]:
    """The names of the days that stand in this record and are those of no step."""
    of_a_step = OF_A_STEP.get(K(record.kind), ()) if isinstance(record, FormalDecision) else ()
    return [
        name
        for name in DAYS.get(BY_MODEL[type(record)].slug, ())
        if name not in of_a_step and (name in UNKNOWN_AT_FIRST or getattr(record, name) is not None)
    ]


def correctable(record: Record) -> list[str]:
    """Of these days those that are corrected in the record itself: not that of a meeting, and not
    that of an exit that was undone."""
    names = days_of(record)
    if meeting_of(record):
        return []
    if isinstance(record, FormalDecision):
        undone = Exit.objects.filter(formal_decision=record, undone_on=record.annulled_on)
        if "annulled_on" in names and undone.exists():
            names.remove("annulled_on")
    return names


def meeting_of(record: Record) -> Meeting | None:
    """The meeting that was recorded afterwards, of which this decision has its day."""
    if isinstance(record, ConferenceDecision) and record.item and record.item.meeting.afterwards:
        return record.item.meeting
    return None


def label_of(record: Record, name: str) -> str:
    """What a day of a record is called."""
    if name == "annulled_on":
        return str(_("no longer stands since"))
    return str(record._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


@dataclass(frozen=True)
class Earlier:
    """A day of a record that stood there before: of which of its days, when it was corrected, and
    why."""

    name: str
    was: date | None
    corrected_at: date
    why: str


@dataclass
class Past:
    """What is known of the days of one record: when each was recorded as it stands, and what stood
    there before, the newest first."""

    recorded_at: dict[str, datetime]
    earlier: list[Earlier]


Pasts = dict[tuple[str, int], Past]


def past_days(rows: Mapping[str, Iterable[Record]]) -> Pasts:
    """Of these records in sight, by kind and key: what their versions say of their days, in one
    statement."""
    most = max(len(names) for names in TOLD.values())
    columns = [f"day_{number}" for number in range(most)]
    versions = []
    for slug, names in TOLD.items():
        keys = [row.pk for row in rows.get(slug, ())]
        if keys:
            filled: dict[str, Any] = {
                column: F(names[number])
                if number < len(names)
                else Value(None, output_field=DateField())
                for number, column in enumerate(columns)
            }
            versions.append(
                KINDS[slug]
                .model.history.model.objects.filter(id__in=keys)
                .annotate(slug=Value(slug), **filled)
                .values_list(
                    "slug", "id", "history_id", "history_date", "history_change_reason", *columns
                )
            )
    result: Pasts = {}
    if not versions:
        return result
    first, *others = versions
    before: dict[tuple[str, int], dict[str, date | None]] = {}
    for slug, key, _number, at, why, *days in first.union(*others, all=True).order_by("history_id"):
        now = dict(zip(TOLD[slug], days, strict=False))
        past = result.setdefault((slug, key), Past({}, []))
        was = before.get((slug, key))
        for name, day in now.items():
            if was is None or was[name] != day:
                past.recorded_at[name] = at
            if was is not None and was[name] != day and _corrects(name, was[name], why):
                past.earlier.insert(0, Earlier(name, was[name], timezone.localdate(at), why))
        before[slug, key] = now
    return result


def _corrects(name: str, was: date | None, why: str | None) -> bool:
    return bool(why) and why not in NO_CORRECTION and (was is not None or name in UNKNOWN_AT_FIRST)
