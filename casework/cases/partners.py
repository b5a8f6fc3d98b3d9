"""The teams that take part in a case: involving one, ending its part, and which of them a reader
may know of and see named."""

from collections.abc import Iterable
from datetime import date
from typing import TypeVar

from django.db import connection, transaction
from django.db.models import Model, Q
from django.utils import timezone
from django.utils.translation import gettext

from casework.cases.enums import CaseState, Ground
from casework.cases.models import Case, Involvement
from governance.access.clearance import Clearance
from governance.access.enums import Category
from partners.accountability.history import set_change_reason
from partners.organisations.enums import OrganisationKind, TeamFunction
from partners.organisations.models import Membership, Team

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
    case: Case, team: Team, *, by: Clearance, ground: Ground, explanation: str, until: date | None
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
def end_involvement(involvement: Involvement, *, by: Clearance) -> None:
    """End the part of this team today: it sees nothing of the case any more. Its records stay."""
    # Cases before involvements, as everywhere; who writes nothing here, and only leaves, locks no
    # case.
    Case.objects.select_for_update(of=("self",)).filter(pk=involvement.case_id).first()
    involvement = Involvement.objects.select_related("team").get(pk=involvement.pk)
    involvement.until = timezone.localdate()
    set_change_reason(involvement, "ended")
    involvement.save()


def shown_categories(case: Case, clearance: Clearance) -> list[Category]:
    """The categories this reader may read in this case, in the order of the matrix."""
    return [category for category in Category if clearance.reads(case, category)]


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


# What the bare fact that a team takes part gives away, by its function or its organisation; the
# database keeps the same in Involvement.reveals, where a policy acts on it. Here it is for the
# teams of a whole list of cases at once.
REVEALS: dict[str, Category] = {
    TeamFunction.SHELTER: Category.CONTACT_SHELTER,
    TeamFunction.CARE: Category.MEDICAL_LIMITATION,
    TeamFunction.LEGAL: Category.LEGAL_AID,
    OrganisationKind.SHELTER_OPERATOR: Category.CONTACT_SHELTER,
    OrganisationKind.HEALTH_PROVIDER: Category.MEDICAL_LIMITATION,
    OrganisationKind.IOM: Category.DEPARTURE,
    OrganisationKind.COA: Category.OUTCOME,
}
# Before the dossiers are asked for, DT&V takes part because somebody has a place (R7). A case can
# go into a conference without them (T6, T17, T18): whether they were asked for, a list cannot know
# until the guidance, of which DT&V hears anyway.
BEFORE_DOSSIERS = (CaseState.REGISTERED, CaseState.INTAKE)
BEFORE_GUIDANCE = (
    *BEFORE_DOSSIERS,
    CaseState.AWAITING_DOSSIERS,
    CaseState.REST_PERIOD,
    CaseState.IN_CONFERENCE,
    CaseState.NOT_ADMITTED,
    CaseState.ADMITTED,
)


def function_reveals(team: Team) -> Category | None:
    """The category that the involvement of this team reveals in any case, by its function or its
    kind of organisation. None if it reveals nothing."""
    return REVEALS.get(team.function) or REVEALS.get(team.organisation.kind)


def reveals(team: Team, case: Case | None = None) -> Category | None:
    """The category that the involvement of this team reveals in this case, or, without a case,
    in some case. None if it reveals nothing."""
    category = function_reveals(team)
    if category is None and team.organisation.kind == OrganisationKind.DTV:
        return Category.CONTACT_SHELTER if case is None or case.state in BEFORE_DOSSIERS else None
    return category


def may_know(clearance: Clearance, case: Case, team: Team) -> bool:
    """True if the team's involvement reveals no category that this reader may not read, or the team
    belongs to the reader's organisation, or the reader's team leads the case."""
    category = reveals(team, case)
    return category is None or clearance.reads(case, category) or _works_with(clearance, case, team)


def _works_with(clearance: Clearance, case: Case, team: Team) -> bool:
    return case.lead_team_id in clearance.teams or any(
        seat.organisation == team.organisation_id
        and (seat.team == team.pk or seat.team in case.team_ids)
        for seat in clearance.seats
    )


def knows_every_team(clearance: Clearance, case: Case) -> bool:
    """True if the involvement of no kind of team could be hidden from this reader in this case. The
    answer does not depend on which teams take part."""
    return case.lead_team_id in clearance.teams or all(
        clearance.reads(case, category) for category in REVEALS.values()
    )


def known_partners(clearance: Clearance, case: Case, teams: dict[int, Team]) -> list[Team]:
    return [
        teams[pk] for pk in case.team_ids if pk in teams and may_know(clearance, case, teams[pk])
    ]


def listed_partners(clearance: Clearance, case: Case, teams: dict[int, Team]) -> list[Team]:
    """Partners that a list or file names. Left out are legal teams of other organisations, also for
    a reader who leads the case (R18); and DT&V if the reader may not know of a place, because a
    list cannot tell on which ground it takes part. Teams of the reader's own organisation are
    always named."""
    own = {seat.organisation for seat in clearance.seats}
    hides = _ground_is_unknown(clearance, case)
    return [
        team
        for team in known_partners(clearance, case, teams)
        if team.organisation_id in own
        or team.function != TeamFunction.LEGAL
        and not (hides and team.organisation.kind == OrganisationKind.DTV)
    ]


def _ground_is_unknown(clearance: Clearance, case: Case) -> bool:
    """True if only the ground of its involvement decides whether this reader may know that DT&V
    takes part."""
    return case.state in BEFORE_GUIDANCE and not clearance.reads(case, Category.CONTACT_SHELTER)


def hidden_partners(clearance: Clearance, case: Case, teams: dict[int, Team]) -> set[int]:
    """Keys of the teams of DT&V that a page about this case does not name, because their
    involvement is not visible to this reader."""
    if not _ground_is_unknown(clearance, case):
        return set()
    theirs = {
        pk
        for pk in case.team_ids
        if pk in teams and teams[pk].organisation.kind == OrganisationKind.DTV
    }
    return theirs - set(
        Involvement.objects.in_force().filter(case=case).values_list("team", flat=True)
    )


def partners_of(clearance: Clearance, case: Case, teams: dict[int, Team]) -> list[Team]:
    """The partners that a page about one case names and offers as a choice."""
    hidden = hidden_partners(clearance, case, teams)
    return [team for team in known_partners(clearance, case, teams) if team.pk not in hidden]


def known_workers(
    clearance: Clearance, case: Case, teams: dict[int, Team], users: Iterable[int]
) -> set[int]:
    """Those of these users who work, or worked, for a team of which this reader may know. Only they
    are named."""
    known = {team.pk for team in known_partners(clearance, case, teams)} | clearance.teams
    return set(
        Membership.objects.filter(team__in=known, user__in=set(users)).values_list(
            "user_id", flat=True
        )
    )


def teams_of_workers(teams: Iterable[int]) -> dict[int, set[int]]:
    """For each user who works, or worked, for some of these teams: the keys of those teams."""
    result: dict[int, set[int]] = {}
    for user, team in Membership.objects.filter(team__in=teams).values_list("user_id", "team_id"):
        result.setdefault(user, set()).add(team)
    return result


def hidden_workers(
    clearance: Clearance, case: Case, teams: dict[int, Team], works_for: dict[int, set[int]]
) -> set[int]:
    """Ids of workers whose actions in this case are not shown to this reader: those who work, or
    worked, for a team of this pilot of which the reader may not know, and for no team that takes
    part and may be known. Workers of other pilots are named."""
    here = {pk for pk, team in teams.items() if team.pilot_id == case.pilot_id}
    hidden = {pk for pk in here if not may_know(clearance, case, teams[pk])}
    known = {team.pk for team in known_partners(clearance, case, teams)}
    return {user for user, theirs in works_for.items() if theirs & hidden and not theirs & known}


def team_label(clearance: Clearance, case: Case, teams: dict[int, Team], team: int) -> str:
    """Name of a team as the source of a record. If the reader may not know of the team, it is the
    name of its organisation, provided that another team of that organisation is known to take part,
    and "another partner" otherwise."""
    if team not in teams or may_know(clearance, case, teams[team]):
        return teams[team].label if team in teams else gettext("another partner")
    organisation = teams[team].organisation_id
    known = any(
        partner.organisation_id == organisation
        for partner in known_partners(clearance, case, teams)
    )
    return teams[team].organisation.name if known else gettext("another partner")


def with_partner_of(kind: str, clearance: Clearance, teams: dict[int, Team]) -> Q:
    """Cases in which a team of this kind of organisation takes part, as far as this reader may
    know that."""
    result = Q(pk__in=[])
    for team in teams.values():
        if team.organisation.kind == kind:
            category = reveals(team)
            known = Q(team_ids__contains=[team.pk])
            if category is not None and team.pk not in clearance.teams:
                elsewhere = (
                    category != Category.LEGAL_AID
                )  # R18: no list tells another organisation
                knowing = [
                    seat.team
                    for seat in clearance.seats
                    if category in seat.reads
                    and elsewhere
                    or seat.organisation == team.organisation_id
                ]
                leads = clearance.teams if elsewhere else ()
                later = (
                    ~Q(state__in=BEFORE_GUIDANCE) if kind == OrganisationKind.DTV else Q(pk__in=[])
                )
                known &= Q(team_ids__overlap=knowing) | Q(lead_team__in=leads) | later
            result |= known
    return result
