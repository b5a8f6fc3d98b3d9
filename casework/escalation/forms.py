from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.escalation.enums import Level
from casework.escalation.models import Escalation
from casework.journey.guards import format_day
from casework.register.forms import DayField
from governance.drafts.forms import KeptForm
from governance.drafts.kinds import DraftKind, reading
from lvv.common.forms import DateField

ESCALATION = DraftKind(
    "escalation", _("Escalation"), reading(Escalation, "case__reference", empty=("ask",))
)

ORDER = list(Level)
LONGEST = timedelta(days=183)


class EscalateForm(KeptForm):
    """One central question, put to the next level; to a further one only with a reason."""

    level = forms.ChoiceField(label=_("Level"), error_messages={"required": _("Choose the level.")})
    question = forms.CharField(
        label=_("The one central question"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write the question.")},
    )
    asked_on = DayField(
        label=_("Asked on"), error_messages={"required": _("Enter on which day it was asked.")}
    )
    answer_due_on = DateField(label=_("Answer by"))
    skipped_because = forms.CharField(
        label=_("Why a level is skipped"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(
        self,
        *args: Any,
        reached: str,
        levels: list[Level],
        decided: dict[Level, date],
        **kwargs: Any,
    ) -> None:
        """`decided`: when the conference decided to put a question to each level."""
        super().__init__(*args, **kwargs)
        self.decided = decided
        self.fields["asked_on"].initial = timezone.localdate()
        self.reached = ORDER.index(Level(reached))
        self.fields["level"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose")),
            *((level.value, level.label) for level in levels),
        ]

    def clean_answer_due_on(self) -> date:
        return _soon(self.cleaned_data["answer_due_on"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        level = data.get("level")
        if (
            level
            and ORDER.index(Level(level)) > self.reached + 1
            and not data.get("skipped_because")
        ):
            self.add_error("skipped_because", _("Write why a level is skipped."))
        decided, asked = self.decided.get(Level(level)) if level else None, data.get("asked_on")
        if decided and asked and asked < decided:
            self.add_error(
                "asked_on",
                _("The conference decided on this on %(day)s: it was not asked before.")
                % {"day": format_day(decided)},
            )
        return data


def _soon(day: date) -> date:
    """Whoever advises reads the case until then: not for years."""
    if day <= timezone.localdate():
        raise ValidationError(_("The end must lie in the future."), code="past")
    if day > timezone.localdate() + LONGEST:
        raise ValidationError(_("An answer is asked for within half a year."), code="far")
    return day


class ExtendForm(KeptForm):
    """More time for the answer; whoever advises reads the case until then."""

    answer_due_on = DateField(label=_("Answer by"))

    def __init__(self, *args: Any, asked: Escalation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = asked

    def clean_answer_due_on(self) -> date:
        day = _soon(self.cleaned_data["answer_due_on"])
        if day <= self.asked.answer_due_on:  # who advises was let in until then
            raise ValidationError(
                _("The answer is due on %(day)s already.")
                % {"day": format_day(self.asked.answer_due_on)}
            )
        return day


class PartForm(KeptForm):
    text = forms.CharField(
        label=_("What your organisation brings forward"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Write what your organisation brings forward.")},
    )


class MemberForm(KeptForm):
    username = forms.CharField(
        label=_("Account"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Enter the account.")},
    )


class AdviceForm(KeptForm):
    advice = forms.CharField(
        label=_("Advice"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write the advice.")},
    )
    advised_on = DayField(
        label=_("Advised on"), error_messages={"required": _("Enter the day of the advice.")}
    )

    def __init__(self, *args: Any, asked: Escalation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = asked
        self.fields["advised_on"].initial = timezone.localdate()

    def clean_advised_on(self) -> date:
        day: date = self.cleaned_data["advised_on"]
        if day < self.asked.asked_on:
            raise ValidationError(_("This day lies before the question."), code="early")
        return day


class AnswerForm(KeptForm):
    adopted_on = DayField(
        label=_("Decided on"), error_messages={"required": _("Enter the day of the decision.")}
    )
    adopted = forms.TypedChoiceField(
        label=_("Is the advice followed?"),
        choices=[("yes", _("yes")), ("no", _("no"))],
        widget=forms.RadioSelect,
        coerce=lambda answer: answer == "yes",
        error_messages={"required": _("Choose whether it is followed.")},
    )
    reasons = forms.CharField(
        label=_("Explanation"),
        required=False,
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, asked: Escalation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = asked
        self.fields["adopted_on"].initial = timezone.localdate()

    def clean_adopted_on(self) -> date:
        day: date = self.cleaned_data["adopted_on"]
        if self.asked.advised_on and day < self.asked.advised_on:
            raise ValidationError(_("This day lies before the advice."), code="early")
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("adopted") is False and not data.get("reasons"):
            self.add_error("reasons", _("Write why the advice is not followed."))
        return data
