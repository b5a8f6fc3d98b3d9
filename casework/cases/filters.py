from collections.abc import Set
from datetime import timedelta

import django_filters
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.cases.case_reader import marked, may_reveal, reveals_always
from casework.cases.case_rows import TABS, tab_queryset
from casework.cases.enums import CaseState
from casework.cases.models import Case
from casework.cases.progress import REVEALED_BY_STATE
from governance.access.clearance import Clearance
from governance.access.enums import Category
from partners.organisations.enums import OrganisationKind
from partners.organisations.models import Team


def asked_list(
    params: QueryDict, clearance: Clearance, teams: dict[int, Team]
) -> tuple[str, "CaseFilter"]:
    """The tab and the filtered cases that an address asks for. The list on the screen and its
    export both use it."""
    tab = params.get("tab", "")
    tab = tab if tab in TABS else "open"
    cases = tab_queryset(tab, clearance, teams, params.get("state", "")).for_list().newest_first()
    return tab, CaseFilter(params, cases, clearance=clearance, teams=teams)


class CaseFilter(django_filters.FilterSet):
    """What a case list can be narrowed by. Names are not here: they never stand in an address."""

    state = django_filters.ChoiceFilter(
        label=_("State"), choices=CaseState, empty_label=_("All"), method="in_state"
    )
    pilot = django_filters.ChoiceFilter(
        label=_("Pilot"), empty_label=_("All"), field_name="pilot__slug"
    )
    partner = django_filters.ChoiceFilter(
        label=_("Partner"), choices=OrganisationKind, empty_label=_("All"), method="with_partner"
    )
    since = django_filters.ChoiceFilter(
        label=_("Registered"),
        empty_label=_("Always"),
        method="registered_since",
        choices=[("30", _("last 30 days")), ("90", _("last 90 days")), ("365", _("last year"))],
    )

    class Meta:
        model = Case
        fields = ["state", "pilot", "partner", "since"]

    def __init__(
        self, *args: object, clearance: Clearance, teams: dict[int, Team], **kwargs: object
    ) -> None:
        super().__init__(*args, **kwargs)
        pilots = {team.pilot.slug: team.pilot.name for team in teams.values()}
        self.filters["pilot"].extra["choices"] = sorted(pilots.items())
        self.clearance, self.teams = clearance, teams
        self.filters["state"].extra["choices"] = [
            (state.value, state.label)
            for state in CaseState
            if any(REVEALED_BY_STATE[state] in seat.reads for seat in clearance.seats)
        ]
        kinds = {team.organisation.kind for team in teams.values()}
        self.filters["partner"].extra["choices"] = [
            choice for choice in OrganisationKind.choices if choice[0] in kinds
        ]

    def in_state(self, cases: QuerySet[Case], name: str, state: str) -> QuerySet[Case]:
        """Cases of which the reader knows that they are in this state (Case.state)."""
        asked = Q(progress__state=state)
        if state == CaseState.ADMITTED:
            deciding = [seat.team for seat in self.clearance.seats if _decides(seat.reads)]
            granted = [one.case for one in self.clearance.grants if _decides(one.categories)]
            if deciding or granted:
                theirs = Q(team_ids__overlap=deciding) | Q(pk__in=granted)
                return cases.filter(asked | theirs & Q(progress=None, left_on=None))
        # The same order as that of the list, by the columns that the index of the state has.
        return cases.filter(asked).order_by("-progress__registered_on", "-progress__case")

    def with_partner(self, cases: QuerySet[Case], name: str, kind: str) -> QuerySet[Case]:
        return cases.filter(with_partner_of(kind, self.clearance, self.teams))

    def registered_since(self, cases: QuerySet[Case], name: str, days: str) -> QuerySet[Case]:
        return cases.filter(referred_on__gte=timezone.localdate() - timedelta(days=int(days)))


def _decides(categories: Set[str]) -> bool:
    """True for who reads that somebody is admitted, and not whether her guidance has begun."""
    return Category.CONFERENCE in categories and Category.GUIDANCE not in categories


def with_partner_of(kind: str, clearance: Clearance, teams: dict[int, Team]) -> Q:
    """Cases in which a team of this kind of organisation takes part, as far as this reader may
    know that. No list tells another organisation of a legal team (R18)."""
    result = Q(pk__in=[])
    for team in teams.values():
        if team.organisation.kind != kind:
            continue
        takes_part = Q(team_ids__contains=[team.pk])
        own = [seat.team for seat in clearance.seats if seat.organisation == team.organisation_id]
        if team.pk in own or may_reveal(team) == [Category.IDENTITY]:
            result |= takes_part
            continue
        knows = Q(team_ids__overlap=own)
        if reveals_always(team) != Category.LEGAL_AID:
            knows |= Q(lead_team__in=clearance.teams)
            for category in may_reveal(team):
                reveals = Q(team_reveals__contains=[marked(team, category)])
                reading = [seat.team for seat in clearance.seats if category in seat.reads]
                free = category == Category.IDENTITY
                knows |= reveals if free else reveals & Q(team_ids__overlap=reading)
        result |= takes_part & knows
    return result
