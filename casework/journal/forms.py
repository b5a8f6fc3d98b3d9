from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.records.enums import default_visibility
from casework.register.forms import DayField
from casework.sharing.forms import SharingFields
from governance.access.enums import Category, Visibility
from governance.drafts.forms import KeptForm
from governance.drafts.kinds import DraftKind
from partners.organisations.models import Team

NOTE = DraftKind("note", _("Note"))

NOTE_LENGTH = 20_000


class NoteForm(KeptForm, SharingFields):
    """A note, its kind of data, and who may read it."""

    category = forms.ChoiceField(
        label=_("Kind of data"), error_messages={"required": _("Choose what the note is about.")}
    )
    happened_on = DayField(
        label=_("Date"), error_messages={"required": _("Enter the day it happened.")}
    )
    text = forms.CharField(
        label=_("Note"),
        max_length=NOTE_LENGTH,
        help_text=_("Write facts. The person may ask to read this."),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write the note.")},
    )

    def __init__(
        self, *args: Any, categories: list[Category], partners: list[Team], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose")),
            *((c.value, c.label) for c in categories),
        ]
        self.fields["happened_on"].initial = timezone.localdate()
        self.decided_by, self.starts = (
            "category",
            {c.value: default_visibility(c) for c in categories},
        )
        self.offer(partners, categories, list(Visibility))
