"""Where a request about a record is, and what it finds changed there."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404

from casework.cases.case_reader import CaseReader, find_case
from casework.cases.models import Case
from casework.dossiers import perms
from casework.dossiers.kinds import KINDS, headline
from casework.dossiers.presentation import record_url
from casework.dossiers.record_kind import RecordKind
from casework.records.models import VersionConflict
from governance.access.middleware import ClearanceRequest
from lvv.common.database import call


@dataclass(frozen=True)
class At:
    """Where a request is: a case, a kind of record, perhaps one record; all of it in sight."""

    reader: CaseReader
    kind: RecordKind
    record: Any = None

    @property
    def case(self) -> Case:
        return self.reader.case

    @property
    def page(self) -> str:
        return record_url(self.case, self.kind.slug, self.record.reference)

    def context(self, **more: Any) -> dict[str, Any]:
        return {
            "case": self.case,
            "kind": self.kind,
            "record": self.record,
            "name": self.reader.name,
            "title": headline(self.record) if self.record is not None else "",
            **more,
        }


def at_or_404(
    request: ClearanceRequest, reference: UUID, slug: str, record: UUID | None = None
) -> At:
    reader = find_case(request, reference)
    if slug not in KINDS:
        raise Http404
    kind = KINDS[slug]
    result = None
    if record is not None:
        result = get_object_or_404(
            kind.model.objects.filter(case=reader.case).select_related("author"), reference=record
        )
        result.case = reader.case
    return At(reader, kind, result)


def locked_record(at: At) -> At:
    """The record as it stands now, locked until the request ends."""
    call("access_teams_of_case", at.case.pk)  # cases before records, as everywhere
    result = get_object_or_404(
        at.kind.model.objects.select_for_update(of=("self",)), pk=at.record.pk
    )
    result.case = at.case
    return replace(at, record=result)


def ended_meanwhile(request: ClearanceRequest, at: At) -> bool:
    """True if the worker acts on a record of an own team that somebody ended meanwhile."""
    if request.method != "POST" or at.record.ended_at is None:
        return False
    return perms.keeps(at.reader, at.record) or perms.replaces(request.clearance, at.record)


def too_late() -> str:
    """The act of somebody who comes too late. Raises VersionConflict."""
    raise VersionConflict
