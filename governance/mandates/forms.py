from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from governance.drafts.forms import KeptForm
from governance.drafts.kinds import DraftKind
from lvv.common.forms import DateField
from partners.organisations.models import Pilot

MANDATE = DraftKind("mandate", _("Mandate decision"))


class MandateForm(KeptForm):
    """A mandate decision as it was published: which functions decide, for which pilots, in which
    period."""

    title = forms.CharField(
        label=_("Title"), max_length=200, error_messages={"required": _("Enter the title.")}
    )
    source = forms.CharField(
        label=_("Published in"),
        max_length=200,
        required=False,
        help_text=_("Such as: Staatscourant 2019, 18281."),
    )
    pilots = forms.TypedMultipleChoiceField(
        label=_("For which pilots"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one pilot.")},
    )
    functions = forms.CharField(
        label=_("Functions, one on a line"),
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Who may decide: a function, never a name."),
        error_messages={"required": _("Write at least one function.")},
    )
    in_force_from = DateField(label=_("In force from"))
    in_force_until = DateField(
        label=_("In force until"),
        required=False,
        help_text=_("The first day on which this no longer holds."),
    )

    def __init__(self, *args: Any, pilots: list[Pilot], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pilots"].choices = [(pilot.pk, pilot.name) for pilot in pilots]  # type: ignore[attr-defined]
        self.fields["pilots"].initial = [pilot.pk for pilot in pilots]

    def clean_functions(self) -> list[str]:
        lines = [
            " ".join(line.split())
            for line in self.cleaned_data["functions"].splitlines()
            if line.strip()
        ]
        if any(len(line) > 160 for line in lines):
            raise forms.ValidationError(_("A function has at most 160 characters."))
        return lines

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        since, until = data.get("in_force_from"), data.get("in_force_until")
        if since and until and until < since:
            self.add_error("in_force_until", _("The end lies before the beginning."))
        return data
