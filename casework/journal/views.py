from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from casework.cases.case_reader import CaseReader, find_case
from casework.cases.models import Case
from casework.cases.views import case_url
from casework.journal.acts import write_contact, write_note
from casework.journal.enums import ContactKind
from casework.journal.forms import A_NOTE, NOTE, ContactForm, category_chosen
from casework.journal.models import Contact, Note
from casework.sharing.audience import other_teams, tells_of_others, would_read, writable_categories
from casework.tasks.acts import set_own_task, sets_tasks
from governance.access.clearance import Clearance
from governance.access.enums import Category, Visibility
from governance.access.middleware import ClearanceRequest
from governance.drafts.form_views import form_view, open_form, send_form, show_form
from partners.accountability.activities import CASEWORK, processes
from partners.organisations.enums import OrganisationKind, TeamFunction

K, L = ContactKind, OrganisationKind
# What each kind of organisation writes down most; the others stand after it.
OFTEN: dict[OrganisationKind | TeamFunction, tuple[ContactKind, ...]] = {
    L.DTV: (K.DEPARTURE_INTERVIEW, K.PHONE_CALL, K.NO_SHOW, K.PRESENTATION_IN_PERSON),
    L.IOM: (K.IOM_TALK, K.PHONE_CALL, K.NO_SHOW),
    L.HEALTH_PROVIDER: (K.CARE_COORDINATION, K.PHONE_CALL, K.HOME_VISIT, K.NO_SHOW),
    TeamFunction.LEGAL: (K.LEGAL_CONSULTATION, K.PHONE_CALL, K.NO_SHOW),
}
ELSEWHERE = (K.GUIDANCE_TALK, K.PHONE_CALL, K.HOME_VISIT, K.NO_SHOW)


def contact_kinds(reader: CaseReader, author: int) -> list[ContactKind]:
    """The kinds of contact that this worker may write down here, those of her team's work first."""
    team = reader.teams[author]
    often = OFTEN.get(TeamFunction(team.function)) or OFTEN.get(
        OrganisationKind(team.organisation.kind), ELSEWHERE
    )
    kinds = [kind for kind in K if reader.writes(Contact.category_of(kind))]
    return sorted(kinds, key=lambda kind: often.index(kind) if kind in often else len(often))


def contact_form(request: ClearanceRequest, reader: CaseReader) -> ContactForm | None:
    """The form for a contact or a note in this case, with what was sent or with the worker's draft
    in it; nothing if she writes nothing here."""
    categories = writable_categories(reader)
    if not categories:
        return None
    mine = reader.author_team(categories[0])
    assert mine is not None
    return open_form(
        request,
        ContactForm,
        NOTE.key(reader.case.reference),
        kinds=contact_kinds(reader, mine),
        categories=categories,
        partners=other_teams(reader, besides=mine),
        follows=reader.writes(Category.CONFERENCE),
    )


@processes(CASEWORK)
@form_view
def note_add(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """Write down a contact or a note, with the task that follows from it."""
    reader = find_case(request, reference)
    case = reader.case
    form = contact_form(request, reader)
    if form is None:
        raise PermissionDenied

    def act() -> str:
        assert form is not None
        record = _write(case, form, by=request.clearance)
        messages.success(request, _what_was_saved(case, record))
        return f"{case_url(case)}#tijdlijn"

    preview = "preview" in request.POST
    answer = None if preview else send_form(request, form, act)
    return answer or show_form(
        request,
        "casework/journal/note.html",
        form,
        form_page=f"{case_url(case)}#contact",
        status=200 if preview else 0,
        contact_form=form,
        **reader.context(),
        **_who_reads(request, reader),
    )


@transaction.atomic
def _write(case: Case, form: ContactForm, *, by: Clearance) -> Contact | Note:
    data = form.cleaned_data
    record: Contact | Note
    what = {"happened_on": data["happened_on"], "text": data["text"], **form.sharing()}
    if data["kind"] == A_NOTE:
        record = write_note(case, by=by, category=Category(data["category"]), **what)
    else:
        more = {name: data[name] for name in ("language", "interpreter", "present")}
        record = write_contact(case, by=by, kind=ContactKind(data["kind"]), more=more, **what)
    if data.get("task"):
        team = record.author_team_id  # what is said to a lawyer or a doctor stays with her team
        if not sets_tasks(case, team, by):
            raise ValidationError(
                _("The team in whose name you write this sets no tasks: leave the task empty.")
            )
        set_own_task(case, team, data["task"], data["task_due_on"], by=by)
    return record


def _what_was_saved(case: Case, record: Contact | Note) -> str:
    """One sentence: what was saved, who reads it, and where it is changed."""
    slug = "note" if isinstance(record, Note) else "contact"
    reads = {
        Visibility.OWN_ORGANISATION: _("Only your team reads it."),
        Visibility.SELECTED_PARTNERS: _("Your team reads it, and the teams you chose."),
        Visibility.PERMITTED_PARTNERS: _("All partners whom the convenant allows read it."),
    }
    sentence = _("The note is saved.") if slug == "note" else _("The contact is saved.")
    change = reverse("casework:record_change", args=[case.reference, slug, record.reference])
    return format_html(
        '{} {} <a class="nl-link" href="{}">{}</a>',
        sentence,
        reads[Visibility(record.visibility)],
        change,
        _("Change it"),
    )


def _who_reads(request: ClearanceRequest, reader: CaseReader) -> dict[str, Any]:
    chosen = category_chosen(request.POST.get("kind", ""), request.POST.get("category", ""))
    category = Category(chosen) if chosen else None
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
