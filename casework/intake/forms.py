from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.cases.case_reader import CaseReader
from casework.cases.models import Case
from casework.intake.enums import CriterionResult
from casework.intake.models import CriteriaList, Intake, IntakeReport
from casework.journey.facts import fact_of
from casework.journey.step_days import out_of_order, steps_taken
from casework.register.forms import DayField, ReasonField
from casework.sharing.forms import SharingFields
from governance.access.enums import Category, Visibility
from governance.drafts.forms import Kept, KeptForm
from governance.drafts.kinds import DraftKind, reading
from lvv.common.forms import DateField
from partners.organisations.models import Team

INTAKE = DraftKind("intake", _("Intake"), reading(Intake, "case__reference", empty=("begin",)))
REFERRAL = DraftKind("referral", _("Referral"), reading(Case))
DOSSIERS = DraftKind("dossiers", _("Ask for the dossiers"))
CRITERIA = DraftKind("criteria", _("Local criteria"))

YES_NO = [("yes", _("yes")), ("no", _("no"))]
MOST_CRITERIA = 12


class ReferralForm(KeptForm):
    """When somebody came and who referred her, corrected."""

    referred_on = DayField(
        label=_("Referred on"), error_messages={"required": _("Enter the day of the referral.")}
    )
    referrer = forms.CharField(label=_("Referred by"), max_length=160, required=False)
    why = ReasonField(
        label=_("What was wrong?"),
        help_text=_("Kept with what stood there before."),
        required_message=_("Write what was wrong."),
    )

    def __init__(self, *args: Any, reader: CaseReader, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reader, self.case = reader, reader.case
        for name in ("referred_on", "referrer"):
            self.fields[name].initial = getattr(self.case, name)

    def clean_referred_on(self) -> date:
        day: date = self.cleaned_data["referred_on"]
        if day > self.case.registered_on:
            raise ValidationError(_("This day lies after the registration."), code="late")
        begun = fact_of(self.case).intake_begun
        if begun and day > begun:
            raise ValidationError(_("This day lies after the intake began."), code="late")
        steps = steps_taken(self.case)
        first = next((step for step in steps if step.number == "T1"), None)
        if first and (sentence := out_of_order(self.reader, steps, first, day)):
            raise ValidationError(sentence, code="late")
        return day


class BeginForm(KeptForm):
    begun_on = DayField(
        label=_("Begun on"), error_messages={"required": _("Enter the day the intake began.")}
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case = case
        self.fields["begun_on"].initial = timezone.localdate()

    def clean_begun_on(self) -> date:
        return not_before_referral(self.cleaned_data["begun_on"], self.case)


def not_before_referral(day: date, case: Case) -> date:
    if day < case.referred_on:
        raise ValidationError(_("This day lies before the referral."), code="early")
    return day


class PageForm(Kept, forms.ModelForm):  # type: ignore[type-arg]
    """One page of the intake. `of_report` are the pages about what she told; the others about
    the intake itself."""

    of_report: ClassVar[bool] = False

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case = case

    def answers(self) -> dict[str, Any]:
        """What the page asks, by the names of the model."""
        return {name: self.cleaned_data[name] for name in self._meta.fields or ()}


def _yes_no(label: Any, required: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        choices=YES_NO,
        coerce=lambda text: text == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": required},
    )


class ConversationForm(PageForm):
    interviewed_on = DayField(
        label=_("Date of the conversation"),
        error_messages={"required": _("Enter the day of the conversation.")},
    )
    interpreter = _yes_no(
        _("Was there an interpreter?"), _("Choose whether there was an interpreter.")
    )
    informed = forms.BooleanField(
        label=_(
            "The person was told what taking part asks: to work on a lasting way out, "
            "together with the partners"
        ),
        error_messages={"required": _("Tick that you told what taking part asks.")},
    )

    class Meta:
        model = Intake
        fields = ["interviewed_on", "interpreter", "present", "informed"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.interpreter is not None:
            self.initial["interpreter"] = "yes" if self.instance.interpreter else "no"

    def clean_interviewed_on(self) -> date:
        return not_before_referral(self.cleaned_data["interviewed_on"], self.case)


AREA = {"rows": 4, "dir": "auto"}


class SituationForm(PageForm):
    """What she told about her situation, and what she needs."""

    of_report = True
    needed: ClassVar[dict[str, Any]] = {
        "living": _("Write about the living situation."),
        "wishes": _("Write the person's own wishes."),
        "needs": _("Write what is needed most."),
    }

    class Meta:
        model = IntakeReport
        fields = ["living", "network", "story", "means", "wishes", "needs"]
        widgets = {name: forms.Textarea(attrs=AREA) for name in fields}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, message in self.needed.items():
            self.fields[name].required = True
            self.fields[name].error_messages["required"] = message


class LimitationForm(PageForm):
    """Only for who writes limitations. What it is goes into a record of its own, with its own
    readers."""

    limited = _yes_no(
        _("Is there a limitation others must take account of?"),
        _("Choose whether there is a limitation."),
    )
    take_account_of = forms.CharField(
        label=_("Take account of"),
        required=False,
        max_length=200,
        help_text=_("What others must do or leave, such as: no stairs. Never a diagnosis."),
    )

    class Meta:
        model = Intake
        fields: ClassVar[list[str]] = []

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("limited") and not data.get("take_account_of"):
            self.add_error("take_account_of", _("Write what others must take account of."))
        return data


class CriteriaForm(PageForm):
    """Each local criterion with its result, and a remark where one is needed."""

    class Meta:
        model = Intake
        fields: ClassVar[list[str]] = []

    def __init__(
        self, *args: Any, criteria: CriteriaList | None, later: bool = False, **kwargs: Any
    ) -> None:
        """`later`: after the intake, when only what was not known yet is filled in."""
        super().__init__(*args, **kwargs)
        self.criteria = criteria
        data = (
            self.instance.results
            if self.instance.criteria_id == (criteria.pk if criteria else None)
            else []
        )
        for number, text in enumerate(criteria.criteria if criteria else []):
            before = data[number] if number < len(data) else {}
            self.fields[f"result_{number}"] = forms.ChoiceField(
                label=text,
                choices=CriterionResult.choices,
                widget=forms.RadioSelect,
                initial=before.get("result"),
                error_messages={
                    "required": _("Choose a result for: %(criterion)s") % {"criterion": text}
                },
            )
            self.fields[f"remark_{number}"] = forms.CharField(
                label=_("Remark"), required=False, max_length=300, initial=before.get("remark", "")
            )
            if later and before.get("result") != CriterionResult.UNKNOWN:
                self.fields[f"result_{number}"].disabled = self.fields[
                    f"remark_{number}"
                ].disabled = True

    def results(self) -> list[dict[str, str]]:
        data = self.cleaned_data
        number = len(self.criteria.criteria) if self.criteria else 0
        return [
            {"result": data[f"result_{n}"], "remark": data[f"remark_{n}"]} for n in range(number)
        ]


class FinishForm(KeptForm, SharingFields):
    """When the intake was complete, and who may read what was told."""

    completed_on = DayField(
        label=_("Completed on"),
        help_text=_("The day it happened; the day on which you record it is kept too."),
        error_messages={"required": _("Enter the day it happened.")},
    )

    def __init__(self, *args: Any, intake: Intake, partners: list[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.intake = intake
        self.fields["completed_on"].initial = timezone.localdate()
        self.offer(partners, [Category.GUIDANCE], list(Visibility))

    def said_category(self) -> str:
        return Category.GUIDANCE

    def clean_completed_on(self) -> date:
        day: date = self.cleaned_data["completed_on"]
        if day < self.intake.begun_on:
            raise ValidationError(_("This day lies before the intake began."), code="early")
        if self.intake.interviewed_on and day < self.intake.interviewed_on:
            raise ValidationError(_("This day lies before the conversation."), code="early")
        return day


class StopForm(KeptForm):
    stopped_on = DayField(
        label=_("Stopped on"), error_messages={"required": _("Enter on which day it stopped.")}
    )
    reason = forms.CharField(
        label=_("Why does the intake stop?"),
        max_length=300,
        error_messages={"required": _("Write why it stops.")},
    )

    def __init__(self, *args: Any, intake: Intake, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.intake = intake
        self.fields["stopped_on"].initial = timezone.localdate()

    def clean_stopped_on(self) -> date:
        day: date = self.cleaned_data["stopped_on"]
        if day < max(filter(None, (self.intake.begun_on, self.intake.interviewed_on))):
            raise ValidationError(_("This day lies before the intake began."), code="early")
        return day


class RequestForm(KeptForm):
    requested_on = DayField(
        label=_("Requested on"), error_messages={"required": _("Enter the day of the requests.")}
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case = case
        self.fields["requested_on"].initial = timezone.localdate()

    def clean_requested_on(self) -> date:
        return not_before_referral(self.cleaned_data["requested_on"], self.case)


class CriteriaListForm(KeptForm):
    """A new version of the local criteria, one on a line."""

    criteria = forms.CharField(
        label=_("Criteria, one on a line"),
        widget=forms.Textarea(attrs={"rows": 10}),
        max_length=5000,
        error_messages={"required": _("Write at least one criterion.")},
    )
    in_force_from = DateField(
        label=_("In force from"),
        error_messages={"required": _("Enter the day from which they hold.")},
    )

    def clean_criteria(self) -> list[str]:
        lines = [
            " ".join(line.split())
            for line in self.cleaned_data["criteria"].splitlines()
            if line.strip()
        ]
        if len(lines) > MOST_CRITERIA:
            raise ValidationError(
                _("At most %(most)d criteria fit on a page."), params={"most": MOST_CRITERIA}
            )
        if any(len(line) > 300 for line in lines):
            raise ValidationError(_("A criterion has at most 300 characters."))
        return lines

    def clean_in_force_from(self) -> date:
        day: date = self.cleaned_data["in_force_from"]
        if day < timezone.localdate():
            raise ValidationError(
                _("A new version holds from today or later: what was decided keeps its own.")
            )
        return day
