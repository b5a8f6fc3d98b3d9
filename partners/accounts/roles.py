"""Giving a role: one administrator gives it, another confirms it, and it begins the next day. What
one administrator alone may do is the exception."""

from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lvv.common.periods import is_over
from partners.accountability.history import set_change_reason
from partners.accounts.counterparts import NotTwo, is_counterpart
from partners.accounts.models import User
from partners.accounts.notices import notify_owner
from partners.organisations.enums import NEEDS_TWO, PilotState, Role, TeamFunction
from partners.organisations.models import Membership, Organisation, Pilot, Team

PROVISIONAL_ONCE = timedelta(days=30)
CONFIRMED_WITHIN = timedelta(days=30)


def give(membership: Membership, *, by: User) -> None:
    """Save a new membership as its first administrator gives it. One that takes two waits, without
    a first day, until another confirms it; a caseworker of a shelter team begins at once, and ends
    after the next working day unless that happens. Its owner is told."""
    membership.given_by = by
    membership.asked_from = max(membership.since or timezone.localdate(), timezone.localdate())
    membership.asked_until = membership.until
    if membership.role in NEEDS_TWO:
        membership.since = membership.until = None
        if _works_tonight(membership, by):
            membership.since = membership.asked_from
            membership.until = _provisional_end(membership)
    membership.save()
    notify_owner(membership.user, _("You were given a role"), str(membership))


def _provisional_end(membership: Membership) -> date:
    """The day on which a role ends that nobody confirmed."""
    assert membership.asked_from is not None
    end = after_next_working_day(membership.asked_from)
    return min(end, membership.asked_until or end)


def _works_tonight(membership: Membership, by: User) -> bool:
    """True for a caseworker of a shelter team, today, unless within thirty days one that nobody
    confirmed began so for her, or was given by this administrator."""
    User.objects.select_for_update().get(pk=by.pk)  # not several at once
    before = Membership.objects.filter(
        Q(user=membership.user) | Q(given_by=by),
        confirmed_by=None,
        since__gt=timezone.localdate() - PROVISIONAL_ONCE,
        role__in=NEEDS_TWO,
    )
    return (
        membership.role == Role.CASEWORKER
        and membership.team is not None
        and membership.team.function == TeamFunction.SHELTER
        and membership.asked_from == timezone.localdate()
        and not before.exclude(given_by=None).exists()
    )


@transaction.atomic
def confirm(membership: Membership, *, by: User) -> None:
    """The second administrator confirms a role, which begins the next day: at once where no pilot
    of its organisation is open yet, or where it began already. Raises NotTwo, also of a role that
    was ended meanwhile or was asked too long ago."""
    row = Membership.objects.select_for_update(of=("self",)).get(pk=membership.pk)
    if row.confirmed_by_id or row.given_by_id is None or by.pk == row.user_id:
        raise NotTwo
    if not is_counterpart(row.given_by_id, by):
        raise NotTwo
    today = timezone.localdate()
    if row.asked_from is None or row.asked_from <= today - CONFIRMED_WITHIN:
        raise NotTwo
    if row.since is None:
        soonest = today if begins_at_once(row.organisation, row.team) else today + timedelta(days=1)
        row.since = max(row.asked_from, soonest)
        row.until = row.until or row.asked_until  # an end that was set meanwhile stays
    elif is_over(row.until, today):  # it began tonight, and is over by now: it begins anew
        if row.until != _provisional_end(row):
            raise NotTwo
        row.since, row.until = today + timedelta(days=1), row.asked_until
    elif row.until == _provisional_end(row):
        row.until = row.asked_until
    if row.until is not None and row.until <= row.since:
        raise NotTwo
    row.confirmed_by, row.confirmed_at = by, timezone.now()
    set_change_reason(row, "confirmed")
    row.save()
    notify_owner(row.user, _("Your role was confirmed"), str(row))


def begins_at_once(organisation: Organisation, team: Team | None) -> bool:
    """True while a role there opens nothing: the pilot of the team is in preparation, or every
    pilot in which the organisation takes part is."""
    if team is not None:
        return team.pilot.state == PilotState.PREPARING
    pilots = Pilot.objects.filter(
        Q(municipality=organisation) | Q(teams__organisation=organisation)
    )
    return not pilots.exclude(state=PilotState.PREPARING).exists()


def after_next_working_day(day: date) -> date:
    """The day after the first day from Monday to Friday that follows this one."""
    following = day + timedelta(days=1)
    while following.weekday() > 4:
        following += timedelta(days=1)
    return following + timedelta(days=1)
