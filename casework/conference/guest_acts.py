"""Guests of a meeting: they read its agenda, on the day on which it is held."""

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy

from casework.conference.models import Meeting
from casework.journey.acts import in_dutch
from lvv.common.database import call

GUEST = gettext_lazy("guest of the case conference of %(day)s")


def guests_read(meeting: Meeting) -> None:
    """Admit the guests of a meeting who have an account to the items now on its agenda, for the day
    of the meeting."""
    for account in meeting.guests.exclude(user=None).values_list("user__username", flat=True):
        admit_guest(meeting, account)


def admit_guest(meeting: Meeting, account: str) -> int | None:
    """The user who reads along at this meeting from now on; None if this account cannot."""
    why = in_dutch(GUEST, day=date_format(meeting.on, "j-n-Y"))
    who: int | None = call("conference_admit", meeting.pk, account, why)
    return who


def guests_leave(meeting: Meeting) -> None:
    call("conference_guests_leave", meeting.pk)
