from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


def not_in_future(day: date) -> None:
    if day > timezone.localdate():
        raise ValidationError(_("This date lies in the future."), code="future")
    if day.year < 1900:
        raise ValidationError(_("The year lies before 1900. Check the date."), code="early")
