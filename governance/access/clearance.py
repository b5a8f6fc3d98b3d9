"""What one worker may see and do today, as access_enter() found it in the database. Nothing is
worked out again here.

Called clearance because a *mandaat* is something legal in this subject.
"""

import json
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from django.db import connection, transaction

from governance.access.enums import Category
from partners.accountability.trace import Trace, current_trace, tracing
from partners.organisations.enums import OVERSIGHT_ROLES, Role

if TYPE_CHECKING:
    from partners.accounts.models import User


class HasTeams(Protocol):
    """A case, or whatever carries the teams involved in one."""

    @property
    def pk(self) -> Any: ...
    @property
    def team_ids(self) -> Sequence[int]: ...
    @property
    def read_only_from(self) -> date | None: ...


@dataclass(frozen=True)
class Seat:
    """One team this worker works for, with what its convenants grant it today."""

    team: int
    organisation: int
    pilot: int
    roles: frozenset[Role]
    reads: frozenset[str]
    writes: frozenset[str]
    attends: frozenset[str] = frozenset()  # what it reads only where it was asked to be there


@dataclass(frozen=True)
class Grant:
    """A personal grant in force: one case, some categories, until a day."""

    case: int
    person: int
    pilot: int
    categories: frozenset[str]
    kind: str
    until: date


@dataclass(frozen=True)
class Clearance:
    user: "User"
    seats: tuple[Seat, ...]
    grants: tuple[Grant, ...] = ()
    coordinated: frozenset[int] = frozenset()  # pilots of which I am the municipality's coordinator
    keeps: frozenset[int] = (
        frozenset()
    )  # pilots of which a team of mine keeps dossiers after the facility ended
    organisation: int | None = None  # for which I work, whether or not an agreement gives me access
    offices: tuple[
        tuple[Role, int], ...
    ] = ()  # analyst, administrator, privacy officer: role and organisation
    teams: frozenset[int] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "teams", frozenset(seat.team for seat in self.seats))

    @property
    def user_id(self) -> int:
        return self.user.pk

    def is_involved(self, team_ids: Sequence[int], reading: Category | None = None) -> bool:
        """True if one of my teams is among these teams and, if `reading` is given, reads that
        category."""
        return any(
            seat.team in team_ids and (reading is None or reading in seat.reads)
            for seat in self.seats
        )

    def granted(self, model: str) -> frozenset[int]:
        return frozenset(grant.person if model == "person" else grant.case for grant in self.grants)

    def _seats_in(self, case: HasTeams) -> Iterator[Seat]:
        return (seat for seat in self.seats if seat.team in case.team_ids)

    def has_role(self, role: Role, case: HasTeams) -> bool:
        """I hold this role in a team of mine that is involved in this case."""
        return any(role in seat.roles for seat in self._seats_in(case))

    def coordinates(self, pilot_id: int) -> bool:
        return pilot_id in self.coordinated

    def reads(self, case: HasTeams, category: Category) -> bool:
        return any(category in seat.reads for seat in self._seats_in(case)) or any(
            grant.case == case.pk and category in grant.categories for grant in self.grants
        )

    def seats_writing(self, case: HasTeams, *categories: Category) -> list[Seat]:
        """My seats in this case that write one of these categories; in a dossier that was handed
        over none does."""
        if case.read_only_from is not None:
            return []
        return [seat for seat in self._seats_in(case) if not seat.writes.isdisjoint(categories)]

    def writes(self, case: HasTeams, category: Category) -> bool:
        return bool(self.seats_writing(case, category))

    def author_team(self, case: HasTeams, category: Category = Category.IDENTITY) -> int | None:
        """Id of my team in whose name I write in this case; the first that may write, nobody
        chooses it. None if there is none."""
        return next((seat.team for seat in self.seats_writing(case, category)), None)

    def holds(self, role: Role) -> bool:
        return any(held == role for held, _ in self.offices) or any(
            role in seat.roles for seat in self.seats
        )

    def organisations_as(self, *roles: Role) -> frozenset[int]:
        return frozenset(organisation for held, organisation in self.offices if held in roles)

    @property
    def administers(self) -> bool:
        return bool(self.organisations_as(Role.FUNCTIONAL_ADMIN))

    @property
    def sees_cases(self) -> bool:
        return any("identity" in seat.reads for seat in self.seats) or bool(self.grants)

    @property
    def oversees(self) -> bool:
        """True for who looks after the personal data of an organisation."""
        return any(self.holds(role) for role in OVERSIGHT_ROLES)

    @property
    def reads_log(self) -> bool:
        """True for who may see who looked: in cases, or in what an organisation did."""
        return self.oversees or self.sees_cases

    @property
    def confers(self) -> bool:
        return any(
            Category.CONFERENCE in seat.reads | seat.writes | seat.attends for seat in self.seats
        )

    @property
    def role_names(self) -> str:
        """For the audit log: in which roles this worker is at work."""
        held = {role.value for seat in self.seats for role in seat.roles} | {
            role.value for role, _ in self.offices
        }
        return ",".join(sorted(held))

    def cases_by_organisation(self, cases: Mapping[UUID, Set[int]]) -> dict[int | None, list[UUID]]:
        """Cases that this worker touched, by the organisation for which the worker touched them:
        the privacy officer of one organisation has nothing to do with the cases of another. A case
        of no own team counts for the main organisation."""
        main = next((seat.organisation for seat in self.seats), self.organisation)
        result: dict[int | None, list[UUID]] = {}
        for case, teams in cases.items():
            touched: set[int | None] = {
                seat.organisation for seat in self.seats if seat.team in teams
            }
            for organisation in touched or {main}:
                result.setdefault(organisation, []).append(case)
        return result or {main: []}


class NoScope(Exception):
    """The database knows no such user, or another user's scope is still entered."""


_current: ContextVar[Clearance | None] = ContextVar("clearance", default=None)


def current_clearance() -> Clearance | None:
    return _current.get()


def apply_due() -> None:
    """Carry out the beginnings and endings whose day has come, in a short transaction of its
    own."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT access_apply_due()")


def enter(user: "User") -> Clearance:
    """Enter this user's scope in the running transaction and return it as a clearance."""
    if not connection.in_atomic_block:
        raise NoScope("A scope lives in a transaction: open one first.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT access_enter(%s)", [user.pk])
        (answer,) = cursor.fetchone()
    scope = json.loads(answer) if isinstance(answer, str) else answer
    return Clearance(
        user=user,
        seats=tuple(
            Seat(
                team=seat["team"],
                organisation=seat["organisation"],
                pilot=seat["pilot"],
                roles=frozenset(Role(role) for role in seat["roles"]),
                reads=frozenset(seat["reads"]),
                writes=frozenset(seat["writes"]),
                attends=frozenset(seat["attends"]),
            )
            for seat in scope["seats"]
        ),
        grants=tuple(
            Grant(
                case=grant["case"],
                person=grant["person"],
                pilot=grant["pilot"],
                categories=frozenset(grant["categories"]),
                kind=grant["kind"],
                until=date.fromisoformat(grant["until"]),
            )
            for grant in scope["grants"]
        ),
        coordinated=frozenset(scope["coordinates"]),
        keeps=frozenset(scope["keeps"]),
        organisation=scope["organisation"],
        offices=tuple(
            (Role(office["role"]), office["organisation"]) for office in scope["offices"]
        ),
    )


@contextmanager
def entered(user: "User") -> Iterator[Clearance]:
    """The scope of this user, active for both walls, in the running transaction."""
    clearance = enter(user)
    token = _current.set(clearance)
    try:
        yield clearance
    finally:
        _current.reset(token)


@contextmanager
def acting_as(user: "User") -> Iterator[Clearance]:
    """Work as this user in a shell, a command, a job or a test: `with acting_as(user) as
    clearance:`.

    Takes on the rights of the web for the time of the block, whichever role is connected, and
    leaves nothing behind.
    """
    apply_due()
    trace = current_trace()
    with (
        tracing(Trace(actor=user, trace_id=trace.trace_id) if trace else Trace(actor=user)),
        transaction.atomic(),
    ):
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            before = cursor.fetchone()[0]
            if before != "lvv_app":
                cursor.execute("SET LOCAL ROLE lvv_app")
        with entered(user) as clearance:
            yield clearance
        if not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute("SELECT access_leave()")
                if before != "lvv_app":
                    cursor.execute("SELECT set_config('role', %s, true)", [before])
