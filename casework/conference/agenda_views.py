"""One case on an agenda: put there, prepared, discussed and decided upon."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from casework.cases.enums import OPEN_STATES
from casework.cases.models import Case
from casework.cases.partners import (
    function_reveals,
    may_know,
    team_label,
    team_reads,
    visible_teams,
)
from casework.cases.views import case_url
from casework.conference import perms
from casework.conference.agenda_acts import (
    change_item,
    conference_teams,
    mark_discussed,
    move_up,
    put_on_agenda,
    take_off,
)
from casework.conference.decision_acts import decide, doer, leading, take_position
from casework.conference.enums import WhyOnAgenda
from casework.conference.forms import (
    AGENDA,
    DECIDE,
    ITEM,
    POSITION,
    SUMMARY,
    AgendaForm,
    DecideForm,
    ItemForm,
    OnBehalfForm,
    PositionForm,
    SummaryForm,
)
from casework.conference.meeting_views import item_url, meeting_url, places_of
from casework.conference.minutes_acts import keep_summary
from casework.conference.models import (
    AgendaItem,
    ConferenceDecision,
    Meeting,
    MeetingGuest,
    Position,
)
from casework.journey import perms as journey
from casework.journey.acts import StepRefused
from casework.journey.facts import fact_of
from casework.journey.views import not_taken, refused
from casework.plan.models import Action
from casework.records.models import VersionConflict
from casework.register.identity import leading_names
from casework.register.models import Relation
from governance.access.middleware import ClearanceRequest
from governance.drafts.acts import drop_draft, find_draft, sent_before, submit_once
from partners.accountability.activities import CASEWORK, processes
from partners.organisations.enums import OrganisationKind
from partners.organisations.models import Team

MOST = 50


def _item(reference: UUID) -> AgendaItem:
    agenda_item: AgendaItem = get_object_or_404(
        AgendaItem.objects.current().select_related(
            "meeting__pilot", "case__pilot", "case__person"
        ),
        reference=reference,
    )
    return agenda_item


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
    attending = [
        team
        for team in conference_teams(case, teams, team_reads(list(case.team_ids)))
        if team.pk != author
    ]
    members = _household(case)
    key = AGENDA.key(case.reference)
    form = AgendaForm(
        request.POST or None,
        meetings=meetings,
        teams=attending,
        household=[(m.pk, name) for m, name in members],
        # The police attends what it is asked to; the others come unless somebody leaves them out,
        # but for those whose name at the table would tell of a place.
        attending=[
            team.pk
            for team in attending
            if team.organisation.kind != OrganisationKind.AVIM and function_reveals(team) is None
        ],
        initial={
            "meeting": _asked(request, meetings),
            "why": request.GET.get("waarom", WhyOnAgenda.ADMISSION),
        },
    )
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
                    case,
                    meeting,
                    by=request.clearance,
                    author_team=author,
                    why=data["why"],
                    question=data["question"],
                    teams=data["teams"],
                    household=[member for member, _name in members if member.pk in chosen],
                )
                return item_url(item)

            try:
                return submit_once(request, key, act)
            except StepRefused as refusal:
                return refused(request, case, refusal)
    context = {
        "case": case,
        "name": leading_names([case.pk]).get(case.pk, ""),
        "form": form,
        "draft_key": key,
        "meetings": meetings,
        "form_page": request.get_full_path(),
        "guests": MeetingGuest.objects.filter(meeting__in=meetings)
        .exclude(user=None)
        .select_related("meeting"),
    }
    return render(
        request, "casework/conference/agenda_add.html", context, status=400 if form.errors else 200
    )


def _asked(request: ClearanceRequest, meetings: list[Meeting]) -> int | None:
    wanted = request.GET.get("overleg", "")
    return next(
        (m.pk for m in meetings if str(m.reference) == wanted), meetings[0].pk if meetings else None
    )


def _household(case: Case) -> list[tuple[Case, str]]:
    """Open cases of members of the household in this pilot, as far as they are in sight."""
    people = (
        Relation.objects.current()
        .filter(case=case, other__isnull=False)
        .values_list("other", flat=True)
    )
    cases = list(
        Case.objects.open()
        .filter(person__in=list(people), pilot=case.pilot_id)
        .select_related("pilot")
        .order_by("pk")
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
    data = {row.source_id: row for row in positions}
    known = [
        team
        for pk in item.shared_team_ids
        if (team := teams.get(pk)) and may_know(clearance, case, team)
    ]
    decisions = list(
        ConferenceDecision.objects.current()
        .filter(item=item)
        .select_related("owner_team__organisation")
        .order_by("pk")
    )
    before = (
        ConferenceDecision.objects.current()
        .filter(case=case, decided_on__lte=item.meeting.on)
        .exclude(item=item)
        .order_by("-decided_on", "-pk")
        .first()
    )
    actions = list(
        Action.objects.current()
        .filter(decision__in=decisions)
        .select_related("to_team__organisation")
        .order_by("due_on", "pk")
    )
    order = [
        one for place in places for one in place.items
    ]  # each member of a household in her turn
    turn = next((n for n, one in enumerate(order) if one.pk == item.pk), 0)
    return {
        "meeting": item.meeting,
        "case": case,
        "item": item,
        "places": places,
        "teams": teams,
        "name": leading_names([case.pk]).get(case.pk, "") or case.number,
        "positions": [(team, data.get(team.pk)) for team in known],
        "others": [
            (team_label(clearance, case, teams, row.source_id), row)
            for row in positions
            if row.source_id not in {team.pk for team in known}
        ],
        "decisions": decisions,
        "actions": actions,
        "before": before,
        "number": position + 1,
        "previous": order[turn - 1] if turn else None,
        "following": order[turn + 1] if turn + 1 < len(order) else None,
        "household": [
            other
            for place in places
            if place.number == item.place
            for other in place.items
            if other.pk != item.pk
        ],
        "chairs": perms.chairs(clearance, item.meeting),
    }


@processes(CASEWORK)
@require_http_methods(["GET", "POST"])
def item_change(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """Another question or other teams, before it is discussed; what was brought to it stays."""
    item = _item(reference)
    if (
        not perms.chairs(request.clearance, item.meeting)
        or item.discussed_at
        or item.meeting.closed_at
    ):
        raise PermissionDenied
    case, teams = item.case, visible_teams(request.clearance)
    choices = [
        t
        for t in conference_teams(case, teams, team_reads(list(case.team_ids)))
        if t.pk != item.author_team_id
    ]
    now = {"question": item.question, "teams": item.shared_team_ids}
    form = ItemForm(request.POST or None, teams=choices, initial=now)
    key = ITEM.key(item.reference)
    form.restore(find_draft(request.user, key))
    if request.method == "POST" and form.is_valid():
        try:
            change_item(item, **form.cleaned_data, version=request.POST.get("version", ""))
        except (StepRefused, VersionConflict) as problem:
            return not_taken(request, case, problem, key=key, page=request.path)
        drop_draft(request, key)
        return redirect(item_url(item))
    context = {
        "item": item,
        "case": case,
        "name": leading_names([case.pk]).get(case.pk, ""),
        "form": form,
        "draft_key": key,
        "form_page": request.path,
    }
    return render(
        request, "casework/conference/item_change.html", context, status=400 if form.errors else 200
    )


@processes(CASEWORK)
@require_GET
def agenda_item(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    item = _item(reference)
    return _show_item(request, item)


def _show_item(
    request: ClearanceRequest, item: AgendaItem, *, status: int = 200, **forms: Any
) -> HttpResponse:
    context = _item_context(request, item)
    clearance = request.clearance
    if perms.can_prepare(clearance, item):
        mine = perms.position_team(clearance, item)
        held = (
            Position.objects.current().filter(item=item, author_team=mine, source_team=None).first()
        )
        context["position_form"] = forms.get("position_form") or _restored(
            request,
            POSITION.key(item.reference),
            PositionForm(
                initial={name: getattr(held, name) for name in PositionForm.base_fields}
                if held
                else None
            ),
        )
        context["position_key"] = POSITION.key(item.reference)
    if context["chairs"] and item.meeting.is_running:
        teams = context["teams"]
        context["decide_form"] = forms.get("decide_form") or _restored(
            request, DECIDE.key(item.reference), DecideForm(**_deciding(item, teams))
        )
        context["decide_key"] = DECIDE.key(item.reference)
        context["behalf_form"] = forms.get("behalf_form") or OnBehalfForm(
            teams=_speechless(item, teams), prefix="b"
        )
    if context["chairs"] and item.meeting.opened_at and not item.meeting.cancelled_on:
        context["summary_form"] = forms.get("summary_form") or _restored(
            request, SUMMARY.key(item.reference), SummaryForm(initial={"summary": item.summary})
        )
        context["summary_key"] = SUMMARY.key(item.reference)
    context["form_page"] = item_url(item)
    context["errors"] = next(
        (form for form in forms.values() if form is not None and form.errors), None
    )
    return render(request, "casework/conference/item.html", context, status=status)


def _restored(request: ClearanceRequest, key: str, form: Any) -> Any:
    form.restore(find_draft(request.user, key))
    return form


def _speechless(item: AgendaItem, teams: dict[int, Team]) -> list[Team]:
    """Teams of this item for which the chair may write down what they said: all but the chair's
    own."""
    return [teams[pk] for pk in item.shared_team_ids if pk in teams and pk != item.author_team_id]


@processes(CASEWORK)
@require_GET
def agenda_room(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """The item on a projector: large, by keyboard, and no more than the room needs."""
    return render(
        request, "casework/conference/room.html", _item_context(request, _item(reference))
    )


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
    key = POSITION.key(item.reference)

    def act() -> str:
        take_position(item, form.cleaned_data, by=request.clearance, author_team=team)
        messages.success(request, _("Your position is recorded."))
        return item_url(item)

    return submit_once(request, key, act)


@processes(CASEWORK)
@require_POST
def position_behalf(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """The chair writes down what a team said in the room (R20)."""
    item = _item(reference)
    if not (perms.chairs(request.clearance, item.meeting) and item.meeting.is_running):
        raise PermissionDenied
    form = OnBehalfForm(
        request.POST, teams=_speechless(item, visible_teams(request.clearance)), prefix="b"
    )
    if not form.is_valid():
        return _show_item(request, item, status=400, behalf_form=form)
    data = dict(form.cleaned_data)
    source = data.pop("source_team")
    take_position(
        item, data, by=request.clearance, author_team=item.author_team_id, source_team=source
    )
    return redirect(item_url(item))


@processes(CASEWORK)
@require_POST
def agenda_decide(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    item = _item(reference)
    if sent := sent_before(request):
        return sent
    if not (perms.chairs(request.clearance, item.meeting) and item.meeting.is_running):
        raise PermissionDenied
    form = DecideForm(request.POST, **_deciding(item, visible_teams(request.clearance)))
    if not form.is_valid():
        return _show_item(request, item, status=400, decide_form=form)
    key = DECIDE.key(item.reference)
    names = ("kind", "reasons", "scenario", "body", "due_on", "review_on")
    data = {name: form.cleaned_data[name] for name in names} | {
        "owner_team_id": form.cleaned_data["owner_team"]
    }

    def act() -> str:
        decide(
            item,
            data,
            form.commitments(),
            by=request.clearance,
            author_team=item.author_team_id,
            version=request.POST.get("version", ""),
        )
        messages.success(request, _("The decision is recorded."))
        following = _item_context(request, item)["following"] if "next" in request.POST else None
        return item_url(following or item)

    try:
        return submit_once(request, key, act)
    except (StepRefused, VersionConflict) as problem:
        return not_taken(request, item.case, problem, key=key, page=item_url(item))


def _deciding(item: AgendaItem, teams: dict[int, Team]) -> dict[str, Any]:
    """Keyword arguments of the decision form: the teams that attend, the facts, and who carries out
    what follows."""
    # Who carries a decision out is read by all who read it: not whose name tells of a place.
    attending = [
        team
        for pk in item.shared_team_ids
        if (team := teams.get(pk)) and function_reveals(team) is None
    ]
    does = partial(doer, chair=item.author_team_id, lead=leading(item.case, item.author_team_id))
    return {"teams": attending, "facts": fact_of(item.case), "doer": does}


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
            keep_summary(
                item, form.cleaned_data["summary"], version=request.POST.get("version", "")
            )
        except VersionConflict:
            form.add_error(
                "summary",
                _("Somebody else changed the summary meanwhile; read it below and save again."),
            )
            return _show_item(request, item, status=409, summary_form=form)
        drop_draft(request, SUMMARY.key(item.reference))
    elif act == "besproken" and item.meeting.is_running:
        mark_discussed(item)
    elif act == "omhoog" and item.meeting.closed_at is None:
        move_up(item)
        return redirect(meeting_url(item.meeting))
    elif act == "eraf" and item.meeting.closed_at is None and item.discussed_at is None:
        take_off(item)
        return redirect(meeting_url(item.meeting))
    else:
        raise PermissionDenied
    return redirect(item_url(item))


@processes(CASEWORK)
@require_GET
def case_conference(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """Redirect from a case to its item that waits or is under way. Without one, a worker who leads
    an open case is sent to put it on an agenda, and others go to the decisions of the case."""
    case = get_object_or_404(Case.objects.select_related("pilot"), reference=reference)
    item = (
        AgendaItem.objects.current()
        .filter(case=case, meeting__closed_at=None, meeting__cancelled_on=None)
        .order_by("meeting__on", "pk")
        .first()
    )
    if item is not None:
        return redirect(item_url(item))
    teams = visible_teams(request.clearance)
    if journey.leads(request.clearance, case, teams) and case.state in OPEN_STATES:
        return redirect("casework:agenda_add", case.reference)
    return redirect(f"{case_url(case)}#dossier-decision")
