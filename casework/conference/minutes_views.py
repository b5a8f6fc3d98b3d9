"""The minutes of a meeting, and what the teams that were invited answer."""

from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from casework.conference.forms import MINUTES, MinutesForm
from casework.conference.meeting_views import answering, meeting_or_404
from casework.conference.minutes import MINUTES_PDF, minutes_of
from casework.conference.minutes_acts import answer_minutes
from casework.conference.models import MeetingTeam
from governance.access.middleware import ClearanceRequest
from governance.drafts.form_views import form_view, open_form, seen_version, send_form, show_form
from governance.printing.views import print_out
from partners.accountability.activities import CASEWORK, processes


@processes(CASEWORK)
@form_view
def minutes(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """The minutes; a team that was invited says within the term whether it agrees."""
    meeting = meeting_or_404(reference)
    context = minutes_of(request.clearance, meeting)
    if request.method == "POST":
        team = request.POST.get("team", "")
        context["mine"] = answering(request.clearance, meeting, team) if team else None
    mine: MeetingTeam | None = context["mine"]
    form = None
    if mine is not None:
        now = {"answer": mine.answer, "remark": mine.remark}
        form = open_form(request, MinutesForm, MINUTES.key(meeting.reference), initial=now)

    def act() -> str:
        assert form is not None
        assert mine is not None
        data = form.cleaned_data
        version = seen_version(request)
        answer_minutes(mine, data["answer"], data["remark"], by=request.clearance, version=version)
        return request.path

    return send_form(request, form, act) or show_form(
        request, "casework/conference/minutes.html", form, **context
    )


@processes(CASEWORK)
@require_POST
def minutes_pdf(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """Have the minutes made as a PDF."""
    meeting = meeting_or_404(reference)
    page = reverse("casework:minutes", args=[reference])
    return print_out(request, MINUTES_PDF, meeting.reference, page)
