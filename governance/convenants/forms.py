from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from governance.access.enums import Category
from governance.convenants.enums import Cell
from governance.convenants.matrix import Matrix, MatrixCell, may_be_given
from governance.drafts.forms import KeptForm
from governance.drafts.kinds import DraftKind
from partners.organisations.models import Team

PROPOSAL = DraftKind("proposal", _("Proposal for another matrix"))


class ProposalForm(KeptForm):
    """Another matrix: one choice for each team and category, and why."""

    explanation = forms.CharField(
        label=_("Why"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Explain why the matrix should change.")},
    )
    article = forms.CharField(
        label=_("Article"),
        max_length=10,
        help_text=_("The article of the agreement the change rests on."),
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
