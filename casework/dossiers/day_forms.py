"""Forms with which the days of a record and of a meeting are corrected."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from casework.conference.models import Meeting
from casework.dossiers.kinds import reads_record
from casework.dossiers.record_days import MAY_BE_AHEAD, label_of
from casework.journey.forms import StepDayForm
from casework.records.models import Record
from casework.register.forms import DayField
from governance.drafts.forms import KeptForm
from governance.drafts.kinds import DraftKind, reading
from lvv.common.forms import DateField

RECORD_DAYS = DraftKind("days", _("Correct the days"), reads_record)
MEETING_DAY = DraftKind("meetingday", _("Correct the day"), reading(Meeting))


class RecordDaysForm(KeptForm):
    """The days of a record that stand there, and what was wrong."""

    why = StepDayForm.base_fields["why"]

    def __init__(self, *args: Any, record: Record, names: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.record, self.names = record, names
        for name in names:
            kind = DateField if name in MAY_BE_AHEAD else DayField
            self.fields[name] = kind(
                label=capfirst(label_of(record, name)),
                initial=getattr(record, name),
                required=getattr(record, name) is not None,
                error_messages={"required": _("Enter the day it happened.")},
            )
        self.order_fields([*names, "why"])

    @property
    def days(self) -> dict[str, date]:
        """The days that are not as they stood."""
        return {
            name: day
            for name in self.names
            if (day := self.cleaned_data.get(name)) and day != getattr(self.record, name)
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors and not self.days:
            self.add_error(
                self.names[0],
                ValidationError(_("These days stand there already."), code="same"),
            )
        return data


class MeetingDayForm(StepDayForm):
    """The day on which a meeting was held."""

    def clean_on(self) -> date:
        day = super().clean_on()
        if day >= timezone.localdate():
            raise ValidationError(_("A meeting of today is planned and opened."), code="today")
        return day
