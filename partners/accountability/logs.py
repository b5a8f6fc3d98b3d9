"""The two logs. The audit log knows who; the processing log knows which person; one trace_id
joins them."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping, Set
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest
from django.urls import ResolverMatch
from django.utils import timezone

from partners.accountability.activities import FRAME, Activity
from partners.accountability.models import AuditEntry
from partners.accountability.trace import Trace, current_trace

if TYPE_CHECKING:
    from partners.accounts.models import User


class Worker(Protocol):
    """What the logs need of a clearance; the access room knows the rest."""

    @property
    def role_names(self) -> str: ...
    def cases_by_organisation(
        self, cases: Mapping[UUID, Set[int]]
    ) -> dict[int | None, list[UUID]]: ...


def audit(
    action: str,
    *,
    trace: Trace | None = None,
    worker: Worker | None = None,
    actor: "User | None" = None,
    obj: tuple[str, object] = ("", ""),
    cases: Mapping[UUID, Set[int]] | None = None,
    pilot_id: int | None = None,
    outcome: str = AuditEntry.Outcome.DONE,
    purpose: str = "",
    reason: str = "",
) -> None:
    """Append one row to the chain, or one for each organisation of somebody who works for several.

    `reason` is a fixed word, never free text: no personal data in logs.
    """
    trace = trace or current_trace() or Trace()
    actor = actor or trace.actor
    entry = {
        "trace_id": trace.trace_id,
        "actor_id": actor.pk if actor else None,
        "role": worker.role_names if worker else "",
        "action": action,
        "object_type": obj[0],
        "object_id": str(obj[1]),
        "pilot_id": pilot_id,
        "outcome": outcome,
        "purpose_of_use": purpose,
        "reason": reason,
        "origin": trace.origin,
    }
    with connection.cursor() as cursor:
        shares = worker.cases_by_organisation(cases or {}) if worker else {None: list(cases or {})}
        for organisation, its in shares.items():
            own = entry | {"actor_org_id": organisation, "cases": sorted(map(str, its))}
            cursor.execute("SELECT audit_append(%s::jsonb)", [json.dumps(own)])


def pseudonym(person: int) -> str:
    """A stable stand-in for a person's key, of use only to who holds this installation's own."""
    return hmac.new(
        settings.PSEUDONYM_KEY.encode(), str(person).encode(), hashlib.sha256
    ).hexdigest()


def log_processing(trace: Trace, name: str, activity: Activity, *, status: str = "Ok") -> None:
    """One row for the processing and, below it, one for each person it touched."""
    now = timezone.now()
    subjects = [pseudonym(person) for person in sorted(trace.persons)]
    spans = [
        (trace.span_id, trace.parent_span_id, "", ""),
        *((secrets.token_hex(8), trace.span_id, subject, "pseudonym") for subject in subjects),
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO processing_log (trace_id, span_id, parent_span_id, status, name, start_time,
                end_time, resource, processing_activity_id, data_subject_id, data_subject_id_type,
                foreign_operation_processor)
            SELECT %s, s.span, s.parent, %s, %s, %s, %s, 'lvv', %s, s.subject, s.kind, ''
            FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[])
                AS s (span, parent, subject, kind)
            """,
            [
                trace.trace_id,
                status,
                name,
                trace.started,
                now,
                activity.identifier,
                *map(list, zip(*spans, strict=True)),
            ],
        )


def _asked_for(match: ResolverMatch | None) -> tuple[str, str]:
    """What the address names first, as an object of the audit log."""
    named = next((str(value) for value in match.kwargs.values()), "") if match else ""
    return "asked for", named[:40]


def log_request(trace: Trace, request: HttpRequest, activity: Activity, worker: Worker) -> None:
    """Both logs for a page or act that showed or changed persons, the audit log also for one that
    showed workers to their administrator; the last statements of its transaction."""
    changed: dict[str, Any] = getattr(request, "audited", {})
    acts = request.method not in ("GET", "HEAD") and activity is not FRAME
    if not (trace.persons or trace.cases or changed or acts or activity.shows_workers):
        return
    match = request.resolver_match
    name = match.view_name if match else request.method or ""
    if activity.shows_persons:
        log_processing(trace, name, activity)
    audit(
        changed.get("action", name),
        trace=trace,
        worker=worker,
        cases=trace.cases,
        obj=changed.get("obj", _asked_for(match) if activity.shows_workers else ("", "")),
        pilot_id=changed.get("pilot_id"),
        purpose=activity.identifier,
        reason=changed.get("reason", request.method or ""),
    )


def refuse(request: HttpRequest) -> None:
    """From here on this request counts as refused, whatever is answered."""
    request.refused = True  # type: ignore[attr-defined]


def log_refusal(
    trace: Trace,
    request: HttpRequest,
    activity: Activity,
    worker: Worker | None,
    outcome: str = AuditEntry.Outcome.DENIED,
    tried: Set[UUID] = frozenset(),
) -> None:
    """That a request was refused, or broke: what it wrote was rolled back, so this is written on
    its own.

    tried: what was asked for besides what the address names.
    """
    match = request.resolver_match
    kept = match.kwargs.values() if match else ()
    # If it is the reference of a case or a person, her case manager reads of the attempt; of
    # anything else nobody does by it.
    references = tried | {value for value in kept if isinstance(value, UUID)}
    with transaction.atomic():
        audit(
            match.view_name if match else "unknown",
            trace=trace,
            worker=worker,
            obj=_asked_for(match),
            cases={reference: frozenset() for reference in references},
            outcome=outcome,
            purpose=activity.identifier,
            reason=request.method or "",
        )
    with transaction.atomic():
        log_processing(
            Trace(trace_id=trace.trace_id, started=trace.started), outcome, activity, status="Unset"
        )
