from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.cases.models import Case, Involvement
from governance.drafts.forms import KeptForm
from governance.drafts.kinds import DraftKind
from partners.organisations.models import Membership

GIVE = DraftKind("give", _("Hand over cases"))


class GiveForm(KeptForm):
    """Which cases, the contact of the team in which others, to which colleague, and what that
    colleague needs to know."""

    cases = forms.TypedMultipleChoiceField(
        label=_("Cases"), required=False, coerce=UUID, widget=forms.CheckboxSelectMultiple
    )
    parts = forms.TypedMultipleChoiceField(
        label=_("Contact of the team in"),
        required=False,
        coerce=UUID,
        widget=forms.CheckboxSelectMultiple,
    )
    to = forms.TypedChoiceField(
        label=_("Colleague"),
        coerce=int,
        error_messages={"required": _("Choose to whom these cases go.")},
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

    field_order = ("to", "note", "cases", "parts")

    def __init__(
        self,
        *args: Any,
        cases: Sequence[Case],
        parts: Sequence[Involvement],
        names: dict[int, str],
        colleagues: Sequence[Membership],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.of = {case.reference: case for case in cases}
        self.parts_of = {part.reference: part for part in parts}
        self.people = {row.user_id: row.user for row in colleagues}
        self.teams = {(row.user_id, row.team_id) for row in colleagues}
        self.fields["cases"].choices = [  # type: ignore[attr-defined]
            (case.reference, self._words(case, names)) for case in cases
        ]
        self.fields["parts"].choices = [  # type: ignore[attr-defined]
            (part.reference, self._words_of_part(part, names)) for part in parts
        ]
        for name, rows in (("cases", cases), ("parts", parts)):
            if not rows:
                del self.fields[name]
        self.fields["to"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose a colleague")),
            *((key, str(user)) for key, user in self.people.items()),
        ]

    @staticmethod
    def _words(case: Case, names: dict[int, str]) -> str:
        manager = case.case_manager or _("nobody manages it")
        return f"{names.get(case.pk) or '–'}, {case.number}, {case.state_label} ({manager})"

    @staticmethod
    def _words_of_part(part: Involvement, names: dict[int, str]) -> str:
        name = names.get(part.case_id) or "–"
        return f"{name}, {part.case.number}, {part.team.label} ({part.worker})"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        to = data.get("to")
        if not self.errors and not (self.chosen or self.chosen_parts):
            sentence = _("Choose at least one case.")
            self.add_error("cases" if "cases" in self.fields else "parts", sentence)
        if to and any((to, part.team_id) not in self.teams for part in self.chosen_parts):
            self.add_error("to", _("This colleague does not work in the team of a contact."))
        if to and any((to, case.lead_team_id) not in self.teams for case in self.chosen):
            self.add_error("to", _("This colleague does not work in the team that leads a case."))
        return data

    @property
    def chosen(self) -> list[Case]:
        return [self.of[key] for key in self.cleaned_data.get("cases") or ()]

    @property
    def chosen_parts(self) -> list[Involvement]:
        return [self.parts_of[key] for key in self.cleaned_data.get("parts") or ()]
