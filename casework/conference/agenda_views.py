"""The agenda: a case is put on it, and what was asked of it is changed."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from casework.cases.case_reader import CaseReader, find_case, reveals_always
from casework.cases.enums import OPEN_STATES
from casework.cases.models import Case
from casework.cases.partners import team_reads
from casework.cases.views import case_url
from casework.conference import perms
from casework.conference.agenda_acts import change_item, conference_teams, put_on_agenda
from casework.conference.enums import WhyOnAgenda
from casework.conference.forms import AGENDA, ITEM, AgendaForm, ItemForm
from casework.conference.item_views import item_or_404
from casework.conference.meeting_views import item_url
from casework.conference.models import AgendaItem, Meeting, MeetingGuest
from casework.journey import perms as journey
from casework.register.identity import leading_names
from casework.register.models import Relation
from governance.access.clearance import Clearance
from governance.access.middleware import ClearanceRequest
from governance.drafts.form_views import form_view, open_form, seen_version, send_form, show_form
from partners.accountability.activities import CASEWORK, processes
from partners.organisations.enums import OrganisationKind
from partners.organisations.models import Team

MOST = 50


@processes(CASEWORK)
@form_view
def agenda_add(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """Put a case on an agenda, with the question and the teams the item is for."""
    reader = find_case(request, reference)
    case = reader.case
    if not journey.leads(reader) or case.state not in OPEN_STATES:
        raise PermissionDenied
    author = journey.team_of_kind(reader, (OrganisationKind.MUNICIPALITY,))
    assert author is not None
    here = Meeting.objects.with_agenda(timezone.localdate()).filter(pilot=case.pilot_id)
    meetings = list(here[:MOST])
    members = _household(case)
    options = _agenda_options(request, reader, author, meetings, members)
    form = open_form(request, AgendaForm, AGENDA.key(case.reference), **options)

    def act() -> str:
        by, data = request.clearance, form.cleaned_data
        meeting = next(m for m in meetings if m.reference == data["meeting"])
        return item_url(_put(case, meeting, data, members, by=by, author_team=author))

    guests = MeetingGuest.objects.filter(meeting__in=meetings).exclude(user=None)
    return send_form(request, form, act) or show_form(
        request,
        "casework/conference/agenda_add.html",
        form,
        form_page=request.get_full_path(),
        meetings=meetings,
        guests=guests.select_related("meeting"),
        coordinates=reader.coordinates,
        **reader.context(),
    )


def _put(
    case: Case,
    meeting: Meeting,
    data: dict[str, Any],
    members: list[tuple[Case, str]],
    *,
    by: Clearance,
    author_team: int,
) -> AgendaItem:
    """Raises ValidationError if the case is on this agenda already."""
    if AgendaItem.objects.current().filter(meeting=meeting, case=case).exists():
        raise ValidationError({"meeting": _("This case is on this agenda already.")})
    chosen = set(data.get("household") or [])
    return put_on_agenda(
        case,
        meeting,
        by=by,
        author_team=author_team,
        why=data["why"],
        question=data["question"],
        teams=data.get("teams", []),
        household=[member for member, _name in members if member.reference in chosen],
    )


def _invited(reader: CaseReader, chair: int | None) -> list[Team]:
    """The teams an item of this case may be for, besides the one that chairs."""
    reads = team_reads(list(reader.case.team_ids))
    return [team for team in conference_teams(reader.case, reader.teams, reads) if team.pk != chair]


def _agenda_options(
    request: ClearanceRequest,
    reader: CaseReader,
    author: int,
    meetings: list[Meeting],
    members: list[tuple[Case, str]],
) -> dict[str, Any]:
    """What can be chosen for an item, and what is chosen to begin with."""
    invited = _invited(reader, author)
    return {
        "meetings": meetings,
        "teams": invited,
        "household": [(member.reference, name) for member, name in members],
        # The police attends what it is asked to; the others come unless somebody leaves them out,
        # but for those whose name at the table would tell of a place.
        "attending": [
            team.pk
            for team in invited
            if team.organisation.kind != OrganisationKind.AVIM and reveals_always(team) is None
        ],
        "initial": {
            "meeting": _asked(request, meetings),
            "why": request.GET.get("waarom", WhyOnAgenda.ADMISSION),
        },
    }


def _asked(request: ClearanceRequest, meetings: list[Meeting]) -> UUID | None:
    here = [meeting.reference for meeting in meetings]
    wanted = request.GET.get("overleg", "")
    return next((one for one in here if str(one) == wanted), here[0] if here else None)


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
@form_view
def item_change(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """Another question or other teams, before it is discussed; what was brought to it stays."""
    item = item_or_404(reference)
    chairs = perms.chairs(request.clearance, item.meeting)
    if not chairs or item.discussed_at or item.meeting.closed_at:
        raise PermissionDenied
    reader = CaseReader(request.clearance, item.case)
    form = open_form(
        request,
        ItemForm,
        ITEM.key(item.reference),
        teams=_invited(reader, item.author_team_id),
        initial={"question": item.question, "teams": item.shared_team_ids},
    )

    def act() -> str:
        question, teams = form.cleaned_data["question"], form.cleaned_data.get("teams", [])
        change_item(item, question, teams, version=seen_version(request))
        return item_url(item)

    return send_form(request, form, act) or show_form(
        request, "casework/conference/item_change.html", form, item=item, **reader.context()
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
