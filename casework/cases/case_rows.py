"""The case list: a page of cases with what people look for in it, at a cost that does not grow
with the rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.core.paginator import Paginator
from django.db import connection
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import dateformat
from django.utils.formats import get_format
from django.utils.functional import Promise, cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from casework.cases.case_reader import CaseReader
from casework.cases.enums import STATE_LABELS, CaseState
from casework.cases.models import Case, CaseQuerySet, contacted_cases
from casework.register.identity import leading_names
from governance.access.clearance import Clearance
from partners.components import badge
from partners.organisations.enums import OrganisationKind
from partners.organisations.models import Team

PAGE_SIZE = 25
CAP = 1000  # of pages and exports; beyond it people filter
TAB_CAP = 100  # of the number on a tab
NOWHERE = str(UUID(int=0))  # stands in an address until a case's own reference does
TABS = ("mine", "new", "open", "all")
TAB_LABELS = {"mine": _("My cases"), "new": _("New"), "open": _("Open"), "all": _("All")}


@dataclass
class Row:
    """One line of a list, in finished words: a template that looks each of them up through
    objects and translations cost 20 ms for 25 lines."""

    address: str
    number: str
    name: str
    state: SafeString
    state_label: str
    pilot: str
    partners: list[str]
    referred_iso: str
    referred: str
    case_manager: str
    words: Sequence[str | Promise] = ()  # why somebody who was searched for is shown


def partner_teams(clearance: Clearance, teams: dict[int, Team]) -> list[int]:
    """Keys of the worker's teams that are not of the municipality. In these teams the caseload
    includes the cases of which the worker is the contact."""
    return [
        team
        for team in clearance.teams
        if team in teams and teams[team].organisation.kind != OrganisationKind.MUNICIPALITY
    ]


def tab_queryset(
    tab: str, clearance: Clearance, teams: dict[int, Team], state: str = ""
) -> CaseQuerySet:
    """Cases of a tab. The `state` filter that is applied afterwards says more than "open" does."""
    if tab == "mine":
        return Case.objects.caseload_of(clearance.user_id, partner_teams(clearance, teams)).open()
    if tab == "new":
        return Case.objects.filter(progress__state=CaseState.REGISTERED)
    if tab == "open" and state not in CaseState.values:
        return Case.objects.open()
    return Case.objects.all()


def capped_count(cases: QuerySet[Case]) -> int:
    """How many, but never more than 1001: a full count of 140,000 rows costs 30 ms and nobody
    reads it."""
    return cases.order_by()[: CAP + 1].count()


def tab_counts(
    clearance: Clearance, teams: dict[int, Team], most_open: int = TAB_CAP
) -> dict[str, int]:
    """How many cases every tab holds, but never more than one beyond TAB_CAP, or beyond `most_open`
    for the open ones: in one statement, because one by one through the ORM they cost 8 ms more."""

    def capped(table: str, condition: str) -> str:
        rows = f"SELECT FROM {table} WHERE {condition} LIMIT {TAB_CAP + 1}"
        return f"(SELECT count(*) FROM ({rows}) x)"  # noqa: S608

    # As CaseQuerySet.open. The planner, which takes the question whether somebody was refused for
    # dear, is not to look up all open cases first for its sake: hence OFFSET.
    refused = "SELECT state FROM casework_progress WHERE case_id = c.id AND state = 'not_admitted'"
    is_open = f"coalesce(({refused}), '') <> 'not_admitted'"
    is_mine = "(c.case_manager_id = %(me)s OR c.id = ANY (%(contacted)s::bigint[]))"
    mine = capped("casework_case c", f"c.left_on IS NULL AND {is_mine} AND {is_open}")
    # One reading of the open ones answers for mine and all, too; only where it reaches the cap
    # must mine be asked by itself, and then all cases reach it.
    sql = f"""
        SELECT CASE WHEN o.n > {TAB_CAP} THEN {mine} ELSE o.mine END,
               {capped("casework_progress", "state = 'registered'")}, o.n,
               CASE WHEN o.n > {TAB_CAP} THEN o.n ELSE {capped("casework_case c", "true")} END
        FROM (SELECT count(*) AS n, count(*) FILTER (WHERE {is_mine}) AS mine
              FROM (SELECT c.case_manager_id, c.id
                    FROM (SELECT id, case_manager_id FROM casework_case
                          WHERE left_on IS NULL OFFSET 0) c
                    WHERE {is_open} LIMIT {most_open + 1}) c) o
    """  # noqa: S608 - our words
    with connection.cursor() as cursor:
        contacted = contacted_cases(clearance.user_id, partner_teams(clearance, teams))
        cursor.execute(sql, {"me": clearance.user_id, "contacted": contacted})
        return dict(zip(TABS, cursor.fetchone(), strict=True))


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Pages up to the cap. `known` is the number of objects, if it was counted already."""

    def __init__(self, objects: QuerySet[Case], known: int | None) -> None:
        super().__init__(objects, PAGE_SIZE)
        self.known = known

    @cached_property
    def count(self) -> int:
        return min(capped_count(self.object_list) if self.known is None else self.known, CAP)  # type: ignore[arg-type]


def rows(
    cases: Iterable[Case],
    teams: dict[int, Team],
    clearance: Clearance,
    words: Mapping[int, Sequence[str | Promise]] | None = None,
) -> list[Row]:
    cases = list(cases)
    names = leading_names(case.pk for case in cases)
    base = reverse("casework:case_detail", args=[NOWHERE])
    labels = {state: str(label) for state, label in STATE_LABELS.items()}
    states = {state: badge(state, label) for state, label in labels.items()}
    style = get_format("SHORT_DATE_FORMAT")
    days = {case.referred_on: dateformat.format(case.referred_on, style) for case in cases}
    pilots = {team.pilot_id: team.pilot.name for team in teams.values()}

    def manager(reader: CaseReader) -> str:
        """Name of the case manager. Empty if there is none, or if this reader may not know of the
        leading team, for which the case manager works."""
        lead = teams.get(reader.case.lead_team_id)
        known = lead is None or reader.may_know(lead)
        return str(reader.case.case_manager or "") if known else ""

    known = {case.pk: case.state for case in cases}
    return [
        Row(
            base.replace(NOWHERE, str(case.reference)),
            case.number,
            names.get(case.pk) or case.number,
            states[known[case.pk]],
            labels[known[case.pk]],
            pilots[case.pilot_id],
            [team.label for team in reader.listed_partners],
            case.referred_on.isoformat(),
            days[case.referred_on],
            manager(reader),
            (words or {}).get(case.pk, ()),
        )
        for case in cases
        for reader in [CaseReader(clearance, case, teams)]
    ]
