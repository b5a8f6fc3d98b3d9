"""2,065 invented people and their cases, spread as the public figures of July 2022: 807 present,
1,258 left."""

import uuid
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from django.db import connection
from django.utils import timezone

from casework.cases.enums import CaseState, Ground
from casework.cases.progress import at, step_to
from casework.journey.steps import STEPS
from casework.models import (
    Briefing,
    Case,
    IdentityValue,
    Involvement,
    Note,
    Person,
    Stay,
)
from casework.records.enums import begins_with_author
from casework.register.enums import BRIEFING_VERSION, IdentityStatus, ValueKind
from casework.shelter.enums import StayGround
from governance.access.enums import Category, Visibility
from lvv.demo.accounts import Cast
from lvv.demo.dossiers import make_dossiers, make_locations
from lvv.demo.doubles import plant_doubles
from lvv.demo.journey import make_journeys
from lvv.demo.names import invent
from partners.accountability.history import insert, written_in_bulk
from partners.models import Team, User
from partners.organisations.enums import OrganisationKind, TeamFunction

K, F, S = OrganisationKind, TeamFunction, CaseState
SEED = 2065
PRESENT = {
    "Amsterdam": 290,
    "Utrecht": 180,
    "Groningen": 160,
    "Rotterdam": 92,
    "Eindhoven": 85,
}  # 807
LEFT = {
    "Amsterdam": 470,
    "Utrecht": 300,
    "Groningen": 250,
    "Rotterdam": 143,
    "Eindhoven": 95,
}  # 1,258
PRESENT_STATES = {
    S.REGISTERED: 6,
    S.INTAKE: 6,
    S.AWAITING_DOSSIERS: 8,
    S.REST_PERIOD: 4,
    S.IN_CONFERENCE: 7,
    S.ADMITTED: 7,
    S.NOT_ADMITTED: 4,
    S.IN_GUIDANCE: 58,
}
LEFT_STATES = {S.EXITED: 12, S.IN_AFTERCARE: 38, S.ARCHIVED: 50}
FULL_PATH = (
    S.REGISTERED,
    S.INTAKE,
    S.AWAITING_DOSSIERS,
    S.REST_PERIOD,
    S.IN_CONFERENCE,
    S.ADMITTED,
    S.IN_GUIDANCE,
    S.EXITED,
    S.IN_AFTERCARE,
    S.ARCHIVED,
)
DAYS_IN = {
    S.REGISTERED: 9,
    S.INTAKE: 16,
    S.AWAITING_DOSSIERS: 25,
    S.REST_PERIOD: 15,
    S.IN_CONFERENCE: 18,
    S.ADMITTED: 20,
    S.NOT_ADMITTED: 40,
    S.IN_GUIDANCE: 260,
    S.EXITED: 40,
    S.IN_AFTERCARE: 200,
    S.ARCHIVED: 200,
}
REFERRERS = (
    "Wijkteam",
    "Meldpunt ongedocumenteerden",
    "Straatdokter",
    "Advocaat",
    "Kwam zelf",
    "Ziekenhuis",
    "Kerkelijk steunpunt",
    "Politie",
    "Andere gemeente",
)
# Who manages a case of the municipality: two caseworkers, and now and then the coordinator.
MANAGERS = ("gemeente", "gemeente", "gemeente2", "gemeente2", "coordinator")
TEXTS = {
    Category.GUIDANCE: (
        "Kennisgemaakt. Wil eerst rust en een vaste plek, daarna praten over wat mogelijk is.",
        "Samen de mogelijkheden doorgenomen: terugkeer, een nieuwe procedure, of doorreizen.",
        "Afspraak gemaakt bij de ambassade. Gaat er zelf heen, met een begeleider.",
        "Niet verschenen op de afspraak. Gebeld, had zich vergist in de dag.",
        "Begint vertrouwen te krijgen. Vertelde over familie in het land van herkomst.",
        "Heeft geholpen in de keuken van de opvang. Dat doet goed.",
    ),
    Category.PROCEDURES: (
        "Navraag gedaan: de procedure loopt nog.",
        "Stukken opgevraagd bij de advocaat.",
    ),
    Category.DEPARTURE: (
        "Vertrekgesprek gehouden. Werkt mee.",
        "Vervangend reisdocument aangevraagd.",
    ),
    Category.LEGAL_AID: (
        "Dossier bestudeerd; er zijn aanknopingspunten voor een nieuwe aanvraag.",
    ),
    Category.MEDICAL_LIMITATION: (
        "Houd rekening met een beperking: liever gesprekken in de ochtend.",
    ),
    Category.MEDICAL_CONTENT: ("Afspraak bij de huisarts begeleid; vervolg over zes weken.",),
    Category.PUBLIC_ORDER: ("Melding van geluidsoverlast; gesprek gevoerd, afspraken gemaakt.",),
    Category.CONTACT_SHELTER: ("Verhuisd naar een andere kamer binnen de opvang.",),
}
LANGUAGES = {
    "0084": "ti",
    "0114": "am",
    "0149": "so",
    "0300": "prs",
    "0314": "ar",
    "0315": "fa",
    "0336": "ar",
    "0131": "ar",
    "0100": "ar",
    "0119": "fr",
    "0307": "zh",
    "0339": "tr",
    "0041": "ru",
    "0040": "hy",
}


@dataclass
class Life:
    """One invented case: when it was in which state."""

    place: str
    nationality: str
    names: list[str]
    path: list[tuple[CaseState, date]]
    born: date | None = None  # of members of a household, whose ages fit together

    @property
    def state(self) -> CaseState:
        return self.path[-1][0]

    @property
    def begun(self) -> date:
        return self.path[0][1]

    def since(self, *states: CaseState) -> date | None:
        return next((day for state, day in self.path if state in states), None)


def make_cases(cast: Cast) -> int:
    rng = Random(SEED)  # noqa: S311 - the same people every time
    lives = [
        _life(rng, place, states)
        for counts, states in ((PRESENT, PRESENT_STATES), (LEFT, LEFT_STATES))
        for place, number in counts.items()
        for _ in range(number)
    ]
    lives.sort(key=lambda life: (life.begun, life.place))
    people = written_in_bulk([Person(reference=_uuid(rng)) for _ in lives])
    cases = _cases(rng, cast, lives, people)
    _involvements(rng, cast, lives, cases, _stays(rng, cast, lives, cases))
    make_dossiers(Random(SEED + 1), cast, lives, cases)  # noqa: S311 - the same every time
    _values(rng, cast, lives, cases)
    _notes(rng, cast, lives, cases)
    make_journeys(Random(SEED + 2), cast, lives, cases)  # noqa: S311 - the same every time
    doubles = plant_doubles(cast)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return len(cases) + doubles


def _uuid(rng: Random) -> uuid.UUID:
    return uuid.UUID(int=rng.getrandbits(128), version=4)


def _life(rng: Random, place: str, states: dict[CaseState, int]) -> Life:
    end = rng.choices(list(states), list(states.values()))[0]
    path = (
        list(FULL_PATH[: FULL_PATH.index(end) + 1]) if end in FULL_PATH else [*FULL_PATH[:5], end]
    )
    if end == S.ARCHIVED and rng.random() < 0.5:
        path.remove(S.IN_AFTERCARE)
    day = timezone.localdate() - timedelta(days=rng.randint(0, DAYS_IN[end]))
    dated = []
    for state in reversed(path):
        dated.append((state, day))
        before = path[path.index(state) - 1]
        # The rest period takes fourteen days, whoever is in it.
        days = (
            14 + rng.randint(0, 9)
            if before == S.REST_PERIOD
            else rng.randint(DAYS_IN[before] // 3, DAYS_IN[before])
        )
        day -= timedelta(days=days)
    code, names = invent(rng)
    return Life(place, code, names, dated[::-1])


def _moment(rng: Random, day: date) -> datetime:
    at = timezone.make_aware(datetime.combine(day, time(rng.randint(8, 16), rng.randint(0, 59))))
    return min(at, timezone.now())


def _cases(rng: Random, cast: Cast, lives: list[Life], people: list[Person]) -> list[Case]:
    numbers = _numbers(lives)
    cases = []
    for life, person, number in zip(lives, people, numbers, strict=True):
        manager = cast.workers[rng.choice(MANAGERS), life.place]
        cases.append(
            Case(
                reference=_uuid(rng),
                number=number,
                person=person,
                pilot=cast.pilots[life.place],
                lead_team=cast.teams[life.place, K.MUNICIPALITY, F.GENERAL],
                case_manager=manager,
                referred_on=life.begun,
                registered_on=life.begun,
                left_on=life.since(*LEFT_STATES),
                referrer=rng.choice(REFERRERS),
                doubles_judged_on=life.begun,
            )
        )
    # The newest registrations of each pilot: some came at night.
    for place in cast.pilots:
        recent = [
            case
            for life, case in zip(lives, cases, strict=True)
            if life.place == place and life.state == S.REGISTERED
        ]
        for case in recent[-2:]:
            case.doubles_judged_on = None
    insert(cases)
    _travels(rng, lives, cases)
    return cases


def _travels(rng: Random, lives: list[Life], cases: list[Case]) -> None:
    """How far each case is, and how it came there: at the moment of each step a row of history."""
    insert([at(case, *life.path[-1]) for life, case in zip(lives, cases, strict=True)])
    of_case, of_progress, steps = [], [], []
    for life, case in zip(lives, cases, strict=True):
        before = None
        for state, day in life.path:
            then, who = _moment(rng, day), case.case_manager
            row = at(case, state, day)
            row.pk = case.progress.pk
            of_progress.append(_history(row, then, who, "~" if before else "+"))
            if before is None or state == S.EXITED or (state == S.ARCHIVED and day == case.left_on):
                left_on: date | None = case.left_on if before else None
                of_case.append(_history(case, then, who, "~" if before else "+", left_on=left_on))
            step = step_to(row, _step(before, state), who, day)
            step.recorded_at = then
            steps.append(step)
            before = state
    insert(of_case)
    insert(of_progress)
    insert(steps)


def _history(row: Any, then: datetime, who: User | None, kind: str, **values: Any) -> Any:
    history = type(row).history.model
    fields = {field.attname: getattr(row, field.attname) for field in history.tracked_fields}
    return history(**fields | values, history_date=then, history_type=kind, history_user=who)


def _step(before: CaseState | None, state: CaseState) -> str:
    """Number of the step that led from the state before to this one."""
    if before is None:
        return "T1" if state == S.REGISTERED else "T18"
    return next(s.number for s in STEPS.values() if s.target == state and before in s.sources)


def _numbers(lives: list[Life]) -> list[str]:
    years = Counter(life.begun.year for life in lives)
    given = {year: iter(Case.objects.next_numbers(most, year)) for year, most in years.items()}
    return [next(given[life.begun.year]) for life in lives]


def _stays(rng: Random, cast: Cast, lives: list[Life], cases: list[Case]) -> set[int]:
    """Where somebody stays: from the emergency, or from the admission until she left. Returns
    whose stay is admitted."""
    stays = []
    locations = make_locations(rng, cast)
    for life, case in zip(lives, cases, strict=True):
        emergency = case.doubles_judged_on is None
        begun = life.begun if emergency else life.since(S.ADMITTED)
        if begun is None or not (emergency or rng.random() < 0.7):
            continue
        location = rng.choice(locations[life.place])
        stays.append(
            Stay(
                reference=_uuid(rng),
                case=case,
                author_team=cast.teams[life.place, K.MUNICIPALITY, F.GENERAL],
                author=case.case_manager,
                ground=StayGround.EMERGENCY if emergency else StayGround.ADMITTED,
                since=begun,
                until=life.since(S.EXITED),
                location=location,
                kind=location.kind,
                recorded_at=_moment(rng, begun),
            )
        )
    written_in_bulk(stays)
    return {stay.case_id for stay in stays if stay.ground == StayGround.ADMITTED}


def _involvements(
    rng: Random, cast: Cast, lives: list[Life], cases: list[Case], sheltered: set[int]
) -> None:
    result = []
    for life, case in zip(lives, cases, strict=True):
        archived = life.since(S.ARCHIVED)

        def add(  # called before the next case
            kind: str,
            function: str,
            since: date | None,
            ground: Ground,
            worker: User | None = None,
            case: Case = case,
            place: str = life.place,
            archived: date | None = archived,
        ) -> None:
            if since is not None:
                lead = kind == K.MUNICIPALITY
                result.append(
                    Involvement(
                        case=case,
                        team=cast.teams[place, kind, function],
                        since=since,
                        ground=ground,
                        until=None if lead else archived,
                        worker=worker,
                    )
                )

        workers, place = cast.workers, life.place
        dossiers = life.since(S.AWAITING_DOSSIERS)
        add(K.MUNICIPALITY, F.GENERAL, life.begun, Ground.MUNICIPALITY, case.case_manager)
        if rng.random() < 0.85:
            add(K.NGO, F.GENERAL, life.begun, Ground.COOPERATION, workers["ngo", place])
        emergency = case.doubles_judged_on is None
        first, ground = (
            (life.begun, Ground.MADE_KNOWN) if emergency else (dossiers, Ground.DOSSIER_REQUEST)
        )
        supervised = len(result) % 12 == 0  # by somebody with a caseload over all pilots
        add(
            K.DTV,
            F.GENERAL,
            first,
            ground,
            workers["dtv-landelijk" if supervised else "dtv", place],
        )
        add(K.IND, F.GENERAL, dossiers, Ground.DOSSIER_REQUEST, workers["ind", place])
        if rng.random() < 0.3:
            add(
                K.AVIM,
                F.GENERAL,
                life.since(S.IN_CONFERENCE),
                Ground.IDENTITY_RESEARCH,
                workers["avim", place],
            )
        if case.pk in sheltered:
            add(K.NGO, F.SHELTER, life.since(S.ADMITTED), Ground.STAY, workers["opvang", place])
        if rng.random() < 0.35:
            add(
                K.NGO,
                F.LEGAL,
                life.since(S.IN_GUIDANCE),
                Ground.LEGAL_AID,
                workers["ngo-juridisch", place],
            )
        if rng.random() < 0.3:
            add(K.NGO, F.CARE, life.since(S.IN_GUIDANCE), Ground.CARE, workers["ngo-zorg", place])
        if rng.random() < 0.08:
            add(
                K.IOM,
                F.GENERAL,
                life.since(S.IN_GUIDANCE),
                Ground.RETURN_SUPPORT,
                workers["iom-landelijk", place],
            )
        if rng.random() < 0.05:
            add(
                K.COA,
                F.GENERAL,
                life.since(S.EXITED),
                Ground.HAND_OVER,
                workers["coa-landelijk", place],
            )
    written_in_bulk(result)


def _values(rng: Random, cast: Cast, lives: list[Life], cases: list[Case]) -> None:
    values, briefings = [], []
    used: set[str] = set()

    def add(
        case: Case, team: Team, kind: ValueKind, value: str, status: str, day: date, author: User
    ) -> None:
        values.append(
            IdentityValue(
                reference=_uuid(rng),
                case=case,
                author_team=team,
                author=author,
                kind=kind,
                value=value,
                status=status,
                said_on=day,
                estimated=kind == ValueKind.BIRTH_DATE and len(value) < 10,
                recorded_at=_moment(rng, day),
            )
        )

    for life, case in zip(lives, cases, strict=True):
        team, author = cast.teams[life.place, K.MUNICIPALITY, F.GENERAL], case.case_manager
        assert author is not None
        for position, name in enumerate(life.names):
            kind = ValueKind.ALIAS if position else ValueKind.NAME
            add(case, team, kind, name, IdentityStatus.CLAIMED, life.begun, author)
        if case.doubles_judged_on is None:
            continue  # an emergency: the rest is not known yet
        drawn = date(rng.randint(1955, 2004), rng.randint(1, 12), rng.randint(1, 28))
        born = life.born or drawn
        exact = rng.random()
        visible = (
            f"{born.year}" if exact < 0.15 else f"{born:%Y-%m}" if exact < 0.2 else born.isoformat()
        )
        if exact < 0.97:
            add(
                case,
                team,
                ValueKind.BIRTH_DATE,
                visible,
                IdentityStatus.CLAIMED,
                life.begun,
                author,
            )
        add(
            case,
            team,
            ValueKind.NATIONALITY,
            life.nationality,
            IdentityStatus.CLAIMED,
            life.begun,
            author,
        )
        if rng.random() < 0.82:  # the others are unknown to the immigration service
            number = f"{rng.randint(2000000000, 2999999999)}"
            if number not in used:
                used.add(number)
                add(
                    case,
                    team,
                    ValueKind.V_NUMBER,
                    number,
                    IdentityStatus.CLAIMED,
                    life.begun,
                    author,
                )
        if (day := life.since(S.IN_CONFERENCE)) and rng.random() < 0.2:
            police = cast.teams[life.place, K.AVIM, F.GENERAL]
            if rng.random() < 0.5:
                add(
                    case,
                    police,
                    ValueKind.NATIONALITY,
                    life.nationality,
                    IdentityStatus.ESTABLISHED,
                    day,
                    cast.workers["avim", life.place],
                )
            else:
                add(
                    case,
                    police,
                    ValueKind.NAME,
                    life.names[0],
                    IdentityStatus.ESTABLISHED,
                    day,
                    cast.workers["avim", life.place],
                )
        language = LANGUAGES.get(life.nationality, "en")
        add(case, team, ValueKind.LANGUAGE, language, IdentityStatus.CLAIMED, life.begun, author)
        sex = rng.choices(("man", "woman", "other"), (70, 29, 1))[0]
        add(case, team, ValueKind.SEX, sex, IdentityStatus.CLAIMED, life.begun, author)
        briefings.append(
            Briefing(
                reference=_uuid(rng),
                case=case,
                author_team=team,
                author=author,
                text_version=BRIEFING_VERSION,
                language=language,
                interpreter=language != "en",
                told_on=life.begun,
                recorded_at=_moment(rng, life.begun),
            )
        )
    for value in values:
        value.make_findable()
    written_in_bulk(values)
    written_in_bulk(briefings)


# What an author keeps with a record she opens to others.
SHARED = {"share_purpose": "samen het vervolg bepalen", "share_basis": "convenant"}
# who writes what: account, team, category, visibility, from which state on, how often
WRITERS = (
    ("ngo", K.NGO, F.GENERAL, Category.GUIDANCE, Visibility.PERMITTED_PARTNERS, S.IN_GUIDANCE, 0.8),
    ("ngo", K.NGO, F.GENERAL, Category.GUIDANCE, Visibility.OWN_ORGANISATION, S.ADMITTED, 0.5),
    ("gemeente", K.MUNICIPALITY, F.GENERAL, Category.PROCEDURES, Visibility.PERMITTED_PARTNERS, S.INTAKE, 0.4),
    ("dtv", K.DTV, F.GENERAL, Category.DEPARTURE, Visibility.PERMITTED_PARTNERS, S.IN_GUIDANCE, 0.4),
    ("ngo-juridisch", K.NGO, F.LEGAL, Category.LEGAL_AID, Visibility.OWN_ORGANISATION, S.IN_GUIDANCE, 0.3),
    ("ngo-zorg", K.NGO, F.CARE, Category.MEDICAL_CONTENT, Visibility.OWN_ORGANISATION, S.IN_GUIDANCE, 0.25),
    ("ngo-zorg", K.NGO, F.CARE, Category.MEDICAL_LIMITATION, Visibility.PERMITTED_PARTNERS, S.IN_GUIDANCE, 0.2),
    ("opvang", K.NGO, F.SHELTER, Category.CONTACT_SHELTER, Visibility.PERMITTED_PARTNERS, S.ADMITTED, 0.2),
    ("avim", K.AVIM, F.GENERAL, Category.PUBLIC_ORDER, Visibility.OWN_ORGANISATION, S.IN_GUIDANCE, 0.05),
)  # fmt: skip


def _notes(rng: Random, cast: Cast, lives: list[Life], cases: list[Case]) -> None:
    involved = {
        (case, team): since
        for case, team, since in Involvement.objects.values_list("case_id", "team_id", "since")
    }
    notes = []
    for life, case in zip(lives, cases, strict=True):
        for prefix, kind, function, category, visibility, from_state, often in WRITERS:
            team = cast.teams[life.place, kind, function]
            begun = life.since(from_state)
            if begun is None or (case.pk, team.pk) not in involved or rng.random() > often:
                continue
            begun = max(begun, involved[case.pk, team.pk])
            last = max(life.since(S.EXITED) or timezone.localdate(), begun)
            for _ in range(rng.randint(1, 3) if category == Category.GUIDANCE else 1):
                day = begun + timedelta(days=rng.randint(0, (last - begun).days))
                notes.append(
                    Note(
                        reference=_uuid(rng),
                        case=case,
                        author_team=team,
                        author=cast.workers[prefix, life.place],
                        category=category,
                        visibility=visibility,
                        happened_on=day,
                        text=rng.choice(TEXTS[category]),
                        recorded_at=_moment(rng, day),
                        **(
                            SHARED
                            if visibility != Visibility.OWN_ORGANISATION
                            and begins_with_author(category)
                            else {}
                        ),
                    )
                )
    written_in_bulk(notes)
