"""T1: a person is registered and her case opens. Looks the same to the worker whatever others
know (R1)."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from casework.cases.enums import ADMITTED_STATES, CaseState, Ground
from casework.cases.involvements import departure_team
from casework.cases.models import Case, Involvement
from casework.cases.progress import at, begin, step_to
from casework.records.models import Record
from casework.register.doubles import remember_others
from casework.register.enums import BRIEFING_VERSION, INVERSE, RelationKind, ValueKind
from casework.register.matching import Identity
from casework.register.models import Briefing, IdentityValue, Person, Relation
from casework.shelter.enums import StayGround
from casework.shelter.models import Stay
from governance.access.clearance import Clearance
from lvv.common.database import call
from partners.accountability.history import insert, written_in_bulk
from partners.accountability.trace import current_trace
from partners.organisations.enums import OrganisationKind, TeamFunction
from partners.organisations.models import Team


class HasOpenCase(Exception):
    """This person has an open case in the worker's sight, so a second one may not begin."""

    def __init__(self, case: Case) -> None:
        super().__init__(case.reference)
        self.case = case


@dataclass
class Claim:
    """What is known at the desk, or stands in a list that is taken over."""

    names: list[str]
    referrer: str = ""
    birth_date: str = ""
    nationalities: list[str] = field(default_factory=list)
    v_number: str = ""
    told_on: date | None = None
    language: str = ""
    interpreter: bool = False
    guardian: str = ""  # of a minor who comes without a registered adult
    sheltered_since: date | None = None
    # sheltered before anything else is known: doubles are still to be judged
    in_emergency: bool = False
    state: CaseState = CaseState.REGISTERED  # later only of a running case that is taken over (T18)
    state_since: date | None = None
    admitted_on: date | None = None
    guidance_from: date | None = None
    referred_on: date | None = None
    registered_on: date | None = None  # of a list that is taken over
    others: list[int] = field(
        default_factory=list
    )  # cases of people alike who were judged to be somebody else

    def facts(self) -> Identity:
        """The claim in the form that matching compares. An unknown nationality is left out, because
        it says nothing."""
        known = [code for code in self.nationalities if code != "0000"]
        births, numbers = ([text] if text else [] for text in (self.birth_date, self.v_number))
        return Identity(
            names=self.names, birth_dates=births, nationalities=known, v_numbers=numbers
        )

    def came_on(self) -> date | None:
        """The day of the referral, as far as it is known: on which she was sheltered, if that was
        before anything else."""
        known = (self.referred_on or self.registered_on, self.in_emergency and self.sheltered_since)
        return min((day for day in known if day), default=None)

    def since(self) -> date | None:
        """The day since which the person is in this state, as far as the list says; None
        otherwise."""
        days = {CaseState.ADMITTED: self.admitted_on, CaseState.IN_GUIDANCE: self.guidance_from}
        return self.state_since or days.get(self.state)

    def assumed(self, referred_on: date) -> date:
        """The day since which the person is in this state where the list does not say: the last
        that it does say, that of the admission or of the referral."""
        return max(filter(None, (referred_on, self.admitted_on)))

    def values(self) -> list[tuple[ValueKind, str]]:
        single = [(ValueKind.BIRTH_DATE, self.birth_date), (ValueKind.V_NUMBER, self.v_number)]
        several = [
            (ValueKind.ALIAS if n else ValueKind.NAME, name) for n, name in enumerate(self.names)
        ]
        several += [(ValueKind.NATIONALITY, code) for code in self.nationalities]
        return [(kind, value) for kind, value in several + single if value]


@transaction.atomic
def register(claim: Claim, *, by: Clearance, team: Team, person: Person | None = None) -> Case:
    """Register somebody and open her case; `person` when she is somebody this worker already
    sees."""
    if person is not None:
        same = person.same_as or person.pk
        call("lock_person", same)  # two workers choosing the same person
        if case := Case.objects.open().filter(person__same_as=same).first():
            raise HasOpenCase(case)
    return register_many([(claim, person)], by=by, team=team)[0]


@transaction.atomic
def register_many(
    entries: list[tuple[Claim, Person | None]], *, by: Clearance, team: Team
) -> list[Case]:
    """Open one case for each entry, and make a new person for an entry without one. Takes as many
    statements for one entry as for all."""
    lead, today = leading_team(team), timezone.localdate()
    # Night staff register for the team that leads, where somebody takes the case over: a name would
    # tell of the place.
    manager = None if team.function == TeamFunction.SHELTER and lead != team else by.user
    with connection.cursor() as cursor:  # before any row, in the order of sql/locks.sql
        if any(claim.others for claim, _person in entries):
            cursor.execute("SELECT lock_links()")
        # numbers in order, so that two lists with the same ones do not wait for each other
        cursor.execute(
            "SELECT lock_v_number(n) FROM unnest(%s::text[]) n",
            [sorted({claim.v_number for claim, _person in entries if claim.v_number})],
        )
    new = iter(
        written_in_bulk(
            [Person(team_ids=[team.pk]) for _claim, person in entries if person is None]
        )
    )
    numbers = Case.objects.next_numbers(len(entries))
    cases = written_in_bulk(
        [
            Case(
                number=number,
                person=person or next(new),
                pilot=team.pilot,
                lead_team=lead,
                case_manager=manager,
                referrer=claim.referrer,
                team_ids=[team.pk],
                doubles_judged_on=None if claim.in_emergency else today,
                referred_on=claim.came_on() or today,
                registered_on=claim.registered_on or today,
            )
            for (claim, person), number in zip(entries, numbers, strict=True)
        ]
    )
    pairs = list(zip((claim for claim, _person in entries), cases, strict=True))
    _begin(pairs, by)
    municipal = team.organisation.kind == OrganisationKind.MUNICIPALITY
    ground = Ground.MUNICIPALITY if municipal else Ground.REGISTERED
    involvements = [
        Involvement(case=case, team=team, worker=by.user, ground=ground) for case in cases
    ]
    if lead != team:
        involvements += [
            Involvement(case=case, team=lead, ground=Ground.MUNICIPALITY) for case in cases
        ]
    departure = departure_team(team.pilot_id)
    if departure:  # R7
        involvements += [
            Involvement(case=case, team=departure, ground=Ground.MADE_KNOWN)
            for claim, case in pairs
            if claim.sheltered_since or claim.state in ADMITTED_STATES
        ]
    written_in_bulk(involvements)

    def written(model: type[Record], case: Case, **fields: Any) -> Any:
        record = model(case=case, author_team=team, author=by.user, **fields)
        if isinstance(record, IdentityValue):
            record.make_findable()
        return record

    written_in_bulk(
        [
            written(
                Stay,
                case,
                since=claim.sheltered_since,
                ground=(
                    StayGround.EMERGENCY
                    if claim.in_emergency
                    else StayGround.ADMITTED
                    if claim.state in ADMITTED_STATES
                    else StayGround.BEFORE_DECISION  # R4
                ),
            )
            for claim, case in pairs
            if claim.sheltered_since
        ]
    )
    written_in_bulk(
        [
            written(IdentityValue, case, kind=kind, value=value)
            for claim, case in pairs
            for kind, value in claim.values()
        ]
    )
    written_in_bulk(
        [
            written(
                Briefing,
                case,
                text_version=BRIEFING_VERSION,
                language=claim.language,
                interpreter=claim.interpreter,
                told_on=claim.told_on,
            )
            for claim, case in pairs
            if claim.told_on
        ]
    )
    written_in_bulk(
        [
            written(
                Relation,
                case,
                kind=RelationKind.GUARDIAN,
                other_name=claim.guardian,
                is_responsible=True,
            )
            for claim, case in pairs
            if claim.guardian
        ]
    )
    # Asked whether or not there is a number, and answered to nobody: only the two coordinators hear
    # of a clash.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT register_clashes(c) FROM unnest(%s::bigint[]) c", [[case.pk for case in cases]]
        )
    remember_others([(case.person_id, other) for claim, case in pairs for other in claim.others])
    if trace := current_trace():
        for case in cases:
            case.note_touched(trace)
    return cases


def _begin(pairs: list[tuple[Claim, Case]], by: Clearance) -> None:
    """Write how far these new cases are. Of one that is taken over, R4: the days that are known,
    that of the admission before that of the state it is in."""
    rows, steps = [], []
    for claim, case in pairs:
        since = claim.since() or claim.assumed(case.referred_on)
        case.progress = row = at(case, claim.state, since)
        rows.append(row)
        if claim.state == CaseState.REGISTERED or claim.came_on():
            first = at(case, CaseState.REGISTERED, case.referred_on)
            steps.append(step_to(first, "T1", by.user, case.referred_on))
        if claim.state == CaseState.REGISTERED:
            continue
        if claim.admitted_on and claim.state == CaseState.IN_GUIDANCE:
            admitted = at(case, CaseState.ADMITTED, claim.admitted_on)
            steps.append(step_to(admitted, "T18", by.user, claim.admitted_on))
        steps.append(step_to(row, "T18", by.user, claim.since()))
    begin(rows)
    insert(steps)


def leading_team(team: Team) -> Team:
    """The municipality leads from the start, whoever registers; an NGO leads where the
    municipality has no team."""
    if team.organisation.kind == OrganisationKind.MUNICIPALITY:
        return team
    municipal = Team.objects.filter(
        pilot=team.pilot, organisation=team.pilot.municipality, function=TeamFunction.GENERAL
    ).first()
    return municipal or team


def first_partners(team: Team, *, sheltered: bool = False) -> list[Team]:
    """Teams that take part from registration on: the registering team, the leading team, and DT&V
    if the person has a place (`sheltered`)."""
    departure = departure_team(team.pilot_id) if sheltered else None
    return list(dict.fromkeys(result for result in (team, leading_team(team), departure) if result))


@dataclass
class Member:
    """One of a household, as she was registered together with the others."""

    claim: Claim
    relation: RelationKind | None = None  # to the first one, who has none
    responsible: int | None = None  # of a minor: which of the others, by position


@transaction.atomic
def register_together(members: list[Member], *, by: Clearance, team: Team) -> list[Case]:
    """A household: one person and one case each, and how they belong together (both ways)."""
    cases = register_many([(member.claim, None) for member in members], by=by, team=team)
    for number, (member, case) in enumerate(zip(members, cases, strict=True)):
        if member.relation is not None:
            _relate(
                cases[0],
                case,
                member.relation,
                by,
                team,
                responsible=members[0].responsible == number,
            )
            _relate(
                case,
                cases[0],
                INVERSE[member.relation],
                by,
                team,
                responsible=member.responsible == 0,
            )
        if member.responsible not in (None, 0) and number:
            _relate(case, cases[member.responsible], RelationKind.OTHER, by, team, responsible=True)
    return cases


def _relate(
    case: Case, other: Case, kind: RelationKind, by: Clearance, team: Team, *, responsible: bool
) -> None:
    Relation.objects.create(
        case=case,
        author_team=team,
        author=by.user,
        kind=kind,
        other=other.person,
        is_responsible=responsible,
    )
