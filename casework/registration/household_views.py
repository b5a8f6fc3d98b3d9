"""Registering a household: several people in one step, one person and one case each."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect

from casework.cases.views import case_url
from casework.register.doubles import Candidate, likely_doubles
from casework.register.enums import BRIEFING_VERSION
from casework.registration.acts import Member, register_together
from casework.registration.candidates import candidate_rows, judged, same_candidates
from casework.registration.forms import HOUSEHOLD, Household, HouseholdForm, MemberForm
from casework.registration.views import chosen_team, teams_or_refuse, who_reads
from governance.access.middleware import ClearanceRequest
from governance.drafts.acts import (
    find_draft,
    kept_value,
    sent_before,
    standalone_draft_key,
    standalone_draft_page,
)
from governance.drafts.form_views import do_once, form_view, show_form
from governance.drafts.forms import typed_fields
from governance.drafts.models import Draft
from partners.accountability.activities import REGISTRATION, processes
from partners.organisations.models import Team

MOST_MEMBERS = 8
ROWS = 4


def _household(data: Any, teams: list[Team], number: int) -> Household:
    return Household(
        HouseholdForm(data, teams=teams),
        [MemberForm(data, prefix=f"lid{n}", number=n) for n in range(number)],
    )


def _restore(household: Household, kept: Draft) -> None:
    household.referral.restore(kept)
    for row in household.rows:
        row.restore(kept)


def _number_of_rows(request: ClearanceRequest, draft: Draft | None) -> int:
    text = request.POST.get("rows") or kept_value(draft, "rows")
    number = max(1, min(int(text), MOST_MEMBERS)) if text.isdecimal() and len(text) < 4 else ROWS
    return min(number + 2, MOST_MEMBERS) if "more" in request.POST else number


def _open_household(
    request: ClearanceRequest, teams: list[Team], number: int, draft: Draft | None
) -> Household:
    """The sheet with what was sent. If more rows were asked for nothing was sent yet, so nothing is
    refused yet."""
    more = "more" in request.POST
    asked = request.method == "POST" and not more
    household = _household(request.POST if asked else None, teams, number)
    if kept := Draft(fields=typed_fields(request.POST)) if more else draft:
        _restore(household, kept)
    return household


def _alike(members: list[Member]) -> list[tuple[str, list[Candidate]]]:
    """For each member by name, who is registered already and may be the same person."""
    result = []
    for member in members:
        alike = likely_doubles(member.claim.facts())
        member.claim.others = [candidate.case_id for candidate in alike]
        result.append((member.claim.names[0], alike))
    return result


@processes(REGISTRATION)
@form_view
def register_household(request: ClearanceRequest) -> HttpResponse:
    teams = teams_or_refuse(request)
    key = standalone_draft_key(request, HOUSEHOLD)
    if request.method == "GET" and not key:
        return redirect(standalone_draft_page(request))
    draft = find_draft(request, key) if request.method == "GET" else None
    number = _number_of_rows(request, draft)
    household = _open_household(request, teams, number, draft)
    household.referral.draft_key = key
    asked = household.referral.is_bound
    context = {
        "household": household,
        "form_page": standalone_draft_page(request, key),
        "version": BRIEFING_VERSION,
        "draft": draft,
        "number": number,
        "most": MOST_MEMBERS,
        **who_reads(teams),
    }
    if not asked or not household.is_valid():
        page, status = "casework/registration/household.html", 400 if asked else 200
        return show_form(request, page, household.referral, status=status, **context)
    members = household.claims()
    alike = _alike(members)
    candidates = [candidate for _name, row in alike for candidate in row]
    if not same_candidates(request.POST.get("judged", ""), candidates):
        if sent := sent_before(request):  # the form's own first sending, under way a moment ago
            return sent
        context |= {
            "found": [(name, candidate_rows(row)) for name, row in alike if row],
            "judged": judged(candidates),
        }
        page = "casework/registration/household_doubles.html"
        return show_form(request, page, household.referral, **context)
    team = chosen_team(teams, household.referral.cleaned_data)

    def act() -> str:
        return case_url(register_together(members, by=request.clearance, team=team)[0])

    return do_once(request, act, key=key)
