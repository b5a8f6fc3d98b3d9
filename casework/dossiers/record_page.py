"""Where a request about a record is, and what it finds changed there."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render

from casework.cases.models import Case
from casework.cases.partners import visible_teams
from casework.dossiers import perms
from casework.dossiers.kinds import KINDS, RecordKind, headline
from casework.dossiers.presentation import record_url
from casework.records.models import VersionConflict
from casework.register.identity import leading_names
from governance.access.middleware import ClearanceRequest
from lvv.common.database import call
from partners.organisations.models import Team


@dataclass(frozen=True)
class At:
    """Where a request is: a case, a kind of record, perhaps one record; all of it in sight."""

    case: Case
    kind: RecordKind
    teams: dict[int, Team]
    record: Any = None

    @property
    def page(self) -> str:
        return record_url(self.case, self.kind.slug, self.record.reference)

    def context(self, **more: Any) -> dict[str, Any]:
        return {
            "case": self.case,
            "kind": self.kind,
            "record": self.record,
            "name": leading_names([self.case.pk]).get(self.case.pk, ""),
            "title": headline(self.record) if self.record is not None else "",
            **more,
        }


def at_or_404(
    request: ClearanceRequest, reference: UUID, slug: str, record: UUID | None = None
) -> At:
    case = get_object_or_404(Case.objects.select_related("pilot", "person"), reference=reference)
    if slug not in KINDS:
        raise Http404
    kind = KINDS[slug]
    result = None
    if record is not None:
        result = get_object_or_404(
            kind.model.objects.filter(case=case).select_related("author"), reference=record
        )
        result.case = case
    return At(case, kind, visible_teams(request.clearance), result)


def locked_record(at: At) -> At:
    """The record as it stands now, locked until the request ends."""
    call("access_teams_of_case", at.case.pk)  # cases before records, as everywhere
    result = get_object_or_404(
        at.kind.model.objects.select_for_update(of=("self",)), pk=at.record.pk
    )
    result.case = at.case
    return replace(at, record=result)


def ended_meanwhile(request: ClearanceRequest, at: At) -> HttpResponse | None:
    """Page 409 for a worker who acts on a record of an own team that somebody ended meanwhile; the
    typed text is kept as a draft. None if the record was not ended."""
    if request.method != "POST" or at.record.ended_at is None:
        return None
    if not perms.keeps(request.clearance, at.case, at.record) and not perms.replaces(
        request.clearance, at.record
    ):
        return None
    return render(request, "errors/409.html", {"back": at.page}, status=409)


def changed_meanwhile(request: ClearanceRequest, at: At) -> HttpResponse | None:
    """Page 409 for a worker who acts on an older version of a record. None if the version is
    current."""
    try:
        at.record.claim_version(request.POST.get("version", ""))
    except VersionConflict:
        return render(request, "errors/409.html", {"back": at.page}, status=409)
    return None
