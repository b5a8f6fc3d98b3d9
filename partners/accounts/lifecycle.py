"""Accounts that change hands: invitations, leavers, and a second factor that was lost. Each act
is in the audit log."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.dispatch import Signal
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lvv.common.periods import in_force
from partners.accountability.history import set_change_reason
from partners.accountability.logs import audit
from partners.accounts.counterparts import NotTwo, is_counterpart
from partners.accounts.models import FactorReset, Invitation, User
from partners.accounts.notices import notify_organisation, notify_owner
from partners.organisations.enums import Role

# Who knows of open work of an account answers with a row for each of its teams: the organisation,
# how many cases it manages there, and in how many it is the contact.
account_closes = Signal()


def open_work_of(user: User) -> list[tuple[str, int, int]]:
    """What this account would leave behind if it were closed, of each of its teams."""
    answers: list[Any] = [rows for _receiver, rows in account_closes.send(sender=User, user=user)]
    return [row for rows in answers for row in rows]


def invite(user: User, *, by: User | None = None) -> str:
    """A link with which this user sets a password, once, within three days. Her second factor
    stays as it is. `by` nobody when nobody is there yet: the row then names herself, the log no
    actor."""
    _invitation, token = Invitation.objects.issue(user, by=by or user)
    audit("invitation_issued", actor=by, obj=("user", user.pk))
    if by is not None:
        notify_owner(
            user,
            _("An invitation was issued for your account"),
            _("An administrator made a link with which a new password is set for your account."),
        )
    return f"{settings.SITE_URL}{reverse('invitation', args=[token])}"


@transaction.atomic
def close_account(user: User, *, by: User) -> int:
    """A leaver: the account and her memberships end today, and every session she has ends now."""
    today = timezone.localdate()
    leaves = open_work_of(user)
    organisations = set(user.memberships.filter(in_force()).values_list("organisation", flat=True))
    user.is_active = False
    user.save(update_fields=["is_active"])
    running = Q(in_force()) | Q(since=None, until=None)  # also one that waits
    for membership in user.memberships.filter(running):
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
    if leaves:
        for organisation in organisations:
            notify_organisation(
                organisation,
                _("A colleague left, whose cases wait for another"),
                _("Sign in, and hand them over to a colleague."),
                roles=(Role.COORDINATOR,),
            )
    return ended


def ask_factor_reset(user: User, *, by: User) -> FactorReset:
    """Request a reset of the user's second factor, by the first of two administrators."""
    reset = FactorReset.objects.create(user=user, requested_by=by)
    audit("factor_reset_asked", actor=by, obj=("user", user.pk))
    notify_owner(
        user,
        _("An administrator asks to lift your second factor"),
        _("As soon as another administrator confirms it, you sign in with your password alone."),
    )
    return reset


@transaction.atomic
def confirm_factor_reset(reset: FactorReset, *, by: User) -> None:
    """The second administrator lifts the factor; the user is told and starts again with her
    password."""
    reset = (
        FactorReset.objects.select_for_update(of=("self",)).select_related("user").get(pk=reset.pk)
    )
    two = by.pk != reset.user_id and is_counterpart(reset.requested_by_id, by)
    if reset.confirmed_at or not two:
        raise NotTwo
    reset.confirmed_by, reset.confirmed_at = by, timezone.now()
    reset.told_at = timezone.now()
    reset.save()
    Authenticator.objects.filter(user=reset.user).delete()
    reset.user.end_sessions()
    notify_owner(
        reset.user,
        _("Your second factor was lifted"),
        _(
            "Two administrators lifted the second factor of your account. At your next sign-in you "
            "add a new one."
        ),
    )
    audit("factor_reset_confirmed", actor=by, obj=("user", reset.user_id))
