"""How far a day lies from today, in words."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def days_from_today(day: date) -> str:
    days = (day - timezone.localdate()).days
    if days == 0:
        return _("today")
    if days > 0:
        return ngettext("in %(n)d day", "in %(n)d days", days) % {"n": days}
    return ngettext("%(n)d day ago", "%(n)d days ago", -days) % {"n": -days}


def lateness(on: date) -> str:
    """How long ago something was due; empty for a day to come."""
    days = (timezone.localdate() - on).days
    if days == 0:
        return _("today")
    return ngettext("%(n)d day late", "%(n)d days late", days) % {"n": days} if days > 0 else ""


def days_waiting(since: date) -> str:
    """For how long something has been asked."""
    days = (timezone.localdate() - since).days
    return (
        ngettext("for %(n)d day", "for %(n)d days", days) % {"n": days} if days > 0 else _("today")
    )
