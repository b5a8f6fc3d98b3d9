"""Registering a household: several people in one step, one person and one case each."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from casework.cases.registration import Claim, Member, register_together, same_candidates
from casework.cases.registration_views import chosen_team, teams_or_refuse, who_reads
from casework.cases.views import candidate_rows, case_url
from casework.register.doubles import Candidate, likely_doubles
from casework.register.enums import BRIEFING_VERSION, RelationKind
from casework.register.forms import HOUSEHOLD, ClaimedIdentityForm, ReferralForm, add_team_choice
from casework.register.values import NAME_LENGTH, clean_name, may_be_minor, nationality_choices
from governance.access.middleware import ClearanceRequest
from governance.drafts.acts import (
    find_draft,
    kept_value,
    sent_before,
    standalone_draft_key,
    standalone_draft_page,
    submit_once,
)
from governance.drafts.forms import typed_fields
from governance.drafts.models import Draft
from partners.accountability.activities import REGISTRATION, processes
from partners.organisations.models import Team

MOST_MEMBERS = 8
ROWS = 4
RELATIONS = [(kind.value, kind.label) for kind in RelationKind if kind != RelationKind.GUARDIAN]


class MemberForm(ClaimedIdentityForm):
    """One of the household. A row without a name is nobody."""

    birth_date = forms.CharField(
        label=_("Date of birth"),
        required=False,
        max_length=40,
        help_text=_("12-03-1985, 03-1985 or 1985"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    nationality = forms.ChoiceField(label=_("Nationality"), required=False)
    v_number = forms.CharField(
        label=_("V-number"),
        required=False,
        max_length=40,
        help_text=_("Ten digits."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    relation = forms.ChoiceField(
        label=_("To the first person"), required=False, choices=[("", _("Choose")), *RELATIONS]
    )
    responsible = forms.ChoiceField(
        label=_("Responsible, of a minor"),
        required=False,
        choices=[
            ("", _("Nobody of these")),
            ("0", _("the first person")),
            ("1", _("the second person")),
            ("2", _("the third person")),
        ],
    )
    guardian = forms.CharField(label=_("Or a guardian"), required=False, max_length=NAME_LENGTH)

    def __init__(self, *args: Any, number: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.number = number
        self.fields["nationality"].choices = [("", _("Unknown")), *nationality_choices()]  # type: ignore[attr-defined]
        self.fields["name"].required = number == 0
        if number == 0:
            del self.fields["relation"]

    @property
    def is_nobody(self) -> bool:
        return bool(self.number) and not any(
            (self.data.get(self.add_prefix(name)) or "").strip()
            for name in ("name", "birth_date", "v_number", "guardian")
        )

    def clean_name(self) -> str:
        return clean_name(self.cleaned_data["name"]) if self.cleaned_data["name"].strip() else ""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.number and not data.get("name") and "name" not in self.errors:
            self.add_error("name", _("Enter the name the person gives."))
        if self.number and not data.get("relation") and "relation" not in self.errors:
            self.add_error("relation", _("Choose what this person is to the first one."))
        if data.get("responsible") == str(self.number):
            self.add_error("responsible", _("Nobody is responsible for herself."))
        minor = may_be_minor(data.get("birth_date", ""), timezone.localdate())
        if minor and not data.get("responsible") and not data.get("guardian"):
            self.add_error(
                "responsible", _("This person may be a minor: choose or enter who is responsible.")
            )
        return data


class HouseholdForm(ReferralForm):
    def __init__(self, *args: Any, teams: list[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        add_team_choice(self, teams)


@dataclass
class Household:
    """The forms of one page together."""

    referral: HouseholdForm
    rows: list[MemberForm]

    def is_valid(self) -> bool:
        valid = self.referral.is_valid()
        for row in self.members:
            valid = row.is_valid() and valid
        for row in self.members:
            responsible = row.cleaned_data.get("responsible") if row.is_valid() else ""
            if responsible and int(responsible) not in self.places:
                row.add_error("responsible", ValidationError(_("There is nobody in this place.")))
                valid = False
        return valid

    @property
    def members(self) -> list[MemberForm]:
        return [row for row in self.rows if not row.is_nobody]

    @property
    def places(self) -> dict[int, int]:
        """Index in `members` by row number, because rows in between may have been left empty."""
        return {row.number: place for place, row in enumerate(self.members)}

    def claims(self) -> list[Member]:
        referral, result = self.referral.cleaned_data, []
        for row in self.members:
            data = row.cleaned_data
            claim = Claim(
                names=[data["name"]],
                referrer=referral["referrer"],
                birth_date=data["birth_date"],
                v_number=data["v_number"],
                nationalities=[data["nationality"] or "0000"],
                told_on=referral["told_on"],
                language=referral["language"],
                interpreter=referral["interpreter"],
                guardian="" if data["responsible"] else data["guardian"],
            )
            relation = data.get("relation")
            responsible = self.places[int(data["responsible"])] if data["responsible"] else None
            result.append(Member(claim, RelationKind(relation) if relation else None, responsible))
        return result


def _household(data: Any, teams: list[Team], number: int) -> Household:
    return Household(
        HouseholdForm(data, teams=teams),
        [MemberForm(data, prefix=f"lid{n}", number=n) for n in range(number)],
    )


def _restore(household: Household, kept: Draft) -> None:
    household.referral.restore(kept)
    for row in household.rows:
        row.restore(kept)


@processes(REGISTRATION)
@require_http_methods(["GET", "POST"])
def register_household(request: ClearanceRequest) -> HttpResponse:
    teams = teams_or_refuse(request)
    if request.method == "POST" and (sent := sent_before(request)):
        return sent
    key = standalone_draft_key(request, HOUSEHOLD)
    if request.method == "GET" and not key:
        return redirect(standalone_draft_page(request))
    draft = find_draft(request.user, key) if request.method == "GET" else None
    asked = request.method == "POST" and "more" not in request.POST
    text = request.POST.get("rows") or kept_value(draft, "rows")
    number = max(1, min(int(text), MOST_MEMBERS)) if text.isdecimal() and len(text) < 4 else ROWS
    if "more" in request.POST:  # nothing was sent yet, so nothing is refused yet
        number = min(number + 2, MOST_MEMBERS)
    household = _household(request.POST if asked else None, teams, number)
    if kept := Draft(fields=typed_fields(request.POST)) if "more" in request.POST else draft:
        _restore(household, kept)
    context: dict[str, Any] = {
        "household": household,
        "form": household.referral,
        "draft_key": key,
        "form_page": standalone_draft_page(request, key),
        "version": BRIEFING_VERSION,
        "draft": draft,
        "number": number,
        "most": MOST_MEMBERS,
        **who_reads(teams),
    }
    if not asked or not household.is_valid():
        return render(
            request, "casework/register/household.html", context, status=400 if asked else 200
        )
    members = household.claims()
    result: list[tuple[str, list[Candidate]]] = []
    for member in members:
        alike = likely_doubles(member.claim.facts())
        member.claim.others = [candidate.case_id for candidate in alike]
        result.append((member.claim.names[0], alike))
    candidates = [candidate for _name, row in result for candidate in row]
    if not same_candidates(request.POST.get("judged", ""), candidates):
        if sent := sent_before(request):  # the form's own first sending, under way a moment ago
            return sent
        context |= {
            "found": [(name, candidate_rows(row)) for name, row in result if row],
            "judged": ",".join(str(candidate.case_id) for candidate in candidates),
        }
        return render(request, "casework/register/household_doubles.html", context)
    team = chosen_team(teams, household.referral.cleaned_data)
    return submit_once(
        request,
        key,
        lambda: case_url(register_together(members, by=request.clearance, team=team)[0]),
    )
