"""The meetings of the case conference: planning, who comes, opening, closing and calling off."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from casework.cases.partners import team_reads, visible_teams
from casework.conference import perms
from casework.conference.attendance_acts import organisations_present
from casework.conference.enums import MinutesAnswer
from casework.conference.forms import (
    MEETING,
    CancelForm,
    HeldForm,
    MeetingForm,
    SeriesForm,
)
from casework.conference.meeting_acts import (
    NoConvenant,
    TakenMoment,
    cancel_meeting,
    close_meeting,
    move_meeting,
    open_meeting,
    plan_meetings,
    record_held,
)
from casework.conference.minutes_acts import NobodyRecorded, minutes_state, send_minutes
from casework.conference.models import AgendaItem, Meeting, MeetingGuest, MeetingTeam, Position
from casework.conference.proposals import MOST, proposals, undiscussed
from casework.journey.guards import format_day
from casework.register.identity import leading_names
from governance.access.clearance import Clearance
from governance.access.enums import Category
from governance.access.middleware import ClearanceRequest
from governance.drafts.form_views import (
    do_once,
    form_view,
    open_form,
    seen_version,
    send_form,
    show_form,
)
from partners.accountability.activities import CASEWORK, processes
from partners.organisations.enums import OrganisationKind, TeamFunction
from partners.organisations.models import Pilot, Team

INVITED_AT_FIRST = (
    OrganisationKind.MUNICIPALITY,
    OrganisationKind.NGO,
    OrganisationKind.IND,
    OrganisationKind.DTV,
)


def meeting_or_404(reference: UUID) -> Meeting:
    meeting: Meeting = get_object_or_404(
        Meeting.objects.select_related("pilot", "convenant"), reference=reference
    )
    return meeting


def meeting_url(meeting: Meeting) -> str:
    return reverse("casework:meeting_detail", args=[meeting.reference])


def item_url(item: AgendaItem) -> str:
    return reverse("casework:agenda_item", args=[item.reference])


@dataclass(frozen=True)
class Place:
    """One place of an agenda: one case, or the members of a household together."""

    number: int
    items: list[AgendaItem]
    names: list[str]

    @property
    def first(self) -> AgendaItem:
        return self.items[0]

    @property
    def is_done(self) -> bool:
        return all(item.discussed_at for item in self.items)


def places_of(meeting: Meeting) -> list[Place]:
    """The agenda as this worker may see it, numbered as it stands."""
    items = list(
        AgendaItem.objects.current()
        .filter(meeting=meeting)
        .select_related("case__pilot")
        .order_by("place", "pk")
    )
    names = leading_names([item.case_id for item in items])
    result: dict[int, list[AgendaItem]] = {}
    for item in items:
        item.meeting = meeting
        result.setdefault(item.place, []).append(item)
    return [
        Place(number, group, [names.get(item.case_id, "") or item.case.number for item in group])
        for number, group in result.items()
    ]


def attendance_of(clearance: Clearance, meeting: Meeting) -> list[tuple[MeetingTeam, str, str]]:
    today = timezone.localdate()
    rows = list(meeting.teams.select_related("team__organisation"))
    for row in rows:  # what a team says of an item is for the chair: others may not see that item
        if not perms.chairs(clearance, meeting) and row.team_id not in clearance.teams:
            row.remark = ""
    answers = dict(MinutesAnswer.choices)
    return [
        (row, state, str(answers.get(state, "")))
        for row in rows
        for state in [minutes_state(row, meeting, today)]
    ]


def guests_of(clearance: Clearance, meeting: Meeting) -> QuerySet[MeetingGuest]:
    """Who was there as a guest. Not for who only attends items: a guest's capacity tells of the
    others."""
    guests: QuerySet[MeetingGuest] = meeting.guests.all()
    return guests if _reads_meeting(clearance, meeting) else guests.none()


def quorum_of(clearance: Clearance, meeting: Meeting) -> dict[str, Any]:
    """What the pages of a meeting say of its quorum, and whether this worker reads why the
    attendance was corrected: not who only attends items."""
    here = organisations_present(meeting) if meeting.quorum else 0
    return {
        "organisations": here,
        "lacks_quorum": here < (meeting.quorum or 0),
        "reads_why": _reads_meeting(clearance, meeting),
        "earlier_days": _earlier_days(meeting) if meeting.afterwards else [],
    }


def _earlier_days(meeting: Meeting) -> list[dict[str, Any]]:
    """The days on which a meeting was recorded to be held before that was corrected, the newest
    first: which, when it was corrected, and why."""
    versions = list(meeting.history.order_by("-history_id"))
    return [
        {"was": older.on, "on": newer.history_date, "why": newer.history_change_reason}
        for newer, older in pairwise(versions)
        if newer.on != older.on
    ]


def _reads_meeting(clearance: Clearance, meeting: Meeting) -> bool:
    return any(Category.CONFERENCE in seat.reads for seat in perms.seats_at(clearance, meeting))


def mark_noted(positions: list[Position], meeting: Meeting) -> None:
    """Say of each position, as `noted`, that the municipality wrote it down and its team has not
    agreed with the minutes. Silence is no agreement."""
    agreed = meeting.teams.filter(answer=MinutesAnswer.AGREED).values_list("team", flat=True)
    known = set(agreed) if any(row.source_team_id for row in positions) else set()
    for row in positions:
        row.noted = row.source_team_id is not None and row.source_team_id not in known


def answering(clearance: Clearance, meeting: Meeting, team: str = "") -> MeetingTeam | None:
    """The row of the team for which this worker may answer the minutes: of this team, or one
    without an answer first. None before the minutes are sent, after the term, or if the worker has
    no such team."""
    if meeting.minutes_sent_on is None:
        return None
    seats = [seat.team for seat in perms.seats_at(clearance, meeting)]
    if team:
        seats = [seat for seat in seats if str(seat) == team]
    today = timezone.localdate()
    if meeting.minutes_due_on is None or today > meeting.minutes_due_on:
        return None
    meeting_team: MeetingTeam | None = (
        meeting.teams.filter(team__in=seats).select_related("team").order_by("answer").first()
    )
    # first one of hers that has not answered; what was said may be said again while the term runs
    return meeting_team


@processes(CASEWORK)
@require_GET
def meeting_list(request: ClearanceRequest) -> HttpResponse:
    """Meetings to come and past, of the pilots in which this worker reads or attends
    conferences."""
    if not any(
        Category.CONFERENCE in seat.reads | seat.writes | seat.attends
        for seat in request.clearance.seats
    ):
        raise PermissionDenied
    today = timezone.localdate()
    coming = Meeting.objects.coming(today).select_related("pilot")[:MOST]
    past = Meeting.objects.filter(Q(on__lt=today) | Q(closed_at__isnull=False)).select_related(
        "pilot"
    )
    context = {
        "coming": coming,
        "past": past.order_by("-on", "-begins_at")[:MOST],
        "plans": Pilot.objects.filter(pk__in=request.clearance.coordinated),
        "sees_undiscussed": _sees_undiscussed(request),
    }
    return render(request, "casework/conference/list.html", context)


def _sees_undiscussed(request: ClearanceRequest) -> bool:
    """True for a coordinator and for a worker of DT&V, who look after R7."""
    teams = visible_teams(request.clearance)
    return bool(request.clearance.coordinated) or any(
        seat.team in teams and teams[seat.team].organisation.kind == OrganisationKind.DTV
        for seat in request.clearance.seats
    )


@processes(CASEWORK)
@require_GET
def undiscussed_list(request: ClearanceRequest) -> HttpResponse:
    if not _sees_undiscussed(request):
        raise PermissionDenied
    cases = list(undiscussed()[:MOST])
    names = leading_names([case.pk for case in cases])
    context = {
        "rows": [
            (case, names.get(case.pk, ""), request.clearance.coordinates(case.pilot_id))
            for case in cases
        ],
        "more": len(cases) == MOST,
        "today": timezone.localdate(),
    }
    return render(request, "casework/conference/undiscussed.html", context)


def invitable(request: ClearanceRequest, pilot: Pilot) -> list[Team]:
    """The teams that may be invited to a meeting of this pilot."""
    here = [team for team in visible_teams(request.clearance).values() if team.pilot_id == pilot.pk]
    reads = team_reads([team.pk for team in here])
    return [
        team
        for team in here
        if "conference" in reads[team.pk] and team.function == TeamFunction.GENERAL
    ]


@processes(CASEWORK)
@form_view
def meeting_plan(request: ClearanceRequest, slug: str) -> HttpResponse:
    pilot = get_object_or_404(Pilot.objects.filter(pk__in=request.clearance.coordinated), slug=slug)
    invited = invitable(request, pilot)
    first = [team.pk for team in invited if team.organisation.kind in INVITED_AT_FIRST]
    form = open_form(
        request,
        SeriesForm,
        MEETING.key(pilot.reference),
        teams=invited,
        initial={"teams": first},
    )

    def act() -> str:
        data = form.cleaned_data
        with day_in_the_way():
            planned = plan_meetings(
                pilot,
                form.days(),
                begins_at=data["begins_at"],
                place=data["place"],
                teams=data["teams"],
            )
        several = len(planned) > 1
        return reverse("casework:meeting_list") if several else meeting_url(planned[0])

    return send_form(request, form, act) or show_form(
        request, "casework/conference/plan.html", form, pilot=pilot
    )


@processes(CASEWORK)
@form_view
def meeting_held(request: ClearanceRequest, slug: str) -> HttpResponse:
    """Record a meeting that was held."""
    pilot = get_object_or_404(Pilot.objects.filter(pk__in=request.clearance.coordinated), slug=slug)
    key = MEETING.key(pilot.reference, "held")
    form = open_form(request, HeldForm, key, teams=invitable(request, pilot))

    def act() -> str:
        with day_in_the_way():
            return meeting_url(record_held(pilot, **form.cleaned_data))

    return send_form(request, form, act) or show_form(
        request, "casework/conference/held.html", form, pilot=pilot
    )


@processes(CASEWORK)
@require_GET
def meeting_detail(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """The agenda, who comes, and for the chair what else could be discussed."""
    meeting = meeting_or_404(reference)
    places = places_of(meeting)
    chairs = perms.chairs(request.clearance, meeting)
    context = {
        "meeting": meeting,
        "places": places,
        "chairs": chairs,
        "current": None,
        "attendance": attendance_of(request.clearance, meeting),
        "guests": guests_of(request.clearance, meeting),
        "proposals": proposals(meeting)
        if chairs and not meeting.closed_at and not meeting.cancelled_on
        else [],
        "mine": answering(request.clearance, meeting),
        **quorum_of(request.clearance, meeting),
    }
    return render(request, "casework/conference/meeting.html", context)


@processes(CASEWORK)
@require_POST
def meeting_act(request: ClearanceRequest, reference: UUID, act: str) -> HttpResponse:
    """The chair opens and closes a meeting and sends its minutes."""
    meeting = meeting_or_404(reference)
    acts = {
        "openen": lambda: open_meeting(meeting, by=request.clearance),
        "sluiten": lambda: close_meeting(meeting),
        "versturen": lambda: send_minutes(meeting),
    }
    if act not in acts or not perms.chairs(request.clearance, meeting):
        raise PermissionDenied

    def act_once() -> str:
        try:
            acts[act]()
        except NoConvenant:
            sentence = (
                _("You can open this meeting on %(day)s.")
                if meeting.is_ahead
                else _("On %(day)s no convenant of this pilot is in force.")
            )
            messages.error(request, sentence % {"day": format_day(meeting.on)})
            return meeting_url(meeting)
        except NobodyRecorded:
            messages.error(request, _("Record first who was there: it stands in the minutes."))
            return reverse("casework:meeting_attendance", args=[reference])
        if act != "openen":
            return reverse("casework:minutes", args=[reference])
        places = places_of(meeting)
        return item_url(places[0].first) if places else meeting_url(meeting)

    return do_once(request, act_once, back=meeting_url(meeting))


@processes(CASEWORK)
@form_view
def meeting_move(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """Another day, time or place of a meeting that was not opened."""
    meeting = meeting_or_404(reference)
    if not perms.chairs(request.clearance, meeting) or not meeting.is_planned:
        raise PermissionDenied
    now = {"on": meeting.on, "begins_at": f"{meeting.begins_at:%H:%M}", "place": meeting.place}
    form = open_form(request, MeetingForm, "", initial=now)

    def act() -> str:
        with day_in_the_way():
            data = {name: form.cleaned_data[name] for name in ("on", "begins_at", "place")}
            move_meeting(meeting, **data, version=seen_version(request))
        return meeting_url(meeting)

    return send_form(request, form, act) or show_form(
        request, "casework/conference/move.html", form, meeting=meeting
    )


@contextmanager
def day_in_the_way() -> Iterator[None]:
    """What is in the way of a meeting on some day, as the form says it."""
    try:
        yield
    except (TakenMoment, NoConvenant) as problem:
        sentence = (
            _("On %(day)s there is a meeting at this moment already.")
            if isinstance(problem, TakenMoment)
            else _("On %(day)s no convenant of this pilot is in force.")
        )
        raise ValidationError({"on": sentence % {"day": format_day(problem.day)}}) from None


@processes(CASEWORK)
@form_view
def meeting_cancel(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    meeting = meeting_or_404(reference)
    if not perms.chairs(request.clearance, meeting) or not meeting.is_planned:
        raise PermissionDenied
    form = open_form(request, CancelForm, MEETING.key(meeting.reference, "cancel"))

    def act() -> str:
        cancel_meeting(meeting, form.cleaned_data["because"])
        return meeting_url(meeting)

    return send_form(request, form, act) or show_form(
        request, "casework/conference/cancel.html", form, meeting=meeting
    )
