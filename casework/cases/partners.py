"""The teams that take part in a case: involving one and ending its part, and what each reads."""

from collections.abc import Iterable
from datetime import date
from typing import TypeVar

from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from casework.cases.enums import Ending, Ground
from casework.cases.models import Case, Involvement
from governance.access.clearance import Clearance
from partners.accountability.history import set_change_reason, written_in_bulk
from partners.organisations.enums import OrganisationKind
from partners.organisations.models import Team

M = TypeVar("M", bound=Model)


class AlreadyInvolved(Exception):
    """The team takes part already, because a colleague involved it meanwhile."""


def team_reads(team_ids: list[int]) -> dict[int, dict[str, str]]:
    """For each team, the categories it reads or writes today, with the verb, as the database
    decides them (`access_readers`)."""
    result: dict[int, dict[str, str]] = {team: {} for team in team_ids}
    with connection.cursor() as cursor:
        cursor.execute("SELECT team_id, category, verb FROM access_readers(%s)", [team_ids])
        for team, category, verb in sorted(cursor.fetchall(), key=lambda row: row[2]):
            row = result[team]
            if verb in ("attend", "read"):
                row[category] = verb
            else:  # sorted, so reading was seen before writing
                row[category] = "write" if category in row else "write_own"
    return result


@transaction.atomic
def involve(
    case: Case, team: Team, *, ground: Ground, explanation: str, until: date | None
) -> Involvement:
    case = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if Involvement.objects.in_force().filter(case=case, team=team).exists():
        raise AlreadyInvolved
    involvement = Involvement(
        case=case, team=team, ground=ground, explanation=explanation, until=until
    )
    set_change_reason(involvement, ground.value)
    involvement.save()
    return involvement


@transaction.atomic
def end_involvement(involvement: Involvement) -> None:
    """End the part of this team today: it sees nothing of the case any more. Its records stay."""
    # Cases before involvements, as everywhere; who writes nothing here, and only leaves, locks no
    # case.
    Case.objects.select_for_update(of=("self",)).filter(pk=involvement.case_id).first()
    involvement = Involvement.objects.select_related("team").get(pk=involvement.pk)
    involvement.until, involvement.ending = timezone.localdate(), Ending.BY_HAND
    set_change_reason(involvement, involvement.ending)
    involvement.save()


@transaction.atomic
def ask_for_dossiers(asked: Iterable[tuple[Case, Team]]) -> None:
    """These services take part from today because their dossiers are asked for. If the departure
    service took part already, it was because of a place or guidance: that ends, so that nobody
    learns of it from whom the dossier is asked of (sql/involvements.sql)."""
    asked = list(asked)
    there = {
        (row.case_id, row.team_id): row
        for row in Involvement.objects.in_force().filter(
            case__in={case.pk for case, _team in asked}, team__in={team.pk for _case, team in asked}
        )
    }
    keys = {case.pk for case, _team in asked}
    taking_part = dict(Case.objects.filter(pk__in=keys).values_list("pk", "team_ids"))
    new = []
    for case, team in asked:
        former = there.get((case.pk, team.pk))
        if former is None and team.pk in taking_part[case.pk]:
            continue  # unknown to who asks, who cannot end it either
        if former is not None:
            if (
                team.organisation.kind != OrganisationKind.DTV
                or former.ground == Ground.DOSSIER_REQUEST
            ):
                continue
            until, former.until = former.until, timezone.localdate()
            former.ending = Ending.ASKED_AGAIN
            set_change_reason(former, former.ending)
            former.save()
            new.append(
                Involvement(
                    case=case,
                    team=team,
                    ground=Ground.DOSSIER_REQUEST,
                    worker_id=former.worker_id,
                    until=until,
                )
            )
        else:
            new.append(Involvement(case=case, team=team, ground=Ground.DOSSIER_REQUEST))
    written_in_bulk(new)


def visible_teams(clearance: Clearance) -> dict[int, Team]:
    """The teams of every pilot in which this worker works, has a personal grant or keeps
    dossiers, by key. For labels, filters and choices."""
    pilots = (
        {seat.pilot for seat in clearance.seats}
        | {grant.pilot for grant in clearance.grants}
        | clearance.keeps
    )
    teams = (
        Team.objects.filter(pilot__in=pilots)
        .select_related("organisation", "pilot")
        .order_by()
        .only(
            "function",
            "phone",
            "organisation__name",
            "organisation__kind",
            "pilot__name",
            "pilot__slug",
            "pilot__state",
            "pilot__closes_on",
            "pilot__procedures_check_days",
            "pilot__departure_check_days",
            "pilot__supervision_check_days",
        )
    )
    return {team.pk: team for team in teams}


def with_teams(rows: Iterable[M], teams: dict[int, Team], *names: str) -> list[M]:
    """The rows with these teams filled in from the ones at hand: cheaper than joining them to
    every row."""
    result = list(rows)
    for row in result:
        for name in names:
            if (key := getattr(row, f"{name}_id")) in teams:
                setattr(row, name, teams[key])
    return result
