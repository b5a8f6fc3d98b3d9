import base64
import hashlib
from datetime import timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from partners.accountability.origin import client_address
from partners.accounts.throttle import Attempt, remember_browser


def _fernet() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(settings.FIELD_KEY.encode()).digest()))


class AccountAdapter(DefaultAccountAdapter):
    """Accounts come from an administrator's invitation, never from a sign-up form."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "too_many_login_attempts": _("Too many wrong attempts. Try again in five minutes.")
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """The package would count a name, or a place, by itself."""

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        attempt = Attempt(request, credentials.get("username", ""))
        if attempt.refused_until:
            until = timezone.localtime(attempt.refused_until) + timedelta(seconds=59)
            text = gettext(
                "Too many wrong attempts with this name from here. You can try again at %(time)s."
            )
            raise ValidationError(text % {"time": f"{until:%H:%M}"}, code="too_many_login_attempts")
        user = super().authenticate(request, **credentials)
        if user is not None:
            attempt.succeeded()
        return user

    def post_login(self, request: HttpRequest, user: Any, **details: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **details)
        remember_browser(request, response, user.username)
        return response


class MFAAdapter(DefaultMFAAdapter):
    """Secrets of second factors are encrypted with this installation's key before they reach the
    database."""

    def encrypt(self, text: str) -> str:
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _fernet().decrypt(encrypted_text.encode()).decode()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        entity: dict[str, Any] = super().get_public_key_credential_rp_entity()
        return {**entity, "name": "LVV"}
