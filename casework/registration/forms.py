from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.register.enums import BriefingLanguage, RelationKind
from casework.register.forms import DayField
from casework.register.values import (
    NAME_LENGTH,
    clean_name,
    clean_v_number,
    may_be_minor,
    nationality_choices,
    parse_partial_date,
)
from casework.registration.acts import Claim, Member
from governance.drafts.forms import KeptForm
from governance.drafts.kinds import DraftKind
from partners.organisations.models import Team

REGISTER = DraftKind("register", _("Registration of a person"))
EMERGENCY = DraftKind("emergency", _("Emergency shelter"))
HOUSEHOLD = DraftKind("household", _("Registration of a household"))
BRIEFING = DraftKind("briefing", _("Telling the person"))

MOST_NAMES = 10
RELATIONS = [(kind.value, kind.label) for kind in RelationKind if kind != RelationKind.GUARDIAN]


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
        error_messages={"required": _("Enter who referred the person, or: came without referral.")},
    )
    referred_on = DayField(
        label=_("On which day"),
        initial=timezone.localdate,
        help_text=_("The day of the referral, or on which the person came."),
        error_messages={"required": _("Enter the day of the referral.")},
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
        label=_("Number of a foreign national (V-number)"),
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


class MemberForm(ClaimedIdentityForm):
    """One of the household. A row without a name is nobody."""

    birth_date = forms.CharField(
        label=_("Date of birth"),
        required=False,
        max_length=40,
        help_text=_("12-03-1985, 03-1985 or 1985"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    nationality = forms.ChoiceField(label=_("Nationality"), required=False)
    v_number = forms.CharField(
        label=_("Number of a foreign national (V-number)"),
        required=False,
        max_length=40,
        help_text=_("Ten digits."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    relation = forms.ChoiceField(
        label=_("To the first person"), required=False, choices=[("", _("Choose")), *RELATIONS]
    )
    responsible = forms.ChoiceField(
        label=_("Responsible, of a minor"),
        required=False,
        choices=[
            ("", _("Nobody of these")),
            ("0", _("the first person")),
            ("1", _("the second person")),
            ("2", _("the third person")),
        ],
    )
    guardian = forms.CharField(label=_("Or a guardian"), required=False, max_length=NAME_LENGTH)

    def __init__(self, *args: Any, number: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.number = number
        self.fields["nationality"].choices = [("", _("Unknown")), *nationality_choices()]  # type: ignore[attr-defined]
        self.fields["name"].required = number == 0
        if number == 0:
            del self.fields["relation"]

    @property
    def is_nobody(self) -> bool:
        return bool(self.number) and not any(
            (self.data.get(self.add_prefix(name)) or "").strip()
            for name in ("name", "birth_date", "v_number", "guardian")
        )

    def clean_name(self) -> str:
        return clean_name(self.cleaned_data["name"]) if self.cleaned_data["name"].strip() else ""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.number and not data.get("name") and "name" not in self.errors:
            self.add_error("name", _("Enter the name the person gives."))
        if self.number and not data.get("relation") and "relation" not in self.errors:
            self.add_error("relation", _("Choose what this person is to the first one."))
        if data.get("responsible") == str(self.number):
            self.add_error("responsible", _("A minor cannot also be the one responsible."))
        minor = may_be_minor(data.get("birth_date", ""), timezone.localdate())
        if minor and not data.get("responsible") and not data.get("guardian"):
            self.add_error(
                "responsible", _("This person may be a minor: choose or enter who is responsible.")
            )
        return data


class HouseholdForm(ReferralForm):
    def __init__(self, *args: Any, teams: list[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        add_team_choice(self, teams)


@dataclass
class Household:
    """The forms of one page together."""

    referral: HouseholdForm
    rows: list[MemberForm]

    def is_valid(self) -> bool:
        valid = self.referral.is_valid()
        for row in self.members:
            valid = row.is_valid() and valid
        for row in self.members:
            responsible = row.cleaned_data.get("responsible") if row.is_valid() else ""
            if responsible and int(responsible) not in self.places:
                row.add_error("responsible", ValidationError(_("There is nobody in this place.")))
                valid = False
        return valid

    @property
    def members(self) -> list[MemberForm]:
        return [row for row in self.rows if not row.is_nobody]

    @property
    def places(self) -> dict[int, int]:
        """Index in `members` by row number, because rows in between may have been left empty."""
        return {row.number: place for place, row in enumerate(self.members)}

    def claims(self) -> list[Member]:
        referral, result = self.referral.cleaned_data, []
        for row in self.members:
            data = row.cleaned_data
            claim = Claim(
                names=[data["name"]],
                referrer=referral["referrer"],
                referred_on=referral["referred_on"],
                birth_date=data["birth_date"],
                v_number=data["v_number"],
                nationalities=[data["nationality"] or "0000"],
                told_on=referral["told_on"],
                language=referral["language"],
                interpreter=referral["interpreter"],
                guardian="" if data["responsible"] else data["guardian"],
            )
            relation = data.get("relation")
            responsible = self.places[int(data["responsible"])] if data["responsible"] else None
            result.append(Member(claim, RelationKind(relation) if relation else None, responsible))
        return result
