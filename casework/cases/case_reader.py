"""One worker before one case: what she reads in it, and of which teams she may know."""

import json
from collections.abc import Iterable
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext

from casework.cases.enums import Ground
from casework.cases.models import Case, Involvement
from casework.cases.partners import visible_teams
from casework.cases.progress import REVEALED_BY_GROUND
from casework.register.identity import called, leading_persons
from governance.access.clearance import Clearance, Seat
from governance.access.enums import Category
from governance.access.middleware import ClearanceRequest
from partners.organisations.enums import OrganisationKind, Role, TeamFunction
from partners.organisations.models import Membership, Team

# What the bare fact that a team takes part gives away in every case, by its function, else by its
# kind of organisation. The database keeps what it gives away in one case, which may hang on the
# ground, as the case's `team_reveals` (sql/involvements.sql).
REVEALED_BY_FUNCTION = {
    TeamFunction.SHELTER: Category.CONTACT_SHELTER,
    TeamFunction.CARE: Category.MEDICAL_LIMITATION,
    TeamFunction.LEGAL: Category.LEGAL_AID,
}
REVEALED_BY_ORGANISATION = {
    OrganisationKind.SHELTER_OPERATOR: Category.CONTACT_SHELTER,
    OrganisationKind.HEALTH_PROVIDER: Category.MEDICAL_LIMITATION,
    OrganisationKind.IOM: Category.DEPARTURE,
    OrganisationKind.COA: Category.OUTCOME,
}
# By its kind of organisation, unless the ground is that its dossier was asked for: the departure
# service takes part because the person has a place or guidance (R7).
REVEALED_UNLESS_ASKED = {OrganisationKind.DTV: Category.CONTACT_SHELTER}


def declaration() -> str:
    """These as rows of access_revealing, for the database."""
    rows = [
        {"source": source, "code": code, "category": category}
        for source, revealed in (
            ("team", REVEALED_BY_FUNCTION),
            ("organisation", REVEALED_BY_ORGANISATION),
            ("unless_asked", REVEALED_UNLESS_ASKED),
        )
        for code, category in revealed.items()
    ]
    sql = (
        "DELETE FROM access_revealing; INSERT INTO access_revealing"
        " SELECT * FROM jsonb_populate_recordset(NULL::access_revealing, '{}');"
    )
    return sql.format(json.dumps(rows))


def reveals_always(team: Team) -> Category | None:
    """The category that the involvement of this team reveals in any case, by its function or its
    kind of organisation. None if it reveals nothing."""
    return REVEALED_BY_FUNCTION.get(team.function) or REVEALED_BY_ORGANISATION.get(  # type: ignore[call-overload]
        team.organisation.kind
    )


def may_reveal(team: Team) -> list[Category]:
    """The categories one of which the involvement of this team reveals, depending on its ground."""
    if (category := reveals_always(team)) is not None:
        return [category]
    by_ground = REVEALED_UNLESS_ASKED.get(team.organisation.kind)  # type: ignore[call-overload]
    return [by_ground, Category.IDENTITY] if by_ground else [Category.IDENTITY]


def marked(team: Team, category: Category) -> str:
    """As `team_reveals` of a case says that this team's involvement in it reveals this category."""
    return f"{team.pk}:{category.value}"


class CaseReader:
    """One worker before one case.

    teams: of her pilots, where many cases are looked at; else they are looked up when first needed.
    """

    def __init__(
        self, clearance: Clearance, case: Case, teams: dict[int, Team] | None = None
    ) -> None:
        self.clearance, self.case = clearance, case
        if teams is not None:
            self.teams = teams

    @cached_property
    def teams(self) -> dict[int, Team]:
        return visible_teams(self.clearance)

    @cached_property
    def _person(self) -> tuple[str, bool]:
        return leading_persons([self.case.pk]).get(self.case.pk, ("", False))

    @property
    def name(self) -> str:
        """The person's name, as far as this worker reads one."""
        return called(*self._person)

    def context(self) -> dict[str, Any]:
        """What the bar above each page of the case shows."""
        return {"case": self.case, "name": self.name, "died": self._person[1]}

    def reads(self, category: Category) -> bool:
        return self.clearance.reads(self.case, category)

    def writes(self, category: Category) -> bool:
        return self.clearance.writes(self.case, category)

    @cached_property
    def manages(self) -> bool:
        """True if she is the case manager, and works in the team that leads, or in the one that
        registered the person: who left it keeps nothing of it (access_manages() in SQL)."""
        return self.case.case_manager_id == self.clearance.user_id and (
            self.team_leads
            or Involvement.objects.in_force()
            .filter(case=self.case, ground=Ground.REGISTERED, team__in=self.clearance.teams)
            .exists()
        )

    @cached_property
    def coordinates(self) -> bool:
        """True if she is the municipality's coordinator of the pilot of this case."""
        return self.clearance.coordinates(self.case.pilot_id)

    @cached_property
    def left_on(self) -> date | None:
        """The day on which the case was left, if this worker is told it: she reads what became of
        it, or a team of hers took part by then (R32)."""
        day: date | None = self.case.left_on
        if day is None or self.reads(Category.OUTCOME):
            return day
        by_then = Involvement.objects.filter(
            case=self.case, team__in=self.clearance.teams, since__lte=day
        )
        return day if by_then.exists() else None

    def has_role(self, role: Role) -> bool:
        """True if she holds this role in a team of hers that takes part."""
        return self.clearance.has_role(role, self.case)

    def seats_writing(self, *categories: Category) -> list[Seat]:
        return self.clearance.seats_writing(self.case, *categories)

    def author_team(self, category: Category = Category.IDENTITY) -> int | None:
        """Id of her team in whose name she writes here. None if there is none."""
        return self.clearance.author_team(self.case, category)

    @cached_property
    def team_leads(self) -> bool:
        """True if a team of hers leads the case."""
        return self.case.lead_team_id in self.clearance.teams

    def reveals(self, team: Team) -> list[Category]:
        """The categories one of which she must read to know that this team takes part: for each
        ground on which it does, what that reveals. Of a team that does not take part, what it would
        reveal at most, so that a choice of teams says nothing either."""
        return [
            category
            for category in may_reveal(team)
            if marked(team, category) in self.case.team_reveals
        ] or may_reveal(team)[:1]

    def may_know(self, team: Team) -> bool:
        """True if the team's involvement reveals no category that this reader may not read, or the
        team belongs to the reader's organisation, or the reader's team leads the case. The policy
        `involvement_read` shows the row of the involvement to the same readers."""
        return self._works_with(team) or any(
            category == Category.IDENTITY or self.reads(category) for category in self.reveals(team)
        )

    def _works_with(self, team: Team) -> bool:
        return self.team_leads or any(
            seat.organisation == team.organisation_id
            and (seat.team == team.pk or seat.team in self.case.team_ids)
            for seat in self.clearance.seats
        )

    def knows_ground(self, involvement: Involvement) -> bool:
        """True unless the ground on which a team takes part reveals how far the case is, which this
        reader does not read: she knows that it takes part, and not why or since when."""
        category = REVEALED_BY_GROUND.get(Ground(involvement.ground))
        return (
            category is None
            or self.reads(category)
            or involvement.team_id in self.clearance.teams
            or self._works_with(self.teams[involvement.team_id])
        )

    @cached_property
    def knows_every_team(self) -> bool:
        """True if the involvement of no kind of team could be hidden from this reader. The answer
        does not depend on which teams take part."""
        return self.team_leads or all(
            self.reads(category)
            for revealed in (REVEALED_BY_FUNCTION, REVEALED_BY_ORGANISATION, REVEALED_UNLESS_ASKED)
            for category in revealed.values()
        )

    @cached_property
    def partners(self) -> list[Team]:
        """The teams that take part, of which this reader may know: a page names them and offers
        them as a choice."""
        return [
            team
            for pk in self.case.team_ids
            if (team := self.teams.get(pk)) and self.may_know(team)
        ]

    @cached_property
    def listed_partners(self) -> list[Team]:
        """Partners that a list or file names: no legal team of another organisation, also to a
        reader who leads the case (R18)."""
        own = {seat.organisation for seat in self.clearance.seats}
        return [
            team
            for team in self.partners
            if team.organisation_id in own or team.function != TeamFunction.LEGAL
        ]

    def named(self, teams: Iterable[int]) -> list[Team]:
        """Those of these teams of which this reader may know."""
        return [team for pk in teams if (team := self.teams.get(pk)) and self.may_know(team)]

    def label(self, team: int) -> str:
        """Name of a team as the source of a record. If the reader may not know of the team, it is
        the name of its organisation, provided that another team of that organisation is known to
        take part, and "another partner" otherwise."""
        source = self.teams.get(team)
        if source is None:
            return gettext("another partner")
        if self.may_know(source):
            return source.label
        known = any(partner.organisation_id == source.organisation_id for partner in self.partners)
        return source.organisation.name if known else gettext("another partner")

    def known_workers(self, users: Iterable[int]) -> set[int]:
        """Those of these users who work, or worked, for a team of which this reader may know. Only
        they are named."""
        known = {team.pk for team in self.partners} | self.clearance.teams
        return set(
            Membership.objects.filter(team__in=known, user__in=set(users)).values_list(
                "user_id", flat=True
            )
        )

    def hidden_workers(self, works_for: dict[int, set[int]]) -> set[int]:
        """Ids of workers whose actions in this case are not shown to this reader: those who work,
        or worked, for a team of this pilot of which the reader may not know, and for no team that
        takes part and may be known. Workers of other pilots are named."""
        here = [team for team in self.teams.values() if team.pilot_id == self.case.pilot_id]
        hidden = {team.pk for team in here if not self.may_know(team)}
        known = {team.pk for team in self.partners}
        return {
            user for user, theirs in works_for.items() if theirs & hidden and not theirs & known
        }


def find_case(request: ClearanceRequest, reference: UUID, *related: str) -> CaseReader:
    """The worker of this request before this case. Raises Http404 if she does not see it.

    related: what else of the case is read in the same statement.
    """
    cases = Case.objects.select_related("pilot", "person", "progress", *related)
    return CaseReader(request.clearance, get_object_or_404(cases, reference=reference))


def teams_of_workers(teams: Iterable[int]) -> dict[int, set[int]]:
    """For each user who works, or worked, for some of these teams: the keys of those teams."""
    result: dict[int, set[int]] = {}
    for user, team in Membership.objects.filter(team__in=teams).values_list("user_id", "team_id"):
        result.setdefault(user, set()).add(team)
    return result
