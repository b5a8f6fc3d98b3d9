"""Who was at a meeting."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from casework.conference import perms
from casework.conference.forms import (
    GuestForm,
)
from casework.conference.guest_acts import admit_guest
from casework.conference.meeting_views import meeting_or_404, meeting_url
from casework.conference.models import Meeting, MeetingGuest
from governance.access.middleware import ClearanceRequest
from governance.drafts.form_views import do_once, form_view, open_form, send_form, show_form
from lvv.common.database import call
from partners.accountability.activities import CASEWORK, processes


@processes(CASEWORK)
@form_view
def meeting_attendance(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """Who was there: teams by a tick, guests by name."""
    meeting = meeting_or_404(reference)
    chairs = perms.chairs(request.clearance, meeting)
    if not chairs or meeting.cancelled_on or meeting.minutes_sent_on:
        raise PermissionDenied  # who was there stands in the minutes the partners answered
    form = open_form(request, GuestForm, "", sent="guest" in request.POST)

    def act() -> str:
        _add_guest(meeting, form.cleaned_data)
        return request.path

    if request.method == "POST" and "dismiss" in request.POST:
        return do_once(request, lambda: _dismiss_guest(request, meeting))
    if request.method == "POST" and "guest" not in request.POST:
        return do_once(request, lambda: _keep_attendance(request, meeting))
    return send_form(request, form, act) or show_form(
        request,
        "casework/conference/attendance.html",
        form,
        meeting=meeting,
        rows=list(meeting.teams.select_related("team__organisation")),
        guests=meeting.guests.all(),
    )


def _keep_attendance(request: ClearanceRequest, meeting: Meeting) -> str:
    ticked = set(request.POST.getlist("present"))
    for row in meeting.teams.select_related("team__organisation"):
        row.present = str(row.team_id) in ticked
        row.save()
    return meeting_url(meeting)


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
