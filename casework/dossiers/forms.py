"""Forms of records: made from the model and the table of kinds; a few kinds need more."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.forms.models import modelform_factory
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from casework.cases.models import Case, Consent
from casework.cases.numbers import clean_case_number
from casework.dossiers.corrections import CorrectionRequest
from casework.dossiers.record_kind import RecordKind
from casework.dossiers.support import Allowance
from casework.intake.enums import DossierResult
from casework.intake.models import DossierRequest, ServiceDossier
from casework.journal.enums import ReachKind
from casework.journal.models import Reachability
from casework.records.enums import Answer, EndReason, default_visibility
from casework.records.models import Record
from casework.records.validators import not_in_future
from casework.register.enums import BriefingLanguage, IdentityStatus, Sex, ValueKind
from casework.register.forms import DayField
from casework.register.identity import born_on_or_after
from casework.register.models import IdentityValue, Relation
from casework.register.values import (
    clean_name,
    clean_v_number,
    nationality_choices,
    parse_partial_date,
)
from casework.sharing.forms import SHARING_FIELDS, SharingFields
from casework.shelter.models import Absence, Location, Stay
from casework.transfer.models import Transfer
from governance.access.enums import Category, Visibility
from governance.drafts.forms import Kept, KeptForm
from lvv.common.forms import AmountField, DateField
from lvv.common.periods import not_over
from partners.organisations.enums import OrganisationKind, TeamFunction
from partners.organisations.models import Team

ESTABLISHES = (OrganisationKind.AVIM, OrganisationKind.IND)
FEWEST_DIGITS = 6  # of a telephone number, in whatever country


# What a field asks for, where its label alone says too little in a list of errors.
REQUIRED = {
    ("TravelDocument", "kind"): _("Choose which document you ask for."),
    ("TravelDocument", "country"): _("Enter of which country you ask the document."),
    ("Reachability", "kind"): _("Choose by what means the person can be reached."),
    ("Reachability", "value"): _("Enter the number, name or address."),
}


def _form_field(field: "models.Field[Any, Any]", **kwargs: Any) -> forms.Field | None:
    """Days as people write them here; a choice begins with nothing chosen; long text gets room."""
    if isinstance(field, models.DateField):
        required, label, initial = (
            not field.blank,
            field.verbose_name,
            kwargs.get("initial", field.default),
        )
        initial = None if initial is models.NOT_PROVIDED else initial
        if not_in_future in field.validators:
            return DayField(
                label=label.capitalize(),
                required=required,
                initial=initial,
                help_text=field.help_text,
            )
        return DateField(label=str(label).capitalize(), required=required, initial=initial)
    if field.choices and not isinstance(field, models.ForeignKey):
        kwargs["choices_form_class"] = forms.TypedChoiceField
    if isinstance(field, models.DecimalField):
        kwargs["form_class"] = AmountField
    if sentence := REQUIRED.get((field.model.__name__, field.name)):
        kwargs["error_messages"] = {"required": sentence}
    made = field.formfield(**kwargs)
    if made is not None and isinstance(field, models.TextField):
        made.widget = forms.Textarea(attrs={"rows": 5, "dir": "auto"})
    return made


class RecordForm(Kept, SharingFields, forms.ModelForm):  # type: ignore[type-arg]
    """The fields of one kind of record, where it comes from, and who reads it."""

    def __init__(
        self,
        *args: Any,
        kind: RecordKind,
        case: Case,
        author: Team | None,
        partners: list[Team],
        sources: list[Team],
        writes: frozenset[str] = frozenset(),
        variant: str = "",
        left_on: date | None = None,
        **kwargs: Any,
    ) -> None:
        """`left_on`: the day on which the case was left, if this worker is told it."""
        super().__init__(*args, **kwargs)
        self.left_on = left_on
        self.kind, self.case, self.author, self.variant = kind, case, author, variant
        self.instance.case = case
        # shown to whoever its procedure shows to, or to all who read the category
        if kind.parent or kind.is_joint:
            for name in SHARING_FIELDS:
                self.fields.pop(name)
        else:
            self._offer_sharing(partners, sources, writes)
            if self.instance.pk:
                self.initial["visibility"] = self.instance.visibility
                self.initial["shared_with"] = self.instance.shared_team_ids
                self.initial["share_basis"] = (
                    self.instance.share_basis or self.fields["share_basis"].initial
                )
                for name in ("share_purpose", "shared_until"):
                    self.initial[name] = getattr(self.instance, name)
        if sources:
            self._ask_source(sources)
        if hasattr(kind.model, "category_of") and not sources:
            # Of the things it can be, those this team writes; later only those of the same kind of
            # data.
            possible = {self.instance.record_category} if self.instance.pk else writes
            field = self.fields["kind"]
            field.choices = [  # type: ignore[attr-defined]
                choice
                for choice in field.choices  # type: ignore[attr-defined]
                if not choice[0] or kind.model.category_of(choice[0]) in possible
            ]
        limits = (
            kind.only.get(OrganisationKind(author.organisation.kind), {})
            if author and not sources
            else {}
        )
        for name, values in limits.items():
            field = self.fields[name]
            field.choices = [choice for choice in field.choices if choice[0] in ("", *values)]  # type: ignore[attr-defined]

    def _offer_sharing(
        self, partners: list[Team], sources: list[Team], writes: frozenset[str]
    ) -> None:
        model: Any = self.kind.model
        categories = set(self.kind.categories)
        if self.instance.pk:
            categories = {self.instance.record_category}
        elif hasattr(model, "category_of") and not sources:
            categories = {category for category in categories if category in writes} or categories
        visibilities = [v for v in Visibility if not (sources and v == Visibility.OWN_ORGANISATION)]
        if categories == {Category.LEGAL_AID}:
            visibilities = [Visibility.OWN_ORGANISATION]
        if model is Stay:  # of two stays at once nobody could be told, were one of them hidden
            visibilities = [Visibility.PERMITTED_PARTNERS]
            del self.fields["shared_until"]
        self.offer(partners, categories, visibilities)
        if hasattr(model, "category_of") and not sources and not self.instance.pk:
            self.decided_by = "kind"
            self.starts = {
                value: default_visibility(model.category_of(value))
                for value, _label in self.kind.choices
            }

    def _ask_source(self, sources: list[Team]) -> None:
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
            label=_("In which document"),
            max_length=200,
            help_text=_("Such as: letter of 3 March, reference 12."),
        )
        self.order_fields(["source_team", "received_on", "received_document"])

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if not self.errors:
            try:
                self.instance.validate_constraints({"author_team"})  # the act says which
            except ValidationError as error:
                self.add_error(None, error.messages)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        since, until = data.get("since"), data.get("until")
        if since and until and until < since:
            self.add_error("until", _("The end lies before the beginning."))
        days = {name: value for name, value in data.items() if isinstance(value, date)}
        born = born_on_or_after(self.case.pk) if days else None
        for name, day in days.items():
            if born and day < born:
                self.add_error(name, _("This day lies before the date of birth."))
        return data

    def ended_by_exit(self, data: dict[str, Any]) -> None:
        """Add an error if `until` is missing or lies after the day on which the person left. Who is
        not told that day is only asked for an end (ADR 0029)."""
        left, until = self.left_on, data.get("until")
        if self.errors or not self.case.left_on:
            return
        if left and (not until or until > left):
            sentence = _("The person left on %(day)s: this ends by then.")
            self.add_error("until", sentence % {"day": date_format(left, "j F Y")})
        elif not until:
            self.add_error("until", _("The person has left: enter when this ended."))

    def said_category(self) -> str:
        model: Any = self.kind.model
        if hasattr(model, "category_of"):
            kind = self.cleaned_data.get("kind") or self.instance.kind
            return model.category_of(kind) if kind else ""
        return model.CATEGORY or self.instance.record_category

    @property
    def own_fields(self) -> list[forms.BoundField]:
        """All but the sharing part, which a page shows apart."""
        return [self[name] for name in self.fields if name not in SHARING_FIELDS]

    @property
    def shares(self) -> bool:
        return "visibility" in self.fields

    def record(self) -> Record:
        """The record as the form says it, not saved yet."""
        record: Record = self.save(commit=False)
        if self.shares:
            for name, value in self.sharing().items():
                setattr(record, name, value)
        if "source_team" in self.fields:
            record.source_team_id = self.cleaned_data["source_team"]
            record.received_on = self.cleaned_data["received_on"]
            record.received_document = self.cleaned_data["received_document"]
            if record.visibility == Visibility.SELECTED_PARTNERS:
                record.shared_team_ids = sorted({*record.shared_team_ids, record.source_team_id})
        return record


VALUE_CHOICES: dict[str, Callable[[], Iterable[tuple[Any, Any]]]] = {
    ValueKind.NATIONALITY: nationality_choices,
    ValueKind.SEX: lambda: [choice for choice in Sex.choices if choice[0] != Sex.OTHER],
    ValueKind.LANGUAGE: lambda: BriefingLanguage.choices,
}
VALUE_HELP = {
    ValueKind.BIRTH_DATE: _("12-03-1985; partly known: 03-1985 or 1985."),
    ValueKind.V_NUMBER: _("Ten digits."),
    ValueKind.DEATH_DATE: _("12-03-1985; partly known: 03-1985 or 1985."),
}


def value_kind(text: str) -> ValueKind:
    return ValueKind(text if text in ValueKind.values else ValueKind.NAME)


class IdentityValueForm(RecordForm):
    """One value of one kind; only the aliens police and the immigration service establish."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.value_kind = value_kind(self.instance.kind or self.variant)
        label = self.value_kind.label.capitalize()
        if choices := VALUE_CHOICES.get(self.value_kind):
            self.fields["value"] = forms.ChoiceField(
                label=label, choices=[("", _("Choose")), *choices()]
            )
        else:
            self.fields["value"] = forms.CharField(
                label=label,
                max_length=2000,
                help_text=VALUE_HELP.get(self.value_kind, ""),
                widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
            )
        if self.value_kind == ValueKind.LANGUAGE:
            self.fields["language"] = forms.CharField(
                label=_("Which other language"), required=False, max_length=40
            )
            if self.initial.get("value") and self.initial["value"] not in BriefingLanguage.values:
                self.initial["language"] = self.initial["value"]
                self.initial["value"] = BriefingLanguage.OTHER
        if self.value_kind != ValueKind.BIRTH_DATE:
            del self.fields["estimated"]
        source = self.author.organisation.kind if self.author else ""
        if source not in ESTABLISHES and "source_team" not in self.fields:
            status = self.fields["status"]
            status.choices = [  # type: ignore[attr-defined]
                c for c in IdentityStatus.choices if c[0] != IdentityStatus.ESTABLISHED
            ]
        first = ["source_team", "received_on", "received_document", "value", "language"]
        self.order_fields(first)

    def clean_value(self) -> str:
        text = self.cleaned_data["value"].strip()
        if self.value_kind in (ValueKind.NAME, ValueKind.ALIAS):
            return clean_name(text)
        if self.value_kind in (ValueKind.BIRTH_DATE, ValueKind.DEATH_DATE):
            return parse_partial_date(text)
        return clean_v_number(text) if self.value_kind == ValueKind.V_NUMBER else text

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if self.value_kind == ValueKind.LANGUAGE and data.get("value") == BriefingLanguage.OTHER:
            if not data.get("language"):
                self.add_error("language", _("Write which language."))
            data["value"] = data.get("language", "")
        return data

    def record(self) -> Record:
        record = super().record()
        assert isinstance(record, IdentityValue)
        record.kind = self.value_kind
        record.value = self.cleaned_data["value"]
        return record


class RelationForm(RecordForm):
    """Somebody registered, by the number of her case; or only a name."""

    other_number = forms.CharField(
        label=_("Case number"),
        required=False,
        max_length=14,
        help_text=_("Of somebody who is registered and whom you may see, such as 2026-4839057."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:  # whom it is about does not change: another one is another relation
            del self.fields["other_number"]
        else:
            self.order_fields(["kind", "other_number", "other_name"])

    def clean_other_number(self) -> str:
        number = clean_case_number(self.cleaned_data["other_number"])
        if number:
            case = Case.objects.filter(number=number).select_related("person").first()
            if case is None:
                raise ValidationError(_("You see no case with this number."), code="unknown")
            if case.person.same_as == self.case.person.same_as:
                raise ValidationError(_("This is the person of this case."), code="herself")
            self.instance.other = case.person
        return number


class StayForm(RecordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        here = Location.objects.filter(pilot=self.case.pilot_id)
        possible = here.exclude(closed_on__lte=today) | here.filter(pk=self.instance.location_id)
        self.fields["location"].queryset = possible  # type: ignore[attr-defined]
        self.fields["location"].empty_label = _("No location of this pilot")  # type: ignore[attr-defined]
        self.fields["kind"].required = False
        self.fields["kind"].help_text = _("Only when you chose no location.")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if location := data.get("location"):
            data["kind"] = location.kind
        elif not data.get("kind") and "kind" not in self.errors:
            self.add_error("kind", _("Choose a location or the kind of shelter."))
        self.ended_by_exit(data)
        if data.get("since") and self._elsewhere(data["since"], data.get("until")):
            self.add_error(
                "since",
                _("In this period the person has a stay already, in another case."),
            )
        return data

    def _elsewhere(self, since: date, until: date | None) -> bool:
        """Whether a case of the same person that is in sight has a place in this period (R1)."""
        stays = (
            Stay.objects.current()
            .filter(case__person__same_as=self.case.person.same_as)
            .exclude(case=self.case)
        )
        stays = stays.filter(not_over(since))
        return (stays.filter(since__lt=until) if until else stays).exists()


class AllowanceForm(RecordForm):
    def clean(self) -> dict[str, Any]:
        data = super().clean()
        self.ended_by_exit(data)
        return data


class ReachabilityForm(RecordForm):
    """A number is kept as people write it; one too short to call, and a messenger nobody can tell,
    are asked again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # of the person, not of who types
        self.fields["value"].widget.attrs.update(autocomplete="off", dir="auto")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        kind, messenger = data.get("kind"), data.get("messenger")
        if kind == ReachKind.MESSENGER and not messenger:
            self.add_error("messenger", _("Write which messenger."))
        if kind and kind != ReachKind.MESSENGER and messenger:
            self.add_error("messenger", _("Leave this empty, or choose the messenger above."))
        digits = sum(char.isdigit() for char in data.get("value", ""))
        if kind == ReachKind.TELEPHONE and "value" in data and digits < FEWEST_DIGITS:
            self.add_error("value", _("A telephone number has at least six digits."))
        return data


class AbsenceForm(RecordForm):
    """An absence lies within the stay and overlaps no other absence."""

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        stay: Stay = self.instance.stay
        since, until = data.get("since"), data.get("until")
        if since and (since < stay.since or stay.until and since >= stay.until):
            self.add_error("since", _("On this day the person did not stay here."))
        if until and stay.until and until > stay.until:
            self.add_error("until", _("On this day the person did not stay here."))
        others = Absence.objects.current().filter(stay=stay).exclude(pk=self.instance.pk)
        if since and others.filter(not_over(since), since__lt=until or date.max).exists():
            self.add_error("since", _("In this period the person is recorded as away already."))
        return data


class ConsentForm(RecordForm):
    def __init__(self, *args: Any, partners: list[Team], **kwargs: Any) -> None:
        super().__init__(*args, partners=partners, **kwargs)
        for name in SHARING_FIELDS:  # read by the care team and by the team it names
            self.fields.pop(name, None)
        self.fields["team"] = forms.ModelChoiceField(
            Team.objects.filter(
                Q(pk__in=[team.pk for team in partners]) | self._there()
            ).select_related("organisation", "pilot"),
            label=_("Team that may read"),
            empty_label=_("Choose a team"),
        )
        self.order_fields(["team"])

    def _there(self) -> Q:
        """The care teams of the pilot that accepted this case: they read once it is handed over."""
        moves = Transfer.objects.filter(
            case=self.case, answer=Answer.ACCEPTED, taken_back_at=None, handed_over_on=None
        )
        return Q(pilot__in=moves.values("to_pilot"), function=TeamFunction.CARE)

    def clean_until(self) -> Any:
        until = self.cleaned_data["until"]
        if until <= timezone.localdate():
            raise ValidationError(_("The end must lie in the future."), code="past")
        return until

    def record(self) -> Record:
        record = super().record()
        record.visibility = Visibility.OWN_ORGANISATION
        return record


class DossierForm(RecordForm):
    """A delivered dossier. Its kind (IND or DT&V) follows from the team that is its source."""

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        source = data.get("source_team") or (self.author.pk if self.author else None)
        kind = (
            Team.objects.filter(pk=source or 0).values_list("organisation__kind", flat=True).first()
        )
        asked = DossierRequest.objects.current().filter(case=self.case, of=kind or "").first()
        came = ServiceDossier.objects.current().filter(
            case=self.case, of=kind or ""
        )  # of who came from a list
        if source and asked is None and not came.exists():
            self.add_error(None, _("This dossier was not asked for in this case."))
        delivered, completed = data.get("delivered_on"), data.get("completed_on")
        if asked and delivered and delivered < asked.requested_on:
            self.add_error("delivered_on", _("This day lies before the request."))
        if delivered and completed and completed < delivered:
            self.add_error("completed_on", _("This day lies before the delivery."))
        if completed and data.get("result") == DossierResult.NONE:
            self.add_error("completed_on", _("A dossier that does not exist is never complete."))
        self.instance.of = kind or ""
        return data

    def record(self) -> Record:
        record = super().record()
        assert isinstance(record, ServiceDossier)
        if record.result == DossierResult.COMPLETE and record.completed_on is None:
            record.completed_on = record.delivered_on
        return record


FORMS: dict[type[Record], type[RecordForm]] = {
    IdentityValue: IdentityValueForm,
    Relation: RelationForm,
    Stay: StayForm,
    Consent: ConsentForm,
    ServiceDossier: DossierForm,
    Allowance: AllowanceForm,
    Reachability: ReachabilityForm,
    Absence: AbsenceForm,
}


def form_class(kind: RecordKind) -> type[RecordForm]:
    base = FORMS.get(kind.model, RecordForm)
    return cast(
        type[RecordForm],
        modelform_factory(kind.model, base, kind.fields, formfield_callback=_form_field),
    )


class EndForm(KeptForm):
    reason = forms.ChoiceField(
        label=_("Why does it end?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose why it ends.")},
    )

    def __init__(self, *args: Any, replaces: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reasons = (
            (EndReason.REPLACED, EndReason.MISTAKE)
            if replaces
            else (EndReason.OVER, EndReason.MISTAKE)
        )
        self.fields["reason"].choices = [(r.value, r.label) for r in reasons]  # type: ignore[attr-defined]


class CorrectionForm(Kept, forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = CorrectionRequest
        fields = ["text"]
        widgets = {"text": forms.Textarea(attrs={"rows": 5})}
        error_messages = {"text": {"required": _("Write what should be corrected.")}}


class AnswerForm(KeptForm):
    answer = forms.ChoiceField(
        label=_("Answer"),
        choices=[(Answer.ACCEPTED.value, _("Take over")), (Answer.DECLINED.value, _("Decline"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose an answer.")},
    )
    answer_text = forms.CharField(
        label=_("Explanation"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Explain the answer.")},
    )
