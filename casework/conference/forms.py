from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _

from casework.conference.enums import (
    FROM,
    SETS_SCENARIO,
    DecidingBody,
    DecisionKind,
    Stance,
    WhyOnAgenda,
)
from casework.conference.models import AgendaItem, Meeting
from casework.journey.calendar import is_ordinary
from casework.journey.facts import Facts
from casework.plan.enums import ScenarioKind
from casework.register.forms import DayField
from governance.drafts.forms import KeptForm
from governance.drafts.kinds import DraftKind, reading
from lvv.common.forms import DateField
from partners.organisations.models import Team

MEETING = DraftKind("meeting", _("Case conference"))
AGENDA = DraftKind("agenda", _("Case conference"))
ITEM = DraftKind("item", _("Case conference"), reading(AgendaItem))
POSITION = DraftKind("position", _("Position"), reading(AgendaItem))
SUMMARY = DraftKind("discuss", _("Shared summary"), reading(AgendaItem))
DECIDE = DraftKind("decide", _("Save a decision"))
MINUTES = DraftKind("minutes", _("Minutes"), reading(Meeting))
ATTENDANCE = DraftKind("attendance", _("Attendance and guests"), reading(Meeting))


def format_weekday(day: date) -> str:
    return formats.date_format(day, "l j F Y")


D = DecisionKind
MOST_MEETINGS = 26


class PlannedDays(KeptForm):
    """Days on which people are expected: a weekend or a holiday is asked about first."""

    anyway = forms.BooleanField(
        label=_("Meet on such a day all the same"), required=False, widget=forms.HiddenInput
    )

    def days(self) -> list[date]:
        return [self.cleaned_data["on"]]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors:
            odd = [day for day in self.days() if not is_ordinary(day)]
            if odd and not data.get("anyway"):
                sentence = _("A weekend or holiday: %(days)s. Choose another day, or tick below.")
                days = ", ".join(map(format_weekday, odd))
                self.add_error("on", ValidationError(sentence % {"days": days}, code="holiday"))
        if self.has_error("on", "holiday") or data.get("anyway"):
            self.fields["anyway"].widget = forms.CheckboxInput()
        return data


class SeriesForm(PlannedDays):
    """One meeting, or a series of them."""

    on = DateField(label=_("First date"))
    begins_at = forms.TimeField(
        label=_("Time"),
        help_text=_("For example 10:00"),
        input_formats=["%H:%M", "%H.%M"],
        error_messages={
            "required": _("Enter a time."),
            "invalid": _("Enter a time such as 10:00."),
        },
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    place = forms.CharField(label=_("Place"), required=False, max_length=120)
    every = forms.TypedChoiceField(
        label=_("How often"),
        coerce=int,
        choices=[
            (0, _("once")),
            (1, _("every week")),
            (2, _("every two weeks")),
            (4, _("every four weeks")),
        ],
    )
    times = forms.IntegerField(
        label=_("How many meetings"),
        required=False,
        min_value=1,
        max_value=MOST_MEETINGS,
        initial=1,
        error_messages={"max_value": _("At most %(limit_value)d at once.")},
    )
    teams = forms.TypedMultipleChoiceField(
        label=_("Invited"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one team.")},
    )

    def __init__(self, *args: Any, teams: list[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["teams"].choices = [(team.pk, team.label) for team in teams]  # type: ignore[attr-defined]
        self.fields["teams"].initial = [team.pk for team in teams]

    def clean_on(self) -> date:
        day: date = self.cleaned_data["on"]
        if day < timezone.localdate():
            raise ValidationError(_("This day has passed."), code="past")
        return day

    def days(self) -> list[date]:
        data = self.cleaned_data
        times = (data["times"] or 1) if data["every"] else 1
        return [data["on"] + timedelta(weeks=data["every"] * n) for n in range(times)]


class HeldForm(KeptForm):
    """A meeting that was held, recorded afterwards."""

    on = DayField(label=_("Held on"))
    begins_at = SeriesForm.base_fields["begins_at"]
    place = SeriesForm.base_fields["place"]
    teams = SeriesForm.base_fields["teams"]

    def __init__(self, *args: Any, teams: list[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["teams"].choices = [(team.pk, team.label) for team in teams]  # type: ignore[attr-defined]

    def clean_on(self) -> date:
        day: date = self.cleaned_data["on"]
        if day >= timezone.localdate():
            raise ValidationError(_("A meeting of today is planned and opened."), code="today")
        return day


class MeetingForm(PlannedDays):
    """Another day, time or place of one planned meeting."""

    on = DateField(label=_("Date"))
    begins_at = SeriesForm.base_fields["begins_at"]
    place = SeriesForm.base_fields["place"]
    clean_on = SeriesForm.clean_on


class AgendaForm(KeptForm):
    """A case on an agenda: why, with what question, and which teams the item is for."""

    meeting = forms.TypedChoiceField(
        label=_("Meeting"), coerce=UUID, error_messages={"required": _("Choose a meeting.")}
    )
    why = forms.ChoiceField(
        label=_("Occasion"),
        choices=WhyOnAgenda.choices,
        error_messages={"required": _("Choose the occasion.")},
    )
    question = forms.CharField(
        label=_("Question"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What should the conference decide? The teams below read this."),
        error_messages={"required": _("Write the question.")},
    )
    teams = forms.TypedMultipleChoiceField(
        label=_("Teams that attend this item"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "Only they, and guests who read along on the day, see the item and what is brought "
            "to it."
        ),
        error_messages={"required": _("Choose at least one team.")},
    )
    household = forms.TypedMultipleChoiceField(
        label=_("Together with"),
        coerce=UUID,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Members of the household on the same item; each gets a separate decision."),
    )

    def __init__(
        self,
        *args: Any,
        meetings: list[Meeting],
        teams: list[Team],
        attending: list[int],
        household: list[tuple[UUID, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        days = [(m.reference, f"{m.on:%d-%m-%Y} {m.begins_at:%H:%M}") for m in meetings]
        set_choices = {
            "meeting": [("", _("Choose a meeting")), *days],
            "teams": [(team.pk, team.label) for team in teams],
            "household": household,
        }
        for name, choices in set_choices.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        self.fields["teams"].initial = attending
        if not teams:
            del self.fields["teams"]  # nobody takes part but who chairs
        if not household:
            del self.fields["household"]


class ItemForm(KeptForm):
    """What the conference is asked about a case that stands on an agenda, and who attends the
    item."""

    question = AgendaForm.base_fields["question"]
    teams = AgendaForm.base_fields["teams"]

    def __init__(self, *args: Any, teams: list[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["teams"].choices = [(team.pk, team.label) for team in teams]  # type: ignore[attr-defined]
        if not teams:
            del self.fields["teams"]


class PositionForm(KeptForm):
    preparation = forms.CharField(
        label=_("Preparation"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "What the others should know before the meeting. The teams that attend this item "
            "read it."
        ),
    )
    stance = forms.ChoiceField(
        label=_("Position"),
        required=False,
        widget=forms.RadioSelect,
        choices=[("", _("no position yet")), *Stance.choices],
    )
    reasons = forms.CharField(
        label=_("Explanation"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("stance") == Stance.OBJECT and not data.get("reasons"):
            self.add_error("reasons", _("Write why your team objects."))
        return data


class OnBehalfForm(PositionForm):
    """The chair writes down what a team said that writes nothing here itself (R20)."""

    source_team = forms.TypedChoiceField(
        label=_("Team"), coerce=int, error_messages={"required": _("Choose the team.")}
    )
    field_order = ("source_team", "preparation", "stance", "reasons")

    def __init__(self, *args: Any, teams: list[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source_team"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose a team")),
            *((t.pk, t.label) for t in teams),
        ]


class SummaryForm(KeptForm):
    summary = forms.CharField(
        label=_("Shared summary"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "What was discussed, for the minutes. The teams that attend this item read it."
        ),
    )


class DecideForm(KeptForm):
    """One decision about one case; what else a kind needs is asked with it."""

    kind = forms.ChoiceField(
        label=_("Decision"), error_messages={"required": _("Choose the decision.")}
    )
    reasons = forms.CharField(
        label=_("Explanation"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write the reasons.")},
    )
    scenario = forms.ChoiceField(
        label=_("Scenario"), required=False, choices=[("", _("Choose")), *ScenarioKind.choices]
    )
    body = forms.ChoiceField(
        label=_("Decided by"),
        required=False,
        choices=DecidingBody.choices,
        initial=DecidingBody.LSO,
        help_text=_("Of an exceptional admission: the conference itself or the steering group."),
    )
    owner_team = forms.TypedChoiceField(
        label=_("Who carries it out"), required=False, coerce=int, empty_value=None
    )
    due_on = DateField(label=_("At the latest"), required=False)
    review_on = DateField(
        label=_("The conference looks again on"),
        required=False,
        help_text=_("On that day the case is proposed for an agenda."),
    )

    def __init__(
        self,
        *args: Any,
        teams: list[Team],
        facts: Facts,
        doer: Callable[[str], int | None],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.facts, self.teams, self.doer = facts, teams, doer
        possible = [kind for kind in DecisionKind if facts.state in FROM.get(kind, (facts.state,))]
        if facts.scenario:
            possible.remove(D.SCENARIO_SET) if D.SCENARIO_SET in possible else None
        elif D.SCENARIO_CHANGED in possible:
            possible.remove(D.SCENARIO_CHANGED)
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose a decision")),
            *((k.value, k.label) for k in possible),
        ]
        self.fields["owner_team"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose a team")),
            *((t.pk, t.label) for t in teams),
        ]
        for team in teams:
            self.fields[f"what_{team.pk}"] = forms.CharField(
                label=team.label, required=False, max_length=300
            )
            self.fields[f"due_{team.pk}"] = DateField(
                label=_("At the latest"), required=False, help_text=""
            )

    def commitments(self) -> list[tuple[int, str, date]]:
        """What each team committed itself to: the team, what, and before which day."""
        data = self.cleaned_data
        return [
            (team.pk, data[f"what_{team.pk}"], data[f"due_{team.pk}"])
            for team in self.teams
            if data.get(f"what_{team.pk}")
        ]

    @property
    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"what_{team.pk}"], self[f"due_{team.pk}"]) for team in self.teams]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        kind = data.get("kind")
        if kind in SETS_SCENARIO:
            if not data.get("scenario"):
                self.add_error("scenario", _("Choose the scenario."))
            if not self.facts.rested:
                self.add_error(
                    "kind", _("No scenario during the rest period: it has not ended yet.")
                )
        else:
            data["scenario"] = ""
        if kind != D.ADMITTED_EXCEPTIONALLY:
            data["body"] = DecidingBody.LSO
        self._clean_owner(kind or "", data)
        if kind == D.DEFERRED and not data.get("review_on") and "review_on" not in self.errors:
            self.add_error(
                "review_on", _("Enter on which day the conference looks at this case again.")
            )
        if kind in (D.NOT_ADMITTED, D.EXIT_CONFIRMED) and data.get("review_on"):
            self.add_error(
                "review_on", _("After this decision the conference does not look again.")
            )
        for name in ("due_on", "review_on"):
            if data.get(name) and data[name] < self.facts.today + timedelta(
                days=name == "review_on"
            ):
                self.add_error(name, self._passed())
        self._clean_commitments(kind, data)
        return data

    def _clean_owner(self, kind: str, data: dict[str, Any]) -> None:
        """Add an error if the team that carries out the decision is missing or may not do it, or
        has no day before which to do it."""
        owner, due = data.get("owner_team"), data.get("due_on")
        doer = self.doer(kind)
        if doer is not None and owner is not None and owner != doer:
            self.add_error(
                "owner_team", _("Only the team that chairs or leads can do what follows.")
            )
        elif doer is None and owner is None and (kind == D.RESEARCH_QUESTION or due):
            self.add_error("owner_team", _("Choose who carries it out."))
        elif doer is None and owner is not None and not due and "due_on" not in self.errors:
            self.add_error("due_on", _("Enter by which day."))

    def _clean_commitments(self, kind: str | None, data: dict[str, Any]) -> None:
        promised = [team for team in self.teams if data.get(f"what_{team.pk}")]
        if kind == D.COMMITMENTS_SET and not promised:
            self.add_error("kind", _("Write what at least one organisation commits itself to."))
        for team in promised:
            due = data.get(f"due_{team.pk}")
            if due is None and f"due_{team.pk}" not in self.errors:
                self.add_error(f"due_{team.pk}", _("Enter by which day."))
            elif due and due < self.facts.today:
                self.add_error(f"due_{team.pk}", self._passed())

    def _passed(self) -> str:
        """Of a meeting that is recorded afterwards, days are judged by its own day."""
        if self.facts.today < timezone.localdate():
            return str(_("This day lies before the meeting."))
        return str(_("This day has passed."))


class AttendanceForm(KeptForm):
    """Which of the invited teams were there; after the minutes were sent, with a reason."""

    present = forms.TypedMultipleChoiceField(
        label=_("Who was there"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("What you leave open is recorded as absent."),
    )
    because = forms.CharField(
        label=_("Why it is corrected"),
        max_length=300,
        help_text=_("It stands in the minutes. The partners get time to answer them again."),
        error_messages={"required": _("Write why the attendance is corrected.")},
    )

    def __init__(self, *args: Any, teams: list[Team], corrects: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["present"].choices = [(team.pk, team.label) for team in teams]  # type: ignore[attr-defined]
        if not corrects:
            del self.fields["because"]


class GuestForm(KeptForm):
    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        error_messages={"required": _("Enter the name of the guest.")},
    )
    capacity = forms.CharField(
        label=_("In which capacity"),
        max_length=160,
        error_messages={"required": _("Enter in which capacity.")},
    )
    username = forms.CharField(
        label=_("Account"),
        required=False,
        max_length=150,
        help_text=_(
            "Only if the guest must read the items here: until the meeting ends. Leave it "
            "empty otherwise."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class MinutesForm(KeptForm):
    answer = forms.ChoiceField(
        label=_("Answer"),
        widget=forms.RadioSelect,
        choices=[
            ("agreed", _("agrees with the minutes")),
            ("objected", _("objects to the minutes")),
        ],
        error_messages={"required": _("Choose an answer.")},
    )
    remark = forms.CharField(
        label=_("Remark"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("answer") == "objected" and not data.get("remark"):
            self.add_error("remark", _("Write to what your team objects."))
        return data


class CancelForm(KeptForm):
    because = forms.CharField(
        label=_("Why is it cancelled?"),
        max_length=200,
        error_messages={"required": _("Write why it is cancelled.")},
    )
