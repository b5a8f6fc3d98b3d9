from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.cases.progress import StepTaken
from casework.journey.steps import BY_SLUG
from casework.register.forms import DayField, ReasonField
from governance.drafts.forms import KeptForm
from governance.drafts.kinds import DraftKind, reading

STEP = DraftKind("step", lambda slug: BY_SLUG[slug].label if slug in BY_SLUG else _("Step"))

STEP_DAY = DraftKind("stepday", _("Correct the day"), reading(StepTaken))


class StepForm(KeptForm):
    """The day on which a step that is a button was taken."""

    on = DayField(
        label=_("On which day"),
        help_text=_("The day it happened; the day on which you record it is kept too."),
        error_messages={"required": _("Enter the day it happened.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = timezone.localdate()


class StepDayForm(KeptForm):
    """The day on which a step was taken, corrected."""

    on = DayField(
        label=_("On which day"), error_messages={"required": _("Enter the day it happened.")}
    )
    why = ReasonField(
        label=_("What was wrong?"),
        help_text=_("Kept with what stood there before."),
        required_message=_("Write what was wrong."),
    )

    def __init__(self, *args: Any, on: date | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stood = on
        self.fields["on"].initial = on

    def clean_on(self) -> date:
        day: date = self.cleaned_data["on"]
        if day == self.stood:
            raise ValidationError(_("This day stands there already."), code="same")
        return day
