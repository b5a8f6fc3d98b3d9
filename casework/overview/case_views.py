"""The page of one case."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from casework.cases.case_reader import CaseReader
from casework.cases.models import Involvement
from casework.cases.partners import with_teams
from casework.cases.progress import StepTaken
from casework.cases.taking_part import involvements_of, partners
from casework.dossiers.cautions import cautions
from casework.dossiers.order_of_days import disorder
from casework.dossiers.presentation import is_over
from casework.dossiers.rows import records_of
from casework.journal.views import contact_form
from casework.journey.ahead import ahead
from casework.journey.step_days import steps_taken
from casework.known_elsewhere.perms import can_ask
from casework.links.acts import passages_with
from casework.overview.composition import current, work
from casework.overview.household import household
from casework.overview.situation import open_actions, situation
from casework.overview.timeline import KINDS as STORY_KINDS
from casework.overview.timeline import events
from casework.records.models import Record
from casework.register.identity import by_kind, called, distinct
from casework.registration.perms import can_complete_registration
from casework.registration.tasks import registration_tasks
from governance.access.enums import Category
from governance.access.middleware import ClearanceRequest
from partners.accountability.activities import CASEWORK, processes

Records = dict[str, list[Record]]
STORY_LENGTH = 40  # events on a case page before "older"


@processes(CASEWORK)
@require_GET
def case_detail(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    passages = passages_with(reference)
    case = next((row for row in passages if row.reference == reference), None)
    if case is None:
        raise Http404
    reader = CaseReader(request.clearance, case)
    records = records_of([case])
    involvements, steps = involvements_of(reader), steps_taken(case)
    person, before = _person(reader, steps, records), ahead(reader)
    actions = open_actions(reader, records)
    context = {
        "case": case,
        "passages": [row for row in passages if row is not case],
        **person,
        **work(reader, records),
        **partners(reader, involvements),
        **before,
        "actions": actions,
        "cells": situation(reader, records, actions, before["next_steps"], before["deadlines"]),
        **_story(request, reader, involvements, steps, records),
        **_composer(request, reader, person["values"], records),
    }
    return render(request, "casework/overview/case.html", context)


def _person(reader: CaseReader, steps: list[StepTaken], records: Records) -> dict[str, Any]:
    """Who she is, where she stays, how she is reached, and what is said of how she came here."""
    identity = with_teams(
        current(records["identity_value"]), reader.teams, "author_team", "source_team"
    )
    values = by_kind(identity)
    briefings = current(records["briefing"])
    born = next((row.value for row in values["birth_date"]), "")
    today = timezone.localdate()
    died = next((row.value for row in values["death_date"]), "")
    return {
        "name": called(values["name"][0].value if values["name"] else "", died),
        "died": died,
        "values": values,
        "nationalities": distinct(values["nationality"]),
        "household": household(current(records["relation"])),
        "stays": current(records["stay"]),
        "reached": [
            (row, reader.label(row.source_id))
            for row in current(records["reachability"])
            if not is_over(row)
        ],
        "briefing": briefings[0] if briefings else None,
        "registration_tasks": registration_tasks(reader, informed=bool(briefings)),
        "completes": can_complete_registration(reader),
        "asks_elsewhere": can_ask(reader),
        "knows_referrer": reader.reads(Category.GUIDANCE) or reader.reads(Category.CONTACT_SHELTER),
        "cautions": [
            *cautions(records, born, today, died),
            *disorder(reader, steps, records, today).values(),
        ],
    }


def _story(
    request: ClearanceRequest,
    reader: CaseReader,
    involvements: list[Involvement],
    steps: list[StepTaken],
    records: Records,
) -> dict[str, Any]:
    """What happened, the newest first: of the kind that was asked for, and as far back."""
    kind = request.GET.get("toon", "all")
    kind = kind if kind in STORY_KINDS else "all"
    asked = request.GET.get("meer", "")[:3]
    more = min(int(asked), 50) if asked.isdecimal() else 0
    most = STORY_LENGTH * (more + 1)
    story = events(reader, involvements, steps, records, kind=kind, most=most + 1)
    return {"events": story[:most], "older": len(story) > most, "kind": kind, "more": more + 1}


def _composer(
    request: ClearanceRequest, reader: CaseReader, values: dict[str, Any], records: Records
) -> dict[str, Any]:
    """The form for a contact or a note on the page itself, with the language that was spoken
    last."""
    form = contact_form(request, reader)
    if form and form.restored is None:
        spoken = values["language"][:1]
        last = current(records["contact"])[:1]
        form.initial["language"] = spoken[0].display_value if spoken else ""
        form.initial["interpreter"] = bool(last and last[0].interpreter)
    return {
        "contact_form": form,
        "draft_key": form.draft_key if form else "",
        "form_page": f"{request.path}#contact",
        "readers": [],
        "and_others": False,
    }
