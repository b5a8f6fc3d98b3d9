"""Who is at work in this request or job, and under which trace the two logs can be laid beside
each other."""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils import timezone

if TYPE_CHECKING:
    from partners.accounts.models import User

TRACEPARENT = re.compile(r"^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$")


@dataclass
class Trace:
    """One request or job. `cases` fills itself: whatever case or person is loaded is noted as
    shown."""

    actor: "User | None" = None
    trace_id: str = field(default_factory=lambda: secrets.token_hex(16))
    span_id: str = field(default_factory=lambda: secrets.token_hex(8))
    parent_span_id: str = ""
    started: datetime = field(default_factory=timezone.now)
    origin: str = ""
    cases: dict[UUID, frozenset[int]] = field(default_factory=dict)  # with the teams that take part
    persons: set[int] = field(default_factory=set)


_current: ContextVar[Trace | None] = ContextVar("trace", default=None)


@contextmanager
def tracing(trace: Trace) -> Iterator[Trace]:
    token = _current.set(trace)
    try:
        yield trace
    finally:
        _current.reset(token)


def current_trace() -> Trace | None:
    return _current.get()


def current_actor() -> "User | None":
    trace = _current.get()
    return trace.actor if trace else None


def from_traceparent(header: str | None, **extra: Any) -> Trace:
    """A trace that goes on where a W3C traceparent header came from, or a new one."""
    if header and (result := TRACEPARENT.match(header.strip())):
        return Trace(trace_id=result[1], parent_span_id=result[2], **extra)
    return Trace(**extra)
