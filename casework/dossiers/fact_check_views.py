"""Facts of one's own team that have grown old, and the word that they still hold: many at once."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import BooleanField, Func, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import ngettext

from casework.cases.partners import visible_teams
from casework.dossiers.acts import confirm_unchanged
from casework.dossiers.kinds import KINDS, headline
from casework.dossiers.presentation import check_limit
from casework.dossiers.record_kind import RecordKind
from casework.records.models import Checked
from casework.register.identity import leading_names
from governance.access.clearance import Clearance
from governance.access.middleware import ClearanceRequest
from governance.drafts.form_views import do_once, form_view
from partners.accountability.activities import CASEWORK, processes
from partners.organisations.enums import OrganisationKind
from partners.organisations.models import Team

MOST = 100
# The team that wrote it is one of those in the case.
STILL_TAKES_PART = Func(
    "author_team_id",
    "team_ids",
    template="(%(expressions)s))",
    arg_joiner=" = ANY (",
    output_field=BooleanField(),
)


def _old(clearance: Clearance, teams: dict[int, Team]) -> list[tuple[RecordKind, QuerySet[Any]]]:
    """Records older than their pilot's limit, for each kind that grows old: those that the worker's
    teams keep, and those that the worker recorded on a partner's behalf as coordinator of the
    pilot."""
    today = timezone.localdate()
    result: list[tuple[RecordKind, QuerySet[Any]]] = []
    for kind in KINDS.values():
        if not kind.grows_old:
            continue
        own: dict[date, list[int]] = {}
        supplied: dict[date, list[int]] = {}
        for seat in clearance.seats:
            team = teams.get(seat.team)
            if team is None or (limit := check_limit(team.pilot, kind.categories[0])) is None:
                continue
            day = today - timedelta(days=limit)
            if kind.categories[0] in seat.writes and kind.is_owned_by(team):
                own.setdefault(day, []).append(seat.team)
            if (
                clearance.coordinates(team.pilot_id)
                and team.organisation.kind == OrganisationKind.MUNICIPALITY
            ):
                supplied.setdefault(day, []).append(seat.team)
        for day in own.keys() | supplied.keys():
            hers = Q(source_team=None, author_team__in=own.get(day, []))
            if day in supplied:
                hers |= Q(source_team__isnull=False, author_team__in=supplied[day])
            result.append(
                (
                    kind,
                    kind.model.objects.current().filter(hers, STILL_TAKES_PART, checked_on__lt=day),
                )
            )
    return result


def number_to_check(clearance: Clearance, teams: dict[int, Team]) -> int:
    """Number of facts to check, at most a page of them."""
    old = [rows.order_by().values("pk")[:MOST] for _kind, rows in _old(clearance, teams)]
    return min(old[0].union(*old[1:], all=True).count(), MOST) if old else 0


def to_check(clearance: Clearance, teams: dict[int, Team]) -> list[tuple[RecordKind, Checked]]:
    """Facts to check with their kind, the longest unchecked first."""
    result = []
    for kind, rows in _old(clearance, teams):
        result += [
            (kind, row) for row in rows.select_related("case").order_by("checked_on", "pk")[:MOST]
        ]
    return sorted(result, key=lambda row: (row[1].checked_on, row[1].pk))[:MOST]


@processes(CASEWORK)
@form_view
def records_check(request: ClearanceRequest) -> HttpResponse:
    rows = to_check(request.clearance, visible_teams(request.clearance))

    def act() -> str:
        # What was shown and ticked; a record somebody corrected meanwhile has another version and
        # stays.
        ticked = set(request.POST.getlist("checked"))
        done = [row for _kind, row in rows if f"{row.reference}:{row.version}" in ticked]
        confirm_unchanged(done)
        sentence = ngettext(
            "%(n)d fact checked, unchanged.", "%(n)d facts checked, unchanged.", len(done)
        )
        messages.success(request, sentence % {"n": len(done)})
        return request.path

    if request.method == "POST":
        return do_once(request, act)
    names = leading_names({row.case_id for _kind, row in rows})
    today = timezone.localdate()
    context = {
        "rows": [
            (kind, row, headline(row), names.get(row.case_id, ""), (today - row.checked_on).days)
            for kind, row in rows
        ]
    }
    return render(request, "casework/dossiers/check.html", context)
