"""Who plans, prepares, chairs and answers. Every line of a docstring is a line of the code."""

from casework.conference.models import AgendaItem, Meeting
from governance.access.clearance import Clearance, Seat
from governance.access.enums import Category


def chairs(clearance: Clearance, meeting: Meeting) -> bool:
    """The municipality's coordinator of the pilot plans and chairs its meetings."""
    return clearance.coordinates(meeting.pilot_id)


def seats_at(clearance: Clearance, meeting: Meeting) -> list[Seat]:
    """The seats of this worker in the pilot of a meeting that read, write or attend conferences."""
    return [
        seat
        for seat in clearance.seats
        if seat.pilot == meeting.pilot_id
        and Category.CONFERENCE in seat.reads | seat.writes | seat.attends
    ]


def position_team(clearance: Clearance, item: AgendaItem) -> int | None:
    """In the name of which of her teams a worker takes position on an item:
    - a team that takes part in its case and for which the item is, or that wrote it
    - writing for the conference
    """
    for seat in clearance.seats:
        attends = seat.team in item.shared_team_ids or seat.team == item.author_team_id
        if attends and seat.team in item.team_ids and Category.CONFERENCE in seat.writes:
            return seat.team
    return None


def can_prepare(clearance: Clearance, item: AgendaItem) -> bool:
    """To take position on an item, one must be both:
    - in a team that may
    - before the meeting is closed, of an item that was not taken off
    """
    open_still = (
        item.meeting.closed_at is None
        and item.meeting.cancelled_on is None
        and item.ended_at is None
    )
    return open_still and position_team(clearance, item) is not None
