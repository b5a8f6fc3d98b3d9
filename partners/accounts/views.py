import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from allauth.mfa.webauthn.forms import ReauthenticateWebAuthnForm
from allauth.mfa.webauthn.internal import auth as webauthn
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partners.accountability.activities import PARTICIPATION, SIGN_IN, processes
from partners.accountability.logs import audit
from partners.accounts.forms import AccountForm, ChoosePasswordForm
from partners.accounts.middleware import SEEN, STARTED
from partners.accounts.models import Invitation, Session, User


def _left(request: HttpRequest) -> dict[str, int]:
    now = int(time.time())
    return {
        "idle": settings.SESSION_IDLE_SECONDS - (now - request.session.get(SEEN, now)),
        "absolute": settings.SESSION_ABSOLUTE_SECONDS - (now - request.session.get(STARTED, now)),
    }


@processes(SIGN_IN, passive=True)
@login_not_required
@require_GET
def session_state(request: HttpRequest) -> JsonResponse:
    """Seconds left in the session; zero if signed out. The page asks for it itself, so it does not
    prolong the session."""
    if not request.user.is_authenticated:
        return JsonResponse({"idle": 0, "absolute": 0})
    return JsonResponse(_left(request))


@processes(SIGN_IN)
@require_POST
def session_prolong(request: HttpRequest) -> JsonResponse:
    """The worker said that she is still there."""
    request.session[SEEN] = int(time.time())
    return JsonResponse(_left(request))


@processes(SIGN_IN, passive=True)
@require_http_methods(["GET", "POST"])
def session_reopen(request: HttpRequest) -> JsonResponse:
    """After idling: the same user shows her passkey, and the page goes on where it was."""
    user: User = request.user  # type: ignore[assignment]
    has_passkey = Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).exists()
    if request.method == "GET":
        options = webauthn.begin_authentication(user) if has_passkey else None
        return JsonResponse({"request_options": options})
    form = ReauthenticateWebAuthnForm(request.POST, user=user)
    if not has_passkey or not form.is_valid():
        audit("session_reopen", outcome="denied", actor=user)
        return JsonResponse({"error": _("The passkey was not accepted.")}, status=400)
    form.cleaned_data["credential"].record_usage()
    request.session[SEEN] = int(time.time())
    audit("session_reopen", actor=user)
    return JsonResponse(_left(request))


@processes(SIGN_IN)
@login_not_required
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Accept an invitation: choose a password, once; then the second factor is next."""
    result = Invitation.objects.find(token)
    if result is None:
        return render(request, "partners/accounts/invitation_gone.html", status=404)
    form = ChoosePasswordForm(result.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.save()
        result.used_at = timezone.now()
        result.save(update_fields=["used_at"])
        result.user.end_sessions()
        audit("invitation_accepted", actor=result.user)
        if is_mfa_enabled(result.user):
            # The new password opens nothing by itself: whoever holds the link still needs the
            # second factor.
            messages.success(
                request, _("Your password is set. Sign in with it and your second factor.")
            )
            return redirect("account_login")
        login(request, result.user, backend=settings.AUTHENTICATION_BACKENDS[0])
        # The password was just chosen: adding the factor asks for it no second time.
        record_authentication(request, result.user, method="password", reauthenticated=True)
        messages.success(request, _("Your password is set. Now add a second factor."))
        return redirect("mfa_index")
    status = 400 if form.errors else 200
    context: dict[str, Any] = {"form": form, "invited": result.user}
    return render(request, "partners/accounts/invitation.html", context, status=status)


@dataclass(frozen=True)
class OpenSession:
    """Where somebody is signed in, as far as she needs it to recognise one that is not hers."""

    since: datetime
    seen: datetime
    is_this: bool


def open_sessions(user: User, this: str) -> list[OpenSession]:
    result = []
    for row in Session.objects.filter(user=user, expire_date__gt=timezone.now()):
        data = row.get_decoded()
        if STARTED in data and SEEN in data:
            since, seen = (datetime.fromtimestamp(data[key], tz=UTC) for key in (STARTED, SEEN))
            result.append(OpenSession(since, seen, row.session_key == this))
    return sorted(result, key=lambda one: (not one.is_this, -one.seen.timestamp()))


@processes(PARTICIPATION)
@require_http_methods(["GET", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """One's own account: reachable by whom, working for whom, signed in where."""
    user: User = request.user  # type: ignore[assignment]
    form = AccountForm(request.POST or None, instance=User.objects.get(pk=user.pk))
    if request.method == "POST" and form.is_valid():
        # Nothing else: an administrator may have closed the account since.
        form.save(commit=False).save(update_fields=form.changed_data)
        messages.success(request, _("Your account is changed."))
        return redirect("account_home")
    context = {
        "form": form,
        "memberships": user.memberships.in_force().select_related(
            "organisation", "team__pilot", "team__organisation"
        ),
        "sessions": open_sessions(user, request.session.session_key or ""),
    }
    return render(
        request, "partners/accounts/account.html", context, status=400 if form.errors else 200
    )


@processes(PARTICIPATION)
@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """Sign the user out of every session but this one."""
    user: User = request.user  # type: ignore[assignment]
    user.end_sessions(besides=request.session.session_key or "")
    messages.success(request, _("You are signed out everywhere else."))
    return redirect("account_home")


@processes(SIGN_IN)
@login_not_required
def closed(request: HttpRequest, **_: object) -> HttpResponse:
    """Pages of the sign-in package that this application does not have."""
    raise Http404
