"""Fields that forms of many rooms have."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lvv.common.forms import DateField


class DayField(DateField):
    """A day that came."""

    default_validators = []  # what is far ahead lies in the future

    def clean(self, value: Any) -> date | None:
        day = super().clean(value)
        if day and day > timezone.localdate():
            raise ValidationError(_("This date lies in the future."), code="future")
        if day and day.year < 1900:
            raise ValidationError(_("The year lies before 1900. Check the date."), code="early")
        return day


class ReasonField(forms.CharField):
    """Why somebody asks for something that is kept with its reason: a few words at least."""

    def __init__(self, *, required_message: Any, **kwargs: Any) -> None:
        messages = {"required": required_message, "min_length": _("Say a little more.")}
        super().__init__(
            min_length=5,
            max_length=300,
            error_messages=messages,
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
            **kwargs,
        )
