"""How long a session lasts, and that a password alone opens nothing."""

import time
from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from partners.accountability.activities import FRAME, SIGN_IN, activity_of
from partners.accountability.logs import refuse
from partners.accounts.signals import typed_text_left_behind

STARTED, SEEN = "session_started", "session_seen"
# Writing "seen" on every request costs an UPDATE each; half a minute is precise enough for fifteen.
SEEN_STEP_SECONDS = 30
WORKS_WHILE_LOCKED = {"session_reopen", "session_state", "account_logout", "account_login"}

GetResponse = Callable[[HttpRequest], HttpResponse]


class SessionLimitsMiddleware:
    """15 minutes without activity lock a session, 8 hours end it. What a page asks by itself is
    no activity."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        now = int(time.time())
        session = request.session
        started, seen = session.setdefault(STARTED, now), session.setdefault(SEEN, now)
        view, name = self._view(request)
        if now - started >= settings.SESSION_ABSOLUTE_SECONDS:
            return self._end(
                request, _("You were signed in for eight hours. Sign in again to go on.")
            )
        if now - seen >= settings.SESSION_IDLE_SECONDS and name not in WORKS_WHILE_LOCKED:
            return self._end(
                request, _("You did nothing for fifteen minutes. Sign in again to go on.")
            )
        if (
            not getattr(view, "passive", False)
            and now - seen >= SEEN_STEP_SECONDS
            and name not in WORKS_WHILE_LOCKED
        ):
            session[SEEN] = now
        return self.get_response(request)

    @staticmethod
    def _view(request: HttpRequest) -> tuple[object, str]:
        try:
            match = resolve(request.path_info)
        except Resolver404:
            return None, ""
        return match.func, match.view_name or ""

    @staticmethod
    def _end(request: HttpRequest, why: str) -> HttpResponse:
        back = request.get_full_path()
        if request.method == "POST":
            # What she typed is hers: kept as a draft, and found again on the form after signing in.
            typed_text_left_behind.send_robust(
                sender=SessionLimitsMiddleware, user=request.user, fields=request.POST
            )
            back = request.POST.get("form_page") or request.path
        logout(request)
        messages.warning(request, why)
        return redirect_to_login(back if back.startswith("/") else "/")


class SecondFactorMiddleware:
    """Whoever has no second factor yet sets one up first; under LVV_DEMO=1 it is offered, not
    required."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: object) -> HttpResponse | None:
        if (
            not settings.MFA_REQUIRED
            or not request.user.is_authenticated
            or request.session.get("second_factor")
        ):
            return None
        if is_mfa_enabled(request.user):
            request.session["second_factor"] = True
            return None
        activity = activity_of(request.resolver_match) if request.resolver_match else None
        if activity in (SIGN_IN, FRAME):
            return None
        refuse(request)
        return redirect("mfa_index")
