"""Clashes of V-numbers that no worker hears of: for the coordinators of both pilots (R1)."""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from casework.register.enums import ValueKind
from casework.register.models import Clash
from governance.access.clearance import Clearance
from partners.organisations.models import Pilot


@dataclass(frozen=True)
class ClashView:
    """What one coordinator is shown of a clash: the other pilot, its contact, and which fields agree."""

    reference: UUID
    own_case_id: int
    other_pilot: Pilot
    agreeing: list[str]
    own_answer: str
    other_answer: str


def clashes_for(clearance: Clearance) -> list[ClashView]:
    """Clashes in which this coordinator has not answered, or in which the two answers differ."""
    if not clearance.coordinated:
        return []
    shown = []
    for clash in Clash.objects.select_related("newer_pilot", "older_pilot"):
        mine_is_newer = clearance.coordinates(clash.newer_pilot_id)
        own, other = (
            (clash.newer_answer, clash.older_answer) if mine_is_newer else (clash.older_answer, clash.newer_answer)
        )
        if own and own == other:
            continue
        shown.append(
            ClashView(
                clash.reference, clash.newer_case_id if mine_is_newer else clash.older_case_id,
                clash.older_pilot if mine_is_newer else clash.newer_pilot,
                [str(ValueKind(kind).label) for kind in clash.agreeing], own, other,
            )
        )  # fmt: skip
    return shown


def answer_clash(reference: UUID, said: str) -> bool:
    """Record this coordinator's answer for her own pilot. False if there is no such clash for her."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clash_answer(%s, %s)", [reference, said])
        return bool(cursor.fetchone()[0])
