"""A meeting is planned, moved, opened, closed or called off, with what that does to its agenda."""

from collections.abc import Iterable
from datetime import date, time

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.conference.agenda_acts import into_conference, locked_agenda, take_off
from casework.conference.attendance_acts import quorum_of
from casework.conference.guest_acts import guests_leave, guests_read
from casework.conference.models import Meeting, MeetingTeam
from casework.journey.acts import refresh_deadline
from governance.access.clearance import Clearance
from governance.convenants.enums import ConvenantKind
from governance.convenants.models import Convenant
from partners.accountability.history import set_change_reason
from partners.organisations.models import Pilot


class TakenMoment(Exception):
    """There is a meeting of this pilot at this moment already."""

    def __init__(self, day: date) -> None:
        super().__init__(day)
        self.day = day


class NoConvenant(Exception):
    """On this day no agreement of the pilot is in force under which the conference may meet."""

    def __init__(self, day: date) -> None:
        super().__init__(day)
        self.day = day


def convenant_on(pilot: Pilot, day: date) -> Convenant | None:
    """The convenant under which the conference of this pilot meets on a day; in municipal mode
    the college's own."""
    kinds = [ConvenantKind.CONVENANT] + (
        [ConvenantKind.MUNICIPAL_DECISION] if pilot.municipal_mode else []
    )
    convenant: Convenant | None = (
        Convenant.objects.in_force(day).filter(pilot=pilot, kind__in=kinds).order_by("kind").first()
    )
    return convenant


@transaction.atomic
def plan_meetings(
    pilot: Pilot, days: Iterable[date], *, begins_at: time, place: str, teams: list[int]
) -> list[Meeting]:
    """A series of meetings, all or none: each under a convenant that is in force on its own day."""
    planned = []
    for day in days:
        convenant = _free(pilot, day, begins_at)
        meeting = Meeting.objects.create(
            pilot=pilot, convenant=convenant, on=day, begins_at=begins_at, place=place
        )
        for team in teams:
            MeetingTeam.objects.create(meeting=meeting, team_id=team)
        planned.append(meeting)
    return planned


@transaction.atomic
def record_held(
    pilot: Pilot, *, on: date, begins_at: time, place: str, teams: list[int]
) -> Meeting:
    """A meeting of a past day, under the convenant of that day (R27). It is under way until the
    chair has recorded it. Raises NoConvenant or TakenMoment."""
    meeting: Meeting = Meeting.objects.create(
        pilot=pilot,
        convenant=_free(pilot, on, begins_at),
        on=on,
        begins_at=begins_at,
        place=place,
        afterwards=True,
        opened_at=timezone.now(),
        quorum=quorum_of(pilot),
    )
    for team in teams:
        MeetingTeam.objects.create(meeting=meeting, team_id=team)
    return meeting


def _free(pilot: Pilot, day: date, begins_at: time, *, but: int | None = None) -> Convenant:
    """The convenant under which the conference may meet at this moment; raises if it may not."""
    convenant = convenant_on(pilot, day)
    if convenant is None or pilot.is_closed(day):
        raise NoConvenant(day)
    taken = Meeting.objects.filter(
        pilot=pilot, on=day, begins_at=begins_at, cancelled_on=None
    ).exclude(pk=but)
    if taken.exists():
        raise TakenMoment(day)
    return convenant


def on_another_day(meeting: Meeting, on: date) -> None:
    """The meeting is of this day, under the convenant of it. Not saved yet. Raises NoConvenant or
    TakenMoment."""
    meeting.convenant = _free(meeting.pilot, on, meeting.begins_at, but=meeting.pk)
    meeting.on = on


@transaction.atomic
def move_meeting(meeting: Meeting, *, on: date, begins_at: time, place: str, version: str) -> None:
    """A planned meeting goes to another moment, with its agenda and its guests. Raises
    VersionConflict."""
    meeting, items = locked_agenda(meeting)
    meeting.claim_version(version)
    if not meeting.is_planned:
        raise ValidationError(_("This meeting is over or cancelled."))
    meeting.convenant = _free(meeting.pilot, on, begins_at, but=meeting.pk)
    meeting.on, meeting.begins_at, meeting.place = on, begins_at, place
    set_change_reason(meeting, "moved")
    meeting.save()
    for item in items:
        item.happened_on = on
        item.version += 1
        set_change_reason(item, "moved")
        item.save()
    guests_read(meeting)
    for item in items:
        refresh_deadline(item.case)


@transaction.atomic
def open_meeting(meeting: Meeting, *, by: Clearance) -> None:
    """The chair opens the meeting: cases whose rest period ended since go into the conference."""
    meeting, items = locked_agenda(meeting)
    if not meeting.is_planned:
        return
    convenant = convenant_on(meeting.pilot, timezone.localdate())
    if meeting.is_ahead or convenant is None:
        raise NoConvenant(meeting.on)
    # that of the day: a newer version may have replaced the one it was planned under
    meeting.convenant = convenant
    meeting.opened_at, meeting.quorum = timezone.now(), quorum_of(meeting.pilot)
    meeting.version += 1
    meeting.save()
    for item in items:
        into_conference(item.case, by=by, on=timezone.localdate())


@transaction.atomic
def close_meeting(meeting: Meeting) -> None:
    """What was not discussed is taken off; the access of guests ends with the meeting."""
    meeting, items = locked_agenda(meeting)
    if not meeting.is_running:
        return
    for item in items:
        if item.discussed_at is None:
            take_off(item)
    meeting.closed_at = timezone.now()
    meeting.version += 1
    meeting.save()
    guests_leave(meeting)


@transaction.atomic
def cancel_meeting(meeting: Meeting, reason: str) -> None:
    meeting, items = locked_agenda(meeting)
    if not meeting.is_planned:
        return
    for item in items:
        take_off(item)
    meeting.cancelled_on, meeting.cancelled_because = timezone.localdate(), reason
    meeting.version += 1
    meeting.save()
