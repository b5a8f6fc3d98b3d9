from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.escalation.enums import Level
from casework.records.validators import not_too_far
from governance.drafts.forms import KeptForm
from lvv.forms import DateField

ORDER = list(Level)


class EscalateForm(KeptForm):
    """One central question, put to the next level; to a further one only with a reason."""

    level = forms.ChoiceField(label=_("Level"), error_messages={"required": _("Choose the level.")})
    question = forms.CharField(
        label=_("The one central question"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write the question.")},
    )  # fmt: skip
    answer_due_on = DateField(label=_("Answer before"), validators=[not_too_far])
    skipped_because = forms.CharField(
        label=_("Why a level is skipped"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, reached: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reached = ORDER.index(Level(reached))
        self.fields["level"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose")),
            *((level.value, level.label) for level in ORDER[self.reached + 1 :]),
        ]

    def clean_answer_due_on(self) -> date:
        day: date = self.cleaned_data["answer_due_on"]
        if day <= timezone.localdate():
            raise ValidationError(_("The end must lie in the future."), code="past")
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        level = data.get("level")
        if level and ORDER.index(Level(level)) > self.reached + 1 and not data.get("skipped_because"):
            self.add_error("skipped_because", _("Write why a level is skipped."))
        return data


class PartForm(KeptForm):
    text = forms.CharField(
        label=_("What your organisation brings forward"), max_length=5000, widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Write what your organisation brings forward.")},
    )  # fmt: skip


class MemberForm(KeptForm):
    username = forms.CharField(
        label=_("Account"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Enter the account.")},
    )  # fmt: skip


class AdviceForm(KeptForm):
    advice = forms.CharField(
        label=_("Advice"), max_length=5000, widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write the advice.")},
    )  # fmt: skip


class AnswerForm(KeptForm):
    adopted = forms.TypedChoiceField(
        label=_("Is the advice followed?"), choices=[("yes", _("yes")), ("no", _("no"))], widget=forms.RadioSelect,
        coerce=lambda said: said == "yes", error_messages={"required": _("Choose whether it is followed.")},
    )  # fmt: skip
    reasons = forms.CharField(
        label=_("Reasons"), required=False, max_length=3000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("adopted") is False and not data.get("reasons"):
            self.add_error("reasons", _("Write why the advice is not followed."))
        return data
