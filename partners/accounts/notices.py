"""Messages to the owner of an account about what administrators did with it."""

from django.utils import formats, translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners.accountability.models import OutboxMessage
from partners.accounts.models import User
from partners.organisations.enums import OVERSIGHT_ROLES, Role
from partners.organisations.models import Membership


def notify_owner(
    user: User, subject: Promise | str, body: Promise | str, *, address: str = ""
) -> None:
    """Put a message in the outbox for whoever owns this account, in Dutch, with what to do if it
    surprises her. It goes to the address of the account, or to `address`: the one it had before."""
    with translation.override("nl"):
        what_to_do = _("If you did not ask for this, tell your administrator at once.")
        OutboxMessage.objects.create(
            user=user, address=address, subject=str(subject), body=f"{body}\n\n{what_to_do}"
        )


def notify_organisation(
    organisation: int,
    subject: Promise | str,
    body: Promise | str,
    *,
    roles: tuple[Role, ...] = (*OVERSIGHT_ROLES, Role.COORDINATOR, Role.FUNCTIONAL_ADMIN),
) -> None:
    """Tell who administers, coordinates or oversees an organisation what happened in it."""
    members = Membership.objects.in_force().filter(
        organisation=organisation,
        role__in=roles,
        user__is_active=True,
    )
    for user in User.objects.filter(pk__in=members.values("user")).order_by("pk"):
        notify_owner(user, subject, body)


def notify_of_end(membership: Membership) -> None:
    """Say to whose role was given an end, and to who oversees or administers her organisation."""
    with translation.override("nl"):
        body = _("Role: %(role)s, %(organisation)s. It ends on %(day)s.") % {
            "role": membership.get_role_display(),
            "organisation": membership.organisation,
            "day": formats.date_format(membership.until, "j F Y") if membership.until else "–",
        }
    others = Membership.objects.in_force().filter(
        organisation=membership.organisation_id,
        role__in=(*OVERSIGHT_ROLES, Role.FUNCTIONAL_ADMIN),
        user__is_active=True,
    )
    whom = {membership.user, *(row.user for row in others.select_related("user"))}
    for user in sorted(whom, key=lambda user: user.pk):
        notify_owner(user, gettext_lazy("A role was given an end"), body)
