from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.journey.steps import BY_SLUG
from casework.register.forms import DayField
from governance.drafts.forms import KeptForm
from governance.drafts.kinds import DraftKind

STEP = DraftKind("step", lambda slug: BY_SLUG[slug].label if slug in BY_SLUG else _("Step"))


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
