"""The minutes of a meeting, and what the teams that were invited answer."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_GET

from casework.cases.case_reader import CaseReader
from casework.cases.partners import visible_teams
from casework.conference import perms
from casework.conference.forms import MINUTES, MinutesForm
from casework.conference.meeting_views import answering, attendance_of, meeting_or_404, places_of
from casework.conference.minutes_acts import answer_minutes
from casework.conference.models import ConferenceDecision, Meeting, MeetingTeam, Position
from casework.conference.pdf import FONTS, pdf_of
from casework.plan.models import Action
from governance.access.middleware import ClearanceRequest
from governance.drafts.form_views import form_view, open_form, send_form, show_form
from lvv.common import libraries
from partners.accountability.activities import CASEWORK, processes


def minutes_of(request: ClearanceRequest, meeting: Meeting) -> dict[str, Any]:
    """The minutes as this worker may read them: made from what was recorded, never a text of its
    own."""
    places = places_of(meeting)
    items = [item for place in places for item in place.items]
    teams = visible_teams(request.clearance)
    positions: dict[int, list[tuple[str, Position]]] = {item.pk: [] for item in items}
    cases = {item.pk: item.case for item in items}
    for row in Position.objects.current().filter(item__in=items).order_by("pk"):
        label = CaseReader(request.clearance, cases[row.item_id], teams).label(row.source_id)
        positions[row.item_id].append((label, row))
    decisions: dict[int, list[tuple[ConferenceDecision, list[Action]]]] = {
        item.pk: [] for item in items
    }
    result = list(
        ConferenceDecision.objects.current()
        .filter(item__in=items)
        .select_related("owner_team__organisation")
    )
    actions: dict[int, list[Action]] = {}
    for action in (
        Action.objects.current().filter(decision__in=result).select_related("to_team__organisation")
    ):
        actions.setdefault(action.decision_id or 0, []).append(action)
    for decision in sorted(result, key=lambda row: row.pk):
        decisions[decision.item_id or 0].append((decision, actions.get(decision.pk, [])))
    return {
        "meeting": meeting,
        "attendance": attendance_of(request, meeting),
        "guests": meeting.guests.all(),
        "places": [
            (
                place.number,
                [
                    (item, name, positions[item.pk], decisions[item.pk])
                    for item, name in zip(place.items, place.names, strict=True)
                ],
            )
            for place in places
        ],
        "chairs": perms.chairs(request.clearance, meeting),
        "mine": answering(request, meeting),
    }


@processes(CASEWORK)
@form_view
def minutes(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """The minutes; a team that was invited says within the term whether it agrees."""
    meeting = meeting_or_404(reference)
    context = minutes_of(request, meeting)
    mine: MeetingTeam | None = context["mine"]
    form = None
    if mine is not None:
        now = {"answer": mine.answer, "remark": mine.remark}
        form = open_form(request, MinutesForm, MINUTES.key(meeting.reference), initial=now)

    def act() -> str:
        assert form is not None
        assert mine is not None
        data = form.cleaned_data
        answer_minutes(mine, data["answer"], data["remark"], by=request.clearance)
        return request.path

    return send_form(request, form, act) or show_form(
        request, "casework/conference/minutes.html", form, **context
    )


@processes(CASEWORK)
@require_GET
def minutes_pdf(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """The minutes as a PDF. If the system lacks the libraries for it, a page that says which."""
    meeting = meeting_or_404(reference)
    context = minutes_of(request, meeting) | {"fonts": FONTS.values()}
    if packages := libraries.missing():
        return render(
            request,
            "casework/conference/no_pdf.html",
            {"meeting": meeting, "packages": packages},
            status=503,
        )
    page = render_to_string("casework/conference/minutes_pdf.html", context, request)
    answer = HttpResponse(pdf_of(page), content_type="application/pdf")
    answer["Content-Disposition"] = (
        f'attachment; filename="lso-{meeting.pilot.slug}-{meeting.on.isoformat()}.pdf"'
    )
    return answer
