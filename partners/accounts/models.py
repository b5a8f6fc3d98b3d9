import hashlib
import secrets
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.contrib.auth.validators import ASCIIUsernameValidator
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners.accountability.history import History


class User(AbstractUser):
    """One person who signs in. What she may see follows from her memberships, never from flags
    on this row."""

    id = models.AutoField(primary_key=True)
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail address"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    # Whose administrator made the account: until it belongs somewhere, it is for that
    # organisation's only.
    made_for = models.ForeignKey(
        "partners.Organisation",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
    )
    made_by = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    shortcuts = models.BooleanField(_("single-key shortcuts"), default=True)
    # What the account was called, and where its messages went, before it was changed.
    history = History(
        excluded_fields=[
            "password", "last_login", "date_joined", "is_superuser", "is_staff", "made_for",
            "made_by", "shortcuts",
        ]
    )  # fmt: skip

    class Meta:
        ordering = ["name"]
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            # Signing in does not look at capitals.
            models.UniqueConstraint(
                Upper("username"),
                name="username_once",
                violation_error_message=_("This username is in use."),
            )
        ]

    def clean_fields(self, exclude: Any = None) -> None:
        super().clean_fields(exclude)
        if "username" not in (exclude or ()):
            ASCIIUsernameValidator()(self.username)

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)

    def end_sessions(self, *, besides: str = "") -> int:
        """Sign this user out everywhere, now; `besides` one session, her own."""
        return Session.objects.filter(user=self).exclude(session_key=besides).delete()[0]


class Session(AbstractBaseSession):
    """A session that knows whose it is, so that a leaver's can be ended."""

    user = models.ForeignKey(User, models.CASCADE, null=True, db_index=True, related_name="+")

    class Meta:
        db_table = "partners_session"

    @classmethod
    def get_session_store_class(cls) -> Any:
        from partners.accounts.sessions import SessionStore

        return SessionStore


class InvitationManager(models.Manager["Invitation"]):
    def issue(self, user: User, *, by: User) -> tuple["Invitation", str]:
        """A new invitation and its secret, which is shown once; earlier ones stop working."""
        self.filter(user=user, used_at=None).update(expires_at=timezone.now())
        token = secrets.token_urlsafe(32)
        return self.create(user=user, token_hash=self.digest(token), issued_by=by), token

    def find(self, token: str) -> "Invitation | None":
        return self.filter(
            token_hash=self.digest(token),
            used_at=None,
            expires_at__gt=timezone.now(),
            user__is_active=True,
        ).first()

    @staticmethod
    def digest(token: str) -> str:
        return hashlib.sha256(token.encode()).hexdigest()


def _in_three_days() -> Any:
    return timezone.now() + timedelta(days=3)


class Invitation(models.Model):
    """A link with which one user sets her password, once. Also the way back for a forgotten
    password."""

    user = models.ForeignKey(User, models.CASCADE, related_name="invitations")
    token_hash = models.CharField(max_length=64, unique=True)
    issued_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    issued_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(default=_in_three_days)
    used_at = models.DateTimeField(null=True)

    objects = InvitationManager()

    def __str__(self) -> str:
        return f"invitation of {self.user_id}"


class FactorReset(models.Model):
    """One administrator asks to lift a lost second factor, another one does it."""

    user = models.ForeignKey(User, models.CASCADE, related_name="factor_resets")
    requested_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(default=timezone.now)
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-requested_at"]
        verbose_name = _("lost second factor")
        verbose_name_plural = _("lost second factors")
        constraints = [
            models.CheckConstraint(
                name="factor_reset_takes_two",
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=models.F("requested_by")),
                violation_error_message=_(
                    "Another administrator than the one who asked must confirm."
                ),
            ),
            models.CheckConstraint(
                name="factor_reset_never_for_oneself",
                condition=~Q(user=models.F("requested_by"))
                & (Q(confirmed_by=None) | ~Q(user=models.F("confirmed_by"))),
                violation_error_message=_("Nobody lifts their own second factor."),
            ),
        ]

    def __str__(self) -> str:
        return f"factor reset {self.pk}"
