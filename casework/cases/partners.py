"""Who takes part in a case: involving a further team, and ending a follow-up."""

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
    """The team takes part already; two workers were quick."""


def team_reads(team_ids: list[int]) -> dict[int, dict[str, str]]:
    """For each team, which categories it reads or writes today: from the rule that decides, for
    "who sees what"."""
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
    """From today the team sees nothing of the case any more; what it wrote stays."""
    # Cases before involvements, as everywhere; who writes nothing here, and only leaves, locks no
    # case.
    Case.objects.select_for_update(of=("self",)).filter(pk=involvement.case_id).first()
    involvement = Involvement.objects.select_related("team").get(pk=involvement.pk)
    involvement.until = timezone.localdate()
    set_change_reason(involvement, "ended")
    involvement.save()


def shown_categories(case: Case, clearance: Clearance) -> list[Category]:
    """The categories this reader may know of in this case, in the order of the matrix."""
    return [category for category in Category if clearance.reads(case, category)]


def visible_teams(clearance: Clearance) -> dict[int, Team]:
    """For labels, filters and choices: the teams of the pilots this worker works in, has a
    personal grant in or keeps dossiers of."""
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
# database keeps the same in Involvement.tells, where a policy acts on it. Here it is for the teams
# of a whole list of cases at once.
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
    """What its bare name gives away in any case: of what a shelter, a doctor or a lawyer does."""
    return REVEALS.get(team.function) or REVEALS.get(team.organisation.kind)


def reveals(team: Team, case: Case | None = None) -> Category | None:
    """What it gives away that this team takes part, in this case or in any; nothing if it gives
    nothing away."""
    category = function_reveals(team)
    if category is None and team.organisation.kind == OrganisationKind.DTV:
        return Category.CONTACT_SHELTER if case is None or case.state in BEFORE_DOSSIERS else None
    return category


def may_know(clearance: Clearance, case: Case, team: Team) -> bool:
    """Whether this reader may know that the team takes part.

    One that tells nothing she may not read, one of her own organisation, or any if her team
    leads the case.
    """
    category = reveals(team, case)
    return category is None or clearance.reads(case, category) or _works_with(clearance, case, team)


def _works_with(clearance: Clearance, case: Case, team: Team) -> bool:
    return case.lead_team_id in clearance.teams or any(
        seat.organisation == team.organisation_id
        and (seat.team == team.pk or seat.team in case.team_ids)
        for seat in clearance.seats
    )


def knows_every_team(clearance: Clearance, case: Case) -> bool:
    """Whether no kind of team is hidden from this reader here; the same whether or not one takes
    part."""
    return case.lead_team_id in clearance.teams or all(
        clearance.reads(case, category) for category in REVEALS.values()
    )


def known_partners(clearance: Clearance, case: Case, teams: dict[int, Team]) -> list[Team]:
    return [
        teams[pk] for pk in case.team_ids if pk in teams and may_know(clearance, case, teams[pk])
    ]


def listed_partners(clearance: Clearance, case: Case, teams: dict[int, Team]) -> list[Team]:
    """The partners a list or file names: not the legal team of another organisation, also for
    who leads (R18), nor DT&V to who may not know of a place, while a list cannot tell why it
    takes part."""
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
    """Whether it depends on the ground on which DT&V takes part if this reader may know that it
    does."""
    return case.state in BEFORE_GUIDANCE and not clearance.reads(case, Category.CONTACT_SHELTER)


def hidden_partners(clearance: Clearance, case: Case, teams: dict[int, Team]) -> set[int]:
    """Teams of DT&V that a page about this case does not name: the row of their taking part is
    not in sight."""
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
    """The partners a page about one case names, and lets choose."""
    hidden = hidden_partners(clearance, case, teams)
    return [team for team in known_partners(clearance, case, teams) if team.pk not in hidden]


def known_workers(
    clearance: Clearance, case: Case, teams: dict[int, Team], users: Iterable[int]
) -> set[int]:
    """Of these users those who work, or worked, for a team of which this reader may know: only
    they are named."""
    known = {team.pk for team in known_partners(clearance, case, teams)} | clearance.teams
    return set(
        Membership.objects.filter(team__in=known, user__in=set(users)).values_list(
            "user_id", flat=True
        )
    )


def teams_of_workers(teams: Iterable[int]) -> dict[int, set[int]]:
    """Who works, or worked, for these teams, and for which of them."""
    result: dict[int, set[int]] = {}
    for user, team in Membership.objects.filter(team__in=teams).values_list("user_id", "team_id"):
        result.setdefault(user, set()).add(team)
    return result


def hidden_workers(
    clearance: Clearance, case: Case, teams: dict[int, Team], works_for: dict[int, set[int]]
) -> set[int]:
    """Of these workers those of a team in this pilot that this reader may not know to take part
    in this case, and of none that takes part and may be known: of what they did nothing is told.
    Whoever came from elsewhere is named."""
    here = {pk for pk, team in teams.items() if team.pilot_id == case.pilot_id}
    hidden = {pk for pk in here if not may_know(clearance, case, teams[pk])}
    known = {team.pk for team in known_partners(clearance, case, teams)}
    return {user for user, theirs in works_for.items() if theirs & hidden and not theirs & known}


def team_label(clearance: Clearance, case: Case, teams: dict[int, Team], team: int) -> str:
    """How a team is called as the source of a record. A team of which this reader may not know
    is called by its organisation, if another team of that is known to take part; else it stays
    unnamed."""
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
