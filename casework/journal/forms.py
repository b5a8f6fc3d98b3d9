from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.register.forms import DayField
from governance.access.enums import Category, Visibility
from governance.drafts.forms import KeptForm
from partners.organisations.models import Team

NOTE_LENGTH = 20_000


class NoteForm(KeptForm):
    """A note, its kind of data, and who may read it."""

    category = forms.ChoiceField(
        label=_("Kind of data"), error_messages={"required": _("Choose what the note is about.")}
    )
    happened_on = DayField(label=_("Date"), error_messages={"required": _("Enter the day it happened.")})
    text = forms.CharField(
        label=_("Note"), max_length=NOTE_LENGTH, help_text=_("Write facts. The person may ask to read this."),
        widget=forms.Textarea(attrs={"rows": 4}), error_messages={"required": _("Write the note.")},
    )  # fmt: skip
    visibility = forms.ChoiceField(
        label=_("Who may read this"), choices=Visibility.choices, widget=forms.RadioSelect,
        error_messages={"required": _("Choose who may read the note.")},
    )  # fmt: skip
    shared_with = forms.TypedMultipleChoiceField(
        label=_("Teams"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, categories: list[Category], partners: list[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = [("", _("Choose")), *((c.value, c.label) for c in categories)]  # type: ignore[attr-defined]
        self.fields["shared_with"].choices = [(team.pk, team.label) for team in partners]  # type: ignore[attr-defined]
        self.fields["happened_on"].initial = timezone.localdate()
        self.fields["visibility"].initial = Visibility.OWN_ORGANISATION
        if not partners:
            del self.fields["shared_with"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("visibility") == Visibility.SELECTED_PARTNERS and not data.get("shared_with"):
            self.add_error(
                "shared_with" if "shared_with" in self.fields else "visibility",
                ValidationError(_("Choose at least one team, or keep the note within your own team.")),
            )
        return data
