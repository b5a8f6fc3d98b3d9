"""Messages to the owner of an account about what administrators did with it."""

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from partners.accountability.models import OutboxMessage
from partners.accounts.models import User


def notify_owner(user: User, subject: Promise | str, body: Promise | str) -> None:
    """Put a message in the outbox for whoever owns this account, in Dutch, with what to do if it
    surprises her."""
    with translation.override("nl"):
        what_to_do = _("If you did not ask for this, tell your administrator at once.")
        OutboxMessage.objects.create(
            user=user, subject=str(subject), body=f"{body}\n\n{what_to_do}"
        )
