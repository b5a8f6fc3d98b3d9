"""The case list: a page of cases with what people look for in it, at a cost that does not grow with the rows."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from casework.cases.enums import CaseState
from casework.cases.models import Case, CaseQuerySet
from casework.register.identity import leading_names
from governance.access.clearance import Clearance
from partners.organisations.models import Team

PAGE_SIZE = 25
CAP = 1000
TABS = ("mine", "new", "open", "all")
TAB_LABELS = {"mine": _("My cases"), "new": _("New"), "open": _("Open"), "all": _("All")}


@dataclass
class Row:
    case: Case
    name: str
    partners: list[Team]


def tab_queryset(tab: str, clearance: Clearance) -> CaseQuerySet:
    if tab == "mine":
        return Case.objects.managed_by(clearance.user_id).open()
    if tab == "new":
        return Case.objects.filter(state=CaseState.REGISTERED)
    if tab == "open":
        return Case.objects.open()
    return Case.objects.all()


def capped_count(cases: QuerySet[Case]) -> int:
    """How many, but never more than 1001: a full count of 140,000 rows costs 30 ms and nobody reads it."""
    return cases.order_by()[: CAP + 1].count()


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Pages up to the cap; beyond it people filter."""

    @cached_property
    def count(self) -> int:
        return min(capped_count(self.object_list), CAP)  # type: ignore[arg-type]


def rows(cases: Iterable[Case], teams: dict[int, Team]) -> list[Row]:
    cases = list(cases)
    names = leading_names(case.pk for case in cases)
    return [
        Row(case, names.get(case.pk, ""), [teams[team] for team in case.team_ids if team in teams]) for case in cases
    ]
