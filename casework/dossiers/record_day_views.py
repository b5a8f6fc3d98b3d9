"""The days of a record by which a case moved, and of a meeting that was recorded afterwards,
corrected."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect

from casework.conference.meeting_views import day_in_the_way, meeting_or_404, meeting_url
from casework.dossiers import perms
from casework.dossiers.day_forms import MEETING_DAY, RECORD_DAYS, MeetingDayForm, RecordDaysForm
from casework.dossiers.record_day_acts import correct_meeting_day, correct_record_days
from casework.dossiers.record_days import correctable, meeting_of
from casework.dossiers.record_page import at_or_404
from casework.dossiers.rows import readers_of
from governance.access.middleware import ClearanceRequest
from governance.drafts.form_views import form_view, open_form, seen_version, send_form, show_form
from partners.accountability.activities import CASEWORK, processes


@processes(CASEWORK)
@form_view
def record_days(
    request: ClearanceRequest, reference: UUID, kind: str, record: UUID
) -> HttpResponse:
    at = at_or_404(request, reference, kind, record)
    if not perms.can_correct_days(at.reader, at.record):
        raise PermissionDenied
    if meeting := meeting_of(at.record):  # its day is corrected for all that was decided there
        return redirect("casework:meeting_day", meeting.reference)
    page, names = at.page, correctable(at.record)
    key = RECORD_DAYS.key(at.record.reference, at.kind.slug)
    form = open_form(request, RecordDaysForm, key, record=at.record, names=names)

    def act() -> str:
        version = seen_version(request)
        why = form.cleaned_data["why"]
        correct_record_days(at.reader, at.record, form.days, why, version=version)
        return page

    return send_form(request, form, act, back=page) or show_form(
        request,
        "casework/dossiers/record_days.html",
        form,
        page=page,
        read_by=", ".join(team.label for team in at.reader.named(readers_of(at.record))),
        **at.context(),
    )


@processes(CASEWORK)
@form_view
def meeting_day(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    meeting = meeting_or_404(reference)
    if not perms.can_correct_meeting(request.clearance, meeting):
        raise PermissionDenied
    form = open_form(request, MeetingDayForm, MEETING_DAY.key(meeting.reference), on=meeting.on)

    def act() -> str:
        data, version = form.cleaned_data, seen_version(request)
        with day_in_the_way():
            correct_meeting_day(
                meeting, data["on"], data["why"], by=request.clearance, version=version
            )
        return meeting_url(meeting)

    return send_form(request, form, act, back=meeting_url(meeting)) or show_form(
        request, "casework/dossiers/meeting_day.html", form, meeting=meeting
    )
