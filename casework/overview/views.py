"""The pages that bring the rooms together: the worklist, the case, the person."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from casework.cases import case_rows, perms
from casework.cases.enums import STEPS, CaseState
from casework.cases.models import Case, Involvement
from casework.cases.partners import may_know, team_label, visible_teams, with_teams
from casework.cases.search import SearchForm
from casework.custody.acts import ending_pilots, without_recipient
from casework.dossiers import fact_check_views
from casework.dossiers import perms as perms_of_records
from casework.dossiers.cautions import cautions
from casework.dossiers.kinds import KINDS
from casework.dossiers.rows import records_of
from casework.journal.forms import NOTE
from casework.journal.views import note_form
from casework.journey.deadlines import deadlines_of
from casework.journey.facts import Facts, fact_of, facts_of
from casework.journey.gaps import came_from_list, gaps_of
from casework.journey.views import linked, next_steps, where
from casework.known_elsewhere.perms import can_ask
from casework.known_elsewhere.views import contact_requests_waiting
from casework.links.acts import can_judge, cases_of, judgements_of, passages_with
from casework.links.views import judgement_rows
from casework.outcomes.perms import COMPETENT
from casework.overview.composition import panels
from casework.overview.timeline import KINDS as STORY_KINDS
from casework.overview.timeline import events
from casework.records.models import Record
from casework.register.clashes import clashes_for
from casework.register.enums import ValueKind
from casework.register.identity import by_kind, distinct, leading_names
from casework.register.models import IdentityValue, Person, Relation
from casework.registration.perms import can_complete_registration
from casework.tasks.worklist import NEAR, Waiting, waiting
from casework.transfer.acts import offers_waiting
from governance.access.clearance import Clearance
from governance.access.enums import Category
from governance.access.middleware import ClearanceRequest
from governance.convenants.models import Proposal
from governance.drafts.kinds import kind_of
from governance.drafts.models import Draft
from partners.accountability.activities import CASEWORK, processes
from partners.accounts.models import User
from partners.organisations.enums import Role
from partners.organisations.models import Team

SHOWN_TO_DO = 8  # of what waits, before "more"
MOST_TO_DO = 300
STORY_LENGTH = 40  # events on a case page before "older"


@dataclass(frozen=True)
class RegistrationTask:
    title: str
    url_name: str
    term: str = ""


def registration_tasks(
    clearance: Clearance, case: Case, *, informed: bool
) -> list[RegistrationTask]:
    """What is still to be done about the registration, for who may do it."""
    if not case.is_open or not can_complete_registration(clearance, case):
        return []
    result = []
    in_emergency = case.doubles_judged_on is None
    term = _("On the next working day after the emergency placement") if in_emergency else ""
    if not informed:
        result.append(
            RegistrationTask(
                _("Tell the person what happens with her data"), "casework:case_briefing", term
            )
        )
    if in_emergency:
        result.append(
            RegistrationTask(
                _("Check whether this person is registered already"), "casework:case_doubles", term
            )
        )
    return result


@dataclass(frozen=True)
class Running:
    """A term that runs in a case, for whoever leads it."""

    what: str
    on: date
    is_due: bool
    page: str


def deadlines(clearance: Clearance, case: Case, facts: Facts) -> list[Running]:
    """Deadlines of the case, for a worker of the team that leads. Empty for others, to whom a
    deadline would tell what they may not read."""
    if case.lead_team_id not in clearance.teams:
        return []
    return [
        Running(
            term.what,
            term.on,
            term.on <= facts.today,
            where(case, term.page) if term.page != "case_detail" else "",
        )
        for term in deadlines_of(facts)
    ]


OF_A_CASE = re.compile(r"^/casussen/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/")


def draft_link(draft: Draft, cases: set[UUID]) -> dict[str, Any]:
    """Label and address of the page to which unsent text belongs. If that case is no longer in
    sight, the address of the draft itself."""
    declared = kind_of(draft.key)
    label = declared[0].label(declared[1]) if declared else _("Text")
    kept = reverse("governance:draft_detail", args=[draft.pk])
    about = OF_A_CASE.match(draft.page)
    in_sight = draft.page and (about is None or UUID(about[1]) in cases)
    return {
        "label": label,
        "page": draft.page if in_sight else kept,
        "kept": kept,
        "saved_at": draft.saved_at,
    }


def unsent(user: User) -> list[dict[str, Any]]:
    drafts = list(Draft.objects.of(user).order_by("-saved_at")[:50])
    references = [UUID(result[1]) for draft in drafts if (result := OF_A_CASE.match(draft.page))]
    cases = (
        set(Case.objects.filter(reference__in=references).values_list("reference", flat=True))
        if references
        else set()
    )
    return [draft_link(draft, cases) for draft in drafts]


@dataclass(frozen=True)
class WorklistLine:
    """A line of the worklist: what waits, of which case if of one, until when, and where it is
    done."""

    what: str
    case: Case | None
    on: date
    is_due: bool
    page: str
    kind: str


WAITS = {
    "correction": (gettext_lazy("Request to correct"), "record_answer"),
    "hand_over": (gettext_lazy("Hand-over to state reception"), "record_answer"),
    "dossier_request": (
        gettext_lazy("Deliver the dossier, or state that there is none"), "record_add",
    ),
    "claim": (gettext_lazy("Confirm or refute the outcome"), "claim_answer"),
    "exit": (gettext_lazy("Confirm the exit"), "exit_confirm"),
    "guidance": (gettext_lazy("Say which guidance goes along to the other pilot"), "transfer"),
    "declined": (gettext_lazy("The other pilot declined the transfer"), "transfer"),
    "position": (gettext_lazy("Prepare the case conference"), "agenda_item"),
    "away": (gettext_lazy("Her return term is over: is she back, or did she leave?"), "stays"),
}  # fmt: skip


OF_A_MEETING = {
    "minutes": (gettext_lazy("Answer the minutes of %(day)s"), "minutes"),
    "meeting": (gettext_lazy("Close the meeting of %(day)s, or call it off"), "meeting_detail"),
    "unsent": (gettext_lazy("Send the minutes of %(day)s"), "minutes"),
}


def worklist(clearance: Clearance, teams: dict[int, Team], wanted: int) -> list[WorklistLine]:
    """What waits for this worker, the soonest first; at least so many, if there are."""
    if not clearance.sees_cases:
        return []
    kinds = {teams[team].organisation.kind for team in clearance.teams if team in teams}
    outcomes = [outcome for outcome, competent in COMPETENT.items() if kinds & set(competent)]
    rows = waiting(
        outcomes, wanted * 2
    )  # some are of nobody she sees, some of a term that moved on
    cases = Case.objects.select_related("pilot").in_bulk(
        {row.case_id for row in rows if row.case_id}
    )
    result: list[WorklistLine] = []
    # the facts of a term cost most: no more of them than are shown
    for first in range(0, len(rows), wanted):
        result += _lines(rows[first : first + wanted], cases)
        if len(result) >= wanted:
            break
    return result


def _lines(rows: list[Waiting], cases: dict[int, Case]) -> list[WorklistLine]:
    facts = facts_of(
        [cases[row.case_id] for row in rows if row.kind == "term" and row.case_id in cases]
    )
    today = timezone.localdate()
    result = []
    for row in rows:
        case = cases.get(row.case_id or 0)
        if row.kind in OF_A_MEETING:
            text, name = OF_A_MEETING[row.kind]
            what = str(text) % {"day": date_format(date.fromisoformat(row.what), "j F")}
            page = reverse(f"casework:{name}", args=[row.reference])
        elif case is None:
            continue
        elif row.kind == "term":
            term = next(iter(deadlines_of(facts[case.pk])), None)
            # what the case has now, whatever was worked out before
            if term is not None and term.on <= today + NEAR:
                result.append(
                    WorklistLine(
                        term.what, case, term.on, term.on <= today, where(case, term.page), row.kind
                    )
                )
            continue
        else:
            what, page = _said(row, case)
        result.append(WorklistLine(what, case, row.due_on, row.due_on <= today, page, row.kind))
    return result


def _said(row: Waiting, case: Case) -> tuple[str, str]:
    """Text of a waiting item, and address where it is done."""
    if row.kind in ("action", "task"):
        return row.what, reverse("casework:action_done", args=[case.reference, row.reference])
    label, page = WAITS[row.kind]
    if page == "stays":
        return str(label), where(case, page)
    if page == "agenda_item":
        return str(label), reverse("casework:agenda_item", args=[row.reference])
    if page in ("claim_answer", "transfer", "exit_confirm"):
        return str(label), reverse(f"casework:{page}", args=[case.reference])
    if page == "record_add":
        return str(label), reverse("casework:record_add", args=[case.reference, "dossier"])
    return str(label), reverse(
        "casework:record_answer", args=[case.reference, row.kind, row.reference]
    )


@processes(CASEWORK)
@require_GET
def home(request: ClearanceRequest) -> HttpResponse:
    """The worklist: what waits for me, then my newest cases."""
    clearance = request.clearance
    teams = visible_teams(clearance)
    mine: list[Case] = []
    unfinished: list[Case] = []
    if clearance.sees_cases:
        mine_of = case_rows.partner_teams(clearance, teams)
        managed = (
            Case.objects.caseload_of(clearance.user_id, mine_of).open().for_list().newest_first()
        )
        mine = list(managed[:10])
        # Who may complete a registration; to others it would tell that there was an emergency.
        completes = Q(lead_team__in=clearance.teams) | Q(pilot__in=clearance.coordinated)
        waiting = (
            Case.objects.open()
            .filter(completes, doubles_judged_on=None)
            .for_list()
            .newest_first()[:20]
        )
        unfinished = [case for case in waiting if can_complete_registration(clearance, case)][:10]
    rows = case_rows.rows([*mine, *unfinished], teams, clearance)
    clashes = clashes_for(clearance)
    everything = "alles" in request.GET
    waits = worklist(clearance, teams, MOST_TO_DO if everything else SHOWN_TO_DO + 1)
    own = Case.objects.in_bulk([case for clash in clashes for case in clash.own_cases])
    context = {
        "rows": rows[: len(mine)],
        "unfinished": rows[len(mine) :],
        "drafts": unsent(request.user),
        "worklist": waits if everything else waits[:SHOWN_TO_DO],
        "more_to_do": not everything and len(waits) > SHOWN_TO_DO,
        "several_dossiers": sum(row.kind == "dossier_request" for row in waits) > 1,
        "to_check": fact_check_views.number_to_check(clearance, teams),
        "clashes": [(clash, own.get(clash.own_cases[0])) for clash in clashes],
        "contact_requests": contact_requests_waiting(clearance),
        "offers": offers_waiting(clearance),
        "ending": [(pilot, without_recipient(pilot)) for pilot in ending_pilots(clearance)],
        "coordinates": bool(clearance.coordinated),
        "registers": perms.registers_people(clearance, teams),
        "proposals": Proposal.objects.waiting_for(clearance.organisations_as(Role.PRIVACY_OFFICER)),
        "offices": sorted({role.label for role, _organisation in clearance.offices}),
    }
    return render(request, "casework/overview/home.html", context)


def steps_of(case: Case) -> list[dict[str, str]]:
    """The stepper: which states lie behind, which is now; a refused case stands where admission
    would."""
    visible = [
        CaseState.NOT_ADMITTED
        if s == CaseState.ADMITTED and case.state == CaseState.NOT_ADMITTED
        else s
        for s in STEPS
    ]
    state = CaseState.IN_AFTERCARE if case.state == CaseState.ARCHIVED else CaseState(case.state)
    now = visible.index(state)
    return [
        {"label": str(step.label), "place": "done" if n < now else "now" if n == now else "next"}
        for n, step in enumerate(visible)
    ]


@processes(CASEWORK)
@require_GET
def case_detail(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    clearance = request.clearance
    passages = passages_with(reference)
    case = next((row for row in passages if row.reference == reference), None)
    if case is None:
        raise Http404
    teams = visible_teams(clearance)
    involvements = with_teams(
        Involvement.objects.filter(case=case).select_related("worker"), teams, "team"
    )
    involvements.sort(key=lambda row: (row.team_id != case.lead_team_id, row.since, row.pk))
    records = records_of([case])
    values = by_kind(
        with_teams(current(records["identity_value"]), teams, "author_team", "source_team")
    )
    stays, briefings = current(records["stay"]), current(records["briefing"])
    kind = request.GET.get("toon", "all")
    kind = kind if kind in STORY_KINDS else "all"
    asked = request.GET.get("meer", "")[:3]
    more = min(int(asked), 50) if asked.isdecimal() else 0
    most = STORY_LENGTH * (more + 1)
    lead = teams.get(case.lead_team_id)
    story = events(case, involvements, records, teams, clearance, kind=kind, most=most + 1)
    briefing = briefings[0] if briefings else None
    own, shared = panels(clearance, case, teams, records)
    facts, confers = fact_of(case), clearance.reads(case, Category.CONFERENCE)
    context = {
        "case": case,
        "name": values["name"][0].value if values["name"] else "",
        "values": values,
        "own": own,
        "shared": shared,
        "begins": [p for p in own if p.add and not p.rows],
        "household": household(current(records["relation"])),
        "adds_household": perms_of_records.adding_team(clearance, case, KINDS["relation"], teams)
        is not None,
        "supplies": [
            (kind, variant, label)
            for kind in perms_of_records.suppliable(clearance, case, teams)
            for variant, label in (
                ValueKind.choices if kind.slug == "identity_value" else [("", kind.label)]
            )
        ],
        "corrections": corrections(clearance, case, teams, records),
        "involvements": [
            (
                row,
                perms.can_end_involvement(clearance, case, row),
                perms.can_become_contact(clearance, row),
            )
            for row in involvements
            if row.holds
        ],
        "nationalities": distinct(values["nationality"]),
        "stays": stays,
        "more": more + 1,
        "passages": [row for row in passages if row is not case],
        "completes": can_complete_registration(clearance, case),
        "asks_elsewhere": can_ask(clearance, case, teams),
        "can_involve": perms.can_involve(clearance, case),
        "can_take_over": perms.can_take_over(clearance, case),
        "steps": steps_of(case),
        "events": story[:most],
        "older": len(story) > most,
        "kind": kind,
        "briefing": briefing,
        "knows_referrer": any(
            clearance.reads(case, c) for c in (Category.GUIDANCE, Category.CONTACT_SHELTER)
        ),
        "manager_known": lead is None or may_know(clearance, case, lead),
        "registration_tasks": registration_tasks(clearance, case, informed=briefing is not None),
        "next_steps": next_steps(clearance, case, teams, facts),
        "cautions": cautions(
            records, next((row.value for row in values["birth_date"]), ""), facts.today
        ),
        "deadlines": deadlines(clearance, case, facts),
        "rest_ends": facts.rest_ends,
        "confers": confers,
        # Like terms: to others a gap would tell of what they do not read.
        "gaps": linked(case, gaps_of(facts))
        if (
            confers
            and case.lead_team_id in clearance.teams
            and facts.intake_begun is None
            and came_from_list(case)
        )
        else [],
        "note_form": note_form(request, case, teams),
        "draft_key": NOTE.key(case.reference),
        "form_page": f"{request.path}#notitie",
        "readers": [],
        "and_others": False,
        "manages": case.case_manager_id == clearance.user_id,
        "lead": lead if lead and may_know(clearance, case, lead) else None,
    }
    return render(request, "casework/overview/case.html", context)


def current(records: list[Record]) -> list[Any]:
    return [record for record in records if record.ended_at is None]


@dataclass(frozen=True)
class Member:
    """Somebody of the household: as far as she is in sight, or only by the name that was written
    down."""

    relation: Relation
    name: str
    page: str


def household(relations: list[Relation]) -> list[Member]:
    """Household members who are visible to this reader: the policy left out the others. A member's
    name is taken from her own newest case."""
    others = {relation.other_id for relation in relations if relation.other_id}
    one = dict(Person.objects.filter(pk__in=others).values_list("pk", "same_as")) if others else {}
    hers = (
        Case.objects.filter(person__same_as__in=one.values())
        .select_related("person")
        .order_by("pk")
        if one
        else []
    )
    newest = {case.person.same_as: case for case in hers}
    cases = {person: newest[same] for person, same in one.items() if same in newest}
    names = leading_names([case.pk for case in cases.values()]) if cases else {}
    result = []
    for relation in relations:
        if relation.other_id is None:
            result.append(Member(relation, relation.other_name, ""))
        elif case := cases.get(relation.other_id):
            page = reverse("casework:person_detail", args=[case.person.reference])
            result.append(Member(relation, names.get(case.pk) or case.number, page))
    return result


def corrections(
    clearance: Clearance, case: Case, teams: dict[int, Team], records: dict[str, list[Record]]
) -> list[tuple[Record, str]]:
    """Requests to correct something that wait for one of this worker's teams, with who asks."""
    return [
        (record, team_label(clearance, case, teams, record.author_team_id))
        for record in [*records["correction"], *records["hand_over"]]
        if perms_of_records.can_answer(clearance, case, record)
    ]


@processes(CASEWORK)
@require_GET
def person_detail(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """Who somebody is, as far as anybody said: every value with its status, source and date."""
    clearance = request.clearance
    person = get_object_or_404(Person, reference=reference)
    cases = cases_of(person)
    teams = visible_teams(clearance)
    by_key = {case.pk: case for case in cases}
    records = records_of(cases)
    values = by_kind(
        with_teams(current(records["identity_value"]), teams, "author_team", "source_team")
    )

    def with_source(result: list[Any]) -> list[tuple[Any, Case, str]]:
        return [
            (
                row,
                by_key[row.case_id],
                team_label(clearance, by_key[row.case_id], teams, row.source_id),
            )
            for row in result
        ]

    work = []
    for case in cases:
        if case.state != CaseState.ARCHIVED:
            of_case = {
                slug: [row for row in rows if row.case_id == case.pk]
                for slug, rows in records.items()
            }
            own, _shared = panels(clearance, case, teams, of_case)
            work.append((case, corrections(clearance, case, teams, of_case), own))
    kind = KINDS["identity_value"]
    here = next(
        (c for c in cases if perms_of_records.adding_team(clearance, c, kind, teams) is not None),
        None,
    )
    context = {
        "person": person,
        "cases": cases,
        "judgements": judgement_rows(
            [
                row for row in judgements_of(person) if row.reason != "registration"
            ]  # passed by, not compared
        ),
        "can_judge": can_judge(clearance, cases),
        "two_open": sum(case.is_open for case in cases) > 1,
        "values": [
            (group[0].get_kind_display(), with_source(group)) for group in values.values() if group
        ],
        "documents": with_source(current(records["document"])),
        "household": household(current(records["relation"])),
        "here": here,
        "kinds": ValueKind.choices,
        "work": [row for row in work if row[1] or row[2]],
        "name": values["name"][0].value if values["name"] else "",
    }
    return render(request, "casework/overview/person.html", context)


@processes(CASEWORK)
@require_GET
def person_list(request: ClearanceRequest) -> HttpResponse:
    """People are found by their name or number; there is no list to leaf through."""
    clearance = request.clearance
    teams = visible_teams(clearance)
    newest = Case.objects.select_related("pilot", "person").newest_first()[: case_rows.PAGE_SIZE]
    result = list(newest) if clearance.sees_cases else []
    data: dict[int, list[IdentityValue]] = {case.pk: [] for case in result}
    for value in with_teams(
        IdentityValue.objects.current().filter(case__in=data), teams, "author_team", "source_team"
    ):
        data[value.case_id].append(value)
    context = {
        "people": [
            (case, {kind: group[:1] for kind, group in by_kind(data[case.pk]).items()})
            for case in result
        ],
        "registers": perms.registers_people(clearance, teams),
        "form": SearchForm(),
    }
    return render(request, "casework/overview/persons.html", context)
