"""The owner of a record is asked to correct it; what was asked of a team is answered."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse

from casework.dossiers import perms
from casework.dossiers.acts import answer_record, ask_correction
from casework.dossiers.corrections import CorrectionRequest
from casework.dossiers.forms import AnswerForm, CorrectionForm
from casework.dossiers.kinds import ANSWER, CORRECT, KINDS
from casework.dossiers.presentation import lines, record_url
from casework.dossiers.record_page import At, at_or_404, locked_record
from casework.records.enums import Answer
from casework.records.models import VersionConflict
from governance.access.middleware import ClearanceRequest
from governance.drafts.form_views import form_view, open_form, send_form, show_form
from partners.accountability.activities import CASEWORK, processes


def about(at: At) -> str:
    """Address of the record that a request to correct is about. Empty if that record is not in
    sight, or this is no such request."""
    if not isinstance(at.record, CorrectionRequest):
        return ""
    kind = KINDS.get(at.record.record_kind)
    if kind is None or not kind.model.objects.filter(reference=at.record.record_reference).exists():
        return ""
    return record_url(at.case, kind.slug, at.record.record_reference)


@processes(CASEWORK)
@form_view
def record_correct(
    request: ClearanceRequest, reference: UUID, kind: str, record: UUID
) -> HttpResponse:
    """Ask the owner of a record to correct it."""
    at = at_or_404(request, reference, kind, record)
    author = perms.asking_team(at.reader, at.record)
    owner = None if author is None else perms.owner_to_ask(at.reader, at.record, author)
    if author is None or owner is None:
        raise PermissionDenied
    form = open_form(request, CorrectionForm, CORRECT.key(at.record.reference, at.kind.slug))

    def act() -> str:
        ask_correction(
            at.case,
            at.record,
            at.kind,
            form.cleaned_data["text"],
            by=request.clearance,
            author_team=author,
            owner=owner,
        )
        return at.page

    return send_form(request, form, act) or show_form(
        request,
        "casework/dossiers/correct.html",
        form,
        source=at.reader.label(owner),
        passed_on=owner != at.record.source_id,
        lines=lines(at.record, at.kind),
        **at.context(),
    )


@processes(CASEWORK)
@form_view
def record_answer(
    request: ClearanceRequest, reference: UUID, kind: str, record: UUID
) -> HttpResponse:
    at = at_or_404(request, reference, kind, record)
    if not perms.can_answer(at.reader, at.record):
        raise PermissionDenied
    form = open_form(request, AnswerForm, ANSWER.key(at.record.reference, at.kind.slug))

    def act() -> str:
        now = locked_record(at)
        if not perms.can_answer(now.reader, now.record):  # a colleague was first
            raise VersionConflict
        data = form.cleaned_data
        answer_record(now.record, Answer(data["answer"]), data["answer_text"], by=request.clearance)
        return at.page

    return send_form(request, form, act, back=at.page) or show_form(
        request,
        "casework/dossiers/answer.html",
        form,
        lines=lines(at.record, at.kind),
        about=about(at),
        source=at.reader.label(at.record.source_id),
        **at.context(),
    )
