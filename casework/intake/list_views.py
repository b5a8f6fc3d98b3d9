"""Who is on the way to the conference."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from casework.cases import case_rows
from casework.cases.enums import CaseState
from casework.cases.models import Case
from casework.cases.partners import visible_teams
from casework.journey.facts import facts_of
from casework.journey.perms import SERVICES
from casework.journey.steps import steps_from
from casework.register.identity import leading_names
from governance.access.middleware import ClearanceRequest
from partners.accountability.activities import CASEWORK, processes
from partners.organisations.models import Pilot

BEFORE_THE_CONFERENCE = (
    CaseState.REGISTERED,
    CaseState.INTAKE,
    CaseState.AWAITING_DOSSIERS,
    CaseState.REST_PERIOD,
)


@processes(CASEWORK)
@require_GET
def intake_list(request: ClearanceRequest) -> HttpResponse:
    """Who is on the way to the conference, and what each waits for; the oldest first."""
    clearance = request.clearance
    if not clearance.sees_cases:
        raise PermissionDenied
    teams = visible_teams(clearance)
    waiting = (
        Case.objects.filter(progress__state__in=BEFORE_THE_CONFERENCE)
        .select_related("pilot", "progress")
        .order_by("progress__since", "pk")
    )
    tab = request.GET.get("tab", "")
    if tab in BEFORE_THE_CONFERENCE:
        waiting = waiting.filter(progress__state=tab)
    page = case_rows.CappedPaginator(waiting, None).get_page(request.GET.get("page"))
    cases = list(page.object_list)
    facts, names = facts_of(cases), leading_names([case.pk for case in cases])
    rows = [
        (
            case,
            names.get(case.pk, ""),
            [
                text.sentence
                for step in steps_from(case.state)[:1]
                for text in step.missing(facts[case.pk])
            ],
        )
        for case in cases
    ]
    context = {
        "rows": rows,
        "page": page,
        "tab": tab,
        "today": timezone.localdate(),
        "states": [(state.value, state.label) for state in BEFORE_THE_CONFERENCE],
        "criteria": [
            pilot for pilot in Pilot.objects.filter(pk__in={seat.pilot for seat in clearance.seats})
        ],
        "teams": teams,
        "delivers": bool(clearance.coordinated)
        or any(
            teams[team].organisation.kind in SERVICES for team in clearance.teams if team in teams
        ),
    }
    return render(request, "casework/intake/list.html", context)
