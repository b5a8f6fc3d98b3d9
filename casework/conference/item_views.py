"""One item of an agenda: prepared, discussed and decided upon."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from casework.cases.case_reader import CaseReader, reveals_always
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
from casework.conference.meeting_views import (
    item_url,
    mark_noted,
    meeting_url,
    places_of,
    quorum_of,
)
from casework.conference.minutes_acts import keep_summary
from casework.conference.models import AgendaItem, ConferenceDecision, Position
from casework.journey.facts import fact_of
from casework.plan.models import Action
from casework.records.models import VersionConflict
from governance.access.middleware import ClearanceRequest
from governance.drafts.acts import find_drafts
from governance.drafts.form_views import (
    do_once,
    form_view,
    open_form,
    seen_version,
    send_form,
    show_form,
)
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
    case, reader = item.case, CaseReader(request.clearance, item.case)
    places = places_of(item.meeting)
    position = next((n for n, place in enumerate(places) if place.number == item.place), 0)
    positions = list(Position.objects.current().filter(item=item).order_by("pk"))
    mark_noted(positions, item.meeting)
    data = {row.source_id: row for row in positions}
    known = reader.named(item.shared_team_ids)
    decisions = list(ConferenceDecision.objects.current().filter(item=item).order_by("pk"))
    before = (
        ConferenceDecision.objects.current()
        .filter(case=case, decided_on__lte=item.meeting.on)
        .exclude(item=item)
        .order_by("-decided_on", "-pk")
        .first()
    )
    actions = list(Action.objects.current().filter(decision__in=decisions).order_by("due_on", "pk"))
    order = [
        one for place in places for one in place.items
    ]  # each member of a household in her turn
    turn = next((n for n, one in enumerate(order) if one.pk == item.pk), 0)
    return {
        "meeting": item.meeting,
        "case": case,
        "item": item,
        "reader": reader,
        "places": places,
        "name": reader.name or case.number,
        "positions": [(team, data.get(team.pk)) for team in known],
        "versions": [
            (row.source_id, row.version) for row in positions if row.author_team_id != row.source_id
        ],
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
        "chairs": perms.chairs(request.clearance, item.meeting),
        **quorum_of(request.clearance, item.meeting),
    }


@processes(CASEWORK)
@require_GET
def agenda_item(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    item = item_or_404(reference)
    return _show_item(request, item)


def _show_item(
    request: ClearanceRequest, item: AgendaItem, *, status: int = 0, **sent: Any
) -> HttpResponse:
    """The item with its forms; of these the one that was sent, if it is wrong."""
    context = _item_context(request, item)
    forms: dict[str, Any] = {}
    if perms.can_prepare(request.clearance, item):
        forms["position_form"] = _position_form
    if context["chairs"] and item.meeting.is_running:
        forms |= {"decide_form": _decide_form, "behalf_form": _behalf_form}
    if context["chairs"] and item.meeting.opened_at and not item.meeting.cancelled_on:
        forms["summary_form"] = _summary_form
    find_drafts(request, _draft_keys(item))
    opened = {name: sent.get(name) or opens(request, item) for name, opens in forms.items()}
    return show_form(
        request,
        "casework/conference/item.html",
        next(iter(sent.values()), None),
        form_page=item_url(item),
        status=status,
        position_key=POSITION.key(item.reference),
        decide_key=DECIDE.key(item.reference),
        summary_key=SUMMARY.key(item.reference),
        **opened,
        **context,
    )


def _draft_keys(item: AgendaItem) -> list[str]:
    """Of the forms on the page of an item, to be looked up at once."""
    about = item.reference
    kinds = [(POSITION, ""), (POSITION, "behalf"), (DECIDE, ""), (SUMMARY, "")]
    return [kind.key(about, part) for kind, part in kinds]


def _position_form(
    request: ClearanceRequest, item: AgendaItem, *, sent: bool = False
) -> PositionForm:
    mine = perms.position_team(request.clearance, item)
    positions = Position.objects.current().filter(item=item, author_team=mine, source_team=None)
    row = positions.first()
    now = {name: getattr(row, name) for name in PositionForm.base_fields} if row else None
    form: Any = open_form(
        request, PositionForm, POSITION.key(item.reference), sent=sent, initial=now
    )
    form.version = row.version if row else ""
    return form


def _behalf_form(
    request: ClearanceRequest, item: AgendaItem, *, sent: bool = False
) -> OnBehalfForm:
    teams = _speechless(CaseReader(request.clearance, item.case), item)
    return open_form(
        request,
        OnBehalfForm,
        POSITION.key(item.reference, "behalf"),
        sent=sent,
        teams=teams,
        prefix="b",
    )


def _decide_form(request: ClearanceRequest, item: AgendaItem, *, sent: bool = False) -> DecideForm:
    options = _deciding(CaseReader(request.clearance, item.case), item)
    return open_form(request, DecideForm, DECIDE.key(item.reference), sent=sent, **options)


def _summary_form(
    request: ClearanceRequest, item: AgendaItem, *, sent: bool = False
) -> SummaryForm:
    now = {"summary": item.summary}
    return open_form(request, SummaryForm, SUMMARY.key(item.reference), sent=sent, initial=now)


def _speechless(reader: CaseReader, item: AgendaItem) -> list[Team]:
    """Teams of this item for which the chair may write down what they said: all but the chair's
    own."""
    others = [pk for pk in item.shared_team_ids if pk != item.author_team_id]
    return [reader.teams[pk] for pk in others if pk in reader.teams]


@processes(CASEWORK)
@require_GET
def agenda_room(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """The item on a projector: large, by keyboard, and no more than the room needs."""
    return render(
        request, "casework/conference/room.html", _item_context(request, item_or_404(reference))
    )


@processes(CASEWORK)
@require_POST
@form_view
def position_take(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    item = item_or_404(reference)
    team = perms.position_team(request.clearance, item)
    if team is None or not perms.can_prepare(request.clearance, item):
        raise PermissionDenied
    form = _position_form(request, item, sent=True)

    def act() -> str:
        take_position(
            item,
            form.cleaned_data,
            by=request.clearance,
            author_team=team,
            version=seen_version(request),
        )
        messages.success(request, _("Your position is saved."))
        return item_url(item)

    return send_form(request, form, act) or _show_item(request, item, position_form=form)


@processes(CASEWORK)
@require_POST
@form_view
def position_behalf(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """The chair writes down what a team said in the room (R20)."""
    item = item_or_404(reference)
    if not (perms.chairs(request.clearance, item.meeting) and item.meeting.is_running):
        raise PermissionDenied
    form = _behalf_form(request, item, sent=True)

    def act() -> str:
        data = dict(form.cleaned_data)
        source, author = data.pop("source_team"), item.author_team_id
        take_position(
            item,
            data,
            by=request.clearance,
            author_team=author,
            source_team=source,
            version=request.POST.get(f"version-{source}", ""),
        )
        return item_url(item)

    answer = send_form(request, form, act, back=item_url(item))
    return answer or _show_item(request, item, behalf_form=form)


@processes(CASEWORK)
@require_POST
@form_view
def agenda_decide(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    item = item_or_404(reference)
    if not (perms.chairs(request.clearance, item.meeting) and item.meeting.is_running):
        raise PermissionDenied
    form = _decide_form(request, item, sent=True)

    def act() -> str:
        names = ("kind", "reasons", "scenario", "body", "due_on", "review_on")
        data = {name: form.cleaned_data[name] for name in names}
        decide(
            item,
            data | {"owner_team_id": form.cleaned_data["owner_team"]},
            form.commitments(),
            by=request.clearance,
            author_team=item.author_team_id,
            version=seen_version(request),
        )
        messages.success(request, _("The decision is saved."))
        following = _item_context(request, item)["following"] if "next" in request.POST else None
        return item_url(following or item)

    answer = send_form(request, form, act, back=item_url(item))
    return answer or _show_item(request, item, decide_form=form)


def _deciding(reader: CaseReader, item: AgendaItem) -> dict[str, Any]:
    """Keyword arguments of the decision form: the teams that attend, the facts, and who carries out
    what follows."""
    # Who carries a decision out is read by all who read it: not whose name tells of a place.
    attending = [
        team
        for pk in item.shared_team_ids
        if (team := reader.teams.get(pk)) and reveals_always(team) is None
    ]
    does = partial(doer, chair=item.author_team_id, lead=leading(item.case, item.author_team_id))
    # What was held before is judged by the day on which it was held.
    day = item.meeting.on if item.meeting.afterwards else None
    return {"teams": attending, "facts": fact_of(item.case, day), "doer": does}


@processes(CASEWORK)
@require_POST
@form_view
def agenda_change(request: ClearanceRequest, reference: UUID, act: str) -> HttpResponse:
    """The chair keeps the summary, calls an item discussed, moves it up or takes it off."""
    item = item_or_404(reference)
    meeting = item.meeting
    if not perms.chairs(request.clearance, meeting) or meeting.cancelled_on:
        raise PermissionDenied
    if act == "samenvatting" and meeting.opened_at:
        return _keep_summary(request, item)
    acts: dict[str, tuple[Any, Callable[[AgendaItem], Any], str]] = {
        "besproken": (meeting.is_running, mark_discussed, item_url(item)),
        "omhoog": (meeting.closed_at is None, move_up, meeting_url(meeting)),
        "eraf": (
            meeting.closed_at is None and item.discussed_at is None,
            take_off,
            meeting_url(meeting),
        ),
    }
    possible, change, page = acts.get(act, (False, mark_discussed, ""))
    if not possible:
        raise PermissionDenied

    def act_once() -> str:
        change(item)
        return page

    return do_once(request, act_once, back=page)


def _keep_summary(request: ClearanceRequest, item: AgendaItem) -> HttpResponse:
    """What a colleague wrote meanwhile stands beside what was sent, which is not lost."""
    form, status = _summary_form(request, item, sent=True), 0

    def act() -> str:
        keep_summary(item, form.cleaned_data["summary"], version=seen_version(request))
        return item_url(item)

    try:
        answer = send_form(request, form, act, raises=VersionConflict)
    except VersionConflict:
        form.add_error(
            "summary",
            _("Somebody else changed the summary meanwhile; read it below and save again."),
        )
        answer, status = None, 409
    return answer or _show_item(request, item, status=status, summary_form=form)
