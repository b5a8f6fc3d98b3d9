from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from casework.cases.case_reader import CaseReader, find_case
from casework.cases.views import case_url
from casework.journal.acts import write_note
from casework.journal.forms import NOTE, NoteForm
from casework.sharing.audience import other_teams, tells_of_others, would_read, writable_categories
from governance.access.enums import Category
from governance.access.middleware import ClearanceRequest
from governance.drafts.form_views import form_view, open_form, send_form, show_form
from partners.accountability.activities import CASEWORK, processes


def note_form(request: ClearanceRequest, reader: CaseReader) -> NoteForm | None:
    """The form for a note in this case, with what was sent or with the worker's draft in it;
    nothing if she writes nothing here."""
    categories = writable_categories(reader)
    if not categories:
        return None
    mine = reader.author_team(categories[0])
    partners = other_teams(reader, besides=mine)
    key = NOTE.key(reader.case.reference)
    return open_form(request, NoteForm, key, categories=categories, partners=partners)


@processes(CASEWORK)
@form_view
def note_add(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    reader = find_case(request, reference)
    case = reader.case
    form = note_form(request, reader)
    if form is None:
        raise PermissionDenied

    def act() -> str:
        data = form.cleaned_data
        write_note(
            case,
            by=request.clearance,
            category=Category(data["category"]),
            happened_on=data["happened_on"],
            text=data["text"],
            **form.sharing(),
        )
        return f"{case_url(case)}#tijdlijn"

    preview = "preview" in request.POST
    answer = None if preview else send_form(request, form, act)
    return answer or show_form(
        request,
        "casework/journal/note.html",
        form,
        form_page=f"{case_url(case)}#notitie",
        status=200 if preview else 0,
        note_form=form,
        **reader.context(),
        **_who_reads(request, reader),
    )


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
