"""Clashes that no worker hears of: for the coordinators of both pilots, who settle them (R1)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from casework.register.enums import ClashAnswer, ValueKind
from casework.register.models import Clash
from governance.access.clearance import Clearance
from lvv.common.database import call
from partners.organisations.models import Pilot


@dataclass(frozen=True)
class ClashView:
    """What one coordinator is shown of a clash: the other pilot, its contact, which fields
    agree, and what was said."""

    reference: UUID
    own_cases: list[int]  # both, when both lie in a pilot she coordinates
    other_pilot: Pilot
    agreeing: list[str]
    own_answer: str
    other_answer: str
    found_at: datetime
    trail: list[tuple[datetime, str, str, str]]  # when, which pilot, what it said, why

    @property
    def settled(self) -> str:
        return self.own_answer if self.own_answer == self.other_answer else ""


def _view(clash: Clash, clearance: Clearance) -> ClashView:
    mine_is_newer = clearance.coordinates(clash.newer_pilot_id)
    own, other = (
        (clash.newer_answer, clash.older_answer)
        if mine_is_newer
        else (clash.older_answer, clash.newer_answer)
    )
    pilots = {
        clash.newer_pilot_id: clash.newer_pilot.name,
        clash.older_pilot_id: clash.older_pilot.name,
    }
    labels = {
        **dict(ClashAnswer.choices),
        "overlap": _("one person, with an open case in both pilots"),
        "found": _("found"),
        "withdrawn": _("withdrawn with the number that made it"),
    }
    sides = (
        (clash.newer_case_id, clash.newer_pilot_id),
        (clash.older_case_id, clash.older_pilot_id),
    )
    return ClashView(
        clash.reference,
        [case for case, pilot in sides if clearance.coordinates(pilot)],
        clash.older_pilot if mine_is_newer else clash.newer_pilot,
        [str(ValueKind(kind).label) for kind in clash.agreeing],
        own,
        other,
        clash.found_at,
        [
            (
                datetime.fromisoformat(text["at"]),
                pilots.get(text["pilot"], ""),
                str(labels.get(text["said"], "")),
                text.get("why", "") if clearance.coordinated & set(text.get("of", [])) else "",
            )
            for text in clash.trail
        ],
    )


def clashes_for(clearance: Clearance) -> list[ClashView]:
    """Clashes in which this coordinator has not answered, or in which the two answers differ."""
    if not clearance.coordinated:
        return []
    visible = [
        _view(clash, clearance)
        for clash in Clash.objects.select_related("newer_pilot", "older_pilot")
    ]
    return [clash for clash in visible if not clash.settled]


def revoke_clash(reference: UUID, reason: str) -> bool:
    """Take back what both coordinators had settled. False if nothing is settled, or it is not
    hers."""
    return bool(call("clash_revoke", reference, reason))


def find_clash(clearance: Clearance, reference: UUID) -> ClashView | None:
    clash = (
        Clash.objects.select_related("newer_pilot", "older_pilot")
        .filter(reference=reference)
        .first()
    )
    return _view(clash, clearance) if clash else None


def answer_clash(reference: UUID, text: str) -> bool:
    """Record this coordinator's answer for her own pilot. False if there is no such clash for
    her, or it is settled."""
    return bool(call("clash_answer", reference, text))
