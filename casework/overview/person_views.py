"""Who somebody is, over all her cases in sight, and finding her."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from casework.cases import case_rows, perms
from casework.cases.case_reader import CaseReader
from casework.cases.enums import CaseState
from casework.cases.models import Case
from casework.cases.partners import visible_teams, with_teams
from casework.cases.search import SearchForm
from casework.dossiers import perms as perms_of_records
from casework.dossiers.kinds import KINDS
from casework.dossiers.rows import records_of
from casework.links.acts import can_judge, cases_of, judgements_of
from casework.links.views import judgement_rows
from casework.overview.composition import corrections, current, panels
from casework.overview.household import household
from casework.register.enums import ValueKind
from casework.register.identity import by_kind, called
from casework.register.models import IdentityValue, Person
from governance.access.middleware import ClearanceRequest
from partners.accountability.activities import CASEWORK, processes


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
                CaseReader(clearance, by_key[row.case_id], teams).label(row.source_id),
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
            own, _shared = panels(CaseReader(clearance, case, teams), of_case)
            work.append((case, corrections(CaseReader(clearance, case, teams), of_case), own))
    kind = KINDS["identity_value"]
    here = next(
        (
            c
            for c in cases
            if perms_of_records.adding_team(CaseReader(clearance, c, teams), kind) is not None
        ),
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
        "two_open": sum(case.is_known_open for case in cases) > 1,
        "values": [
            (group[0].get_kind_display(), with_source(group)) for group in values.values() if group
        ],
        "documents": with_source(current(records["document"])),
        "household": household(current(records["relation"])),
        "here": here,
        "kinds": ValueKind.choices,
        "work": [row for row in work if row[1] or row[2]],
        "name": called(values["name"][0].value if values["name"] else "", values["death_date"]),
    }
    return render(request, "casework/overview/person.html", context)


@processes(CASEWORK)
@require_GET
def person_list(request: ClearanceRequest) -> HttpResponse:
    """People are found by their name or number; there is no list to leaf through."""
    clearance = request.clearance
    teams = visible_teams(clearance)
    newest = Case.objects.select_related("pilot", "person", "progress").newest_first()[
        : case_rows.PAGE_SIZE
    ]
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
