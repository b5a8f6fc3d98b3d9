"""Signing in and out, and changes of factors, in the audit log. These pages run outside the
request's transaction."""

from typing import Any

from allauth.account.signals import password_changed
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from partners.accountability.logs import audit
from partners.accounts.notices import notify_owner


@receiver(user_logged_in)
def signed_in(sender: object, user: Any, **_: Any) -> None:
    audit("signed_in", actor=user)


@receiver(user_logged_out)
def signed_out(sender: object, user: Any, **_: Any) -> None:
    if user is not None:
        audit("signed_out", actor=user)


@receiver(user_login_failed)
def sign_in_failed(
    sender: object, credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any
) -> None:
    # Not the name that was typed: people type their password there.
    audit("sign_in_failed", outcome="denied")


@receiver(password_changed)
def password_was_changed(sender: object, user: Any, **_: Any) -> None:
    audit("password_changed", actor=user)
    subject = gettext_lazy("Your password was changed")
    notify_owner(user, subject, gettext_lazy("Somebody who knew the old one chose a new one."))


@receiver((authenticator_added, authenticator_removed, authenticator_reset))
def factor_changed(sender: object, user: Any, **_: Any) -> None:
    audit("second_factor_changed", actor=user)
