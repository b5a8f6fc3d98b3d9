from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.cases.models import Case
from governance.drafts.forms import KeptForm
from governance.drafts.kinds import DraftKind
from partners.organisations.models import Membership

GIVE = DraftKind("give", _("Hand over cases"))


class GiveForm(KeptForm):
    """Which cases, to which colleague, and what she needs to know."""

    cases = forms.TypedMultipleChoiceField(
        label=_("Cases"),
        coerce=UUID,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one case.")},
    )
    to = forms.TypedChoiceField(
        label=_("Colleague"),
        coerce=int,
        error_messages={"required": _("Choose who manages these cases from now on.")},
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=250,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_(
            "What your colleague needs to know now. It stands in the task that comes with it, "
            "and your own team reads it."
        ),
    )

    field_order = ("to", "note", "cases")

    def __init__(
        self,
        *args: Any,
        cases: Sequence[Case],
        names: dict[int, str],
        colleagues: Sequence[Membership],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.of = {case.reference: case for case in cases}
        self.people = {row.user_id: row.user for row in colleagues}
        self.teams = {(row.user_id, row.team_id) for row in colleagues}
        self.fields["cases"].choices = [  # type: ignore[attr-defined]
            (case.reference, self._words(case, names)) for case in cases
        ]
        self.fields["to"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose a colleague")),
            *((key, str(user)) for key, user in self.people.items()),
        ]

    @staticmethod
    def _words(case: Case, names: dict[int, str]) -> str:
        manager = case.case_manager or _("nobody manages it")
        return f"{names.get(case.pk) or '–'}, {case.number}, {case.state_label} ({manager})"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        to = data.get("to")
        if to and any((to, case.lead_team_id) not in self.teams for case in self.chosen):
            self.add_error("to", _("This colleague does not work in the team that leads a case."))
        return data

    @property
    def chosen(self) -> list[Case]:
        return [self.of[key] for key in self.cleaned_data.get("cases", ())]
