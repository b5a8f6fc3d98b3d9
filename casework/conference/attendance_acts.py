"""Who was at a meeting, and whether enough were there to decide."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from casework.conference.agenda_acts import locked_meeting
from casework.conference.models import Meeting
from lvv.common.refusal import NotDone


@transaction.atomic
def keep_attendance(meeting: Meeting, teams: set[int], because: str = "") -> None:
    """These teams were there, the others that were invited were not. After the minutes were sent
    it is a correction with a reason, and restarts the term in which partners may answer them.
    Raises NotDone once that term has passed, and for a correction without a reason."""
    meeting = locked_meeting(meeting)
    if meeting.minutes_sent_on:
        if meeting.is_at_rest or not because:
            raise NotDone
        today = timezone.localdate()
        meeting.attendance_corrected_on, meeting.attendance_corrected_because = today, because
        meeting.minutes_due_on = today + timedelta(days=meeting.pilot.minutes_term_days)
        meeting.version += 1
        meeting.save()
    for row in meeting.teams.all():
        row.present = row.team_id in teams
        row.save()


def organisations_present(meeting: Meeting) -> int:
    """How many organisations sat at the table, the municipality that chairs among them."""
    here = meeting.teams.filter(present=True).values_list("team__organisation", flat=True)
    return len({*here, meeting.pilot.municipality_id})


def lacks_quorum(meeting: Meeting) -> bool:
    """True if fewer organisations are recorded as present than the pilot agreed upon. In municipal
    mode the municipality decides alone."""
    pilot = meeting.pilot
    return not pilot.municipal_mode and organisations_present(meeting) < pilot.quorum
