"""The pages that bring the rooms together: the worklist, the case, the person."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from casework.cases import listing, perms
from casework.cases.enums import STEPS, CaseState
from casework.cases.involving import knows_team, team_label, visible_teams, with_teams
from casework.cases.models import Case, Involvement
from casework.journal.views import note_form
from casework.overview.timeline import KINDS, Known, events
from casework.register.clashes import answer_clash, clashes_for
from casework.register.enums import ClashAnswer
from casework.register.identity import by_kind, distinct
from casework.register.models import Briefing, IdentityValue, Person
from casework.shelter.models import Stay
from governance.access.clearance import Clearance
from governance.access.middleware import ClearanceRequest
from governance.convenants.models import Proposal
from governance.drafts.models import Draft
from partners.accountability.activities import CASEWORK, REGISTRATION, processes
from partners.accounts.models import User
from partners.organisations.enums import Role

SHEETS = ("register", "emergency")  # forms that are not about a case yet
STORY_LENGTH = 40  # events on a case page before "older"


@dataclass(frozen=True)
class Todo:
    title: str
    url_name: str


def todos(clearance: Clearance, case: Case, *, told: bool) -> list[Todo]:
    """What is still to be done about the registration, for who may do it."""
    if not case.is_open or not perms.can_complete_registration(clearance, case):
        return []
    found = []
    if not told:
        found.append(Todo(_("Tell the person what happens with her data"), "casework:case_briefing"))
    if case.doubles_judged_on is None:
        found.append(Todo(_("Check whether this person is registered already"), "casework:case_doubles"))
    return found


def draft_link(draft: Draft, cases: set[UUID]) -> dict[str, Any]:
    """Where unsent text belongs, in words and as an address; of a case that left sight only the text itself is left."""
    form, _colon, mark = draft.key.partition(":")
    pages = {
        "register": (_("Registration of a person"), "casework:register_person"),
        "emergency": (_("Emergency shelter"), "casework:register_emergency"),
        "note": (_("Note"), "casework:note_add"),
        "involve": (_("Involving a partner"), "casework:case_involve"),
        "briefing": (_("Telling the person"), "casework:case_briefing"),
        "proposal": (_("Proposal for another matrix"), "governance:proposal_add"),
    }
    label, name = pages[form]
    kept = reverse("governance:draft_detail", args=[draft.pk])
    if form in SHEETS:
        page = f"{reverse(name)}?concept={mark}"
    else:
        page = reverse(name, args=[mark]) if form == "proposal" or UUID(mark) in cases else kept
    return {"label": label, "page": page, "kept": kept, "saved_at": draft.saved_at}


def unsent(user: User) -> list[dict[str, Any]]:
    drafts = list(Draft.objects.filter(owner=user).order_by("-saved_at")[:50])
    marks = [UUID(draft.key.partition(":")[2]) for draft in drafts]
    cases = set(Case.objects.filter(reference__in=marks).values_list("reference", flat=True)) if marks else set()
    return [draft_link(draft, cases) for draft in drafts]


@processes(CASEWORK)
@require_GET
def home(request: ClearanceRequest) -> HttpResponse:
    """The worklist: what waits for me, then my newest cases."""
    clearance = request.clearance
    teams = visible_teams(clearance)
    mine: list[Case] = []
    unfinished: list[Case] = []
    if clearance.sees_cases:
        managed = Case.objects.managed_by(clearance.user_id).open().for_list().newest_first()
        mine, unfinished = list(managed[:10]), list(managed.filter(doubles_judged_on=None)[:10])
    rows = listing.rows([*mine, *unfinished], teams, clearance)
    clashes = clashes_for(clearance)
    own = Case.objects.in_bulk([clash.own_case_id for clash in clashes])
    context = {
        "rows": rows[: len(mine)], "unfinished": rows[len(mine) :],
        "drafts": unsent(request.user),
        "clashes": [(clash, own.get(clash.own_case_id)) for clash in clashes],
        "registers": perms.registers_people(clearance, teams),
        "proposals": Proposal.objects.waiting_for(clearance.organisations_as(Role.PRIVACY_OFFICER)),
        "offices": sorted({role.label for role, _organisation in clearance.offices}),
    }  # fmt: skip
    return render(request, "casework/overview/home.html", context)


@processes(REGISTRATION)
@require_POST
def clash_answer(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """A coordinator says for her own pilot whether two registrations are one person."""
    said = request.POST.get("answer", "")
    if said not in ClashAnswer.values:
        return render(request, "errors/400.html", status=400)
    if not answer_clash(reference, said):
        return render(request, "errors/404.html", status=404)
    request.audited = {"action": f"clash_{said}", "obj": ("clash", reference)}
    return redirect("home")


def steps_of(case: Case) -> list[dict[str, str]]:
    """The stepper: which states lie behind, which is now; a refused case stands where admission would."""
    shown = [CaseState.NOT_ADMITTED if s == CaseState.ADMITTED and case.state == CaseState.NOT_ADMITTED else s
             for s in STEPS]  # fmt: skip
    state = CaseState.IN_AFTERCARE if case.state == CaseState.ARCHIVED else CaseState(case.state)
    now = shown.index(state)
    return [
        {"label": str(step.label), "place": "done" if n < now else "now" if n == now else "next"}
        for n, step in enumerate(shown)
    ]


@processes(CASEWORK)
@require_GET
def case_detail(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    clearance = request.clearance
    case = get_object_or_404(Case.objects.select_related("pilot", "person", "case_manager"), reference=reference)
    teams = visible_teams(clearance)
    involvements = with_teams(Involvement.objects.filter(case=case).select_related("worker"), teams, "team")
    involvements.sort(key=lambda row: (row.team_id != case.lead_team_id, row.since, row.pk))
    said = with_teams(IdentityValue.objects.current().filter(case=case), teams, "author_team", "source_team")
    values = by_kind(said)
    stays = list(Stay.objects.current().filter(case=case))
    briefings = list(Briefing.objects.current().filter(case=case))
    kind = request.GET.get("toon", "all")
    kind = kind if kind in KINDS else "all"
    asked = request.GET.get("meer", "")[:3]
    more = min(int(asked), 50) if asked.isdecimal() else 0
    most = STORY_LENGTH * (more + 1)
    lead = teams.get(case.lead_team_id)
    known = Known(involvements, said, stays, briefings)
    story = events(case, known, teams, clearance, kind=kind, most=most + 1)
    briefing = briefings[0] if briefings else None
    context = {
        "case": case, "name": values["name"][0].value if values["name"] else "", "values": values,
        "involvements": [
            (row, perms.can_end_involvement(clearance, case, row)) for row in involvements if row.holds
        ],
        "nationalities": distinct(values["nationality"]),
        "stays": stays, "more": more + 1,
        "can_involve": perms.can_involve(clearance, case), "can_take_over": perms.can_take_over(clearance, case),
        "steps": steps_of(case), "events": story[:most], "older": len(story) > most, "kind": kind, "briefing": briefing,
        "todos": todos(clearance, case, told=briefing is not None),
        "note_form": note_form(request, case, teams), "draft_key": f"note:{case.reference}",
        "readers": [], "and_others": False,
        "lead": lead if lead and knows_team(clearance, case, lead) else None,
    }  # fmt: skip
    return render(request, "casework/overview/case.html", context)


@processes(CASEWORK)
@require_GET
def person_detail(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """Who somebody is, as far as anybody said: every value with its status, source and date."""
    clearance = request.clearance
    person = get_object_or_404(Person, reference=reference)
    cases = list(Case.objects.filter(person=person).select_related("pilot", "case_manager").newest_first())
    teams = visible_teams(clearance)
    by_key = {case.pk: case for case in cases}
    said = with_teams(IdentityValue.objects.current().filter(case__in=cases), teams, "author_team", "source_team")
    values = by_kind(said)
    context = {
        "person": person, "cases": cases,
        "values": [
            (group[0].get_kind_display(), [
                (value, by_key[value.case_id], team_label(clearance, by_key[value.case_id], teams, value.source.pk))
                for value in group
            ])
            for group in values.values() if group
        ],
        "name": values["name"][0].value if values["name"] else "",
    }  # fmt: skip
    return render(request, "casework/overview/person.html", context)


@processes(CASEWORK)
@require_GET
def person_list(request: ClearanceRequest) -> HttpResponse:
    """People are found by their name or number; there is no list to leaf through."""
    clearance = request.clearance
    teams = visible_teams(clearance)
    newest = Case.objects.select_related("pilot", "person").newest_first()[: listing.PAGE_SIZE]
    found = list(newest) if clearance.sees_cases else []
    said: dict[int, list[IdentityValue]] = {case.pk: [] for case in found}
    for value in with_teams(IdentityValue.objects.current().filter(case__in=said), teams, "author_team", "source_team"):
        said[value.case_id].append(value)
    context = {
        "people": [(case, {kind: group[:1] for kind, group in by_kind(said[case.pk]).items()}) for case in found],
        "registers": perms.registers_people(clearance, teams),
    }  # fmt: skip
    return render(request, "casework/overview/persons.html", context)
