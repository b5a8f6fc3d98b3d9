from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.cases.models import Case
from casework.journey.facts import fact_of
from casework.journey.guards import add_months, format_day
from casework.outcomes.enums import (
    CHECK_MONTHS,
    EARLY,
    CheckResult,
    Class,
    ConfirmationResult,
    ExitReason,
    Lapse,
    Outcome,
    Undone,
)
from casework.outcomes.models import Exit, class_of
from casework.outcomes.perms import COMPETENT
from casework.register.forms import DayField
from casework.register.values import parse_partial_date
from governance.drafts.forms import KeptForm
from governance.drafts.kinds import DraftKind
from partners.organisations.models import Team

EXIT = DraftKind("exit", _("Exit and outcome"))
CLAIM = DraftKind("claim", _("Exit and outcome"))
CHECK = DraftKind("check", _("Exit and outcome"))

# Asked where an outcome says that the person died and no day of it is recorded yet.
DIED_ON = forms.CharField(
    label=_("Date of death"),
    required=False,
    max_length=20,
    help_text=_(
        "Only if the person died; 12-03-1985, partly known: 03-1985 or 1985. It is added to the "
        "personal data at once, as claimed by your team, and everybody who reads those reads it."
    ),
    widget=forms.TextInput(attrs={"autocomplete": "off"}),
)


class DeathForm(KeptForm):
    """An outcome which may be that the person died."""

    died_on = DIED_ON

    def __init__(self, *args: Any, asks_death: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks_death:
            del self.fields["died_on"]

    def clean_died_on(self) -> str:
        text = self.cleaned_data["died_on"].strip()
        return parse_partial_date(text) if text else ""

    def clean_death(self, data: dict[str, Any], *, died: bool, unless_said: date | None) -> None:
        """Of who died a day is recorded: if none is entered this one, or it is asked for."""
        day = data.get("died_on", "") if died else ""
        if died and not day and "died_on" in self.fields and "died_on" not in self.errors:
            if unless_said is None:
                self.add_error("died_on", _("Enter the date of death, as far as it is known."))
            else:
                day = unless_said.isoformat()
        data["died_on"] = day


class ExitForm(DeathForm):
    """R10: never without date, reason and what became of her; the class follows from the table."""

    exited_on = DayField(
        label=_("Date of exit"), error_messages={"required": _("Enter the date of the exit.")}
    )
    reason = forms.ChoiceField(
        label=_("Why it ends"),
        choices=[("", _("Choose")), *ExitReason.choices],
        error_messages={"required": _("Choose why it ends.")},
    )
    outcome = forms.ChoiceField(
        label=_("Outcome"),
        choices=[("", _("Choose")), *Outcome.choices],
        help_text=_("What is known, not what was aimed at."),
        error_messages={"required": _("Choose the outcome.")},
    )
    explanation = forms.CharField(
        label=_("Explanation"),
        required=False,
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    evidence = forms.CharField(
        label=_("Evidence"),
        required=False,
        max_length=200,
        help_text=_("Which paper shows it, such as: boarding pass, decision of 3 March."),
    )
    evidence_on = DayField(label=_("Date of the evidence"), required=False)

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case = case

    def clean_exited_on(self) -> date:
        day: date = self.cleaned_data["exited_on"]
        if day < self.case.referred_on:
            raise ValidationError(_("This day lies before the referral."), code="early")
        facts = fact_of(self.case)
        # From the day of the decision, where the admission takes effect later: who died meanwhile.
        formal = facts.last_formal("admitted")
        admitted = min((d for d in (facts.admitted_on, formal and formal.on) if d), default=None)
        if admitted and day < admitted:
            raise ValidationError(_("This day lies before the admission."), code="early")
        if facts.guidance_from and day < facts.guidance_from:
            raise ValidationError(_("This day lies before the guidance began."), code="early")
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        reason, outcome = data.get("reason"), data.get("outcome")
        for one, other in (
            (ExitReason.DECEASED, Outcome.DECEASED),
            (ExitReason.DETENTION, Outcome.DETAINED),
            (ExitReason.MOVED_TO_OTHER_PILOT, Outcome.MOVED_TO_OTHER_PILOT),
        ):
            if reason == one and outcome and outcome != other:
                self.add_error("outcome", _("This does not fit why it ends."))
        if (
            reason
            and outcome == Outcome.MOVED_TO_OTHER_PILOT
            and reason != ExitReason.MOVED_TO_OTHER_PILOT
        ):
            self.add_error("reason", _("This does not fit the outcome."))
        if reason and outcome == Outcome.DECEASED and reason != ExitReason.DECEASED:
            self.add_error("reason", _("This does not fit the outcome."))
        _dated_evidence(self, data)
        if outcome != Outcome.NOT_ESTABLISHED and data.get("exited_on"):
            _explained(self, data, outcome, data["exited_on"])
        died = outcome == Outcome.DECEASED
        self.clean_death(data, died=died, unless_said=data.get("exited_on"))
        return data


def _dated_evidence(form: forms.Form, data: dict[str, Any]) -> None:
    if data.get("evidence") and not data.get("evidence_on") and "evidence_on" not in form.errors:
        form.add_error("evidence_on", _("Enter the date of the evidence."))


def _explained(form: forms.Form, data: dict[str, Any], outcome: str | None, day: date) -> None:
    """Add an error if the outcome belongs to no class and has no explanation, without which it
    cannot be archived (T13)."""
    if (
        outcome
        and not data.get("explanation")
        and class_of(outcome, day).belongs_to == Class.UNDECIDED
    ):
        form.add_error("explanation", _("Explain this outcome: it belongs to no class."))


class EstablishForm(DeathForm):
    """What became of her, which was not known at the exit or not explained."""

    outcome = forms.ChoiceField(
        label=_("Outcome"),
        help_text=_("What is known, not what was aimed at."),
        choices=[
            ("", _("Choose")),
            *(
                (o.value, o.label)
                for o in Outcome
                if o not in (Outcome.NOT_ESTABLISHED, Outcome.MOVED_TO_OTHER_PILOT)
            ),
        ],
        error_messages={"required": _("Choose the outcome.")},
    )
    explanation = ExitForm.base_fields["explanation"]
    evidence = ExitForm.base_fields["evidence"]
    evidence_on = ExitForm.base_fields["evidence_on"]

    def __init__(self, *args: Any, exit_: Exit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.exit_ = exit_
        for name in ("explanation", "evidence", "evidence_on"):
            self.initial[name] = getattr(exit_, name)
        if exit_.outcome != Outcome.NOT_ESTABLISHED:  # that stands; only its explanation is missing
            del self.fields["outcome"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        data.setdefault("outcome", "" if "outcome" in self.fields else self.exit_.outcome)
        _dated_evidence(self, data)
        _explained(self, data, data["outcome"], self.exit_.exited_on)
        self.clean_death(data, died=data["outcome"] == Outcome.DECEASED, unless_said=None)
        return data


class DeclineForm(KeptForm):
    because = forms.CharField(
        label=_("Why not?"),
        max_length=300,
        error_messages={"required": _("Write why the exit is declined.")},
    )


class UndoForm(KeptForm):
    undone_on = DayField(
        label=_("Since which day"),
        help_text=_("The day it happened; the day on which you record it is kept too."),
        error_messages={"required": _("Enter the day it happened.")},
    )
    undone = forms.ChoiceField(
        label=_("Why is it undone?"),
        choices=Undone.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose why it is undone.")},
    )
    undone_reason = forms.CharField(
        label=_("Explanation"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write what was wrong, or which ruling undid it.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["undone_on"].initial = timezone.localdate()


class ClaimForm(KeptForm):
    """The competent partner says whether it is so; on its behalf with the paper it came on."""

    result = forms.ChoiceField(
        label=_("Answer"),
        choices=ConfirmationResult.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose an answer.")},
    )
    said_on = DayField(label=_("Date"), error_messages={"required": _("Enter the date.")})
    evidence = forms.CharField(
        label=_("Evidence"),
        max_length=200,
        help_text=_("On what your answer rests, with its date."),
        error_messages={"required": _("Write on what the answer rests.")},
    )

    def __init__(self, *args: Any, exit_: Exit, sources: list[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.exit_ = exit_
        self.fields["said_on"].initial = timezone.localdate()
        if sources:
            self.fields["source_team"] = forms.TypedChoiceField(
                label=_("Supplied by"),
                coerce=int,
                choices=[("", _("Choose a team")), *((team.pk, team.label) for team in sources)],
                error_messages={"required": _("Choose which partner supplied this.")},
            )
            self.fields["received_on"] = DayField(
                label=_("Received on"),
                error_messages={"required": _("Enter the day on which it came.")},
            )
            self.fields["received_document"] = forms.CharField(
                label=_("In which document"), max_length=200
            )
            self.order_fields(["source_team", "received_on", "received_document"])

    def clean_said_on(self) -> date:
        day: date = self.cleaned_data["said_on"]
        if day < self.exit_.exited_on:
            raise ValidationError(_("This day lies before the exit."), code="early")
        return day


class CheckForm(DeathForm):
    """R12: does it still hold, three, six or twelve months later; or why that is not checked any
    more."""

    months = forms.TypedChoiceField(
        label=_("Which check"), coerce=int, error_messages={"required": _("Choose which check.")}
    )
    checked_on = DayField(label=_("Checked on"), error_messages={"required": _("Enter the date.")})
    result = forms.ChoiceField(
        label=_("Result"),
        choices=CheckResult.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the result.")},
    )
    outcome = forms.ChoiceField(
        label=_("Outcome at that time"),
        required=False,
        choices=[("", _("Choose")), *Outcome.choices],
        help_text=_(
            "Only if it does not hold, or became a durable one. The claim stays as it was."
        ),
    )
    lapsed_because = forms.ChoiceField(
        label=_("Why it lapsed"),
        required=False,
        choices=[("", _("Choose")), *Lapse.choices],
        help_text=_(
            "Only if it lapsed: then all checks that are left lapse. If nobody could tell, "
            "choose unknown."
        ),
    )
    how = forms.CharField(
        label=_("From whom, and how it is known"),
        max_length=300,
        error_messages={"required": _("Write from whom, and how it is known.")},
    )

    def __init__(
        self, *args: Any, exit_: Exit, done: set[int], early: bool, newer_case: bool, **kwargs: Any
    ) -> None:
        """`early`: what the outcome rested on has ended, so it is looked at before its day
        (R13)."""
        super().__init__(*args, **kwargs)
        self.exit_, self.early, self.newer_case = exit_, early, newer_case
        # A semi-durable outcome that became a durable one: a permit was granted. The exit keeps its
        # class.
        semi = exit_.classed is not None and exit_.classed.belongs_to == Class.SEMI_DURABLE
        self.may_become = tuple(COMPETENT) if semi else ()
        self.due = {months: add_months(exit_.exited_on, months) for months in CHECK_MONTHS}
        self.fields["months"].choices = [  # type: ignore[attr-defined]
            (
                months,
                _("after %(n)d months, %(day)s")
                % {"n": months, "day": format_day(self.due[months])},
            )
            for months in CHECK_MONTHS
            if months not in done
        ]
        self.fields["checked_on"].initial = timezone.localdate()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        result, months, day = data.get("result"), data.get("months"), data.get("checked_on")
        if result == CheckResult.DOES_NOT_HOLD and not data.get("outcome"):
            self.add_error("outcome", _("Choose the outcome at that time."))
        became = result == CheckResult.HOLDS and data.get("outcome") in self.may_become
        if result != CheckResult.DOES_NOT_HOLD and not became:
            data["outcome"] = ""
        if result != CheckResult.LAPSED:
            data["lapsed_because"] = ""
        elif not data.get("lapsed_because"):
            self.add_error("lapsed_because", _("Choose why it lapsed."))
        elif data["lapsed_because"] == Lapse.NEW_CASE and not self.newer_case:
            self.add_error("lapsed_because", _("There is no newer case of this person here."))
        why, became = data.get("lapsed_because"), data.get("outcome")
        died = why == Lapse.DECEASED or became == Outcome.DECEASED
        self.clean_death(data, died=died, unless_said=None)
        if day and day < self.exit_.exited_on:
            self.add_error("checked_on", _("This day lies before the exit."))
        elif (
            not self.early
            and result
            and result != CheckResult.LAPSED
            and months
            and day
            and day < self.due[months] - EARLY
        ):
            self.add_error(
                "checked_on",
                _("This check is for %(day)s.") % {"day": format_day(self.due[months])},
            )
        return data


class UnconfirmedForm(KeptForm):
    unconfirmed_because = forms.CharField(
        label=_("Why does the outcome stay unconfirmed?"),
        max_length=300,
        error_messages={"required": _("Write why it stays unconfirmed.")},
    )
