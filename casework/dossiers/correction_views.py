"""The owner of a record is asked to correct it; what was asked of a team is answered."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from casework.dossiers import perms
from casework.dossiers.acts import answer_record, ask_correction
from casework.dossiers.corrections import CorrectionRequest
from casework.dossiers.forms import AnswerForm, CorrectionForm
from casework.dossiers.kinds import ANSWER, CORRECT, KINDS
from casework.dossiers.presentation import lines, record_url
from casework.dossiers.record_page import At, at_or_404, locked_record
from casework.records.enums import Answer
from governance.access.middleware import ClearanceRequest
from governance.drafts.acts import find_draft, sent_before, submit_once
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
@require_http_methods(["GET", "POST"])
def record_correct(
    request: ClearanceRequest, reference: UUID, kind: str, record: UUID
) -> HttpResponse:
    """Ask the owner of a record to correct it."""
    at = at_or_404(request, reference, kind, record)
    author = perms.asking_team(at.reader, at.record)
    owner = None if author is None else perms.owner_to_ask(at.reader, at.record, author)
    if author is None or owner is None:
        raise PermissionDenied
    key = CORRECT.key(at.record.reference, at.kind.slug)
    form = CorrectionForm(request.POST or None)
    form.restore(find_draft(request, key))
    if request.method == "POST" and form.is_valid():

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

        return submit_once(request, key, act)
    context = at.context(
        form=form,
        draft_key=key,
        source=at.reader.label(owner),
        passed_on=owner != at.record.source_id,
        lines=lines(at.record, at.kind),
    )
    return render(
        request, "casework/dossiers/correct.html", context, status=400 if form.errors else 200
    )


@processes(CASEWORK)
@require_http_methods(["GET", "POST"])
def record_answer(
    request: ClearanceRequest, reference: UUID, kind: str, record: UUID
) -> HttpResponse:
    if request.method == "POST" and (sent := sent_before(request)):
        return sent
    at = at_or_404(request, reference, kind, record)
    if not perms.can_answer(at.reader, at.record):
        raise PermissionDenied
    key = ANSWER.key(at.record.reference, at.kind.slug)
    form = AnswerForm(request.POST or None)
    form.restore(find_draft(request, key))
    if request.method == "POST" and form.is_valid():
        at = locked_record(at)
        # a colleague was first; the draft keeps her text
        if not perms.can_answer(at.reader, at.record):
            return render(request, "errors/409.html", {"back": at.page}, status=409)

        def act() -> str:
            data = form.cleaned_data
            answer_record(
                at.record, Answer(data["answer"]), data["answer_text"], by=request.clearance
            )
            return at.page

        return submit_once(request, key, act)
    context = at.context(
        form=form,
        draft_key=key,
        lines=lines(at.record, at.kind),
        about=about(at),
        source=at.reader.label(at.record.source_id),
    )
    return render(
        request, "casework/dossiers/answer.html", context, status=400 if form.errors else 200
    )
