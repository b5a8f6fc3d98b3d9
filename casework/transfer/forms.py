import re
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.records.enums import Answer
from governance.drafts.forms import KeptForm
from governance.drafts.kinds import DraftKind
from lvv.common.forms import DateField
from partners.organisations.models import Pilot

TRANSFER = DraftKind("transfer", _("Transfer to another pilot"))
TRANSFER_ANSWER = DraftKind("offered", _("Answer"))


class OfferForm(KeptForm):
    to_pilot = forms.TypedChoiceField(
        label=_("To pilot"), coerce=int, error_messages={"required": _("Choose the pilot.")}
    )
    text = forms.CharField(
        label=_("What must they know to decide?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_(
            "Why the person moves, and what is needed there. No name, number or address: "
            "the other pilot does not take part yet."
        ),
        error_messages={"required": _("Write what they must know to decide.")},
    )
    wanted_on = DateField(
        label=_("Planned day of handing over"),
        error_messages={"required": _("Enter the planned day.")},
    )

    def __init__(
        self, *args: Any, pilots: list[Pilot], identifying: list[str], **kwargs: Any
    ) -> None:
        """`identifying`: texts that identify the person, which do not belong in the offer."""
        super().__init__(*args, **kwargs)
        self.identifying = identifying
        self.fields["to_pilot"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose")),
            *((pilot.pk, pilot.name) for pilot in pilots),
        ]

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if re.search(r"\d{10}", re.sub(r"[\s.-]", "", text)) or any(
            word.casefold() in text.casefold() for word in self.identifying
        ):
            raise ValidationError(
                _("This says who the person is. Write it without a name or a number."),
                code="identifying",
            )
        return text

    def clean_wanted_on(self) -> date:
        day: date = self.cleaned_data["wanted_on"]
        if day < timezone.localdate():
            raise ValidationError(_("This day has passed."), code="past")
        return day


class AnswerForm(KeptForm):
    answer = forms.ChoiceField(
        label=_("Your answer"),
        widget=forms.RadioSelect,
        choices=[
            (Answer.ACCEPTED.value, _("We take the case over")),
            (Answer.DECLINED.value, _("We do not")),
        ],
        error_messages={"required": _("Choose an answer.")},
    )
    why = forms.CharField(
        label=_("Explanation"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed when you do not take it over."),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("answer") == Answer.DECLINED and not str(data.get("why", "")).strip():
            self.add_error("why", _("Write why you do not take it over."))
        return data
