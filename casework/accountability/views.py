"""Who looked? For a case manager about her cases; for a privacy officer by case number, without
contents."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import connection
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from casework.cases.case_reader import CaseReader, teams_of_workers
from casework.cases.models import Case
from casework.cases.partners import visible_teams
from casework.exports.models import Export
from casework.register.identity import leading_names
from governance.access.clearance import Clearance
from governance.access.middleware import ClearanceRequest
from lvv.common.database import call
from partners.accountability.activities import ACCOUNTABILITY, ALL, processes
from partners.accountability.models import AuditEntry
from partners.accounts.models import User
from partners.organisations.enums import OVERSIGHT_ROLES, Role
from partners.organisations.models import Organisation

PAGE_SIZE = 50
DAYS = 90
USUAL = 5  # clashes that the numbers of one worker make on one day


@processes(ACCOUNTABILITY)
@require_http_methods(["GET"])
def readings(request: ClearanceRequest) -> HttpResponse:
    """Page of audit log entries that row-level security lets this reader see; the page only words
    them."""
    clearance = request.clearance
    officer = clearance.oversees
    mine = [
        case
        for case in Case.objects.managed_by(clearance.user_id).select_related("person")
        if CaseReader(clearance, case).manages
    ]
    if not clearance.reads_log:
        raise PermissionDenied
    entries = AuditEntry.objects.filter(at__gte=timezone.now() - timedelta(days=DAYS)).exclude(
        cases=[]
    )
    entries = without_hidden(entries, clearance, mine)
    numbers: dict[UUID, str] = {}
    names: dict[UUID, str] = {}
    chosen = request.GET.get("casus", "")
    if officer:
        page = Paginator(entries, PAGE_SIZE).get_page(request.GET.get("page"))
        numbers = case_numbers({case for entry in page for case in entry.cases})
        if chosen:
            wanted = case_reference(chosen)
            entries = entries.filter(cases__contains=[wanted]) if wanted else entries.none()
            page = Paginator(entries, PAGE_SIZE).get_page(request.GET.get("page"))
            numbers = {wanted: chosen} if wanted else {}
    else:
        if chosen:
            entries = entries.filter(
                cases__overlap=[
                    name for case in mine if case.number == chosen for name in _names_in_log(case)
                ]
            )
        page = Paginator(entries.exclude(actor_id=clearance.user_id), PAGE_SIZE).get_page(
            request.GET.get("page")
        )
        result = leading_names(case.pk for case in mine)
        for case in mine:
            for reference in _names_in_log(case):
                numbers[reference], names[reference] = case.number, result.get(case.pk, "")
    context = {
        "page": page,
        "rows": _rows(page, numbers, names),
        "officer": officer,
        "days": DAYS,
        "chosen": chosen,
        "unusual": unusual_clashes() if officer else [],
        "cases": sorted(set(numbers.values())) if not officer else [],
        "exports": Export.objects.select_related("owner")[:PAGE_SIZE] if officer else [],
    }
    return render(request, "casework/accountability/readings.html", context)


def unusual_clashes() -> list[tuple[date, str, str, int]]:
    """Days on which somebody typed V-numbers that met more people of other pilots than is usual:
    day, worker, her pilot, how many. For who oversees the municipality of such a pilot; nobody in a
    case is named."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT day, worker, pilot, clashes FROM clashes_unusual(%s)", [USUAL])
        return cursor.fetchall()


def _names_in_log(case: Case) -> list[UUID]:
    """By what the log knows of readings and attempts: the case, and for attempts its person."""
    return [case.reference, case.person.reference]


def _rows(page: Any, numbers: dict[UUID, str], names: dict[UUID, str]) -> list[dict[str, Any]]:
    people = User.objects.in_bulk({entry.actor_id for entry in page if entry.actor_id})
    organisations = Organisation.objects.in_bulk(
        {entry.actor_org_id for entry in page if entry.actor_org_id}
    )
    return [
        {
            "at": entry.at,
            "who": people.get(entry.actor_id),
            "organisation": organisations.get(entry.actor_org_id),
            "role": ", ".join(
                str(Role(role).label) for role in entry.role.split(",") if role in Role.values
            ),
            "action": entry.action,
            "denied": entry.outcome == AuditEntry.Outcome.DENIED,
            "failed": entry.outcome == AuditEntry.Outcome.FAILED,
            "cases": list(
                dict.fromkeys(
                    (numbers[case], names.get(case, "")) for case in entry.cases if case in numbers
                )
            ),
        }
        for entry in page
    ]


def without_hidden(
    entries: QuerySet[AuditEntry], clearance: Clearance, cases: Iterable[Case]
) -> QuerySet[AuditEntry]:
    """Entries without those of workers whose team may not be known to take part in these cases by
    this worker. Even the fact that somebody looked is left out, because it would tell which kind of
    team is hidden. Entries made for an organisation over which this worker has oversight stay."""
    teams = visible_teams(clearance)
    alike: dict[frozenset[int], list[UUID]] = {}
    works_for = teams_of_workers(teams)
    for case in cases:
        if hidden := frozenset(CaseReader(clearance, case, teams).hidden_workers(works_for)):
            alike.setdefault(hidden, []).extend(_names_in_log(case))
    own = clearance.organisations_as(*OVERSIGHT_ROLES)
    for hidden, references in alike.items():
        theirs = Q(actor_id__in=hidden, cases__overlap=references)
        entries = entries.exclude(theirs & ~Q(actor_org_id__in=own) if own else theirs)
    return entries


def case_numbers(references: set[UUID]) -> dict[UUID, str]:
    """Numbers of cases a privacy officer meets in her log, though she may open none of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reference, number FROM accountability_case_numbers(%s)", [list(references)]
        )
        return dict(cursor.fetchall())


def case_reference(number: str) -> UUID | None:
    reference: UUID | None = call("accountability_case_reference", number)
    return reference


@processes(ACCOUNTABILITY)
@require_http_methods(["GET"])
def activities(request: ClearanceRequest) -> HttpResponse:
    """What the application processes personal data for."""
    return render(request, "casework/accountability/activities.html", {"activities": ALL})
