"""The part of a form that says who may read a record, for what and until when."""

import json
from collections.abc import Iterable, Set
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.records.enums import ShareBasis, begins_with_author, default_visibility
from governance.access.enums import Category, Visibility
from lvv.common.forms import DateField
from partners.organisations.enums import TeamFunction
from partners.organisations.models import Team

SHARING_FIELDS = ("visibility", "shared_with", "share_purpose", "share_basis", "shared_until")


class SharingFields(forms.Form):
    """Visibility; of a sharing also what for, on what basis, and until when. A record shared by
    its author is one with chosen teams, or with all partners of a kind of data that begins with
    its author's own team."""

    visibility = forms.ChoiceField(
        label=_("Who may read this"),
        choices=Visibility.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose who may read this.")},
    )
    shared_with = forms.TypedMultipleChoiceField(
        label=_("Teams"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    share_purpose = forms.CharField(
        label=_("What do they need it for?"),
        required=False,
        max_length=300,
        help_text=_("In a few words. Every team with which you share it reads this too."),
    )
    share_basis = forms.ChoiceField(
        label=_("On what basis?"),
        required=False,
        choices=ShareBasis.choices,
        initial=ShareBasis.CONVENANT,
    )
    shared_until = DateField(
        label=_("Shared until"),
        required=False,
        help_text=_("The first day on which it no longer is. Empty: until you withdraw it."),
    )

    decided_by = ""  # the field that says what kind of data it is, where the worker chooses
    starts: dict[str, Visibility] = {}  # and for each of its values, who reads that to begin with
    # whether all partners may be somebody to share with, and not just the readers
    sharing_is_told = False
    legal_teams: Set[int] = frozenset()

    def offer(
        self, partners: list[Team], categories: Iterable[Category], visibilities: list[Visibility]
    ) -> None:
        """Fill in the teams that can be chosen, and the initial visibility: the narrowest default
        of the categories that the record may have. Once a category is chosen, its own default
        counts."""
        categories = set(categories)
        initial = min((default_visibility(c) for c in categories), key=list(Visibility).index)
        self.sharing_is_told = any(begins_with_author(category) for category in categories)
        self.legal_teams = {team.pk for team in partners if team.function == TeamFunction.LEGAL}
        self.fields["shared_with"].choices = [(team.pk, team.label) for team in partners]  # type: ignore[attr-defined]
        self.fields["visibility"].initial = initial if initial in visibilities else visibilities[0]
        self.fields["visibility"].choices = [(v.value, v.label) for v in visibilities]  # type: ignore[attr-defined]
        if not partners:
            del self.fields["shared_with"]

    @property
    def is_refused(self) -> bool:
        """True if something of the sharing must be mended: it is not folded away then."""
        return any(name in self.errors for name in SHARING_FIELDS)

    @property
    def starts_as(self) -> str:
        """JSON with the initial visibility by category, for the page. Empty if all categories start
        alike, or somebody already decided."""
        decided = (
            self.is_bound or "visibility" in self.initial or len(set(self.starts.values())) < 2
        )
        return "" if decided else json.dumps(self.starts)

    def clean_shared_until(self) -> date | None:
        until: date | None = self.cleaned_data["shared_until"]
        if until and until <= timezone.localdate() and until != self.initial.get("shared_until"):
            raise ValidationError(_("The end must lie in the future."), code="past")
        return until

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if (
            self.said_category() == Category.LEGAL_AID
            and data.get("visibility") != Visibility.OWN_ORGANISATION
        ):
            self.add_error("visibility", _("What concerns legal aid stays within your own team."))
        if data.get("visibility") == Visibility.SELECTED_PARTNERS and not data.get("shared_with"):
            self.add_error(
                "shared_with" if "shared_with" in self.fields else "visibility",
                ValidationError(_("Choose at least one team, or keep it within your own team.")),
            )
        chosen = set(data.get("shared_with") or [])
        if chosen & self.legal_teams and chosen - self.legal_teams:
            # All read what it is for, and of a legal team the others may not know (R18).
            self.add_error("shared_with", _("Share this with the legal team apart from others."))
        if self._is_shared(data):
            if not data.get("share_purpose"):
                self.add_error("share_purpose", _("Write what they need it for."))
            if not data.get("share_basis"):
                self.add_error("share_basis", _("Choose the basis of this sharing."))
        return data

    def _is_shared(self, data: dict[str, Any]) -> bool:
        visibility = data.get("visibility")
        return visibility == Visibility.SELECTED_PARTNERS or (
            visibility == Visibility.PERMITTED_PARTNERS and begins_with_author(self.said_category())
        )

    def said_category(self) -> str:
        """The category of what is being written, as far as was chosen."""
        category: str = self.cleaned_data.get("category", "")
        return category

    def sharing(self) -> dict[str, Any]:
        """The fields of a record that say who reads it. What does not belong to the choice is
        not kept."""
        data = self.cleaned_data
        chosen, shared = data["visibility"] == Visibility.SELECTED_PARTNERS, self._is_shared(data)
        own = data["visibility"] == Visibility.OWN_ORGANISATION
        return {
            "visibility": Visibility(data["visibility"]),
            "shared_team_ids": sorted(set(data.get("shared_with") or [])) if chosen else [],
            "share_purpose": data["share_purpose"] if shared else "",
            "share_basis": data["share_basis"] if shared else "",
            "shared_until": None if own else data.get("shared_until"),
        }
