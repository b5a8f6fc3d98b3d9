"""Likely doubles among the people this worker may see. Who lies outside her sight is for the coordinators (R1)."""

from dataclasses import dataclass, field

from django.db import connection

from casework.register.enums import ValueKind
from casework.register.models import IdentityValue
from casework.register.values import comparison_key

MOST_SHOWN = 10
MOST_SEARCHED = 50


@dataclass
class Candidate:
    """A case in sight whose person may be the one at the desk, and in what they agree."""

    case_id: int
    agrees: set[str] = field(default_factory=set)  # v_number, name, like_name, birth_date


def search_names(wanted: str, most: int = MOST_SEARCHED) -> list[int]:
    """Keys of cases in sight with a name like this: equal first, then beginnings, fragments and misspellings.

    `wanted` is a normalised key (values.name_key). Short texts are only searched as beginnings.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM search_names(%s, %s)", [wanted, most])
        return [row[0] for row in cursor.fetchall()]


def with_v_number(number: str, most: int = MOST_SEARCHED) -> list[int]:
    """Keys of cases in sight in which this V-number (ten digits) was written down."""
    same = IdentityValue.objects.current().filter(kind=ValueKind.V_NUMBER, key=number)
    return list(same.order_by("-case_id").values_list("case_id", flat=True)[:most])


def likely_doubles(names: list[str], birth_date: str, v_number: str, *, besides: int | None = None) -> list[Candidate]:
    """Candidates in sight, most telling first: same V-number, then same name, then like name with the same birth date.

    A name that is only alike counts when the birth dates do not contradict each other.
    """
    found: dict[int, Candidate] = {}
    if v_number:
        for case_id in with_v_number(v_number):
            found.setdefault(case_id, Candidate(case_id)).agrees.add("v_number")
    keys = {comparison_key(ValueKind.NAME, name) for name in names}
    for key in keys:
        for case_id in search_names(key):
            found.setdefault(case_id, Candidate(case_id))
    if besides is not None:
        found.pop(besides, None)
    values = IdentityValue.objects.current().filter(case__in=found)
    for case_id, kind, key in values.values_list("case_id", "kind", "key"):
        candidate = found[case_id]
        if kind == ValueKind.NAME:
            candidate.agrees.add("name" if key in keys else "like_name")
        elif kind == ValueKind.BIRTH_DATE and birth_date:
            shared = min(len(key), len(birth_date))
            candidate.agrees.add("birth_date" if key[:shared] == birth_date[:shared] else "other_birth_date")
    likely = [
        candidate for candidate in found.values()
        if "v_number" in candidate.agrees or "name" in candidate.agrees
        or ("like_name" in candidate.agrees and "other_birth_date" not in candidate.agrees)
    ]  # fmt: skip
    rank = ("v_number", "name", "birth_date")
    likely.sort(key=lambda candidate: ([mark not in candidate.agrees for mark in rank], -candidate.case_id))
    return likely[:MOST_SHOWN]
