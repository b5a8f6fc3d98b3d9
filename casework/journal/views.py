from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_POST

from casework.cases.models import Case
from casework.cases.partners import visible_teams
from casework.cases.views import case_url
from casework.journal.acts import write_note
from casework.journal.forms import NOTE, NoteForm
from casework.register.identity import leading_names
from casework.sharing.audience import other_teams, tells_of_others, would_read, writable_categories
from governance.access.enums import Category
from governance.access.middleware import ClearanceRequest
from governance.drafts.acts import find_draft, submit_once
from partners.accountability.activities import CASEWORK, processes
from partners.organisations.models import Team


def note_form(
    request: ClearanceRequest, case: Case, teams: dict[int, Team], data: Any = None
) -> NoteForm | None:
    """The form for a note in this case, with the worker's draft in it; nothing if she writes
    nothing here."""
    categories = writable_categories(request.clearance, case)
    if not categories:
        return None
    mine = request.clearance.author_team(case, categories[0])
    partners = other_teams(request.clearance, case, teams, besides=mine)
    form = NoteForm(data, categories=categories, partners=partners)
    form.restore(find_draft(request, NOTE.key(case.reference)))
    return form


@processes(CASEWORK)
@require_http_methods(["GET", "POST"])
def note_add(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    case = get_object_or_404(Case.objects.select_related("pilot"), reference=reference)
    form = note_form(request, case, visible_teams(request.clearance), request.POST or None)
    if form is None:
        raise PermissionDenied
    key = NOTE.key(case.reference)
    if request.method == "POST" and form.is_valid() and "preview" not in request.POST:
        data, sharing = form.cleaned_data, form.sharing()

        def act() -> str:
            write_note(
                case,
                by=request.clearance,
                category=Category(data["category"]),
                happened_on=data["happened_on"],
                text=data["text"],
                **sharing,
            )
            return f"{case_url(case)}#tijdlijn"

        return submit_once(request, key, act)
    context = {
        "case": case,
        "note_form": form,
        "draft_key": key,
        "name": leading_names([case.pk]).get(case.pk, ""),
        "form_page": f"{case_url(case)}#notitie",
        **_who_reads(request, case),
    }
    failed = form.errors and "preview" not in request.POST
    return render(request, "casework/journal/note.html", context, status=400 if failed else 200)


def _who_reads(request: ClearanceRequest, case: Case) -> dict[str, Any]:
    text = request.POST.get("category", "")
    category = Category(text) if text in Category.values else None
    return {
        "readers": would_read(
            request.clearance,
            case,
            visible_teams(request.clearance),
            category,
            request.POST,
            author=request.clearance.author_team(case, category) if category else None,
        ),
        "and_others": tells_of_others(request.clearance, case, request.POST),
    }


@processes(CASEWORK)
@require_POST
def note_readers(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """The line "visible to: ..." while the worker chooses."""
    case = get_object_or_404(Case, reference=reference)
    if not writable_categories(request.clearance, case):
        raise PermissionDenied
    return render(request, "casework/sharing/_readers.html", _who_reads(request, case))
