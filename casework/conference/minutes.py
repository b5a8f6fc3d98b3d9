"""The minutes of a meeting: made from what was recorded, never a text of their own."""

from typing import Any
from uuid import UUID

from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from casework.cases.case_reader import CaseReader
from casework.cases.partners import visible_teams
from casework.conference import perms
from casework.conference.meeting_views import (
    answering,
    attendance_of,
    guests_of,
    mark_noted,
    meeting_or_404,
    places_of,
    quorum_of,
)
from casework.conference.models import ConferenceDecision, Meeting, Position
from casework.plan.models import Action
from governance.access.clearance import Clearance
from governance.printing.kinds import Contents, PrintoutKind
from governance.printing.pdf import FONTS, Sheet


def minutes_of(clearance: Clearance, meeting: Meeting) -> dict[str, Any]:
    """The minutes as this worker may read them."""
    places = places_of(meeting)
    items = [item for place in places for item in place.items]
    teams = visible_teams(clearance)
    positions: dict[int, list[tuple[str, Position]]] = {item.pk: [] for item in items}
    readers = {item.pk: CaseReader(clearance, item.case, teams) for item in items}
    rows = list(Position.objects.current().filter(item__in=items).order_by("pk"))
    mark_noted(rows, meeting)
    for row in rows:
        positions[row.item_id].append((readers[row.item_id].label(row.source_id), row))
    decisions: dict[int, list[tuple[ConferenceDecision, list[Action]]]] = {
        item.pk: [] for item in items
    }
    result = list(ConferenceDecision.objects.current().filter(item__in=items))
    actions: dict[int, list[Action]] = {}
    for action in Action.objects.current().filter(decision__in=result):
        actions.setdefault(action.decision_id or 0, []).append(action)
    for decision in sorted(result, key=lambda row: row.pk):
        decisions[decision.item_id or 0].append((decision, actions.get(decision.pk, [])))
    return {
        "meeting": meeting,
        "attendance": attendance_of(clearance, meeting),
        "guests": guests_of(clearance, meeting),
        "places": [
            (
                place.number,
                [
                    (item, name, positions[item.pk], decisions[item.pk], readers[item.pk])
                    for item, name in zip(place.items, place.names, strict=True)
                ],
            )
            for place in places
        ],
        "chairs": perms.chairs(clearance, meeting),
        "mine": answering(clearance, meeting),
        **quorum_of(clearance, meeting),
    }


def _printed(clearance: Clearance, reference: UUID) -> Contents:
    meeting = meeting_or_404(reference)
    context = minutes_of(clearance, meeting) | {"fonts": FONTS.values()}
    name = f"lso-{meeting.pilot.slug}-{meeting.on.isoformat()}.pdf"
    html = render_to_string("casework/conference/minutes_pdf.html", context)
    return Contents(name, {name: Sheet(html)})


MINUTES_PDF = PrintoutKind("minutes", _("Minutes"), _printed)
