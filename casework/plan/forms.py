from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.plan.models import Action, Goal
from casework.tasks.models import Task
from governance.drafts.forms import KeptForm
from governance.drafts.kinds import DraftKind
from lvv.common.forms import DateField
from partners.organisations.models import Team

ACTION = DraftKind("action", _("Action"))


def _reads_work(about: UUID, _part: str) -> bool:
    return any(m.objects.filter(reference=about).exists() for m in (Action, Task))


ACTION_DONE = DraftKind("actiondone", _("Answer"), _reads_work)


class ActionForm(KeptForm):
    """What one team, or the person with its help, will have done by a day."""

    what = forms.CharField(
        label=_("Action"),
        max_length=300,
        error_messages={"required": _("Write what will be done.")},
    )
    to_team = forms.TypedChoiceField(
        label=_("By which team"), coerce=int, error_messages={"required": _("Choose the team.")}
    )
    by_person = forms.BooleanField(
        label=_("The person does this without others, with help of the team"), required=False
    )
    due_on = DateField(
        label=_("At the latest"),
        error_messages={"required": _("Enter by which day.")},
    )
    goal = forms.TypedChoiceField(
        label=_("Towards which goal"), required=False, coerce=UUID, empty_value=None
    )

    def __init__(self, *args: Any, teams: list[Team], goals: list[Goal], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to_team"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose a team")),
            *((t.pk, t.label) for t in teams),
        ]
        self.fields["goal"].choices = [("", _("none")), *((g.reference, g.text) for g in goals)]  # type: ignore[attr-defined]
        if not goals:
            del self.fields["goal"]

    def clean_due_on(self) -> date:
        day: date = self.cleaned_data["due_on"]
        if day < timezone.localdate():
            raise ValidationError(_("This day has passed."), code="past")
        return day


class MendForm(KeptForm):
    """What whoever set an action or task changes of it, as long as nobody answered."""

    what = forms.CharField(
        label=_("What"), max_length=300, error_messages={"required": _("Write what will be done.")}
    )
    due_on = DateField(
        label=_("At the latest"),
        error_messages={"required": _("Enter by which day.")},
    )


class DoneForm(KeptForm):
    """How an action or task ended, said by the team it belongs to."""

    answer = forms.ChoiceField(
        label=_("How did it go?"),
        widget=forms.RadioSelect,
        choices=[("done", _("done")), ("declined", _("not possible"))],
        error_messages={"required": _("Choose how it went.")},
    )
    answer_text = forms.CharField(
        label=_("Explanation"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("answer") == "declined" and not data.get("answer_text"):
            self.add_error("answer_text", _("Write why it is not possible."))
        return data
