from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.register.enums import BriefingLanguage
from casework.register.values import (
    NAME_LENGTH,
    clean_name,
    clean_v_number,
    may_be_minor,
    nationality_choices,
    parse_partial_date,
)
from governance.drafts.forms import KeptForm
from governance.drafts.kinds import DraftKind
from lvv.common.forms import DateField
from partners.organisations.models import Team

REGISTER = DraftKind("register", _("Registration of a person"))
EMERGENCY = DraftKind("emergency", _("Emergency shelter"))
HOUSEHOLD = DraftKind("household", _("Registration of a household"))
BRIEFING = DraftKind("briefing", _("Telling the person"))

MOST_NAMES = 10


class DayField(DateField):
    """A day that came."""

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


class ClaimedIdentityForm(KeptForm):
    """Who somebody says she is."""

    name = forms.CharField(
        label=_("Name"),
        max_length=2000,
        strip=False,
        help_text=_("As the person says it, in any script. One word is enough."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
        error_messages={"required": _("Enter the name the person gives.")},
    )

    def clean_name(self) -> str:
        return clean_name(self.cleaned_data["name"])

    def clean_birth_date(self) -> str:
        text = self.cleaned_data["birth_date"].strip()
        return parse_partial_date(text) if text else ""

    def clean_v_number(self) -> str:
        text = self.cleaned_data["v_number"].strip()
        return clean_v_number(text) if text else ""


class ReferralForm(KeptForm):
    """Who referred somebody, and that she was told what happens with her data."""

    referrer = forms.CharField(
        label=_("Referred by"),
        max_length=160,
        help_text=_("Organisation or function, such as a helpdesk or a lawyer."),
        error_messages={"required": _("Enter who referred the person, or: came by herself.")},
    )
    told_on = DayField(
        label=_("Told on"),
        error_messages={"required": _("Enter the day on which the person was told.")},
    )
    language = forms.ChoiceField(
        label=_("In which language"),
        choices=[("", _("Choose a language")), *BriefingLanguage.choices],
        error_messages={"required": _("Choose the language.")},
    )
    interpreter = forms.BooleanField(label=_("With an interpreter"), required=False)


class RegistrationForm(ClaimedIdentityForm, ReferralForm):
    other_names = forms.CharField(
        label=_("Other names"),
        required=False,
        max_length=20 * NAME_LENGTH,
        help_text=_("Aliases, other spellings or scripts: one on each line."),
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )
    birth_date = forms.CharField(
        label=_("Date of birth"),
        required=False,
        max_length=40,
        help_text=_("12-03-1985; partly known: 03-1985 or 1985. Unknown: leave it empty."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    nationality = forms.ChoiceField(
        label=_("Nationality"),
        help_text=_("As the person says. Unknown and stateless stand first."),
        error_messages={"required": _("Choose a nationality, or unknown.")},
    )
    second_nationality = forms.ChoiceField(label=_("Second nationality"), required=False)
    v_number = forms.CharField(
        label=_("V-number"),
        required=False,
        max_length=60,
        help_text=_("Ten digits, if it is known."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    guardian = forms.CharField(
        label=_("Responsible adult or guardian"),
        required=False,
        max_length=NAME_LENGTH,
        help_text=_(
            "Only of a minor: the name of an adult, or of an organisation that has guardianship."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
    )

    def __init__(self, *args: Any, teams: list[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        nations = nationality_choices()
        self.fields["nationality"].choices = [("", _("Choose a nationality")), *nations]  # type: ignore[attr-defined]
        self.fields["second_nationality"].choices = [("", _("None")), *nations]  # type: ignore[attr-defined]
        add_team_choice(self, teams)

    def clean_other_names(self) -> list[str]:
        lines = [line for line in self.cleaned_data["other_names"].splitlines() if line.strip()]
        if len(lines) > MOST_NAMES:
            raise ValidationError(
                _("At most %(most)d other names fit."), params={"most": MOST_NAMES}
            )
        return [clean_name(line) for line in lines]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("second_nationality") and data["second_nationality"] == data.get("nationality"):
            self.add_error("second_nationality", _("This is the same nationality twice."))
        if may_be_minor(data.get("birth_date", ""), timezone.localdate()) and not data.get(
            "guardian"
        ):
            self.add_error("guardian", _("This person may be a minor: enter who is responsible."))
        return data

    @property
    def names(self) -> list[str]:
        """All names given, each once."""
        data = self.cleaned_data
        return list(dict.fromkeys([data["name"], *data["other_names"]]))


class EmergencyForm(ClaimedIdentityForm):
    """Somebody needs shelter tonight. The rest follows on the next working day."""

    sheltered_since = DayField(
        label=_("Sheltered from"),
        error_messages={"required": _("Enter from which day the person is sheltered.")},
    )
    referrer = forms.CharField(label=_("Brought by"), max_length=160, required=False)

    def __init__(self, *args: Any, teams: list[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        add_team_choice(self, teams)


def add_team_choice(form: forms.Form, teams: list[Team]) -> None:
    """For whom the worker registers; asked only when she works for more than one team that may."""
    if len(teams) > 1:
        form.fields["team"] = forms.TypedChoiceField(
            label=_("For"),
            choices=[("", _("Choose a team")), *((team.pk, str(team)) for team in teams)],
            coerce=int,
            error_messages={"required": _("Choose for which team you register.")},
        )
        form.order_fields(["team"])


class BriefingForm(KeptForm):
    """That the person was told, afterwards."""

    told_on = DayField(
        label=_("Told on"),
        error_messages={"required": _("Enter the day on which the person was told.")},
    )
    language = forms.ChoiceField(
        label=_("In which language"),
        choices=[("", _("Choose a language")), *BriefingLanguage.choices],
        error_messages={"required": _("Choose the language.")},
    )
    interpreter = forms.BooleanField(label=_("With an interpreter"), required=False)
