"""Accounts that change hands: invitations, leavers, and a second factor that was lost. Each act
is in the audit log."""

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from partners.accountability.history import set_change_reason
from partners.accountability.logs import audit
from partners.accountability.models import OutboxMessage
from partners.accounts.models import FactorReset, Invitation, User


def invite(user: User, *, by: User | None = None) -> str:
    """A link with which this user sets a password, once, within three days. Her second factor
    stays as it is. `by` nobody when nobody is there yet: the row then names herself, the log no
    actor."""
    _invitation, token = Invitation.objects.issue(user, by=by or user)
    audit("invitation_issued", actor=by, obj=("user", user.pk))
    return f"{settings.SITE_URL}{reverse('invitation', args=[token])}"


@transaction.atomic
def close_account(user: User, *, by: User) -> int:
    """A leaver: the account and her memberships end today, and every session she has ends now."""
    today = timezone.localdate()
    user.is_active = False
    user.save(update_fields=["is_active"])
    for membership in user.memberships.in_force():
        membership.until = today
        set_change_reason(membership, "leaver")
        membership.save()
        audit(
            "membership_changed",
            actor=by,
            obj=("user", user.pk),
            pilot_id=membership.team.pilot_id if membership.team else None,
        )
    ended = user.end_sessions()
    audit("account_closed", actor=by, obj=("user", user.pk))
    return ended


def ask_factor_reset(user: User, *, by: User) -> FactorReset:
    """Request a reset of the user's second factor, by the first of two administrators."""
    reset = FactorReset.objects.create(user=user, requested_by=by)
    audit("factor_reset_asked", actor=by, obj=("user", user.pk))
    return reset


class NotTwo(Exception):
    """The second administrator must be somebody else, and neither may be the user herself."""


@transaction.atomic
def confirm_factor_reset(reset: FactorReset, *, by: User) -> None:
    """The second administrator lifts the factor; the user is told and starts again with her
    password."""
    reset = (
        FactorReset.objects.select_for_update(of=("self",)).select_related("user").get(pk=reset.pk)
    )
    if reset.confirmed_at or by.pk in (reset.requested_by_id, reset.user_id):
        raise NotTwo
    reset.confirmed_by, reset.confirmed_at = by, timezone.now()
    reset.told_at = timezone.now()
    reset.save()
    Authenticator.objects.filter(user=reset.user).delete()
    reset.user.end_sessions()
    with translation.override("nl"):
        OutboxMessage.objects.create(
            user=reset.user,
            subject=_("Your second factor was lifted"),
            body=_(
                "Two administrators lifted the second factor of your account. At your next "
                "sign-in you add a new one. "
                "If you did not ask for this, tell your administrator at once."
            ),
        )
    audit("factor_reset_confirmed", actor=by, obj=("user", reset.user_id))
