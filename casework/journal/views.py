from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_POST

from casework.cases.involving import known_partners, knows_every_team, knows_team, visible_teams
from casework.cases.models import Case
from casework.cases.views import case_url
from casework.journal.forms import NoteForm
from casework.journal.writing import readers, writable_categories, write_note
from casework.register.identity import leading_names
from governance.access.enums import Category, Visibility
from governance.access.middleware import ClearanceRequest
from governance.drafts.keeping import find_draft, once
from partners.accountability.activities import CASEWORK, processes
from partners.organisations.models import Team


def note_form(request: ClearanceRequest, case: Case, teams: dict[int, Team], data: Any = None) -> NoteForm | None:
    """The form for a note in this case, with the worker's draft in it; nothing if she writes nothing here."""
    categories = writable_categories(request.clearance, case)
    if not categories:
        return None
    form = NoteForm(data, categories=categories, partners=other_teams(request, case, teams))
    form.restore(find_draft(request.user, f"note:{case.reference}"))
    return form


def other_teams(request: ClearanceRequest, case: Case, teams: dict[int, Team]) -> list[Team]:
    return [team for team in known_partners(request.clearance, case, teams) if team.pk not in request.clearance.teams]


@processes(CASEWORK)
@require_http_methods(["GET", "POST"])
def note_add(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    case = get_object_or_404(Case.objects.select_related("pilot"), reference=reference)
    form = note_form(request, case, visible_teams(request.clearance), request.POST or None)
    if form is None:
        raise PermissionDenied
    key = f"note:{case.reference}"
    if request.method == "POST" and form.is_valid() and "preview" not in request.POST:
        data = form.cleaned_data

        def act() -> str:
            write_note(
                case, by=request.clearance, category=Category(data["category"]), happened_on=data["happened_on"],
                text=data["text"], visibility=Visibility(data["visibility"]), shared_with=data.get("shared_with"),
            )  # fmt: skip
            return f"{case_url(case)}#tijdlijn"

        return once(request, key, act)
    context = {
        "case": case, "note_form": form, "draft_key": key, "name": leading_names([case.pk]).get(case.pk, ""),
        "readers": would_read(request, case), "and_others": tells_of_others(request, case),
    }  # fmt: skip
    failed = form.errors and "preview" not in request.POST
    return render(request, "casework/journal/note.html", context, status=400 if failed else 200)


def would_read(request: ClearanceRequest, case: Case) -> list[Team]:
    """For the choices made so far: who would read the note."""
    data = request.POST
    if data.get("category") not in Category.values or data.get("visibility") not in Visibility.values:
        return []
    category = Category(data["category"])
    author = request.clearance.author_team(case, category)
    if author is None:
        return []
    chosen = set(data.getlist("shared_with"))
    shared = [team for team in case.team_ids if str(team) in chosen]
    teams = visible_teams(request.clearance)
    found = readers(case, category, Visibility(data["visibility"]), author_team=author, shared=shared)
    return [teams[team] for team in found if team in teams and knows_team(request.clearance, case, teams[team])]


def tells_of_others(request: ClearanceRequest, case: Case) -> bool:
    """Whether the line of readers must say that there may be more: this worker may not know of every kind of team.

    The same whether or not such a team takes part, so that the line gives nothing away.
    """
    shared = request.POST.get("visibility") == Visibility.PERMITTED_PARTNERS
    return shared and not knows_every_team(request.clearance, case)


@processes(CASEWORK)
@require_POST
def note_readers(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """The line "visible to: ..." while the worker chooses."""
    case = get_object_or_404(Case, reference=reference)
    if not writable_categories(request.clearance, case):
        raise PermissionDenied
    return render(request, "casework/journal/_readers.html", {
        "readers": would_read(request, case), "and_others": tells_of_others(request, case),
    })  # fmt: skip
