"""The page of one case."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from casework.cases import perms
from casework.cases.case_reader import CaseReader
from casework.cases.enums import STEPS, CaseState
from casework.cases.models import Case, Involvement
from casework.cases.partners import visible_teams, with_teams
from casework.dossiers import perms as perms_of_records
from casework.dossiers.cautions import cautions
from casework.dossiers.kinds import KINDS
from casework.dossiers.rows import records_of
from casework.journal.forms import NOTE
from casework.journal.views import note_form
from casework.journey.addresses import linked, where
from casework.journey.deadlines import deadlines_of
from casework.journey.facts import Facts, fact_of
from casework.journey.gaps import gaps_of
from casework.journey.views import next_steps
from casework.known_elsewhere.perms import can_ask
from casework.links.acts import passages_with
from casework.overview.composition import corrections, current, panels
from casework.overview.household import household
from casework.overview.timeline import KINDS as STORY_KINDS
from casework.overview.timeline import events
from casework.register.enums import ValueKind
from casework.register.identity import by_kind, distinct
from casework.registration.perms import can_complete_registration
from governance.access.enums import Category
from governance.access.middleware import ClearanceRequest
from partners.accountability.activities import CASEWORK, processes

STORY_LENGTH = 40  # events on a case page before "older"


@dataclass(frozen=True)
class RegistrationTask:
    title: str
    url_name: str
    term: str = ""


def registration_tasks(reader: CaseReader, *, informed: bool) -> list[RegistrationTask]:
    """What is still to be done about the registration, for who may do it."""
    if not reader.case.is_open or not can_complete_registration(reader):
        return []
    result = []
    in_emergency = reader.case.doubles_judged_on is None
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


def deadlines(reader: CaseReader, facts: Facts) -> list[Running]:
    """Deadlines of the case, for a worker of the team that leads. Empty for others, to whom a
    deadline would tell what they may not read."""
    if not reader.team_leads:
        return []
    return [
        Running(
            term.what,
            term.on,
            term.on <= facts.today,
            where(reader.case, term.page) if term.page != "case_detail" else "",
        )
        for term in deadlines_of(facts)
    ]


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
    reader = CaseReader(clearance, case, teams)
    story = events(reader, involvements, records, kind=kind, most=most + 1)
    briefing = briefings[0] if briefings else None
    own, shared = panels(reader, records)
    facts, confers = fact_of(case), clearance.reads(case, Category.CONFERENCE)
    context = {
        "case": case,
        "name": values["name"][0].value if values["name"] else "",
        "values": values,
        "own": own,
        "shared": shared,
        "begins": [p for p in own if p.add and not p.rows],
        "household": household(current(records["relation"])),
        "adds_household": perms_of_records.adding_team(reader, KINDS["relation"]) is not None,
        "supplies": [
            (kind, variant, label)
            for kind in perms_of_records.suppliable(reader)
            for variant, label in (
                ValueKind.choices if kind.slug == "identity_value" else [("", kind.label)]
            )
        ],
        "corrections": corrections(reader, records),
        "involvements": [
            (
                row,
                perms.can_end_involvement(reader, row),
                perms.can_become_contact(clearance, row),
            )
            for row in involvements
            if row.holds
        ],
        "nationalities": distinct(values["nationality"]),
        "stays": stays,
        "more": more + 1,
        "passages": [row for row in passages if row is not case],
        "completes": can_complete_registration(reader),
        "asks_elsewhere": can_ask(reader),
        "can_involve": perms.can_involve(reader),
        "can_take_over": perms.can_take_over(reader),
        "steps": steps_of(case),
        "events": story[:most],
        "older": len(story) > most,
        "kind": kind,
        "briefing": briefing,
        "knows_referrer": any(
            clearance.reads(case, c) for c in (Category.GUIDANCE, Category.CONTACT_SHELTER)
        ),
        "manager_known": lead is None or reader.may_know(lead),
        "registration_tasks": registration_tasks(reader, informed=briefing is not None),
        "next_steps": next_steps(reader, facts),
        "cautions": cautions(
            records, next((row.value for row in values["birth_date"]), ""), facts.today
        ),
        "deadlines": deadlines(reader, facts),
        "rest_ends": facts.rest_ends,
        "confers": confers,
        # Like terms: to others a gap would tell of what they do not read.
        "gaps": linked(case, gaps_of(facts))
        if (
            confers
            and case.lead_team_id in clearance.teams
            and facts.intake_begun is None
            and facts.from_list
        )
        else [],
        "note_form": note_form(request, reader),
        "draft_key": NOTE.key(case.reference),
        "form_page": f"{request.path}#notitie",
        "readers": [],
        "and_others": False,
        "manages": case.case_manager_id == clearance.user_id,
        "lead": lead if lead and reader.may_know(lead) else None,
    }
    return render(request, "casework/overview/case.html", context)
