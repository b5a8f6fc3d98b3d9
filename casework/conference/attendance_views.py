"""Who was at a meeting."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from casework.conference import perms
from casework.conference.attendance_acts import keep_attendance
from casework.conference.forms import ATTENDANCE, AttendanceForm, GuestForm
from casework.conference.guest_acts import admit_guest
from casework.conference.meeting_views import invitable, meeting_or_404, meeting_url
from casework.conference.models import Meeting, MeetingGuest
from governance.access.middleware import ClearanceRequest
from governance.drafts.form_views import (
    do_once,
    form_view,
    open_form,
    seen_version,
    send_form,
    show_form,
)
from lvv.common.database import call
from partners.accountability.activities import CASEWORK, processes
from partners.organisations.models import Team


@processes(CASEWORK)
@form_view
def meeting_attendance(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """Who was there: teams by a tick, guests by name. Once the minutes were sent it is corrected
    with a reason, until the partners have answered them."""
    meeting = meeting_or_404(reference)
    chairs = perms.chairs(request.clearance, meeting)
    if not chairs or meeting.cancelled_on or meeting.is_at_rest:
        raise PermissionDenied
    if request.method == "POST" and "dismiss" in request.POST:
        return do_once(request, lambda: _dismiss_guest(request, meeting))
    adds = "guest" in request.POST
    if adds and meeting.closed_at:
        raise PermissionDenied
    guest = open_form(request, GuestForm, "", sent=adds)
    rows = list(meeting.teams.select_related("team__organisation"))
    attendance = open_form(
        request,
        AttendanceForm,
        ATTENDANCE.key(meeting.reference),
        sent=not adds,
        teams=_may_come(request, meeting, [row.team for row in rows]),
        corrects=meeting.minutes_sent_on is not None,
        initial={"present": [row.team_id for row in rows if row.present]},
    )

    def add() -> str:
        _add_guest(meeting, guest.cleaned_data)
        return request.path

    def keep() -> str:
        data = attendance.cleaned_data
        because, version = data.get("because", ""), seen_version(request)
        keep_attendance(meeting, set(data["present"]), because, version=version)
        return meeting_url(meeting)

    form, act = (guest, add) if adds else (attendance, keep)
    return send_form(request, form, act) or show_form(
        request,
        "casework/conference/attendance.html",
        form,
        meeting=meeting,
        attendance=attendance,
        guest_form=guest,
        guests=meeting.guests.all(),
    )


def _may_come(request: ClearanceRequest, meeting: Meeting, invited: list[Team]) -> list[Team]:
    """The teams that were invited; until the meeting is closed also those that could have been."""
    if meeting.closed_at:
        return invited
    known = {team.pk for team in invited}
    return invited + [team for team in invitable(request, meeting.pilot) if team.pk not in known]


def _dismiss_guest(request: ClearanceRequest, meeting: Meeting) -> str:
    wanted = request.POST["dismiss"]
    guest = get_object_or_404(meeting.guests, user=int(wanted) if wanted.isdecimal() else 0)
    call("conference_dismiss", guest.pk)
    return request.path


def _add_guest(meeting: Meeting, data: dict[str, Any]) -> None:
    """Raises ValidationError if the account of the guest cannot read along."""
    user, account = None, data["username"].strip()
    if account and meeting.guests.filter(user__username=account).exists():
        raise ValidationError({"username": _("This guest is on the list already.")})
    if account and (user := admit_guest(meeting, account)) is None:
        raise ValidationError({"username": _("This account cannot read along at this meeting.")})
    MeetingGuest.objects.create(
        meeting=meeting, name=data["name"], capacity=data["capacity"], user_id=user
    )
