"""A record in words: its fields, its changes, its age."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from casework.cases.case_reader import CaseReader
from casework.cases.models import Case, Consent
from casework.dossiers.record_kind import RecordKind
from casework.records.models import Checked, Record
from casework.shelter.models import Stay
from governance.access.enums import Category, Visibility
from partners.organisations.models import Pilot

A_CASE, A_RECORD = (
    str(UUID(int=0)),
    str(UUID(int=1)),
)  # stand in an address until their own references do


@cache
def _address(page: str, slug: str) -> str:
    return reverse(f"casework:{page}", args=[A_CASE, slug, A_RECORD])


def record_url(case: Case, slug: str, reference: UUID, page: str = "record_detail") -> str:
    """The address of a page of a record. A case page holds fifty, and Django's reverse() takes
    as long for one as the rest of its line."""
    return (
        _address(page, slug).replace(A_CASE, str(case.reference)).replace(A_RECORD, str(reference))
    )


@dataclass(frozen=True)
class Line:
    label: str
    text: str
    long: bool = False


def _text(record: Any, name: str) -> str:
    display = getattr(record, f"get_{name}_display", None)
    value = display() if display else getattr(record, name)
    if value in ("", None):
        return ""
    if isinstance(value, bool):
        return _("yes") if value else ""
    if isinstance(value, date):
        return formats.date_format(value, "j b Y")
    if isinstance(value, Decimal):
        return formats.number_format(value, 2)
    return str(value)


def lines(record: Record, kind: RecordKind) -> list[Line]:
    """The fields of a record that say something, in the order of its form."""
    result = []
    for name in kind.fields:
        field = record._meta.get_field(name)
        visible = "display_value" if kind.slug == "identity_value" and name == "value" else name
        if visible == "location":  # a location this reader may not know of is left out
            continue
        if text := _text(record, visible):
            result.append(
                Line(
                    str(field.verbose_name).capitalize(),  # type: ignore[union-attr]
                    text,
                    field.get_internal_type() == "TextField",
                )
            )
    return result


@dataclass(frozen=True)
class Change:
    at: datetime
    who: str
    what: list[tuple[str, str, str]]  # field, before, after
    reason: str


def is_told_of_sharing(record: Any, reader: CaseReader) -> bool:
    """True for whose team wrote the record or is its source, and for whom it is shared with: they
    read what for, on what basis and until when. Who else reads it is told nothing, so that what is
    missing says nothing of other teams. `record` may be a former version."""
    readers = {record.author_team_id, record.source_team_id}
    if record.visibility == Visibility.SELECTED_PARTNERS:
        readers |= set(record.shared_team_ids)
    return record.visibility == Visibility.PERMITTED_PARTNERS or not readers.isdisjoint(
        reader.clearance.teams
    )


def changes(
    record: Record, kind: RecordKind, named: Callable[[set[int]], set[int]], *, is_own: bool
) -> list[Change]:
    """Changes of this record, the newest first; the oldest is its creation. The author of a change
    is named only if `named` allows the reader to know that worker.

    is_own: the reader's team is its author or source. To others a change of who reads it would say
    that there are teams of which they may not know.
    """
    words = {
        **({"withdrawn": _("sharing withdrawn")} if is_own else {}),
        "checked": _("checked, unchanged"),
        "mistake": _("recorded by mistake"),
        "over": _("ended"),
        "ended": _("ended"),
        "replaced": _("replaced by the source's own record"),
        "accepted": _("accepted"),
        "declined": _("declined"),
        "handed_over": _("handed over with the dossier"),
    }
    history = list(
        record.history.select_related("history_user").order_by("-history_date", "-history_id")[:50]
    )
    names = [
        *kind.fields,
        *(n for n in ("visibility", "shared_until") if is_own and hasattr(record, n)),
    ]
    known = named({version.history_user_id for version in history if version.history_user_id})
    result = []
    for newer, older in zip(history, [*history[1:], None], strict=True):
        what = []
        for name in names:
            if name == "location" or older is None:
                continue
            before, after = _text(older, name), _text(newer, name)
            if before != after:
                what.append(
                    (str(record._meta.get_field(name).verbose_name).capitalize(), before, after)  # type: ignore[union-attr]
                )
        reason = words.get(newer.history_change_reason or "", "") or (
            _("recorded") if older is None else ""
        )
        # Such as another circle of teams, of which the register of sharing tells what may be known.
        if not what and not reason:
            continue
        result.append(
            Change(
                newer.history_date,
                str(newer.history_user) if newer.history_user_id in known else "",
                what,
                reason,
            )
        )
    return result


def ends_on(record: Record) -> date | None:
    """The day on which the record's period ends, or on which a consent was withdrawn if that is
    earlier. None if it has no end."""
    if isinstance(record, Consent) and record.withdrawn_on:
        return min(record.until, record.withdrawn_on)
    return getattr(record, "until", None) or getattr(record, "valid_until", None)


def is_over(record: Record) -> bool:
    """Whether its period has passed. A consent and a stay end on that day, other things after
    it."""
    last, today = ends_on(record), timezone.localdate()
    return last is not None and (
        last <= today if isinstance(record, (Consent, Stay)) else last < today
    )


LIMITS = {
    Category.PROCEDURES: "procedures_check_days",
    Category.DEPARTURE: "departure_check_days",
    Category.PUBLIC_ORDER: "supervision_check_days",
}


def check_limit(pilot: Pilot, category: Category) -> int | None:
    limit: int | None = getattr(pilot, LIMITS[category])
    return limit


def age_warning(record: Record, pilot: Pilot) -> str | Promise:
    """That a fact others supplied has grown old; empty while it is young enough, has ended or
    never grows old."""
    if not isinstance(record, Checked) or record.ended_at is not None:
        return ""
    limit = check_limit(pilot, record.record_category)
    days = (timezone.localdate() - record.checked_on).days
    return (
        _("checked %(days)d days ago") % {"days": days}
        if limit is not None and days > limit
        else ""
    )
