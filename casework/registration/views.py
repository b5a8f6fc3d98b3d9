"""Registering somebody: the full form, the short one for an emergency, and what follows on it."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from casework.cases.case_reader import CaseReader, find_case
from casework.cases.partners import team_reads
from casework.cases.views import case_url
from casework.register.doubles import likely_doubles
from casework.register.enums import BRIEFING_VERSION
from casework.register.models import Briefing, Person
from casework.registration import perms
from casework.registration.acts import Claim, HasOpenCase, first_partners, register
from casework.registration.candidates import candidate_rows, same_candidates
from casework.registration.forms import (
    BRIEFING,
    EMERGENCY,
    REGISTER,
    BriefingForm,
    EmergencyForm,
    RegistrationForm,
)
from governance.access.enums import Category
from governance.access.middleware import ClearanceRequest
from governance.drafts.acts import (
    find_draft,
    sent_before,
    standalone_draft_key,
    standalone_draft_page,
    submit_once,
)
from partners.accountability.activities import REGISTRATION, processes
from partners.organisations.models import Team


def teams_or_refuse(request: ClearanceRequest, also: Category = Category.IDENTITY) -> list[Team]:
    teams = perms.registering_teams(request.clearance, also)
    if not teams:
        raise PermissionDenied
    return teams


def chosen_team(teams: list[Team], data: dict[str, Any]) -> Team:
    return next(team for team in teams if team.pk == data["team"]) if "team" in data else teams[0]


def who_reads(teams: list[Team], *, sheltered: bool = False) -> dict[str, Any]:
    """Context for the line that says who reads a registration. Names no team if the worker
    registers for several teams, because the readers depend on which one is chosen."""
    return {
        "readers": first_partners(teams[0], sheltered=sheltered) if len(teams) == 1 else [],
        "and_others": True,
    }


@processes(REGISTRATION)
@require_http_methods(["GET", "POST"])
def register_person(request: ClearanceRequest) -> HttpResponse:
    teams = teams_or_refuse(request)
    # Before looking for doubles: of a form sent twice, the second would find the first one's
    # person.
    if request.method == "POST" and (sent := sent_before(request)):
        return sent
    form = RegistrationForm(request.POST or None, teams=teams)
    key = standalone_draft_key(request, REGISTER)
    if request.method == "GET" and not key:
        return redirect(standalone_draft_page(request))
    draft = find_draft(request, key)
    form.restore(draft)
    context: dict[str, Any] = {
        "form": form,
        "draft_key": key,
        "form_page": standalone_draft_page(request, key),
        "version": BRIEFING_VERSION,
        "draft": draft if request.method == "GET" else None,
        **who_reads(teams),
    }
    if request.method != "POST" or not form.is_valid():
        return render(
            request, "casework/registration/form.html", context, status=400 if form.errors else 200
        )
    data = form.cleaned_data
    claim = Claim(
        names=form.names,
        referrer=data["referrer"],
        birth_date=data["birth_date"],
        v_number=data["v_number"],
        nationalities=[code for code in (data["nationality"], data["second_nationality"]) if code],
        told_on=data["told_on"],
        language=data["language"],
        interpreter=data["interpreter"],
        guardian=data["guardian"],
    )
    person = (
        get_object_or_404(Person, reference=_uuid(request.POST["person"]))
        if request.POST.get("person")
        else None
    )
    if person is None:
        candidates = likely_doubles(claim.facts())
        if not same_candidates(request.POST.get("judged", ""), candidates):
            # The form's own first sending may be who is found, when it was under way a moment ago.
            if sent := sent_before(request):
                return sent
            context |= {
                "candidates": candidate_rows(candidates),
                "judged": ",".join(str(candidate.case_id) for candidate in candidates),
            }
            return render(request, "casework/registration/doubles.html", context)
        claim.others = [candidate.case_id for candidate in candidates]
    try:
        return submit_once(
            request,
            key,
            lambda: case_url(
                register(claim, by=request.clearance, team=chosen_team(teams, data), person=person)
            ),
        )
    except HasOpenCase as refusal:
        context["open_case"] = refusal.case
        return render(request, "casework/registration/form.html", context, status=409)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)


@processes(REGISTRATION)
@require_http_methods(["GET", "POST"])
def register_emergency(request: ClearanceRequest) -> HttpResponse:
    """Short form that skips the search for doubles and informing the person. Both are due on the
    next working day, and the case says so."""
    teams = teams_or_refuse(request, Category.CONTACT_SHELTER)
    form = EmergencyForm(request.POST or None, teams=teams)
    key = standalone_draft_key(request, EMERGENCY)
    if request.method == "GET" and not key:
        return redirect(standalone_draft_page(request))
    draft = find_draft(request, key)
    form.restore(draft)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        claim = Claim(
            names=[data["name"]],
            referrer=data["referrer"],
            sheltered_since=data["sheltered_since"],
            in_emergency=True,
        )
        return submit_once(
            request,
            key,
            lambda: case_url(register(claim, by=request.clearance, team=chosen_team(teams, data))),
        )
    context = {
        "form": form,
        "draft_key": key,
        "form_page": standalone_draft_page(request, key),
        "draft": draft if request.method == "GET" else None,
        "full": reverse("casework:register_person"),
        **who_reads(teams, sheltered=True),
    }
    return render(
        request, "casework/registration/emergency.html", context, status=400 if form.errors else 200
    )


@processes(REGISTRATION)
@require_http_methods(["GET", "POST"])
def case_briefing(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """Record, after an emergency, that the person was told."""
    reader = find_case(request, reference)
    case = reader.case
    author_team = request.clearance.author_team(case)
    if author_team is None or not perms.can_complete_registration(reader):
        raise PermissionDenied
    key = BRIEFING.key(case.reference)
    form = BriefingForm(request.POST or None)
    form.restore(find_draft(request, key))
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            Briefing.objects.create(
                case=case,
                author=request.user,
                text_version=BRIEFING_VERSION,
                author_team_id=author_team,
                **form.cleaned_data,
            )
            return case_url(case)

        return submit_once(request, key, act)
    context = {
        "case": case,
        "form": form,
        "draft_key": key,
        "version": BRIEFING_VERSION,
        "name": reader.name,
        "readers": _readers_of_identity(reader),
        "and_others": True,
    }
    return render(
        request, "casework/registration/briefing.html", context, status=400 if form.errors else 200
    )


def _readers_of_identity(reader: CaseReader) -> list[Team]:
    partners = reader.partners
    reads = team_reads([team.pk for team in partners])
    return [team for team in partners if reads[team.pk].get(Category.IDENTITY) in ("read", "write")]
