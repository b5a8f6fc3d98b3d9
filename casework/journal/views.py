from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from casework.cases.case_reader import CaseReader, find_case
from casework.cases.views import case_url
from casework.journal.acts import write_note
from casework.journal.forms import NOTE, NoteForm
from casework.sharing.audience import other_teams, tells_of_others, would_read, writable_categories
from governance.access.enums import Category
from governance.access.middleware import ClearanceRequest
from governance.drafts.acts import find_draft, submit_once
from partners.accountability.activities import CASEWORK, processes


def note_form(request: ClearanceRequest, reader: CaseReader, data: Any = None) -> NoteForm | None:
    """The form for a note in this case, with the worker's draft in it; nothing if she writes
    nothing here."""
    categories = writable_categories(reader)
    if not categories:
        return None
    mine = reader.author_team(categories[0])
    partners = other_teams(reader, besides=mine)
    form = NoteForm(data, categories=categories, partners=partners)
    form.restore(find_draft(request, NOTE.key(reader.case.reference)))
    return form


@processes(CASEWORK)
@require_http_methods(["GET", "POST"])
def note_add(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    reader = find_case(request, reference)
    case = reader.case
    form = note_form(request, reader, request.POST or None)
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
        "name": reader.name,
        "form_page": f"{case_url(case)}#notitie",
        **_who_reads(request, reader),
    }
    failed = form.errors and "preview" not in request.POST
    return render(request, "casework/journal/note.html", context, status=400 if failed else 200)


def _who_reads(request: ClearanceRequest, reader: CaseReader) -> dict[str, Any]:
    text = request.POST.get("category", "")
    category = Category(text) if text in Category.values else None
    return {
        "readers": would_read(
            reader,
            category,
            request.POST,
            author=reader.author_team(category) if category else None,
        ),
        "and_others": tells_of_others(reader, request.POST),
    }


@processes(CASEWORK)
@require_POST
def note_readers(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """The line "visible to: ..." while the worker chooses."""
    reader = find_case(request, reference)
    if not writable_categories(reader):
        raise PermissionDenied
    return render(request, "casework/sharing/_readers.html", _who_reads(request, reader))
