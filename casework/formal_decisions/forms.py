from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.cases.enums import ADMITTED_STATES, CaseState
from casework.cases.models import Case
from casework.formal_decisions.copies import Copies, chosen
from casework.formal_decisions.enums import FormalKind
from casework.formal_decisions.letters import MODEL, TAGS, clean_html
from casework.formal_decisions.models import FormalDecision
from casework.formal_decisions.terms import TermsToObject
from casework.journey.acts import in_dutch
from casework.journey.calendar import by_law
from casework.journey.facts import Facts
from casework.journey.guards import (
    ADMITS,
    add_months,
    conference_admitted,
    conference_refused,
    format_day,
)
from casework.register.forms import DayField
from governance.drafts.forms import KeptForm
from governance.drafts.kinds import DraftKind
from governance.mandates.models import MandateDecision
from lvv.common.forms import DateField

FORMAL = DraftKind("formal", _("Formal decision"))
REOPEN = DraftKind("reopen", _("Formal decision"))
LETTER = DraftKind("letter", _("Letter"))

K = FormalKind
POSSIBLE: dict[str, tuple[FormalKind, ...]] = {
    CaseState.IN_CONFERENCE: (K.ADMITTED, K.REFUSED),
    **dict.fromkeys(ADMITTED_STATES, (K.EXTENDED, K.ENDED)),
}
AREA = {"rows": 5, "dir": "auto"}


class FormalForm(KeptForm):
    """A formal decision: who decided what, under which mandate, why, and what can be done
    against it."""

    TICK = "other_term"  # lifts a question and tells nothing of the decision

    kind = forms.ChoiceField(
        label=_("Decision"),
        error_messages={
            "required": _("Choose the decision."),
            "invalid_choice": _("From where the case is now this is not decided."),
        },
    )
    decided_on = DayField(
        label=_("Decided on"), error_messages={"required": _("Enter the day of the decision.")}
    )
    known_on = DayField(
        label=_("Letter was sent on"),
        required=False,
        help_text=_(
            "Empty: it is made known today, when you issue it here. Otherwise the day on which its "
            "letter left elsewhere."
        ),
    )
    known_by = forms.CharField(
        label=_("Reference of that letter"),
        required=False,
        max_length=160,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Where the letter that left elsewhere is found."),
    )
    function = forms.ChoiceField(
        label=_("Decided by"),
        error_messages={"required": _("Choose the function that decided.")},
        help_text=_("A function of the mandate decision that holds on that day; never a name."),
    )
    effective_on = DateField(label=_("Takes effect on"))
    until = DateField(
        label=_("Admitted until"),
        required=False,
        help_text=_("Empty: no end is set."),
    )
    reasons = forms.CharField(
        label=_("Explanation"),
        max_length=10_000,
        widget=forms.Textarea(attrs=AREA),
        error_messages={"required": _("Write the reasons.")},
    )
    remedies = forms.CharField(
        label=_("Objection and appeal (remedies)"),
        max_length=3000,
        widget=forms.Textarea(attrs=AREA),
        error_messages={"required": _("Write how one objects or appeals.")},
    )
    objection_until = DateField(label=_("Objection possible until"), required=False)
    other_term = forms.BooleanField(
        label=_("The decision says another day than the law, and that is right"), required=False
    )

    def __init__(
        self, *args: Any, case: Case, facts: Facts, mandates: list[MandateDecision], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.case, self.facts = case, facts
        self.mandates = {mandate.pk: mandate for mandate in mandates}
        kinds = POSSIBLE.get(case.state, ())
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose a decision")),
            *((k.value, k.label) for k in kinds),
        ]
        choices: list[tuple[str, Any]] = [
            (f"{mandate.pk}:{number}", f"{function} ({mandate.title})")
            for mandate in mandates
            for number, function in enumerate(mandate.functions)
        ]
        if facts.municipal:
            choices.append(("college", _("the college, in its own name")))
        self.fields["function"].choices = [("", _("Choose")), *choices]  # type: ignore[attr-defined]
        today = timezone.localdate()
        self.fields["decided_on"].initial = self.fields["effective_on"].initial = today
        self._propose_term(today)

    def _propose_term(self, today: date) -> None:
        """Propose the last day to object by the law of today, or say that the table holds no
        term."""
        self.terms = TermsToObject()
        field, term = self.fields["objection_until"], self.terms.on(today)
        field.initial = self.terms.until(today)
        if term is None:
            field.help_text = _(
                "No term of the law is entered for this. Enter the last day yourself, and ask the "
                "administrator to add the term."
            )
            return
        sentence = _(
            "The last day on which an objection is possible (%(law)s). Proposed: %(term)s from the "
            "day after today, and on to the next ordinary day. Check this term: whether another "
            "law sets it is for a lawyer to say."
        )
        field.help_text = sentence % {"law": by_law(term.article), "term": term.duration()}

    @property
    def law(self) -> str:
        """The articles of the law by which one may object until the day that was entered."""
        term = self.terms.on(self.known)
        return by_law(term.article if term else "")

    @property
    def known(self) -> date:
        """The day on which the decision is made known."""
        day: date | None = self.cleaned_data.get("known_on")
        return day or timezone.localdate()

    @property
    def mandate(self) -> MandateDecision | None:
        chosen = str(self.cleaned_data.get("function", ""))
        return self.mandates[int(chosen.partition(":")[0])] if ":" in chosen else None

    @property
    def function_name(self) -> str:
        chosen = str(self.cleaned_data["function"])
        mandate = self.mandate
        if mandate is not None:
            return str(mandate.functions[int(chosen.partition(":")[2])])
        return "college van burgemeester en wethouders"

    @property
    def asks_term(self) -> bool:
        """Whether the term to object is not the law's, which a tick has to confirm."""
        return self.has_error("objection_until", "term") or bool(self.data.get(self.TICK))

    def _holds(self, mandate: MandateDecision, day: date) -> bool:
        return MandateDecision.objects.in_force(day, self.case.pilot).filter(pk=mandate.pk).exists()

    def clean_decided_on(self) -> date:
        day: date = self.cleaned_data["decided_on"]
        if day < self.case.referred_on:
            raise ValidationError(_("This day lies before the referral."), code="early")
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        decided, mandate = data.get("decided_on"), self.mandate
        if decided and mandate and not self._holds(mandate, decided):
            self.add_error(
                "function", _("This mandate decision does not hold on the day of the decision.")
            )
        for name in ("effective_on", "until", "objection_until"):
            if decided and data.get(name) and data[name] < decided:
                self.add_error(name, _("This day lies before the decision."))
        self._clean_known(data)
        kind = data.get("kind")
        self._clean_conference(kind, decided)
        if (
            kind in (K.REFUSED, K.ENDED)
            and not data.get("objection_until")
            and "objection_until" not in self.errors
        ):
            self.add_error(
                "objection_until", _("Enter until when an objection to this is possible.")
            )
        self._question_term(data)
        if kind == K.EXTENDED and not data.get("until"):
            self.add_error("until", _("Enter until when the person is admitted."))
        if kind in (K.REFUSED, K.ENDED):
            data["until"] = None
        longest = self.case.pilot.maximum_stay_months
        begins, until = data.get("effective_on"), data.get("until")
        if (
            kind == K.ADMITTED
            and longest
            and begins
            and until
            and until > add_months(begins, longest)
        ):
            self.add_error(
                "until",
                _("Longer than the maximum stay of this pilot, %(n)d months.") % {"n": longest},
            )
        return data

    def _clean_conference(self, kind: str | None, decided: date | None) -> None:
        """Admitting and refusing rest on what the conference decided last, and on no later day."""
        guard = {K.ADMITTED: conference_admitted, K.REFUSED: conference_refused}.get(kind)  # type: ignore[call-overload]
        if guard is None:
            return
        last = self.facts.last_decision(*ADMITS, "not_admitted")
        if missing := guard(self.facts):
            self.add_error("kind", missing.sentence)
        elif decided and last is not None and decided < last.on:
            older = _("The conference decided on this on %(day)s; the decision cannot be older.")
            self.add_error("decided_on", older % {"day": format_day(last.on)})

    def _clean_known(self, data: dict[str, Any]) -> None:
        known, decided = data.get("known_on"), data.get("decided_on")
        if known and decided and known < decided:
            self.add_error("known_on", _("This day lies before the decision."))
        if known and not data.get("known_by"):
            self.add_error("known_by", _("Enter where the letter that was sent is found."))
        if data.get("known_by") and not known and "known_on" not in self.errors:
            self.add_error("known_on", _("Enter the day on which this letter was sent."))

    def _question_term(self, data: dict[str, Any]) -> None:
        """A term to object that is not the law's stands only if somebody says that it is right. If
        the table holds no term, the day stands as it was entered."""
        until = data.get("objection_until")
        if until is None or {"known_on", "decided_on", "objection_until"} & set(self.errors):
            return
        last = self.terms.until(self.known)
        if last is None:
            return
        if until == self.fields["objection_until"].initial and not data.get(self.TICK):
            data["objection_until"] = until = last  # the proposal was left as it stood
        if until != last and not data.get(self.TICK):
            sentence = _(
                "By law an objection is possible until %(day)s (%(law)s). Enter that day, or tick "
                "below that the decision says another."
            )
            words = {"day": format_day(last), "law": self.law}
            self.add_error("objection_until", ValidationError(sentence % words, code="term"))


class LetterForm(KeptForm):
    letter = forms.CharField(
        label=_("Letter"),
        max_length=50_000,
        widget=forms.Textarea(attrs={"rows": 24, "data-rich": " ".join(sorted(TAGS))}),
        error_messages={"required": _("The letter is empty.")},
    )
    copies = forms.MultipleChoiceField(
        label=_("A copy goes to"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Who acts for the person, as far as you may know. Untick who gets none."),
    )

    def __init__(self, *args: Any, representatives: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["copies"].choices = representatives  # type: ignore[attr-defined]
        self.fields["copies"].initial = [value for value, _label in representatives]
        if not representatives:
            del self.fields["copies"]

    def chosen(self) -> Copies:
        return chosen(self.cleaned_data.get("copies", []))

    def clean_letter(self) -> str:
        text = clean_html(self.cleaned_data["letter"])
        if not text:
            raise ValidationError(_("The letter is empty."))
        return text


class ReopenForm(KeptForm):
    """T9: an objection or appeal that was upheld, or new facts; and since which day."""

    on = DayField(
        label=_("Since which day"),
        help_text=_("The day it happened; the day on which you record it is kept too."),
        error_messages={"required": _("Enter the day it happened.")},
    )
    ground = forms.ChoiceField(
        label=_("On what ground?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the ground.")},
    )
    because = forms.CharField(
        label=_("Explanation"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write which ruling, or which facts are new.")},
    )

    def __init__(self, *args: Any, facts: Facts, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = timezone.localdate()
        refusal = facts.last_formal("refused")
        self.upheld = facts.upheld
        upheld = facts.upheld is not None and (refusal is None or facts.upheld >= refusal.on)
        self.fields["ground"].choices = [  # type: ignore[attr-defined]
            *([("upheld", _("an objection or appeal was upheld"))] if upheld else []),
            ("new", _("there are new facts")),
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        on = data.get("on")
        if data.get("ground") == "upheld" and on and self.upheld and on < self.upheld:
            sentence = _("The objection or appeal was upheld on %(day)s.")
            self.add_error("on", sentence % {"day": format_day(self.upheld)})
        return data

    def why(self) -> str:
        """The ground and the explanation, as they stand with the refusal."""
        ground = dict(self.fields["ground"].choices)[self.cleaned_data["ground"]]  # type: ignore[attr-defined]
        return f"{in_dutch(ground).capitalize()}: {self.cleaned_data['because']}"


class SetAsideForm(KeptForm):
    annulled_on = DayField(
        label=_("Since which day"),
        help_text=_("The day it happened; the day on which you record it is kept too."),
        error_messages={"required": _("Enter the day it happened.")},
    )
    because = forms.CharField(
        label=_("Why does it stand no longer?"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Such as: objection well founded, decision of 3 March."),
        error_messages={"required": _("Write which ruling undid it, or what was wrong.")},
    )

    def __init__(self, *args: Any, decision: FormalDecision, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.decision = decision
        self.fields["annulled_on"].initial = timezone.localdate()

    def clean_annulled_on(self) -> date:
        day: date = self.cleaned_data["annulled_on"]
        if day < self.decision.decided_on:
            raise ValidationError(_("This day lies before the decision."), code="early")
        return day


class TemplateForm(KeptForm):
    """A new version of one letter of a pilot."""

    text = forms.CharField(
        label=_("Text"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 18, "data-rich": " ".join(sorted(TAGS))}),
        error_messages={"required": _("The letter is empty.")},
    )

    def clean_text(self) -> str:
        text = clean_html(self.cleaned_data["text"])
        if not text:
            raise ValidationError(_("The letter is empty."))
        return text


def first_text(kind: str) -> str:
    return MODEL[FormalKind(kind)]
