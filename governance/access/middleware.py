"""One transaction around view and rendering, with the worker's clearance in it and both logs as
its last statements."""

import logging
from collections.abc import Callable
from itertools import islice
from typing import Any
from uuid import UUID

from django.core.exceptions import (
    BadRequest,
    ImproperlyConfigured,
    PermissionDenied,
    SuspiciousOperation,
)
from django.db import InternalError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from django_htmx.middleware import HtmxDetails

from governance.access.clearance import Clearance, apply_due, entered
from governance.access.wall import WallBreach
from partners.accountability.activities import SIGN_IN, Activity, activity_of
from partners.accountability.logs import log_refusal, log_request, refuse
from partners.accountability.models import AuditEntry
from partners.accountability.origin import client_address
from partners.accountability.trace import Trace, from_traceparent, tracing
from partners.accounts.models import User
from partners.accounts.signals import typed_text_left_behind

security = logging.getLogger("lvv.security")


class ClearanceRequest(HttpRequest):
    """A request of a signed-in worker, inside the transaction that holds her scope."""

    clearance: Clearance
    user: User
    trace: Trace
    htmx: HtmxDetails
    audited: dict[str, Any]  # what an act wants the audit log to say of it


# How a view, or what reads a request, refuses.
REFUSALS = (PermissionDenied, Http404, SuspiciousOperation, BadRequest)
MOST_TRIED = 200  # of one form
READ_ONLY = "25006"  # what the database answers to whoever writes in a dossier that was handed over


def is_refused(request: HttpRequest, response: HttpResponse | None) -> bool:
    return getattr(request, "refused", False) or (
        response is not None and response.status_code in (403, 404, 405)
    )


def _tried(request: HttpRequest) -> set[UUID]:
    """What a form named besides what its address says: a person, another case."""
    values = [
        _reference(value)
        for name in request.POST
        if name != "form_token"
        for value in request.POST.getlist(name)
    ]
    return set(islice((value for value in values if value), MOST_TRIED))


def _reference(text: Any) -> UUID | None:
    """The reference that this is, in any way of writing it that a form understands."""
    try:
        return UUID(str(text))
    except ValueError:
        return None


class ClearanceMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user if request.user.is_authenticated else None
        trace = from_traceparent(
            request.headers.get("traceparent"),
            actor=user,
            origin=f"{client_address(request)} {(request.session.session_key or '')[:8]}".strip(),
        )
        request.trace = trace  # type: ignore[attr-defined]
        activity = self._activity(request)
        with tracing(trace):
            # Sign-in pages show no persons, and their counters must outlive a refused attempt: no
            # transaction here.
            if user is None or activity is None or activity is SIGN_IN:
                return self.get_response(request)
            apply_due()
            response = None
            try:
                response = self._in_one_transaction(request, trace, activity)
            finally:  # before anything else that could fail
                broken = response is None or response.status_code >= 500
                if (refused := is_refused(request, response)) or broken:
                    outcome = AuditEntry.Outcome.DENIED if refused else AuditEntry.Outcome.FAILED
                    worker = getattr(request, "clearance", None)
                    log_refusal(trace, request, activity, worker, outcome, _tried(request))
            if request.method == "POST" and (refused or broken):
                typed_text_left_behind.send_robust(
                    sender=ClearanceMiddleware, user=user, fields=request.POST
                )
            return response

    def _in_one_transaction(
        self, request: HttpRequest, trace: Trace, activity: Activity
    ) -> HttpResponse:
        with transaction.atomic(), entered(trace.actor) as clearance:  # type: ignore[arg-type]
            request.clearance = clearance  # type: ignore[attr-defined]
            response = self.get_response(request)
            if response.status_code >= 500 or is_refused(request, response):
                # Nothing of a refused or broken request stays; its denial is logged after this.
                transaction.set_rollback(True)
            else:
                log_request(trace, request, activity, clearance)
        return response

    @staticmethod
    def _activity(request: HttpRequest) -> Activity | None:
        try:
            request.resolver_match = resolve(request.path_info)
        except Resolver404:
            return None
        return activity_of(request.resolver_match)

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> None:
        match = request.resolver_match
        if match is not None and activity_of(match) is None:
            raise ImproperlyConfigured(
                f"The view {match.view_name or match._func_path} declares no activity."
            )

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, WallBreach):
            security.critical("second wall: %s", error)
        if isinstance(error, REFUSALS):  # noted before its page is made, which may break
            refuse(request)
        if isinstance(error, InternalError) and getattr(error.__cause__, "pgcode", "") == READ_ONLY:
            transaction.set_rollback(True)
            refuse(request)
            return HttpResponse(render_to_string("errors/read_only.html", {}, request), status=409)
        return None
