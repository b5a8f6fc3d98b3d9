from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from governance.access.enums import Category
from governance.convenants.enums import Advice, Cell
from governance.convenants.matrix import Matrix, MatrixCell, may_be_given
from governance.convenants.models import Approval
from governance.drafts.forms import KeptForm
from governance.drafts.kinds import DraftKind
from lvv.common.forms import DateField
from partners.organisations.models import Team

PROPOSAL = DraftKind("proposal", _("Proposal for another matrix"))
ADVICE = DraftKind("advice", _("Advice on another matrix"))
OBJECTION = DraftKind("objection", _("Objection to another matrix"))
DECLINE = DraftKind("declined", _("Declining another matrix"))
DECISION = DraftKind("agreed", _("Decision of a party on another matrix"))


class DeclineForm(KeptForm):
    """Why a proposal is declined; another button of the same form activates it."""

    reason = forms.CharField(
        label=_("Explanation, if you decline"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if "decline" in self.data and not data.get("reason") and "reason" not in self.errors:
            self.add_error("reason", _("Write why you decline."))
        return data


class ProposalForm(KeptForm):
    """Another matrix: one choice for each team and category, and why."""

    explanation = forms.CharField(
        label=_("Explanation"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Explain why the matrix should change.")},
    )
    article = forms.CharField(
        label=_("Article"),
        max_length=10,
        help_text=_("The article of the convenant the change rests on."),
        error_messages={"required": _("Name the article.")},
    )
    purpose = forms.CharField(
        label=_("Purpose"),
        max_length=200,
        error_messages={"required": _("Name the purpose of the sharing.")},
    )
    legal_basis = forms.CharField(
        label=_("Legal basis"),
        max_length=200,
        help_text=_("For example: GDPR article 6, paragraph 1, under e."),
        error_messages={"required": _("Without a legal basis nothing may be shared.")},
    )

    def __init__(self, *args: Any, teams: list[Team], matrix: Matrix, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.teams, self.matrix = teams, matrix
        for team in teams:
            for category in Category:
                present = self._present(team, category).cell
                offered = Cell.values if may_be_given(team, category) else (Cell.NONE, present)
                self.fields[self._name(team, category)] = forms.ChoiceField(
                    choices=[choice for choice in Cell.choices if choice[0] in offered],
                    required=False,
                    label=f"{team.label}: {category.label}",
                    initial=present,
                )

    @staticmethod
    def _name(team: Team, category: Category) -> str:
        return f"cell_{team.pk}_{category}"

    def _present(self, team: Team, category: Category) -> MatrixCell:
        return self.matrix.get(team.pk, {}).get(category, MatrixCell(Cell.NONE))

    @property
    def about(self) -> list[Any]:
        return [self[name] for name in ("explanation", "article", "purpose", "legal_basis")]

    @property
    def table(self) -> list[tuple[Category, list[Any]]]:
        return [
            (category, [self[self._name(team, category)] for team in self.teams])
            for category in Category
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors and not self.changes():
            self.add_error(None, _("Nothing in the matrix was changed."))
        return data

    def changes(self) -> dict[str, dict[str, str]]:
        """Only the cells that differ from the matrix in force."""
        changed: dict[str, dict[str, str]] = {}
        for team in self.teams:
            for category in Category:
                wanted = self.cleaned_data.get(self._name(team, category))
                if wanted and wanted != self._present(team, category).cell:
                    changed.setdefault(str(team.pk), {})[category.value] = wanted
        return changed


class AdviceForm(KeptForm):
    """What a privacy officer advises her organisation."""

    advice = forms.ChoiceField(label=_("Advice"), choices=Advice.choices, widget=forms.RadioSelect)
    advice_text = forms.CharField(
        label=_("Explanation"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )


class ObjectionForm(KeptForm):
    """Why a data protection officer objects."""

    objection = forms.CharField(
        label=_("Objection"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )


class DecisionForm(KeptForm):
    """What the mandated decider of an organisation agreed to on paper."""

    agreed_on = DateField(label=_("Agreed on"))
    document = forms.CharField(
        label=_("Reference of the decision"),
        max_length=200,
        help_text=_("The letter or minutes in which the organisation agrees."),
    )
    function = forms.CharField(label=_("Function of who decided"), max_length=200)
    mandate = forms.CharField(
        label=_("Mandate"),
        max_length=200,
        help_text=_("On what grounds this function decides for the organisation."),
    )
    police_basis = forms.CharField(
        label=_("Ground in the police data act (Wpg)"),
        max_length=200,
        help_text=_("On which article the police provides its records to the team that reads."),
    )
    criminal_basis = forms.CharField(
        label=_("Ground in GDPR article 10"),
        max_length=200,
        help_text=_("Why criminal data may be read by this team."),
    )

    def __init__(self, *args: Any, approval: Approval, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.approval = approval
        if not approval.opens_police_records:
            del self.fields["police_basis"]
        if not approval.opens_criminal_data:
            del self.fields["criminal_basis"]

    def clean_agreed_on(self) -> date:
        day: date = self.cleaned_data["agreed_on"]
        if day > timezone.localdate():
            raise ValidationError(_("This date lies in the future."), code="future")
        asked = timezone.localdate(self.approval.proposal.proposed_at)
        if day < max(asked, self.approval.advised_on or asked):
            raise ValidationError(
                _("The organisation decides on this proposal, after its privacy officer's advice."),
                code="early",
            )
        return day
