from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.journal.enums import ContactKind
from casework.journal.models import Contact
from casework.records.enums import default_visibility
from casework.register.forms import DayField
from casework.sharing.forms import SharingFields
from governance.access.enums import Category, Visibility
from governance.drafts.forms import KeptForm
from governance.drafts.kinds import DraftKind
from lvv.common.forms import DateField
from partners.organisations.models import Team

NOTE = DraftKind("note", _("Contact or note"))

NOTE_LENGTH = 20_000
A_NOTE = "note"  # the kind that is no contact: which kind of data it is, is chosen


def category_chosen(kind: str, category: str) -> str:
    """The kind of data of what is written: of a contact its kind says it. Empty while unknown."""
    if kind in ContactKind.values:
        return Contact.category_of(kind).value
    return category if category in Category.values else ""


class ContactForm(KeptForm, SharingFields):
    """A contact with the person or a note, what follows from it, and who may read it.

    A contact's kind says which kind of data it is; of a note that is chosen.
    """

    kind = forms.ChoiceField(
        label=_("Kind of contact"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what kind of contact it was, or a note.")},
    )
    category = forms.ChoiceField(label=_("Kind of data"), required=False)
    happened_on = DayField(
        label=_("Date"), error_messages={"required": _("Enter the day it happened.")}
    )
    language = forms.CharField(label=_("Language"), required=False, max_length=40)
    interpreter = forms.BooleanField(label=_("With an interpreter"), required=False)
    present = forms.CharField(label=_("Also present"), required=False, max_length=200)
    text = forms.CharField(
        label=_("What was discussed, or what happened?"),
        max_length=NOTE_LENGTH,
        help_text=_("Write facts. The person may ask to read this."),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write what was discussed, or what happened.")},
    )
    task = forms.CharField(label=_("Task that follows"), required=False, max_length=300)
    task_due_on = DateField(label=_("At the latest"), required=False)

    def __init__(
        self,
        *args: Any,
        kinds: list[ContactKind],
        categories: list[Category],
        partners: list[Team],
        follows: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            *((kind.value, kind.label) for kind in kinds),
            (A_NOTE, _("note")),
        ]
        self.fields["category"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose")),
            *((c.value, c.label) for c in categories),
        ]
        if not kinds:  # nothing to choose: it is a note
            self.fields["kind"].initial = A_NOTE
        self.fields["happened_on"].initial = timezone.localdate()
        if not follows:
            del self.fields["task"], self.fields["task_due_on"]
        of_kinds = {kind.value: Category(Contact.category_of(kind)) for kind in kinds}
        self.decided_by = "kind category"
        self.starts = {
            value: default_visibility(category)
            for value, category in [*of_kinds.items(), *((c.value, c) for c in categories)]
        }
        self.offer(partners, categories, list(Visibility))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("kind") == A_NOTE and not data.get("category"):
            self.add_error("category", _("Choose what the note is about."))
        if data.get("task") and not data.get("task_due_on"):
            self.add_error("task_due_on", _("Enter by which day."))
        due = data.get("task_due_on")
        if due and due < timezone.localdate():
            self.add_error("task_due_on", _("This day has passed."))
        return data

    def said_category(self) -> str:
        data = self.cleaned_data
        return category_chosen(data.get("kind", ""), data.get("category", ""))
