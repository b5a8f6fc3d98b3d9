"""The page of one case."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from casework.cases import perms
from casework.cases.case_reader import CaseReader
from casework.cases.enums import STEPS, CaseState
from casework.cases.models import Case, Involvement
from casework.cases.partners import with_teams
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
from casework.records.models import Record
from casework.register.enums import ValueKind
from casework.register.identity import by_kind, distinct
from casework.registration.perms import can_complete_registration
from governance.access.enums import Category
from governance.access.middleware import ClearanceRequest
from partners.accountability.activities import CASEWORK, processes

Records = dict[str, list[Record]]
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
    passages = passages_with(reference)
    case = next((row for row in passages if row.reference == reference), None)
    if case is None:
        raise Http404
    reader = CaseReader(request.clearance, case)
    records = records_of([case])
    involvements = _involvements(reader)
    facts = fact_of(case)
    context = {
        "case": case,
        "passages": [row for row in passages if row is not case],
        **_person(reader, records),
        **_work(reader, records),
        **_partners(reader, involvements),
        **_ahead(reader, facts),
        **_story(request, reader, involvements, records),
        **_note(request, reader),
    }
    return render(request, "casework/overview/case.html", context)


def _involvements(reader: CaseReader) -> list[Involvement]:
    """The involvements in sight: of the team that leads first, then as they began."""
    rows = Involvement.objects.filter(case=reader.case).select_related("worker")
    return sorted(
        with_teams(rows, reader.teams, "team"),
        key=lambda row: (row.team_id != reader.case.lead_team_id, row.since, row.pk),
    )


def _person(reader: CaseReader, records: Records) -> dict[str, Any]:
    """Who she is, where she stays, and what is said of how she came here."""
    identity = with_teams(
        current(records["identity_value"]), reader.teams, "author_team", "source_team"
    )
    values = by_kind(identity)
    briefings = current(records["briefing"])
    born = next((row.value for row in values["birth_date"]), "")
    return {
        "name": values["name"][0].value if values["name"] else "",
        "values": values,
        "nationalities": distinct(values["nationality"]),
        "household": household(current(records["relation"])),
        "adds_household": perms_of_records.adding_team(reader, KINDS["relation"]) is not None,
        "stays": current(records["stay"]),
        "briefing": briefings[0] if briefings else None,
        "registration_tasks": registration_tasks(reader, informed=bool(briefings)),
        "completes": can_complete_registration(reader),
        "asks_elsewhere": can_ask(reader),
        "knows_referrer": reader.reads(Category.GUIDANCE) or reader.reads(Category.CONTACT_SHELTER),
        "cautions": cautions(records, born, timezone.localdate()),
    }


def _work(reader: CaseReader, records: Records) -> dict[str, Any]:
    """Panels of records: of her own teams, and what others share with them."""
    own, shared = panels(reader, records)
    return {
        "own": own,
        "shared": shared,
        "begins": [panel for panel in own if panel.add and not panel.rows],
        "corrections": corrections(reader, records),
        "supplies": [
            (kind, variant, label)
            for kind in perms_of_records.suppliable(reader)
            for variant, label in (
                ValueKind.choices if kind.slug == "identity_value" else [("", kind.label)]
            )
        ],
    }


def _partners(reader: CaseReader, involvements: list[Involvement]) -> dict[str, Any]:
    """Who takes part, who manages the case, and what this worker may change about that."""
    lead = reader.teams.get(reader.case.lead_team_id)
    knows_lead = lead is None or reader.may_know(lead)
    return {
        "involvements": [
            (
                row,
                perms.can_end_involvement(reader, row),
                perms.can_become_contact(reader.clearance, row),
            )
            for row in involvements
            if row.holds
        ],
        "can_involve": perms.can_involve(reader),
        "can_take_over": perms.can_take_over(reader),
        "manages": reader.manages,
        "manager_known": knows_lead,
        "lead": lead if knows_lead else None,
    }


def _ahead(reader: CaseReader, facts: Facts) -> dict[str, Any]:
    """Where the case stands, what may come next, until when, and what is missing."""
    confers = reader.reads(Category.CONFERENCE)
    # Like terms: to others a gap would tell of what they do not read.
    sees_gaps = confers and reader.team_leads and facts.intake_begun is None and facts.from_list
    return {
        "steps": steps_of(reader.case),
        "next_steps": next_steps(reader, facts),
        "deadlines": deadlines(reader, facts),
        "rest_ends": facts.rest_ends,
        "confers": confers,
        "gaps": linked(reader.case, gaps_of(facts)) if sees_gaps else [],
    }


def _story(
    request: ClearanceRequest, reader: CaseReader, involvements: list[Involvement], records: Records
) -> dict[str, Any]:
    """What happened, the newest first: of the kind that was asked for, and as far back."""
    kind = request.GET.get("toon", "all")
    kind = kind if kind in STORY_KINDS else "all"
    asked = request.GET.get("meer", "")[:3]
    more = min(int(asked), 50) if asked.isdecimal() else 0
    most = STORY_LENGTH * (more + 1)
    story = events(reader, involvements, records, kind=kind, most=most + 1)
    return {"events": story[:most], "older": len(story) > most, "kind": kind, "more": more + 1}


def _note(request: ClearanceRequest, reader: CaseReader) -> dict[str, Any]:
    """The form for a note, on the page itself."""
    return {
        "note_form": note_form(request, reader),
        "draft_key": NOTE.key(reader.case.reference),
        "form_page": f"{request.path}#notitie",
        "readers": [],
        "and_others": False,
    }
