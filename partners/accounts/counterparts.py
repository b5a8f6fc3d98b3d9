"""Acts that take two people: two accounts are two people only if neither was in the hands of the
other lately."""

from lvv.common.database import call
from partners.accounts.models import User


class NotTwo(Exception):
    """An act of two people was to be done by one: the second must be her counterpart, and neither
    may be who it is about."""


def is_counterpart(one: User | int | None, other: User | int | None) -> bool:
    """True if these are two people, of whom neither made, invited or reset the account of the other
    within thirty days (is_counterpart() in sql/counterparts.sql). False without one of them."""
    keys = [getattr(user, "pk", user) for user in (one, other)]
    return bool(call("is_counterpart", *keys))
