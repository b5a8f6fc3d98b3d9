"""Adding, reading and changing a record."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from casework.cases.models import Consent
from casework.cases.views import case_url
from casework.dossiers import perms
from casework.dossiers.acts import NobodyToAsk, add_record, addressed_by, change_record, joins_by
from casework.dossiers.address_views import location_of
from casework.dossiers.correction_views import about
from casework.dossiers.corrections import CorrectionRequest
from casework.dossiers.forms import RecordForm, form_class, value_kind
from casework.dossiers.kinds import ADD, CHANGE
from casework.dossiers.presentation import changes, is_told_of_sharing, lines
from casework.dossiers.procedures import Procedure
from casework.dossiers.record_page import At, at_or_404, ended_meanwhile, locked_record, too_late
from casework.dossiers.remedies import remedy_lines
from casework.dossiers.rows import readers_of
from casework.formal_decisions.models import FormalDecision
from casework.plan.models import Action
from casework.plan.perms import can_answer as can_finish
from casework.plan.perms import can_mend
from casework.records.models import Addressed, Record
from casework.register.models import IdentityValue
from casework.sharing.audience import other_teams, tells_of_others, would_read
from casework.shelter.models import Stay
from casework.tasks.models import Task
from governance.access.enums import Category, Visibility
from governance.access.middleware import ClearanceRequest
from governance.drafts.acts import kept_value
from governance.drafts.form_views import (
    do_once,
    form_view,
    open_form,
    seen_version,
    send_form,
    show_form,
)
from governance.law.enums import ProcedureKind
from partners.accountability.activities import CASEWORK, processes
from partners.organisations.models import Team


def _open(
    request: ClearanceRequest,
    at: At,
    key: str,
    author: int,
    *,
    sources: Sequence[Team] = (),
    instance: Record | None = None,
) -> RecordForm:
    seats = request.clearance.seats
    form: RecordForm = open_form(
        request,
        form_class(at.kind),
        key,
        instance=instance,
        kind=at.kind,
        case=at.case,
        author=at.reader.teams.get(author),
        partners=other_teams(at.reader, besides=author),
        sources=list(sources),
        writes=next((seat.writes for seat in seats if seat.team == author), frozenset()),
        variant=_variant(request),
        left_on=at.reader.left_on,
    )
    return form


def _variant(request: ClearanceRequest) -> str:
    return request.POST.get("variant", "") or request.GET.get("soort", "")


@dataclass(frozen=True)
class Entry:
    """In whose name a new record is written, and from whom it came."""

    author: int
    parent: Record | None
    supplying: bool  # on behalf of a partner (R20)
    sources: list[Team]

    def draft_key(self, at: At, variant: str) -> str:
        """Each value of an identity, and what is recorded for a partner, is a text of its own."""
        part = ""
        if self.supplying:
            part = "-supplied"
        elif at.kind.model is IdentityValue:
            part = f"-{value_kind(variant)}"
        return ADD.key((self.parent or at.case).reference, at.kind.slug + part)


def _entry(request: ClearanceRequest, at: At) -> Entry:
    """Raises PermissionDenied for who adds no record of this kind, and Http404 without the record
    that it belongs to."""
    own, behalf = perms.adding_team(at.reader, at.kind), perms.supplying_team(at.reader)
    if own is None and behalf is None:
        raise PermissionDenied
    parent = _parent(request, at)
    # What belongs to her own team she records in its name, unless she says that it came from a
    # partner, or it is a step of what came from one.
    came = parent is not None and parent.source_team_id is not None
    supplying = "namens" in request.GET or own is None or came
    sources: list[Team] = []
    if supplying:
        sources = [
            team
            for team in perms.suppliers(at.reader, at.kind)
            if parent is None or team.pk == parent.source_team_id
        ]
        if not (sources and perms.can_be_supplied(at.reader, at.kind)):
            behalf = None
    author = behalf if supplying else own
    if author is None or not at.kind.added_here:
        raise PermissionDenied
    return Entry(author, parent, supplying, sources)


@processes(CASEWORK)
@form_view
def record_add(request: ClearanceRequest, reference: UUID, kind: str) -> HttpResponse:
    """A new record in the name of the worker's own team; with ?namens=1 on behalf of a partner
    (R20)."""
    at = at_or_404(request, reference, kind)
    entry = _entry(request, at)
    key = entry.draft_key(at, _variant(request))
    form = _open(request, at, key, entry.author, sources=entry.sources)
    if entry.parent is not None:
        setattr(form.instance, at.kind.parent, entry.parent)
    if isinstance(form.instance, Procedure) and (against := _against(request, at)):
        form.instance.formal_decision = against
        form.initial.setdefault("kind", ProcedureKind.OBJECTION_LVV_DECISION)
    preview = "preview" in request.POST

    def act() -> str:
        try:
            add_record(form.record(), by=request.clearance, author_team=entry.author)
        except NobodyToAsk:
            sentence = _("The reception agency has no team in this pilot.")
            raise ValidationError(sentence) from None
        return f"{case_url(at.case)}#dossier-{at.kind.parent or at.kind.slug}"

    answer = None if preview else send_form(request, form, act)
    return answer or show_form(
        request,
        "casework/dossiers/form.html",
        form,
        form_page=request.get_full_path(),
        status=200 if preview else 0,
        draft=form.restored,
        parent=entry.parent,
        supplying=entry.supplying,
        variant=form.variant,
        **at.context(),
        **_who_reads(request, at, entry.author, entry.parent),
    )


def _against(request: ClearanceRequest, at: At) -> FormalDecision | None:
    """The formal decision from whose page the worker came to record an objection. None if there is
    none."""
    try:
        wanted = UUID(request.GET.get("tegen", ""))
    except ValueError:
        return None
    return FormalDecision.objects.current().filter(case=at.case, reference=wanted).first()


def _parent(request: ClearanceRequest, at: At) -> Record | None:
    """The procedure or application a step belongs to, which must be in sight and the worker's to
    write."""
    if not at.kind.parent:
        return None
    field = at.kind.model._meta.get_field(at.kind.parent)
    model: type[Record] = field.related_model  # type: ignore[assignment]
    try:
        wanted = UUID(request.GET.get("bij", ""))
    except ValueError:
        raise Http404 from None
    parent = get_object_or_404(model.objects.current().filter(case=at.case), reference=wanted)
    if not perms.can_change(at.reader, parent):
        raise PermissionDenied
    return parent


@processes(CASEWORK)
@require_GET
def record_detail(
    request: ClearanceRequest, reference: UUID, kind: str, record: UUID
) -> HttpResponse:
    at = at_or_404(request, reference, kind, record)
    result = at.record
    context = at.context(
        lines=[*lines(result, at.kind), *remedy_lines(result)],
        source=at.reader.label(result.source_id),
        author_known=bool(at.reader.named([result.author_team_id])),
        on_behalf=at.reader.label(result.author_team_id) if result.source_team_id else "",
        readers=[team.label for team in at.reader.named(readers_of(result))],
        sharing_known=is_told_of_sharing(result, at.reader),
        warning=at.kind.warning(result) if at.kind.warning else "",
        can_change=perms.can_change(at.reader, result) and at.kind.slug != "correction",
        can_end=perms.can_end(at.reader, result),
        can_withdraw=perms.can_withdraw(at.reader, result, at.kind),
        can_correct_days=perms.can_correct_days(at.reader, result),
        can_ask=_asks(at),
        can_answer=perms.can_answer(at.reader, result),
        finishes=isinstance(result, (Action, Task)) and can_finish(at.reader, result),
        mends=isinstance(result, (Action, Task)) and can_mend(at.reader, result),
        asked=[
            (row, at.reader.label(row.author_team_id))
            for row in CorrectionRequest.objects.filter(
                case=at.case, record_reference=result.reference
            )
        ],
        to=at.reader.label(result.to_team_id) if isinstance(result, Addressed) else "",
        **(location_of(at.reader, result) if isinstance(result, Stay) else {}),
        changes=changes(
            result,
            at.kind,
            at.reader.known_workers,
            is_own=not {result.author_team_id, result.source_team_id}.isdisjoint(
                at.reader.clearance.teams
            ),
        ),
        about=about(at),
    )
    return render(request, "casework/dossiers/record.html", context)


def _asks(at: At) -> bool:
    asking = perms.asking_team(at.reader, at.record)
    return asking is not None and perms.owner_to_ask(at.reader, at.record, asking) is not None


@processes(CASEWORK)
@form_view
def record_change(
    request: ClearanceRequest, reference: UUID, kind: str, record: UUID
) -> HttpResponse:
    """What a colleague changed meanwhile stands beside what was typed, which is not lost."""
    at = at_or_404(request, reference, kind, record)
    ended = ended_meanwhile(request, at)
    if not ended and not perms.can_change(at.reader, at.record) or at.kind.slug == "correction":
        raise PermissionDenied
    key = CHANGE.key(at.record.reference, at.kind.slug)
    if ended:
        return do_once(request, too_late, key=key, back=at.page)
    if request.method == "POST":
        at = locked_record(at)
    form = _open(request, at, key, at.record.source_id, instance=at.record)
    # Text that was kept goes on from what its writer saw, not from what stands there now.
    seen = seen_version(request) or kept_value(form.restored, "version") or str(at.record.version)
    meanwhile = lines(at.record, at.kind) if seen != str(at.record.version) else []
    saves = request.method == "POST" and "preview" not in request.POST

    def act() -> str:
        at.record.claim_version(seen)
        change_record(form.record())
        return at.page

    answer = send_form(request, form, act) if saves and not meanwhile else None
    parent = getattr(at.record, at.kind.parent) if at.kind.parent else None
    return answer or show_form(
        request,
        "casework/dossiers/form.html",
        form,
        status=409 if saves and meanwhile else 0,
        draft=form.restored,
        parent=parent,
        supplying=False,
        variant=form.variant,
        meanwhile=meanwhile,
        version=at.record.version if saves else seen,
        **at.context(),
        **_who_reads(request, at, at.record.author_team_id, parent),
    )


def _category(request: ClearanceRequest, at: At) -> Category | None:
    if at.kind.model.CATEGORY:
        return at.kind.model.CATEGORY
    if not hasattr(at.kind.model, "category_of"):  # chosen when it was written
        return at.record.record_category if at.record is not None else None
    text = request.POST.get("kind", "")
    if text in dict(at.kind.choices):
        category: Category = at.kind.model.category_of(text)
        return category
    return None


def _who_reads(
    request: ClearanceRequest, at: At, author: int | None, parent: Record | None = None
) -> dict[str, Any]:
    if parent is not None:  # a step shows to whoever its procedure or application shows to
        return {"readers": at.reader.named(readers_of(parent))}
    text = request.POST.copy()
    if at.kind.model is Consent:  # read by the team that writes it and the team it names
        text["visibility"] = Visibility.OWN_ORGANISATION
    if at.kind.is_joint:
        text["visibility"] = Visibility.PERMITTED_PARTNERS
    joining = joins_by(at.kind.model, at.case, request.POST)
    addressed = addressed_by(at.kind.model, at.case, request.POST)
    return {
        "readers": would_read(
            at.reader,
            _category(request, at),
            text,
            author=author,
            joining=joining,
            addressed=addressed,
        ),
        "and_others": tells_of_others(at.reader, text),
    }


@processes(CASEWORK)
@require_POST
def record_readers(request: ClearanceRequest, reference: UUID, kind: str) -> HttpResponse:
    """The line "visible to: ..." while the worker chooses."""
    at = at_or_404(request, reference, kind)
    author = perms.adding_team(at.reader, at.kind)
    if (author is None or "source_team" in request.POST) and perms.can_be_supplied(
        at.reader, at.kind
    ):
        author = perms.supplying_team(at.reader)
    if author is None:
        raise PermissionDenied
    return render(request, "casework/sharing/_readers.html", _who_reads(request, at, author))
