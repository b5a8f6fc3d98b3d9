"""Who was at a meeting, and whether enough were there to decide."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from casework.conference.agenda_acts import locked_meeting
from casework.conference.models import Meeting, MeetingTeam
from lvv.common.refusal import NotDone
from partners.organisations.models import Pilot


@transaction.atomic
def keep_attendance(meeting: Meeting, teams: set[int], because: str = "", *, version: str) -> None:
    """These teams were there, the others that were invited were not. A team that came without
    being invited is added. After the minutes were sent it is a correction with a reason, and
    restarts the term in which partners may answer them. Raises VersionConflict, and NotDone once
    that term has passed and for a correction without a reason."""
    meeting = locked_meeting(meeting)
    meeting.claim_version(version)
    if meeting.minutes_sent_on and (meeting.is_at_rest or not because):
        raise NotDone
    there = {row.team_id: row for row in meeting.teams.all()}
    for row in there.values():
        if row.present is not (row.team_id in teams):
            row.present = row.team_id in teams
            row.save(update_fields=["present"])  # not what the team says of the minutes
    for team in sorted(teams - there.keys()):  # it came though it had not been invited
        MeetingTeam.objects.create(meeting=meeting, team_id=team, present=True)
    if meeting.minutes_sent_on:  # written last: who answered before this is asked again
        today = timezone.localdate()
        meeting.attendance_corrected_on, meeting.attendance_corrected_because = today, because
        meeting.minutes_due_on = today + timedelta(days=meeting.pilot.minutes_term_days)
    meeting.save()


def organisations_present(meeting: Meeting) -> int:
    """How many organisations sat at the table, the municipality that chairs among them."""
    here = meeting.teams.filter(present=True).values_list("team__organisation", flat=True)
    return len({*here, meeting.pilot.municipality_id})


def quorum_of(pilot: Pilot) -> int:
    """With how many organisations a meeting that begins now decides. In municipal mode the
    municipality decides alone."""
    return 1 if pilot.municipal_mode else pilot.quorum


def lacks_quorum(meeting: Meeting) -> bool:
    """True if fewer organisations are recorded as present than this meeting needs."""
    return meeting.quorum is not None and organisations_present(meeting) < meeting.quorum
