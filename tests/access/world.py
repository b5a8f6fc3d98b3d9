"""Rule R21 once more, in slow and plain Python, and random worlds in which to compare it with the
database.

Nothing here looks at the database's own definition: it works on the facts as they were drawn.
"""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

CATEGORIES = (
    "identity",
    "contact_shelter",
    "guidance",
    "departure",
    "medical_limitation",
    "medical_content",
    "legal_aid",
    "procedures",
    "public_order",
    "outcome",
    "conference",
    "shelter_address",
)
CONFIDENTIAL = ("medical_content", "legal_aid")  # R17, R18
# Every table of records, with the categories its rows may have.
TABLES = {
    "note": CATEGORIES, "contact": ("guidance", "departure", "legal_aid"),
    "signal": ("medical_limitation", "contact_shelter", "identity", "public_order"), "correctionrequest": CATEGORIES,
    "identityvalue": ("identity",), "identitydocument": ("identity",), "relation": ("identity",),
    "briefing": ("identity",), "identityresearch": ("identity",), "stay": ("contact_shelter",),
    "allowance": ("contact_shelter",), "procedure": ("procedures",), "procedurestep": ("procedures",),
    "residencetitle": ("procedures",), "departureplan": ("departure",), "traveldocument": ("departure",),
    "traveldocumentstep": ("departure",), "mediation": ("departure",), "returnsupport": ("departure",),
    "supervision": ("public_order",), "legalaid": ("legal_aid",), "medicallimitation": ("medical_limitation",),
    "medicalrecord": ("medical_content",), "receptionhandover": ("outcome",), "intakereport": ("guidance",), "goal": ("guidance",),
    "reachability": ("guidance",),
    "absence": ("contact_shelter",), "exit": ("outcome",), "confirmation": ("outcome",), "followupcheck": ("outcome",),
    "destinationreport": ("outcome",),
} | dict.fromkeys((
    "intake", "dossierrequest", "servicedossier", "agendaitem", "position", "conferencedecision", "formaldecision",
    "scenario", "action", "task", "escalation", "escalationpart",
), ("conference",))  # fmt: skip
# What may be recorded on behalf of a partner.
SUPPLIED = {
    "identityvalue",
    "identitydocument",
    "relation",
    "identityresearch",
    "procedure",
    "procedurestep",
    "residencetitle",
    "departureplan",
    "traveldocument",
    "traveldocumentstep",
    "mediation",
    "returnsupport",
    "legalaid",
    "medicallimitation",
    "medicalrecord",
    "servicedossier",
    "position",
    "escalationpart",
    "confirmation",
    "followupcheck",
    "destinationreport",
}
# What no author keeps to her team, because the next step of everybody rests on it.
JOINT = {
    "stay",
    "dossierrequest",
    "servicedossier",
    "position",
    "conferencedecision",
    "formaldecision",
    "scenario",
    "escalation",
    "escalationpart",
    "absence",
    "exit",
    "confirmation",
    "followupcheck",
    "destinationreport",
}
ADDRESSED = ("correctionrequest", "receptionhandover", "action", "task")
POLICE = 3  # the organisation that reads of a conference only the items it attends
# What the bare fact that a team takes part gives away: by its function, else by its kind of
# organisation; the departure service, unless its dossier was asked for, that there is a place.
REVEALS = {
    "shelter": "contact_shelter",
    "care": "medical_limitation",
    "legal": "legal_aid",
    "shelter_operator": "contact_shelter",
    "health_provider": "medical_limitation",
    "iom": "departure",
    "coa": "outcome",
}
# What it tells that a case is in a state, and what the ground of an involvement tells.
STATES = {
    "registered": "conference",
    "in_conference": "conference",
    "admitted": "conference",
    "not_admitted": "conference",
    "in_guidance": "guidance",
    "exited": "outcome",
    "archived": "outcome",
}
REVEALED_BY_GROUND = {
    "dossier_request": "conference",
    "cooperation": "guidance",
    "made_known": "guidance",
}
OVERSIGHT = ("privacy_officer", "data_protection_officer")
KINDS = ("ngo", "shelter_operator", "health_provider", "iom", "coa", "dtv")
GROUNDS = ("cooperation", "made_known", "dossier_request", "return_support")
DAYS = (-10, -1, 0, 1, 10)


@dataclass
class Period:
    since: int
    until: int | None

    def holds(self) -> bool:
        return self.since <= 0 and (self.until is None or self.until > 0)


@dataclass
class PilotFacts:
    state: str
    closes: int | None

    def works(self) -> bool:
        return self.state in ("open", "winding_down") and (self.closes is None or self.closes > 0)


@dataclass
class ConvenantFacts:
    pilot: int
    kind: str
    period: Period
    begun: bool
    parties: dict[int, int | None]
    cells: set[tuple[int, str, str]]  # team, verb, category

    def holds(self) -> bool:
        signed = bool(self.parties) and all(
            day is not None and day <= 0 for day in self.parties.values()
        )
        return self.begun and self.period.holds() and signed


@dataclass
class RecordFacts:
    case: int
    author: int
    category: str
    visibility: str
    shared: frozenset[int]
    table: str = "note"
    shared_until: int | None = None
    to: int = 0  # the team a correction request or hand-over asks
    # of what a step belongs to, or the item of a position or decision
    parent_visibility: str = "permitted_partners"
    other: int | None = None  # the case of the other member of the household
    source: int | None = None  # the team on whose behalf it was recorded
    parent_shared: frozenset[int] = frozenset()
    of_item: bool = False  # of a decision: taken about an item of a meeting

    @property
    def shares(self) -> bool:
        return self.shared_until is None or self.shared_until > 0


@dataclass
class World:
    pilots: list[PilotFacts]
    teams: list[tuple[int, int, str]]  # pilot, organisation, function
    memberships: list[tuple[int, int, str, Period]]  # user, team, role
    convenants: list[ConvenantFacts]
    cases: list[int]  # the lead team
    involvements: dict[tuple[int, int], Period]  # case, team
    grants: dict[tuple[int, int], tuple[frozenset[str], Period]]  # user, case
    consents: list[
        tuple[int, int, Period, int | None, int]
    ]  # case, team, period, withdrawn, the team that recorded it
    records: list[RecordFacts]
    closed_accounts: set[int]
    users: int = 3
    organisations: int = 4
    kinds: list[str] = field(default_factory=lambda: ["ngo", "ngo", "ngo", "avim"])
    grounds: dict[tuple[int, int], str] = field(default_factory=dict)  # why a team takes part
    people: list[int] = field(default_factory=list)  # case -> person
    states: list[list[str]] = field(default_factory=list)  # case -> those it went through
    offices: list[tuple[int, int, str]] = field(default_factory=list)  # user, organisation, role
    links: list[tuple[int, int]] = field(default_factory=list)  # persons who are one

    def seats(self, user: int) -> set[int]:
        return {
            team
            for who, team, _role, period in self.memberships
            if who == user
            and user not in self.closed_accounts
            and period.holds()
            and self.pilots[self.teams[team][0]].works()
        }

    def cell(self, team: int, verb: str, category: str) -> bool:
        """The police reads nothing of a conference by its cell; it attends (below)."""
        if (verb, category) == ("read", "conference") and self.teams[team][1] == POLICE:
            return False
        return self.agreed(team, verb, category)

    def attends(self, team: int) -> bool:
        return self.teams[team][1] == POLICE and self.agreed(team, "read", "conference")

    def agreed(self, team: int, verb: str, category: str) -> bool:
        pilot, organisation, _function = self.teams[team]
        return any(
            c.holds()
            and c.pilot == pilot
            and organisation in c.parties
            and (team, verb, category) in c.cells
            for c in self.convenants
        )

    def involved(self, case: int, team: int) -> bool:
        period = self.involvements.get((case, team))
        return period is not None and period.holds()

    def granted(self, user: int, case: int, category: str) -> bool:
        grant = self.grants.get((user, case))
        return (
            grant is not None
            and user not in self.closed_accounts
            and grant[1].holds()
            and category in grant[0]
            and any(
                who == user and period.holds() for who, _team, _role, period in self.memberships
            )
            and not self.never_let_in(user)
            and not any(
                who == user and period.holds() and self.involved(case, team)
                for who, team, _role, period in self.memberships
            )
            and self.pilots[self.teams[self.cases[case]][0]].works()
        )

    def never_let_in(self, user: int) -> bool:
        """The police attends as a team: nobody who works for it, today or later, is a guest."""
        return any(
            who == user
            and self.teams[team][1] == POLICE
            and (period.until is None or period.until > 0)
            for who, team, _role, period in self.memberships
        ) or any(who == user and where == POLICE for who, where, _role in self.offices)

    def has_scope(self, user: int, team: int) -> bool:
        return any(
            self.agreed(team, verb, category)
            for verb in ("read", "write")
            for category in CATEGORIES
        )

    def working(self, user: int) -> set[int]:
        return {team for team in self.seats(user) if self.has_scope(user, team)}

    def coordinates(self, user: int) -> set[int]:
        """The pilots of which she is the municipality's coordinator; organisation 0 is the
        municipality."""
        return {
            self.teams[team][0]
            for who, team, role, period in self.memberships
            if who == user
            and role == "coordinator"
            and period.holds()
            and team in self.working(user)
            and self.teams[team][1] == 0
        }

    def works_in(self, user: int, pilot: int) -> bool:
        return any(self.teams[team][0] == pilot for team in self.working(user))

    def organisations_of(self, user: int) -> set[int]:
        """Where she works today, in a team or in an office."""
        return {self.teams[team][1] for team in self.working(user)} | {
            organisation for who, organisation, _role in self.offices if who == user
        }

    def oversees(self, user: int, organisation: int) -> bool:
        """What went out of her organisation, for who looks after its personal data."""
        return any(
            who == user and where == organisation and role in OVERSIGHT
            for who, where, role in self.offices
        )

    def sees_agreement(self, user: int, pilot: int) -> bool:
        """For each organisation that works in its pilot: it may open its records."""
        here = {organisation for where, organisation, _function in self.teams if where == pilot}
        return bool(here & self.organisations_of(user))

    def sees_meeting(self, user: int, pilot: int, cases: set[int]) -> bool:
        """That a conference meets, for who reads or attends it; a guest, of a case of hers on it."""
        return any(self.granted(user, case, "conference") for case in cases) or any(
            self.teams[team][0] == pilot
            and (self.cell(team, "read", "conference") or self.attends(team))
            for team in self.seats(user)
        )

    def sees_transfer(self, user: int, case: int, to: int) -> bool:
        """What a pilot offers to another: for who guides, and for who coordinates there."""
        return self.reads_in(user, case, "guidance") or to in self.coordinates(user)

    def sees_package(self, user: int, case: int, pilot: int) -> bool:
        return pilot in self.coordinates(user) or self.sees_case(user, case)

    def reads_addresses(self, user: int) -> set[int]:
        return {team for team in self.seats(user) if self.cell(team, "read", "shelter_address")}

    def sees_question(self, user: int, case: int, team: int) -> bool:
        """For the team that asked, while it sees the case."""
        return (
            team in self.seats(user)
            and self.cell(team, "read", "identity")
            and self.sees_case(user, case)
        )

    def sees_location(self, user: int, pilot: int, team: int | None) -> bool:
        return team in self.working(user) or any(
            self.teams[mine][0] == pilot for mine in self.reads_addresses(user)
        )

    def sees_readings(self, user: int, case: int) -> bool:
        """Who read the address behind a stay, for who reads it too."""
        return self.sees_case(user, case) and any(
            self.involved(case, mine) for mine in self.reads_addresses(user)
        )

    def consented(self, case: int, team: int, author: int) -> bool:
        return any(
            which == case
            and named == team
            and period.holds()
            and (withdrawn is None or withdrawn > 0)
            and self.teams[by][1] == self.teams[author][1]
            for which, named, period, withdrawn, by in self.consents
        )

    def sees_case(self, user: int, case: int) -> bool:
        return self.granted(user, case, "identity") or any(
            self.involved(case, team) and self.cell(team, "read", "identity")
            for team in self.seats(user)
        )

    def reads_in(self, user: int, case: int, category: str) -> bool:
        return self.sees_case(user, case) and (
            self.granted(user, case, category)
            or any(
                self.involved(case, mine) and self.cell(mine, "read", category)
                for mine in self.seats(user)
            )
        )

    def known_state(self, user: int, case: int) -> str:
        """How far a case is, to somebody who sees it."""
        state = self.states[case][-1]
        if self.reads_in(user, case, STATES[state]):
            return state
        if STATES[state] == "outcome":
            return "left"
        return "admitted" if self.reads_in(user, case, "conference") else "open"

    def knows_ground(self, user: int, case: int, team: int) -> bool:
        """Of a team of which she knows that it takes part: also why and since when."""
        tells = REVEALED_BY_GROUND.get(self.grounds.get((case, team), ""))
        working = self.working(user)
        return (
            tells is None
            or self.reads_in(user, case, tells)
            or team in working
            or self.cases[case] in working
            or any(
                self.teams[mine][1] == self.teams[team][1] and self.involved(case, mine)
                for mine in working
            )
        )

    def sees_involvement(self, user: int, case: int, team: int) -> bool:
        """Of a case she sees: her own team's, and others' as far as she may know what it tells."""
        _pilot, organisation, function = self.teams[team]
        kind, ground = self.kinds[organisation], self.grounds.get((case, team))
        by_ground = (
            "contact_shelter" if kind == "dtv" and ground != "dossier_request" else "identity"
        )
        reveals = REVEALS.get(function) or REVEALS.get(kind) or by_ground
        working = self.working(user)
        return self.sees_case(user, case) and (
            reveals == "identity"
            or self.cases[case] in working
            or any(
                self.teams[mine][1] == organisation and (mine == team or self.involved(case, mine))
                for mine in working
            )
            or self.granted(user, case, reveals)
            or any(
                self.involved(case, mine) and self.cell(mine, "read", reveals)
                for mine in self.seats(user)
            )
        )

    def one_with(self, person: int) -> set[int]:
        found = {person}
        while (
            more := {b for a, b in [*self.links, *((b, a) for a, b in self.links)] if a in found}
            - found
        ):
            found |= more
        return found

    def sees_person(self, user: int, person: int) -> bool:
        """Through the registrations that are one with her; a personal grant is for one
        registration only."""
        return any(
            self.people[case] in self.one_with(person)
            and any(
                self.involved(case, team) and self.cell(team, "read", "identity")
                for team in self.seats(user)
            )
            for case in range(len(self.people))
        ) or any(
            self.granted(user, case, "identity")
            for case in range(len(self.people))
            if self.people[case] == person
        )

    def sees_record(self, user: int, record: RecordFacts) -> bool:
        seen = self.sees_plainly(user, record)
        if record.table.endswith("step"):
            return seen and self.sees_plainly(
                user, replace(record, visibility=record.parent_visibility)
            )
        if record.table == "relation" and record.other is not None:
            return seen and self.sees_person(user, self.people[record.other])
        if record.table in ADDRESSED:
            asked = record.to in self.seats(user) and self.involved(record.case, record.to)
            return seen or (
                asked
                and any(self.agreed(record.to, verb, record.category) for verb in ("read", "write"))
            )
        if record.table == "consent":  # also for the team that it names
            return seen or (
                record.to in self.working(user) and self.involved(record.case, record.to)
            )
        if record.table == "agendaitem":
            return (
                seen
                or self.attends_item(user, record)
                or self.granted(user, record.case, "conference")
            )
        if record.table == "position" or (record.table == "conferencedecision" and record.of_item):
            item = replace(
                record,
                table="agendaitem",
                visibility=record.parent_visibility,
                shared=record.parent_shared,
                source=None,
                shared_until=None,
            )
            attending = any(
                self.attends(team) and self.involved(record.case, team) for team in self.seats(user)
            )
            if record.table == "position":
                return (seen or attending) and self.sees_record(user, item)
            return seen or (attending and self.sees_record(user, item))
        return seen

    def attends_item(self, user: int, item: RecordFacts) -> bool:
        return any(
            self.attends(team) and team in item.shared and self.involved(item.case, team)
            for team in self.seats(user)
        )

    def sees_plainly(self, user: int, record: RecordFacts) -> bool:
        shares = record.shares and record.category not in CONFIDENTIAL
        if (
            shares
            and record.visibility == "permitted_partners"
            and self.granted(user, record.case, record.category)
        ):
            return True
        involved = {team for team in self.seats(user) if self.involved(record.case, team)}
        # A team of mine that is a team of mine at all must hold some cell: without agreement there
        # is no scope.
        reading = {team for team in self.seats(user) if self.cell(team, "read", record.category)}
        if involved & reading and (
            (shares and record.visibility == "permitted_partners")
            or (record.author in reading and self.involved(record.case, record.author))
            or (
                shares
                and record.visibility == "selected_partners"
                and record.shared & reading & involved
            )
        ):
            return True
        if any(
            team in involved and self.cell(team, "write", record.category)
            for team in (record.author, record.source)
            if team is not None
        ):
            return True
        if record.category == "medical_content" and record.shares:
            named = {
                team
                for team in involved
                if self.has_scope(user, team) and self.consented(record.case, team, record.author)
            }
            return bool(named) and (
                record.visibility == "permitted_partners"
                or (record.visibility == "selected_partners" and bool(record.shared & named))
            )
        return False


PERIODS = [
    Period(since, until)
    for since in DAYS
    for until in (None, *DAYS)
    if until is None or until >= since
]


def periods() -> st.SearchStrategy[Period]:
    # Half of all facts simply hold: worlds in which everything has lapsed prove little.
    return st.one_of(st.just(Period(-10, None)), st.sampled_from(PERIODS))


@st.composite
def worlds(draw: Any) -> World:
    pilots = [
        PilotFacts(
            draw(st.sampled_from(("open", "open", "winding_down", "closed", "preparing"))), None
        ),
        PilotFacts("open", draw(st.sampled_from((None, None, -1, 0, 1)))),
    ]
    if pilots[0].state == "winding_down":
        pilots[0].closes = draw(st.sampled_from((-1, 0, 1, 10)))
    teams = [
        (0, 0, "general"),
        (0, 1, "shelter"),
        (1, 0, "general"),
        (0, 2, "care"),
        (0, 1, "legal"),
        (0, 2, "legal"),
        (0, POLICE, "general"),
    ]
    index = st.integers(0, len(teams) - 1)
    memberships = draw(
        st.lists(
            st.tuples(
                st.integers(0, 2), index, st.sampled_from(("caseworker", "coordinator")), periods()
            ),
            min_size=1,
            max_size=6,
        )
    )
    convenants = []
    for pilot, kind in ((0, "convenant"), (0, "ngo_agreement"), (1, "convenant")):
        mine = [team for team, (where, _, _) in enumerate(teams) if where == pilot]
        cells = draw(
            st.sets(
                st.tuples(
                    st.sampled_from(mine),
                    st.sampled_from(("read", "write")),
                    st.sampled_from(CATEGORIES),
                ),
                max_size=32,
            )
        )
        cells |= {(team, "read", "identity") for team in mine if draw(st.booleans())}
        parties = draw(
            st.dictionaries(
                st.integers(0, 3), st.sampled_from((-5, -5, -5, -5, 0, 1, None)), max_size=4
            )
        )
        convenants.append(
            ConvenantFacts(
                pilot, kind, draw(periods()), draw(st.integers(0, 9)) > 0, parties, cells
            )
        )
    cases = [0, draw(st.sampled_from((0, 1, 3))), 2]
    people = [0, draw(st.sampled_from((0, 1))), draw(st.sampled_from((0, 2)))]
    kinds = ["municipality", draw(st.sampled_from(KINDS)), draw(st.sampled_from(KINDS)), "avim"]
    involvements, grounds = {}, {}
    for case, lead in enumerate(cases):
        for team, (pilot, _, _) in enumerate(teams):
            if pilot == teams[lead][0] and draw(st.booleans()):
                involvements[case, team] = draw(periods())
                grounds[case, team] = draw(st.sampled_from(GROUNDS))
                if grounds[case, team] == "made_known" and kinds[teams[team][1]] != "dtv":
                    grounds[case, team] = "cooperation"  # it fits no other team
    grants = {}
    for user in range(3):
        for case in range(3):
            if draw(st.integers(0, 5)) == 0:
                more = draw(
                    st.sets(st.sampled_from([c for c in CATEGORIES if c not in CONFIDENTIAL]))
                )
                period = draw(periods())
                grants[user, case] = (
                    frozenset(more | {"identity"}),
                    Period(period.since, period.until or 5),
                )
    consents = draw(
        st.lists(
            st.tuples(
                st.integers(0, 2), index, periods(), st.sampled_from((None, None, -1, 0, 1)), index
            ),
            max_size=3,
        )
    )
    consents = [
        (c, t, Period(p.since, 10 if p.until is None else p.until), w, a)
        for c, t, p, w, a in consents
    ]
    visibilities = st.sampled_from(("own_organisation", "selected_partners", "permitted_partners"))
    records = [
        RecordFacts(
            draw(st.integers(0, 2)),
            draw(index),
            draw(st.sampled_from(TABLES[table])),
            draw(visibilities),
            draw(st.frozensets(index, max_size=2)),
            table,
            draw(st.sampled_from((None, None, -1, 0, 1))),
            draw(index),
            draw(visibilities),
            draw(st.sampled_from((None, 0, 1, 2))),
            draw(st.one_of(st.none(), index)) if table in SUPPLIED else None,
            parent_shared=draw(st.frozensets(index, max_size=3)),
            of_item=draw(st.booleans()),
        )
        for table in draw(st.lists(st.sampled_from(sorted(TABLES)), min_size=1, max_size=6))
    ]
    # No stay may be hidden: the database refuses two at once, and would tell of a hidden one by it.
    records = [
        replace(row, visibility="permitted_partners", shared_until=None)
        if row.table in JOINT
        else row
        for row in records
    ]
    states = [
        draw(st.lists(st.sampled_from(sorted(STATES)), min_size=1, max_size=3)) for _ in cases
    ]
    links = draw(st.sampled_from(([], [], [(0, 1)], [(0, 2)], [(1, 2)], [(0, 1), (1, 2)])))
    closed = {2} if draw(st.integers(0, 4)) == 0 else set()
    return World(
        pilots,
        teams,
        memberships,
        convenants,
        cases,
        involvements,
        grants,
        consents,
        records,
        closed,
        kinds=kinds,
        grounds=grounds,
        people=people,
        links=links,
        states=states,
    )


def day(offset: int | None, today: date) -> date | None:
    return None if offset is None else today + timedelta(days=offset)
