from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

FARTHEST = 50  # years ahead: nobody plans beyond, and the calendar ends somewhere


def not_too_far(day: date) -> None:
    if day.year > timezone.localdate().year + FARTHEST:
        raise ValidationError(_("The year lies too far ahead. Check the date."), code="far")


def not_in_future(day: date) -> None:
    if day > timezone.localdate():
        raise ValidationError(_("This date lies in the future."), code="future")
    if day.year < 1900:
        raise ValidationError(_("The year lies before 1900. Check the date."), code="early")
