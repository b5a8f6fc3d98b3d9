"""The meetings of the case conference: planning, preparing, holding and answering them."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from casework.cases.enums import ADMITTED_STATES, OPEN_STATES
from casework.cases.involving import team_label, team_reads, visible_teams
from casework.cases.models import Case
from casework.cases.views import case_url
from casework.conference import perms
from casework.conference.enums import MinutesAnswer, WhyOnAgenda
from casework.conference.forms import (
    AgendaForm,
    CancelForm,
    DecideForm,
    GuestForm,
    MinutesForm,
    OnBehalfForm,
    PositionForm,
    SeriesForm,
    SummaryForm,
)
from casework.conference.models import AgendaItem, ConferenceDecision, Meeting, MeetingGuest, MeetingTeam, Position
from casework.conference.working import (
    NoConvenant,
    TakenMoment,
    answer_minutes,
    cancel_meeting,
    close_meeting,
    conference_teams,
    decide,
    keep_summary,
    mark_discussed,
    minutes_state,
    open_meeting,
    plan_meetings,
    put_on_agenda,
    send_minutes,
    take_off,
    take_position,
)
from casework.journey import perms as journey
from casework.journey.facts import fact_of, facts_of
from casework.journey.guards import shown
from casework.journey.moving import StepRefused
from casework.journey.terms import terms_of
from casework.journey.views import refused
from casework.plan.models import Action
from casework.records.models import VersionConflict
from casework.register.identity import leading_names
from casework.register.models import Relation
from casework.shelter.enums import OUTSIDE_LVV
from casework.shelter.models import Stay
from governance.access.enums import Category
from governance.access.middleware import ClearanceRequest
from governance.drafts.keeping import drop_draft, find_draft, once, sent_before
from partners.accountability.activities import CASEWORK, processes
from partners.organisations.enums import OrganisationKind, TeamFunction
from partners.organisations.models import Pilot, Team

MOST = 50
INVITED_AT_FIRST = (OrganisationKind.MUNICIPALITY, OrganisationKind.NGO, OrganisationKind.IND, OrganisationKind.DTV)


def _meeting(reference: UUID) -> Meeting:
    found: Meeting = get_object_or_404(Meeting.objects.select_related("pilot", "convenant"), reference=reference)
    return found


def _item(reference: UUID) -> AgendaItem:
    found: AgendaItem = get_object_or_404(
        AgendaItem.objects.current().select_related("meeting__pilot", "case__pilot", "case__person"),
        reference=reference,
    )  # fmt: skip
    return found


def meeting_url(meeting: Meeting) -> str:
    return reverse("casework:meeting_detail", args=[meeting.reference])


def item_url(item: AgendaItem) -> str:
    return reverse("casework:agenda_item", args=[item.reference])


@processes(CASEWORK)
@require_GET
def meeting_list(request: ClearanceRequest) -> HttpResponse:
    """Meetings to come and past, of the pilots in which this worker reads or attends conferences."""
    if not any(Category.CONFERENCE in seat.reads | seat.writes | seat.attends for seat in request.clearance.seats):
        raise PermissionDenied
    today = timezone.localdate()
    coming = Meeting.objects.coming(today).select_related("pilot")[:MOST]
    past = Meeting.objects.filter(Q(on__lt=today) | Q(closed_at__isnull=False)).select_related("pilot")
    context = {
        "coming": coming, "past": past.order_by("-on", "-begins_at")[:MOST],
        "plans": Pilot.objects.filter(pk__in=request.clearance.coordinated),
        "sees_undiscussed": _sees_undiscussed(request),
    }  # fmt: skip
    return render(request, "casework/conference/list.html", context)


def _sees_undiscussed(request: ClearanceRequest) -> bool:
    """The coordinator and the departure service look after R7."""
    teams = visible_teams(request.clearance)
    return bool(request.clearance.coordinated) or any(
        seat.team in teams and teams[seat.team].organisation.kind == OrganisationKind.DTV
        for seat in request.clearance.seats
    )


def undiscussed() -> Any:
    """R7: who receives shelter of the facility, or guidance, and was not discussed yet, as far as the asker sees."""
    today = timezone.localdate()
    stays = Stay.objects.current().filter(
        Q(until=None) | Q(until__gt=today), case=OuterRef("pk"), since__lte=today
    ).exclude(kind__in=OUTSIDE_LVV)  # fmt: skip
    talked = AgendaItem.objects.current().filter(case=OuterRef("pk"), discussed_at__isnull=False)
    return (
        Case.objects.open().filter(Q(state__in=ADMITTED_STATES) | Exists(stays)).exclude(Exists(talked))
        .select_related("pilot").order_by("registered_on", "pk")
    )  # fmt: skip


@processes(CASEWORK)
@require_GET
def undiscussed_list(request: ClearanceRequest) -> HttpResponse:
    if not _sees_undiscussed(request):
        raise PermissionDenied
    cases = list(undiscussed()[:MOST])
    names = leading_names([case.pk for case in cases])
    context = {
        "rows": [(case, names.get(case.pk, ""), request.clearance.coordinates(case.pilot_id)) for case in cases],
        "more": len(cases) == MOST, "today": timezone.localdate(),
    }  # fmt: skip
    return render(request, "casework/conference/undiscussed.html", context)


@processes(CASEWORK)
@require_http_methods(["GET", "POST"])
def meeting_plan(request: ClearanceRequest, slug: str) -> HttpResponse:
    pilot = get_object_or_404(Pilot.objects.filter(pk__in=request.clearance.coordinated), slug=slug)
    here = [team for team in visible_teams(request.clearance).values() if team.pilot_id == pilot.pk]
    reads = team_reads([team.pk for team in here])
    invited = [team for team in here if "conference" in reads[team.pk] and team.function == TeamFunction.GENERAL]
    key = f"meeting:{pilot.reference}"
    form = SeriesForm(request.POST or None, teams=invited)
    form.fields["teams"].initial = [team.pk for team in invited if team.organisation.kind in INVITED_AT_FIRST]
    form.restore(find_draft(request.user, key))
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            data = form.cleaned_data
            planned = plan_meetings(
                pilot, form.days(), begins_at=data["begins_at"], place=data["place"], teams=data["teams"]
            )
            return meeting_url(planned[0]) if len(planned) == 1 else reverse("casework:meeting_list")

        try:
            return once(request, key, act)
        except TakenMoment as taken:
            form.add_error("on", _("On %(day)s there is a meeting at this moment already.") % {"day": shown(taken.day)})
        except NoConvenant as without:
            form.add_error(
                "on", _("On %(day)s no convenant of this pilot is in force.") % {"day": shown(without.day)}
            )  # fmt: skip
    context = {"pilot": pilot, "form": form, "draft_key": key, "form_page": request.path}
    return render(request, "casework/conference/plan.html", context, status=400 if form.errors else 200)


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
        AgendaItem.objects.current().filter(meeting=meeting).select_related("case__pilot").order_by("place", "pk")
    )
    names = leading_names([item.case_id for item in items])
    found: dict[int, list[AgendaItem]] = {}
    for item in items:
        item.meeting = meeting
        found.setdefault(item.place, []).append(item)
    return [
        Place(number, group, [names.get(item.case_id, "") or item.case.number for item in group])
        for number, group in found.items()
    ]


@processes(CASEWORK)
@require_GET
def meeting_detail(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """The agenda, who comes, and for the chair what else could be discussed."""
    meeting = _meeting(reference)
    places = places_of(meeting)
    chairs = perms.chairs(request.clearance, meeting)
    context = {
        "meeting": meeting, "places": places, "chairs": chairs, "current": None,
        "attendance": _attendance(request, meeting), "guests": meeting.guests.all(),
        "proposals": proposals(meeting) if chairs and not meeting.closed_at and not meeting.cancelled_on else [],
        "mine": _mine(request, meeting),
    }  # fmt: skip
    return render(request, "casework/conference/meeting.html", context)


def _attendance(request: ClearanceRequest, meeting: Meeting) -> list[tuple[MeetingTeam, str, str]]:
    today = timezone.localdate()
    rows = list(meeting.teams.select_related("team__organisation"))
    for row in rows:  # what a team says of an item is for the chair: others may not see that item
        if not perms.chairs(request.clearance, meeting) and row.team_id not in request.clearance.teams:
            row.remark = ""
    answers = dict(MinutesAnswer.choices)
    return [
        (row, state, str(answers.get(state, ""))) for row in rows for state in [minutes_state(row, meeting, today)]
    ]  # fmt: skip


def _mine(request: ClearanceRequest, meeting: Meeting) -> MeetingTeam | None:
    """The row of the team for which this worker answers the minutes, while they may be answered."""
    if meeting.minutes_sent_on is None:
        return None
    seats = [seat.team for seat in perms.seats_at(request.clearance, meeting)]
    today = timezone.localdate()
    if meeting.minutes_due_on is None or today > meeting.minutes_due_on:
        return None
    found: MeetingTeam | None = meeting.teams.filter(team__in=seats, answer="").select_related("team").first()
    return found


@dataclass(frozen=True)
class Proposal:
    case: Case
    name: str
    why: str
    words: str


def proposals(meeting: Meeting) -> list[Proposal]:
    """Cases of this pilot that need the conference and stand on no agenda: a term ends, or never discussed (R7)."""
    waits = AgendaItem.objects.current().filter(
        case=OuterRef("pk"), discussed_at=None, meeting__closed_at=None, meeting__cancelled_on=None
    )  # fmt: skip
    cases = Case.objects.filter(
        pilot=meeting.pilot_id, state__in=OPEN_STATES, term_on__lte=meeting.on
    ).exclude(Exists(waits)).select_related("pilot").order_by("term_on", "pk")[:MOST]  # fmt: skip
    found: dict[int, Proposal] = {}
    facts = facts_of(cases)
    for case in cases:
        for term in terms_of(facts[case.pk])[:1]:
            why = {"R8": WhyOnAgenda.ADMISSION, "R26": WhyOnAgenda.ESCALATION, "LSO": WhyOnAgenda.REVIEW}.get(
                term.rule, WhyOnAgenda.END_OF_TERM
            )
            found[case.pk] = Proposal(case, "", why.value, f"{term.what} ({shown(term.on)})")
    for case in undiscussed().filter(pilot=meeting.pilot_id).exclude(Exists(waits))[:MOST]:
        found.setdefault(
            case.pk, Proposal(case, "", WhyOnAgenda.NOT_YET_DISCUSSED.value, str(WhyOnAgenda.NOT_YET_DISCUSSED.label))
        )
    names = leading_names(list(found))
    return [
        Proposal(row.case, names.get(row.case.pk, "") or row.case.number, row.why, row.words) for row in found.values()
    ]


@processes(CASEWORK)
@require_http_methods(["GET", "POST"])
def agenda_add(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """Put a case on an agenda, with the question and the teams the item is for."""
    case = get_object_or_404(Case.objects.select_related("pilot", "person"), reference=reference)
    teams = visible_teams(request.clearance)
    if not journey.leads(request.clearance, case, teams) or case.state not in OPEN_STATES:
        raise PermissionDenied
    author = journey.team_of_kind(request.clearance, case, teams, (OrganisationKind.MUNICIPALITY,))
    assert author is not None
    meetings = list(Meeting.objects.coming(timezone.localdate()).filter(pilot=case.pilot_id)[:MOST])
    attending = [team for team in conference_teams(case, teams, team_reads(list(case.team_ids))) if team.pk != author]
    members = _household(case)
    key = f"agenda:{case.reference}"
    form = AgendaForm(
        request.POST or None, meetings=meetings, teams=attending, household=[(m.pk, name) for m, name in members],
        # The police attends what it is asked to; the others come unless somebody leaves them out.
        attending=[team.pk for team in attending if team.organisation.kind != OrganisationKind.AVIM],
        initial={"meeting": _asked(request, meetings), "why": request.GET.get("waarom", WhyOnAgenda.ADMISSION)},
    )  # fmt: skip
    form.restore(find_draft(request.user, key))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        meeting = next(m for m in meetings if m.pk == data["meeting"])
        if AgendaItem.objects.current().filter(meeting=meeting, case=case).exists():
            form.add_error("meeting", _("This case is on this agenda already."))
        else:

            def act() -> str:
                chosen = set(data.get("household") or [])
                item = put_on_agenda(
                    case, meeting, by=request.clearance, author_team=author, why=data["why"],
                    question=data["question"], teams=data["teams"],
                    household=[member for member, _name in members if member.pk in chosen],
                )  # fmt: skip
                return item_url(item)

            try:
                return once(request, key, act)
            except StepRefused as refusal:
                return refused(request, case, refusal)
    context = {
        "case": case, "name": leading_names([case.pk]).get(case.pk, ""), "form": form, "draft_key": key,
        "meetings": meetings, "form_page": request.get_full_path(),
    }  # fmt: skip
    return render(request, "casework/conference/agenda_add.html", context, status=400 if form.errors else 200)


def _asked(request: ClearanceRequest, meetings: list[Meeting]) -> int | None:
    wanted = request.GET.get("overleg", "")
    return next((m.pk for m in meetings if str(m.reference) == wanted), meetings[0].pk if meetings else None)


def _household(case: Case) -> list[tuple[Case, str]]:
    """Open cases of members of the household in this pilot, as far as they are in sight."""
    people = Relation.objects.current().filter(case=case, other__isnull=False).values_list("other", flat=True)
    cases = list(
        Case.objects.open().filter(person__in=list(people), pilot=case.pilot_id).select_related("pilot").order_by("pk")
    )
    names = leading_names([row.pk for row in cases])
    return [(row, names.get(row.pk, "") or row.number) for row in cases]


def _item_context(request: ClearanceRequest, item: AgendaItem) -> dict[str, Any]:
    """An item with what was brought to it and decided, for the page and the room."""
    clearance, case = request.clearance, item.case
    teams = visible_teams(clearance)
    places = places_of(item.meeting)
    position = next((n for n, place in enumerate(places) if place.number == item.place), 0)
    positions = list(Position.objects.current().filter(item=item).order_by("pk"))
    said = {row.source_id: row for row in positions}
    attending = [teams[pk] for pk in item.shared_team_ids if pk in teams]
    decisions = list(
        ConferenceDecision.objects.current().filter(item=item).select_related("owner_team__organisation")
        .order_by("pk")
    )  # fmt: skip
    before = (
        ConferenceDecision.objects.current().filter(case=case, decided_on__lte=item.meeting.on).exclude(item=item)
        .order_by("-decided_on", "-pk").first()
    )  # fmt: skip
    actions = list(
        Action.objects.current().filter(decision__in=decisions).select_related("to_team__organisation")
        .order_by("due_on", "pk")
    )  # fmt: skip
    return {
        "meeting": item.meeting, "case": case, "item": item, "places": places, "teams": teams,
        "name": leading_names([case.pk]).get(case.pk, "") or case.number,
        "positions": [(team, said.get(team.pk)) for team in attending],
        "others": [
            (team_label(clearance, case, teams, row.source_id), row) for row in positions
            if row.source_id not in item.shared_team_ids
        ],
        "decisions": decisions, "actions": actions, "before": before, "number": position + 1,
        "previous": places[position - 1].first if position else None,
        "following": places[position + 1].first if position + 1 < len(places) else None,
        "household": [other for place in places if place.number == item.place for other in place.items
                      if other.pk != item.pk],
        "chairs": perms.chairs(clearance, item.meeting),
    }  # fmt: skip


@processes(CASEWORK)
@require_GET
def agenda_item(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    item = _item(reference)
    return _show_item(request, item)


def _show_item(
    request: ClearanceRequest, item: AgendaItem, *, status: int = 200, **forms: Any
) -> HttpResponse:  # fmt: skip
    context = _item_context(request, item)
    clearance = request.clearance
    if perms.can_prepare(clearance, item):
        mine = perms.position_team(clearance, item)
        held = Position.objects.current().filter(item=item, author_team=mine, source_team=None).first()
        context["position_form"] = forms.get("position_form") or _restored(
            request, f"position:{item.reference}",
            PositionForm(initial={name: getattr(held, name) for name in PositionForm.base_fields} if held else None),
        )  # fmt: skip
        context["position_key"] = f"position:{item.reference}"
    if context["chairs"] and item.meeting.is_running:
        teams = context["teams"]
        attending = [teams[pk] for pk in item.shared_team_ids if pk in teams]
        context["decide_form"] = forms.get("decide_form") or _restored(
            request, f"decide-lso:{item.reference}", DecideForm(teams=attending, facts=fact_of(item.case))
        )
        context["decide_key"] = f"decide-lso:{item.reference}"
        context["behalf_form"] = forms.get("behalf_form") or OnBehalfForm(teams=_speechless(item, teams), prefix="b")
    if context["chairs"] and item.meeting.opened_at and not item.meeting.cancelled_on:
        context["summary_form"] = forms.get("summary_form") or _restored(
            request, f"discuss:{item.reference}", SummaryForm(initial={"summary": item.summary})
        )
        context["summary_key"] = f"discuss:{item.reference}"
    context["form_page"] = item_url(item)
    context["errors"] = next((form for form in forms.values() if form is not None and form.errors), None)
    return render(request, "casework/conference/item.html", context, status=status)


def _restored(request: ClearanceRequest, key: str, form: Any) -> Any:
    form.restore(find_draft(request.user, key))
    return form


def _speechless(item: AgendaItem, teams: dict[int, Team]) -> list[Team]:
    """For whom the chair may write down what was said: the teams of this item but her own."""
    return [teams[pk] for pk in item.shared_team_ids if pk in teams and pk != item.author_team_id]


@processes(CASEWORK)
@require_GET
def agenda_room(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """The item on a projector: large, by keyboard, and no more than the room needs."""
    return render(request, "casework/conference/room.html", _item_context(request, _item(reference)))


@processes(CASEWORK)
@require_POST
def position_take(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    item = _item(reference)
    team = perms.position_team(request.clearance, item)
    if team is None or not perms.can_prepare(request.clearance, item):
        raise PermissionDenied
    form = PositionForm(request.POST)
    if not form.is_valid():
        return _show_item(request, item, status=400, position_form=form)
    key = f"position:{item.reference}"

    def act() -> str:
        take_position(item, form.cleaned_data, by=request.clearance, author_team=team)
        messages.success(request, _("Your position is recorded."))
        return item_url(item)

    return once(request, key, act)


@processes(CASEWORK)
@require_POST
def position_behalf(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """The chair writes down what a team said in the room (R20)."""
    item = _item(reference)
    if not (perms.chairs(request.clearance, item.meeting) and item.meeting.is_running):
        raise PermissionDenied
    form = OnBehalfForm(request.POST, teams=_speechless(item, visible_teams(request.clearance)), prefix="b")
    if not form.is_valid():
        return _show_item(request, item, status=400, behalf_form=form)
    said = dict(form.cleaned_data)
    source = said.pop("source_team")
    take_position(item, said, by=request.clearance, author_team=item.author_team_id, source_team=source)
    return redirect(item_url(item))


@processes(CASEWORK)
@require_POST
def agenda_decide(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    item = _item(reference)
    if sent := sent_before(request):
        return sent
    if not (perms.chairs(request.clearance, item.meeting) and item.meeting.is_running):
        raise PermissionDenied
    teams = visible_teams(request.clearance)
    attending = [teams[pk] for pk in item.shared_team_ids if pk in teams]
    form = DecideForm(request.POST, teams=attending, facts=fact_of(item.case))
    if not form.is_valid():
        return _show_item(request, item, status=400, decide_form=form)
    key = f"decide-lso:{item.reference}"
    names = ("kind", "reasons", "scenario", "body", "due_on")
    said = {name: form.cleaned_data[name] for name in names} | {"owner_team_id": form.cleaned_data["owner_team"]}

    def act() -> str:
        decide(item, said, form.commitments(), by=request.clearance, author_team=item.author_team_id)
        messages.success(request, _("The decision is recorded."))
        following = _item_context(request, item)["following"] if "next" in request.POST else None
        return item_url(following or item)

    try:
        return once(request, key, act)
    except StepRefused as refusal:
        return refused(request, item.case, refusal)


@processes(CASEWORK)
@require_POST
def agenda_change(request: ClearanceRequest, reference: UUID, act: str) -> HttpResponse:
    """The chair keeps the summary, calls an item discussed, moves it up or takes it off."""
    item = _item(reference)
    if not perms.chairs(request.clearance, item.meeting) or item.meeting.cancelled_on:
        raise PermissionDenied
    if act == "samenvatting" and item.meeting.opened_at:
        form = SummaryForm(request.POST)
        if not form.is_valid():
            return _show_item(request, item, status=400, summary_form=form)
        try:
            keep_summary(item, form.cleaned_data["summary"], version=request.POST.get("version", ""))
        except VersionConflict:
            form.add_error("summary", _("Somebody else changed the summary meanwhile; read it below and save again."))
            return _show_item(request, item, status=409, summary_form=form)
        drop_draft(request, f"discuss:{item.reference}")
    elif act == "besproken" and item.meeting.is_running:
        mark_discussed(item)
    elif act == "eraf" and item.meeting.closed_at is None and item.discussed_at is None:
        take_off(item)
        return redirect(meeting_url(item.meeting))
    else:
        raise PermissionDenied
    return redirect(item_url(item))


@processes(CASEWORK)
@require_POST
def meeting_act(request: ClearanceRequest, reference: UUID, act: str) -> HttpResponse:
    """The chair opens and closes a meeting and sends its minutes."""
    meeting = _meeting(reference)
    acts = {"openen": lambda: open_meeting(meeting, by=request.clearance), "sluiten": lambda: close_meeting(meeting),
            "versturen": lambda: send_minutes(meeting)}  # fmt: skip
    if act not in acts or not perms.chairs(request.clearance, meeting):
        raise PermissionDenied
    try:
        acts[act]()
    except NoConvenant:
        messages.error(request, _("A meeting is opened on its day, under a convenant that is in force then."))
        return redirect(meeting_url(meeting))
    places = places_of(meeting) if act == "openen" else []
    if places:
        return redirect(item_url(places[0].first))
    return redirect(reverse("casework:minutes", args=[reference]) if act != "openen" else meeting_url(meeting))


@processes(CASEWORK)
@require_http_methods(["GET", "POST"])
def meeting_cancel(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    meeting = _meeting(reference)
    if not perms.chairs(request.clearance, meeting) or not meeting.is_planned:
        raise PermissionDenied
    form = CancelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        cancel_meeting(meeting, form.cleaned_data["because"])
        return redirect(meeting_url(meeting))
    context = {"meeting": meeting, "form": form, "draft_key": "", "form_page": request.path}
    return render(request, "casework/conference/cancel.html", context, status=400 if form.errors else 200)


@processes(CASEWORK)
@require_http_methods(["GET", "POST"])
def meeting_attendance(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """Who was there: teams by a tick, guests by name."""
    meeting = _meeting(reference)
    if not perms.chairs(request.clearance, meeting) or meeting.cancelled_on:
        raise PermissionDenied
    rows = list(meeting.teams.select_related("team__organisation"))
    form = GuestForm(request.POST if "guest" in request.POST else None)
    if request.method == "POST" and "guest" not in request.POST:
        ticked = set(request.POST.getlist("present"))
        for row in rows:
            row.present = str(row.pk) in ticked
            row.save()
        return redirect(meeting_url(meeting))
    if request.method == "POST" and form.is_valid():
        user = None
        if account := form.cleaned_data["username"].strip():
            with connection.cursor() as cursor:
                cursor.execute("SELECT conference_admit(%s, %s)", [meeting.pk, account])
                user = cursor.fetchone()[0]
            if user is None:
                form.add_error("username", _("This account cannot read along at this meeting."))
        if not form.errors:
            data = form.cleaned_data
            MeetingGuest.objects.create(meeting=meeting, name=data["name"], capacity=data["capacity"], user_id=user)
            return redirect(request.path)
    context = {
        "meeting": meeting, "rows": rows, "form": form, "guests": meeting.guests.all(), "draft_key": "",
        "form_page": request.path,
    }  # fmt: skip
    return render(request, "casework/conference/attendance.html", context, status=400 if form.errors else 200)


def minutes_of(request: ClearanceRequest, meeting: Meeting) -> dict[str, Any]:
    """The minutes as this worker may read them: made from what was recorded, never a text of its own."""
    places = places_of(meeting)
    items = [item for place in places for item in place.items]
    teams = visible_teams(request.clearance)
    positions: dict[int, list[tuple[str, Position]]] = {item.pk: [] for item in items}
    cases = {item.pk: item.case for item in items}
    for row in Position.objects.current().filter(item__in=items).order_by("pk"):
        label = team_label(request.clearance, cases[row.item_id], teams, row.source_id)
        positions[row.item_id].append((label, row))
    decisions: dict[int, list[tuple[ConferenceDecision, list[Action]]]] = {item.pk: [] for item in items}
    found = list(ConferenceDecision.objects.current().filter(item__in=items).select_related("owner_team__organisation"))
    actions: dict[int, list[Action]] = {}
    for action in Action.objects.current().filter(decision__in=found).select_related("to_team__organisation"):
        actions.setdefault(action.decision_id or 0, []).append(action)
    for decision in sorted(found, key=lambda row: row.pk):
        decisions[decision.item_id or 0].append((decision, actions.get(decision.pk, [])))
    return {
        "meeting": meeting, "attendance": _attendance(request, meeting), "guests": meeting.guests.all(),
        "places": [
            (place.number, [
                (item, name, positions[item.pk], decisions[item.pk])
                for item, name in zip(place.items, place.names, strict=True)
            ])
            for place in places
        ],
        "chairs": perms.chairs(request.clearance, meeting), "mine": _mine(request, meeting),
    }  # fmt: skip


@processes(CASEWORK)
@require_http_methods(["GET", "POST"])
def minutes(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """The minutes; a team that was invited says within the term whether it agrees."""
    meeting = _meeting(reference)
    context = minutes_of(request, meeting)
    form = MinutesForm(request.POST or None)
    key = f"minutes:{meeting.reference}"
    form.restore(find_draft(request.user, key))
    if request.method == "POST":
        mine = context["mine"]
        if mine is None:
            raise PermissionDenied
        if form.is_valid():

            def act() -> str:
                answer_minutes(mine, form.cleaned_data["answer"], form.cleaned_data["remark"], by=request.clearance)
                return request.path

            return once(request, key, act)
    context |= {"form": form, "draft_key": key, "form_page": request.path}
    return render(request, "casework/conference/minutes.html", context, status=400 if form.errors else 200)


@processes(CASEWORK)
@require_GET
def case_conference(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """From a case to where it is discussed: the item that waits or is under way, else a place on an agenda."""
    case = get_object_or_404(Case.objects.select_related("pilot"), reference=reference)
    item = (
        AgendaItem.objects.current().filter(case=case, meeting__closed_at=None, meeting__cancelled_on=None)
        .order_by("meeting__on", "pk").first()
    )  # fmt: skip
    if item is not None:
        return redirect(item_url(item))
    teams = visible_teams(request.clearance)
    if journey.leads(request.clearance, case, teams) and case.state in OPEN_STATES:
        return redirect("casework:agenda_add", case.reference)
    return redirect(f"{case_url(case)}#dossier-decision")
