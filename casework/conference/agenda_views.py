"""The agenda: a case is put on it, and what was asked of it is changed."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from casework.cases.case_reader import find_case, reveals_always
from casework.cases.enums import OPEN_STATES
from casework.cases.models import Case
from casework.cases.partners import team_reads, visible_teams
from casework.cases.views import case_url
from casework.conference import perms
from casework.conference.agenda_acts import change_item, conference_teams, put_on_agenda
from casework.conference.enums import WhyOnAgenda
from casework.conference.forms import AGENDA, ITEM, AgendaForm, ItemForm
from casework.conference.item_views import item_or_404
from casework.conference.meeting_views import item_url
from casework.conference.models import AgendaItem, Meeting, MeetingGuest
from casework.journey import perms as journey
from casework.journey.acts import StepRefused
from casework.journey.views import not_taken, refused
from casework.records.models import VersionConflict
from casework.register.identity import leading_names
from casework.register.models import Relation
from governance.access.middleware import ClearanceRequest
from governance.drafts.acts import drop_draft, find_draft, submit_once
from partners.accountability.activities import CASEWORK, processes
from partners.organisations.enums import OrganisationKind

MOST = 50


@processes(CASEWORK)
@require_http_methods(["GET", "POST"])
def agenda_add(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """Put a case on an agenda, with the question and the teams the item is for."""
    reader = find_case(request, reference)
    case = reader.case
    teams = reader.teams
    if not journey.leads(reader) or case.state not in OPEN_STATES:
        raise PermissionDenied
    author = journey.team_of_kind(reader, (OrganisationKind.MUNICIPALITY,))
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
            if team.organisation.kind != OrganisationKind.AVIM and reveals_always(team) is None
        ],
        initial={
            "meeting": _asked(request, meetings),
            "why": request.GET.get("waarom", WhyOnAgenda.ADMISSION),
        },
    )
    form.restore(find_draft(request, key))
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
        "name": reader.name,
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


@processes(CASEWORK)
@require_http_methods(["GET", "POST"])
def item_change(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """Another question or other teams, before it is discussed; what was brought to it stays."""
    item = item_or_404(reference)
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
    form.restore(find_draft(request, key))
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
def case_conference(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """Redirect from a case to its item that waits or is under way. Without one, a worker who leads
    an open case is sent to put it on an agenda, and others go to the decisions of the case."""
    reader = find_case(request, reference)
    case = reader.case
    item = (
        AgendaItem.objects.current()
        .filter(case=case, meeting__closed_at=None, meeting__cancelled_on=None)
        .order_by("meeting__on", "pk")
        .first()
    )
    if item is not None:
        return redirect(item_url(item))
    if journey.leads(reader) and case.state in OPEN_STATES:
        return redirect("casework:agenda_add", case.reference)
    return redirect(f"{case_url(case)}#dossier-decision")
