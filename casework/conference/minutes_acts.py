"""The minutes: what was said of an item, sending them, and what the partners answer."""

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from casework.conference.agenda_acts import locked_meeting
from casework.conference.enums import MinutesAnswer
from casework.conference.models import AgendaItem, Meeting, MeetingTeam
from governance.access.clearance import Clearance


class NobodyRecorded(Exception):
    """Who was at the meeting has not been recorded."""


@transaction.atomic
def keep_summary(item: AgendaItem, summary: str, *, version: str) -> None:
    """Save the summary of an item. A change after the minutes were sent is a correction, and
    restarts the term in which partners may answer the minutes."""
    meeting = locked_meeting(item.meeting)
    agenda_item: AgendaItem = AgendaItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    agenda_item.claim_version(version)
    if meeting.minutes_sent_on and summary != agenda_item.summary:
        agenda_item.corrected_on = timezone.localdate()
        meeting.minutes_due_on = agenda_item.corrected_on + timedelta(
            days=meeting.pilot.minutes_term_days
        )
        meeting.version += 1
        meeting.save()
    agenda_item.summary = summary
    agenda_item.save()


@transaction.atomic
def send_minutes(meeting: Meeting) -> None:
    """From today the partners have the term of the pilot to say something of the minutes. Raises
    NobodyRecorded."""
    meeting = locked_meeting(meeting)
    if meeting.closed_at is None or meeting.minutes_sent_on:
        return
    if meeting.teams.filter(present=None).exists() or not meeting.teams.exists():
        raise NobodyRecorded
    meeting.minutes_sent_on = timezone.localdate()
    meeting.minutes_due_on = meeting.minutes_sent_on + timedelta(
        days=meeting.pilot.minutes_term_days
    )
    meeting.version += 1
    meeting.save()


@transaction.atomic
def answer_minutes(
    row: MeetingTeam, answer: str, remark: str, *, by: Clearance, version: str
) -> None:
    """What a team says of the minutes; it replaces what it said before, at the version that was
    seen. Raises VersionConflict."""
    now: MeetingTeam = MeetingTeam.objects.select_for_update(of=("self",)).get(pk=row.pk)
    now.claim_version(version)
    now.answer, now.remark = answer, remark
    now.answered_on, now.answered_by = timezone.localdate(), by.user
    now.save(update_fields=["answer", "remark", "answered_on", "answered_by", "version"])


def minutes_state(row: MeetingTeam, meeting: Meeting, today: date) -> str:
    """What a team answered about the minutes. Without an answer: "no response" once the term has
    passed, which closes the row, and empty before that."""
    if row.answer:
        return str(row.answer)
    silent = meeting.minutes_due_on is not None and today > meeting.minutes_due_on
    return MinutesAnswer.NO_RESPONSE.value if silent else ""
