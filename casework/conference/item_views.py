"""One item of an agenda: prepared, discussed and decided upon."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from casework.cases.case_reader import CaseReader, reveals_always
from casework.cases.partners import visible_teams
from casework.conference import perms
from casework.conference.agenda_acts import mark_discussed, move_up, take_off
from casework.conference.decision_acts import decide, doer, leading, take_position
from casework.conference.forms import (
    DECIDE,
    POSITION,
    SUMMARY,
    DecideForm,
    OnBehalfForm,
    PositionForm,
    SummaryForm,
)
from casework.conference.meeting_views import item_url, meeting_url, places_of
from casework.conference.minutes_acts import keep_summary
from casework.conference.models import AgendaItem, ConferenceDecision, Position
from casework.journey.acts import StepRefused
from casework.journey.facts import fact_of
from casework.journey.views import not_taken
from casework.plan.models import Action
from casework.records.models import VersionConflict
from governance.access.middleware import ClearanceRequest
from governance.drafts.acts import drop_draft, find_draft, sent_before, submit_once
from partners.accountability.activities import CASEWORK, processes
from partners.organisations.models import Team


def item_or_404(reference: UUID) -> AgendaItem:
    agenda_item: AgendaItem = get_object_or_404(
        AgendaItem.objects.current().select_related(
            "meeting__pilot", "case__pilot", "case__person"
        ),
        reference=reference,
    )
    return agenda_item


def _item_context(request: ClearanceRequest, item: AgendaItem) -> dict[str, Any]:
    """An item with what was brought to it and decided, for the page and the room."""
    clearance, case = request.clearance, item.case
    teams = visible_teams(clearance)
    places = places_of(item.meeting)
    position = next((n for n, place in enumerate(places) if place.number == item.place), 0)
    positions = list(Position.objects.current().filter(item=item).order_by("pk"))
    data = {row.source_id: row for row in positions}
    reader = CaseReader(clearance, case, teams)
    known = [
        team for pk in item.shared_team_ids if (team := teams.get(pk)) and reader.may_know(team)
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
        "name": reader.name or case.number,
        "positions": [(team, data.get(team.pk)) for team in known],
        "others": [
            (reader.label(row.source_id), row)
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
@require_GET
def agenda_item(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    item = item_or_404(reference)
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
    form.restore(find_draft(request, key))
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
        request, "casework/conference/room.html", _item_context(request, item_or_404(reference))
    )


@processes(CASEWORK)
@require_POST
def position_take(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    item = item_or_404(reference)
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
    item = item_or_404(reference)
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
    item = item_or_404(reference)
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
        if (team := teams.get(pk)) and reveals_always(team) is None
    ]
    does = partial(doer, chair=item.author_team_id, lead=leading(item.case, item.author_team_id))
    return {"teams": attending, "facts": fact_of(item.case), "doer": does}


@processes(CASEWORK)
@require_POST
def agenda_change(request: ClearanceRequest, reference: UUID, act: str) -> HttpResponse:
    """The chair keeps the summary, calls an item discussed, moves it up or takes it off."""
    item = item_or_404(reference)
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
