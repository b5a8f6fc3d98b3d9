"""One transaction around view and rendering, with the worker's clearance in it and both logs as
its last statements."""

import logging
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import InternalError, transaction
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from django_htmx.middleware import HtmxDetails

from governance.access.clearance import Clearance, apply_due, entered
from governance.access.wall import WallBreach
from partners.accountability.activities import SIGN_IN, Activity, activity_of
from partners.accountability.logs import log_denial, log_request
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


READ_ONLY = "25006"  # what the database answers to whoever writes in a dossier that was handed over


class Refused(HttpResponse):
    """The database refused the act: nothing of it stays."""


def _undoes(response: HttpResponse) -> bool:
    return (
        response.status_code >= 500
        or response.status_code in (403, 404)
        or isinstance(response, Refused)
    )


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
            response = self._in_one_transaction(request, trace, activity)
            if request.method == "POST" and _undoes(response):
                typed_text_left_behind.send(
                    sender=ClearanceMiddleware, user=user, fields=request.POST
                )
            if response.status_code in (403, 404):
                log_denial(trace, request, activity, getattr(request, "clearance", None))
            return response

    def _in_one_transaction(
        self, request: HttpRequest, trace: Trace, activity: Activity
    ) -> HttpResponse:
        with transaction.atomic(), entered(trace.actor) as clearance:  # type: ignore[arg-type]
            request.clearance = clearance  # type: ignore[attr-defined]
            response = self.get_response(request)
            if _undoes(response):
                # Nothing of a refused or broken request stays; its denial is logged after this.
                transaction.set_rollback(True)
            else:
                log_request(trace, request, activity, clearance)
        return response

    @staticmethod
    def _activity(request: HttpRequest) -> Activity | None:
        try:
            return activity_of(resolve(request.path_info))
        except Resolver404:
            return None

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
        if isinstance(error, InternalError) and getattr(error.__cause__, "pgcode", "") == READ_ONLY:
            transaction.set_rollback(True)
            return Refused(render_to_string("errors/read_only.html", {}, request), status=409)
        return None
