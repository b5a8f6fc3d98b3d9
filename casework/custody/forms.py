from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.cases.models import Case
from casework.custody.enums import Basis
from casework.register.forms import DayField
from governance.drafts.forms import KeptForm
from governance.drafts.kinds import DraftKind
from lvv.common.forms import DateField
from partners.organisations.models import Team

CUSTODY = DraftKind("custody", _("Dossiers when the facility ends"))

MOST_IN_PACKAGE = 25  # a PDF each, made while she waits
OUTSIDE = "outside"


class HandOverForm(KeptForm):
    """Which dossiers, to whom, and what was agreed about it."""

    to = forms.ChoiceField(
        label=_("Recipient"), error_messages={"required": _("Choose who receives the dossiers.")}
    )
    name = forms.CharField(
        label=_("Name of the recipient"),
        required=False,
        max_length=160,
        help_text=_(
            "Of a recipient without access to this application: the organisation, and the "
            "function there."
        ),
    )
    agreed = forms.CharField(
        label=_("What was agreed, and where that stands"),
        max_length=300,
        min_length=5,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={
            "required": _("Write what was agreed."),
            "min_length": _("Say a little more."),
        },
    )
    cases = forms.TypedMultipleChoiceField(
        label=_("Dossiers"),
        coerce=UUID,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one dossier.")},
    )
    sure = forms.BooleanField(
        label=_("I checked the recipient: what was handed over does not come back"),
        error_messages={"required": _("Say that you checked the recipient.")},
    )

    def __init__(
        self,
        *args: Any,
        keepers: Sequence[tuple[Team, Basis]],
        dossiers: Sequence[Case],
        names: dict[int, str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.keepers = {str(team.pk): (team, basis) for team, basis in keepers}
        self.dossiers = {case.reference: case for case in dossiers}
        self.fields["to"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose")),
            *((key, f"{team} ({basis.label})") for key, (team, basis) in self.keepers.items()),
            (OUTSIDE, _("Somebody without access: an encrypted package, against receipt")),
        ]
        self.fields["cases"].choices = [  # type: ignore[attr-defined]
            (case.reference, f"{case.number}, {names.get(case.pk, '–')}, {case.state_label}")
            for case in dossiers
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("to") == OUTSIDE:
            if not str(data.get("name", "")).strip():
                self.add_error("name", _("Name the recipient."))
            if len(data.get("cases", ())) > MOST_IN_PACKAGE:
                self.add_error(
                    "cases",
                    _("At most %(most)s dossiers in one package.") % {"most": MOST_IN_PACKAGE},
                )
        return data

    @property
    def chosen(self) -> list[Case]:
        return [self.dossiers[key] for key in self.cleaned_data["cases"]]

    @property
    def recipient(self) -> tuple[Team | None, Basis, str]:
        if self.cleaned_data["to"] == OUTSIDE:
            return None, Basis.PACKAGE, self.cleaned_data["name"]
        team, basis = self.keepers[self.cleaned_data["to"]]
        return team, basis, str(team)


class ReceiptForm(KeptForm):
    code = forms.CharField(
        label=_("Code of receipt"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_(
            "It stands on the first page of each dossier: who can say it has opened the package."
        ),
        error_messages={"required": _("Enter the code the recipient gave.")},
    )
    receipt_from = forms.CharField(
        label=_("Received by"),
        max_length=160,
        help_text=_("The function of who confirmed it."),
        error_messages={"required": _("Write who confirmed it.")},
    )
    receipt_on = DayField(label=_("Received on"))


class CustodyForm(KeptForm):
    """A custody agreement that was signed on paper."""

    team = forms.TypedChoiceField(
        label=_("Team that keeps the dossiers"),
        coerce=int,
        error_messages={"required": _("Choose a team.")},
    )
    signed_on = DayField(label=_("Signed by both on"))
    since = DateField(label=_("In force from"))
    until = DateField(
        label=_("In force until"),
        help_text=_("The first day on which this no longer holds."),
    )

    def __init__(self, *args: Any, teams: Sequence[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose")),
            *((team.pk, team.label) for team in teams),
        ]

    def clean_until(self) -> date:
        day: date = self.cleaned_data["until"]
        if day <= max(self.cleaned_data.get("since") or day.min, timezone.localdate()):
            raise ValidationError(
                _("The end lies before the beginning, or has passed."), code="order"
            )
        return day
