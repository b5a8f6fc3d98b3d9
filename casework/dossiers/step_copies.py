"""In which records the day of a step stands too."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from casework.cases.progress import StepTaken
from casework.records.models import Record

Records = dict[str, list[Record]]


@dataclass(frozen=True)
class Copy:
    """The records in which the day of a step stands too: their kind, the name of the field, and
    which ones. `many`: one step has several; `each`: each of them has an author of its own, who
    corrects hers alone."""

    slug: str
    name: str
    only: dict[str, str] = field(default_factory=dict)
    many: bool = False
    each: bool = False


# Of which step; the days of all others stand nowhere else.
COPIES = {
    "T2": Copy("intake", "begun_on"),
    "T3": Copy("dossier_request", "requested_on", many=True),
    "T4": Copy("dossier", "delivered_on", many=True, each=True),
    "T7": Copy("formal_decision", "effective_on", {"kind": "admitted"}),
    "T8": Copy("formal_decision", "decided_on", {"kind": "refused"}),
    "T9": Copy("formal_decision", "annulled_on", {"kind": "refused"}),
    "T11": Copy("exit", "exited_on"),
    "T16": Copy("exit", "undone_on"),
}


def copies(step: StepTaken, records: Records) -> list[Any]:
    """The records in sight in which the day of this step stands too. Of two that say the same day,
    such as an exit that was undone and the one after it, the last that was made before the step."""
    copy = COPIES.get(step.number)
    if copy is None or step.on is None:
        return []
    same_day: list[Any] = [
        record
        for record in records[copy.slug]
        if getattr(record, copy.name) == step.on
        and (record.ended_at is None or copy.slug == "intake")  # one that was stopped was begun
        and all(getattr(record, name) == value for name, value in copy.only.items())
    ]
    if copy.many:
        return same_day
    same_day.sort(key=_made)
    return [record for record in same_day if _made(record) <= step.recorded_at][-1:] or same_day[:1]


def _made(record: Record) -> datetime:
    return record.recorded_at
