"""The first two administrators of an installation in which nobody can invite anybody yet. They
belong to the ministry, which keeps the list of organisations and pilots."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction

from lvv.common.periods import not_over
from partners.accountability.logs import audit
from partners.accountability.trace import Trace, tracing
from partners.accounts.lifecycle import invite
from partners.accounts.models import User
from partners.organisations.enums import OrganisationKind, Role
from partners.organisations.models import Membership, Organisation

MINISTRY = "Ministerie van Asiel en Migratie"  # until one of them gives it another name


class SetUpRefusedError(Exception):
    """Nothing was made; the message says why."""


@transaction.atomic
def invite_first_administrators(wanted: Sequence[str]) -> dict[User, str]:
    """An account and a link to set its password for each of these: `username` or `username=name`.

    Again for the same ones as long as none of them set a password: then earlier links stop working.
    Raises SetUpRefusedError.
    """
    names = {word.partition("=")[0].strip(): word.partition("=")[2].strip() for word in wanted}
    if len({username.lower() for username in names}) < max(2, len(wanted)):
        raise SetUpRefusedError(
            "An installation begins with two administrators: give two different usernames."
        )
    present = _administrators()
    if any(user.has_usable_password() for user in present.values()):
        raise SetUpRefusedError(
            "This installation has a functional administrator already: new ones are made under "
            "/beheer/."
        )
    if present and set(present) != set(names):
        raise SetUpRefusedError(
            f"{' and '.join(sorted(present))} were invited before: give the same usernames for new "
            "links."
        )
    with tracing(Trace(origin="set-up")):  # by whoever has the server: there is no actor
        users = list(present.values()) or _make(names)
        return {user: invite(user) for user in users}


def _administrators() -> dict[str, User]:
    """By username."""
    memberships = Membership.objects.filter(
        not_over(), role=Role.FUNCTIONAL_ADMIN, user__is_active=True
    ).select_related("user")
    return {membership.user.username: membership.user for membership in memberships}


def _make(names: dict[str, str]) -> list[User]:
    ministry, is_new = Organisation.objects.get_or_create(
        kind=OrganisationKind.MINISTRY, defaults={"name": MINISTRY}
    )
    if is_new:
        audit("organisation_added", obj=("organisation", ministry.pk))
    users = []
    for username, name in names.items():
        user = User(username=username, name=name or username, made_for=ministry)
        user.set_unusable_password()
        try:
            user.full_clean(exclude=["password"])
        except ValidationError as error:
            raise SetUpRefusedError(f"{username!r}: {' '.join(error.messages)}") from None
        user.save()
        audit("user_added", obj=("user", user.pk))
        membership = Membership.objects.create(
            user=user, organisation=ministry, role=Role.FUNCTIONAL_ADMIN
        )
        audit("membership_added", obj=("membership", membership.pk))
        users.append(user)
    return users
