"""Registering somebody: the full form, the short one for an emergency, and what follows on it."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from casework.cases.case_reader import CaseReader, find_case
from casework.cases.partners import team_reads
from casework.cases.views import case_url
from casework.register.doubles import Candidate, likely_doubles
from casework.register.enums import BRIEFING_VERSION
from casework.register.models import Briefing, Person
from casework.registration import perms
from casework.registration.acts import Claim, HasOpenCase, first_partners, register
from casework.registration.candidates import candidate_rows, judged, same_candidates
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
from governance.drafts.acts import sent_before, standalone_draft_key, standalone_draft_page
from governance.drafts.form_views import do_once, form_view, open_form, send_form, show_form
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
@form_view
def register_person(request: ClearanceRequest) -> HttpResponse:
    teams = teams_or_refuse(request)
    key = standalone_draft_key(request, REGISTER)
    if request.method == "GET" and not key:
        return redirect(standalone_draft_page(request))
    form = open_form(request, RegistrationForm, key, teams=teams)
    if not form.is_bound or not form.is_valid():
        return _sheet(request, form, teams)
    claim, person = _claim(form), _person(request)
    if person is None:
        candidates = likely_doubles(claim.facts())
        if not same_candidates(request.POST.get("judged", ""), candidates):
            # The form's own first sending may be who is found, when it was under way a moment ago.
            return sent_before(request) or _doubles(request, form, teams, candidates)
        claim.others = [candidate.case_id for candidate in candidates]
    team = chosen_team(teams, form.cleaned_data)

    def act() -> str:
        return case_url(register(claim, by=request.clearance, team=team, person=person))

    try:
        return do_once(request, act, key=key)
    except HasOpenCase as refusal:
        return _sheet(request, form, teams, status=409, open_case=refusal.case)


def _sheet(
    request: ClearanceRequest,
    form: RegistrationForm,
    teams: list[Team],
    template: str = "casework/registration/form.html",
    **context: Any,
) -> HttpResponse:
    return show_form(
        request,
        template,
        form,
        form_page=standalone_draft_page(request, form.draft_key),
        version=BRIEFING_VERSION,
        draft=form.restored,
        **who_reads(teams),
        **context,
    )


def _doubles(
    request: ClearanceRequest, form: RegistrationForm, teams: list[Team], alike: list[Candidate]
) -> HttpResponse:
    """Who is registered already and may be the same person, for the worker to judge."""
    return _sheet(
        request,
        form,
        teams,
        "casework/registration/doubles.html",
        candidates=candidate_rows(alike),
        judged=judged(alike),
    )


def _claim(form: RegistrationForm) -> Claim:
    data = form.cleaned_data
    return Claim(
        names=form.names,
        referrer=data["referrer"],
        referred_on=data["referred_on"],
        birth_date=data["birth_date"],
        v_number=data["v_number"],
        nationalities=[code for code in (data["nationality"], data["second_nationality"]) if code],
        told_on=data["told_on"],
        language=data["language"],
        interpreter=data["interpreter"],
        guardian=data["guardian"],
    )


def _person(request: ClearanceRequest) -> Person | None:
    """The person whom the worker says this is. None for somebody who is not known yet."""
    if not request.POST.get("person"):
        return None
    person: Person = get_object_or_404(Person, reference=_uuid(request.POST["person"]))
    return person


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)


@processes(REGISTRATION)
@form_view
def register_emergency(request: ClearanceRequest) -> HttpResponse:
    """Short form that skips the search for doubles and informing the person. Both are due on the
    next working day, and the case says so."""
    teams = teams_or_refuse(request, Category.CONTACT_SHELTER)
    key = standalone_draft_key(request, EMERGENCY)
    if request.method == "GET" and not key:
        return redirect(standalone_draft_page(request))
    form = open_form(request, EmergencyForm, key, teams=teams)

    def act() -> str:
        data = form.cleaned_data
        claim = Claim(
            names=[data["name"]],
            referrer=data["referrer"],
            sheltered_since=data["sheltered_since"],
            in_emergency=True,
        )
        return case_url(register(claim, by=request.clearance, team=chosen_team(teams, data)))

    return send_form(request, form, act) or show_form(
        request,
        "casework/registration/emergency.html",
        form,
        form_page=standalone_draft_page(request, key),
        draft=form.restored,
        full=reverse("casework:register_person"),
        **who_reads(teams, sheltered=True),
    )


@processes(REGISTRATION)
@form_view
def case_briefing(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """Record, after an emergency, that the person was told."""
    reader = find_case(request, reference)
    case = reader.case
    author_team = reader.author_team()
    if author_team is None or not perms.can_complete_registration(reader):
        raise PermissionDenied
    form = open_form(request, BriefingForm, BRIEFING.key(case.reference))

    def act() -> str:
        Briefing.objects.create(
            case=case,
            author=request.user,
            text_version=BRIEFING_VERSION,
            author_team_id=author_team,
            **form.cleaned_data,
        )
        return case_url(case)

    return send_form(request, form, act) or show_form(
        request,
        "casework/registration/briefing.html",
        form,
        version=BRIEFING_VERSION,
        readers=_readers_of_identity(reader),
        and_others=True,
        **reader.context(),
    )


def _readers_of_identity(reader: CaseReader) -> list[Team]:
    partners = reader.partners
    reads = team_reads([team.pk for team in partners])
    return [team for team in partners if reads[team.pk].get(Category.IDENTITY) in ("read", "write")]
