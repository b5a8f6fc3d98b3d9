"""How the invented people went their way: intakes, dossiers, conferences past and coming,
decisions, plans, exits."""

import json
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from django.db import connection
from django.utils import timezone

from casework.cases.enums import CaseState
from casework.formal_decisions.terms import TermsToObject
from casework.intake.models import CriteriaList
from casework.journey.deadlines import next_deadline
from casework.journey.facts import facts_of
from casework.journey.guards import add_months
from casework.models import (
    Action,
    AgendaItem,
    Case,
    ConferenceDecision,
    Confirmation,
    DossierRequest,
    Escalation,
    Exit,
    FollowUpCheck,
    FormalDecision,
    Goal,
    Intake,
    IntakeReport,
    Meeting,
    MeetingTeam,
    OutcomeClass,
    Position,
    Scenario,
    ServiceDossier,
    Task,
)
from casework.outcomes.perms import COMPETENT
from governance.access.enums import Visibility
from governance.models import Convenant, MandateDecision
from lvv.demo.accounts import Cast
from lvv.demo.dossiers import Writer
from partners.accountability.history import written_in_bulk
from partners.models import Pilot, Team
from partners.organisations.enums import OrganisationKind, TeamFunction

K, F, S = OrganisationKind, TeamFunction, CaseState
CRITERIA = [
    "Heeft geen recht op verblijf of rijksopvang",
    "Heeft binding met deze regio",
    "Is meerderjarig",
    "Wil meewerken aan een bestendige oplossing",
    "Vormt geen gevaar voor anderen in de opvang",
]
MANDATED = ["burgemeester", "wethouder", "directeur maatschappelijke ontwikkeling"]
LIVING = (
    "Slaapt bij wisselende bekenden.",
    "Slaapt in de nachtopvang.",
    "Verblijft bij een kerk.",
    "Slaapt buiten.",
)
WISHES = (
    "Wil rust en een vaste plek.",
    "Wil weten of een nieuwe aanvraag zin heeft.",
    "Wil terug naar familie.",
    "Wil doorreizen naar familie elders in Europa.",
)
NEEDS = ("Een bed en een gesprek met een jurist.", "Een huisarts.", "Overzicht over de brieven.")
QUESTIONS = (
    "Laten we deze persoon toe tot de LVV? Zo ja, met welk scenario?",
    "Wat is er nodig om verder te komen?",
    "Wordt het traject verlengd?",
)
PREPARED = (
    "Dossier bekeken; geen bezwaren.",
    "Paspoort niet aanwezig; aanvraag is mogelijk.",
    "Komt afspraken na.",
)
OBJECTIONS = (
    "Wij zien geen nieuwe feiten sinds de vorige procedure.",
    "Eerst onderzoek naar de identiteit.",
)
SUMMARIES = (
    "De NGO kent de situatie goed; de IND ziet geen lopende procedure.",
    "Alle partners hebben hun beeld gegeven; opvang is nu het dringendst.",
    "Er ligt een kopie van een geboorteakte. DT&V vraagt na wat die waard is.",
    "Gesproken over gezondheid en rust. Het tempo gaat omlaag.",
    "De advocaat zoekt nieuwe feiten; de uitkomst daarvan wordt afgewacht.",
    "Terugkeer is besproken. Een gesprek met IOM is de volgende stap.",
    "Familie elders in Europa kan onderdak geven; de papieren ontbreken nog.",
    "Weinig nieuws sinds de aanmelding. De casemanager legt opnieuw contact.",
    "Er zijn twee namen in omloop. AVIM onderzoekt welke klopt.",
    "Afspraken worden nagekomen. De partners willen zo doorgaan.",
    "De persoon wil werken aan legalisering; de kansen zijn eerlijk besproken.",
)
SCENARIOS = (
    "return_home",
    "return_home",
    "legalisation",
    "legalisation",
    "onward_migration",
    "under_investigation",
)
GOALS = {
    "return_home": "Een reisdocument",
    "legalisation": "Een nieuwe aanvraag met nieuwe stukken",
    "onward_migration": "Papieren voor vertrek naar familie",
    "under_investigation": "De identiteit staat op papier vast",
}
LATE = timedelta(days=12)
ACTIONS = (
    "Afspraak bij de ambassade maken",
    "Geboorteakte laten opsturen",
    "Brief van de advocaat bespreken",
    "Presentatie voorbereiden",
    "Stukken uit het oude dossier opvragen",
    "Bellen na het gemiste gesprek",
    "Tolk regelen voor het gesprek met DT&V",
    "Familie in het land van herkomst laten bellen",
    "Afspraak bij de huisarts maken",
    "Leefgeld laten doorlopen",
    "Verklaring van de school opvragen",
    "Taalcursus aanvragen",
    "Paspoortfoto's laten maken",
)
DURABLE = (
    "independent_return",
    "independent_return",
    "onward_migration",
    "legalisation_asylum",
    "legalisation_regular",
)
SEMI = ("repeat_asylum_reception", "medical_postponement")
NONE = (
    "unknown_destination",
    "unknown_destination",
    "trajectory_ended",
    "detained",
    "other_none",
    "forced_return",
    "deceased",
)
REASONS = {
    "repeat_asylum_reception": "moved_to_state_reception",
    "medical_postponement": "moved_to_state_reception",
    "unknown_destination": "left_unknown_destination",
    "detained": "detention",
    "deceased": "deceased",
    "trajectory_ended": "left_own_request",
    "other_none": "left_own_request",
    "forced_return": "detention",
}
LEVELS = ("mrt", "steering_group", "programme_council", "administrative_consultation")


class Meetings:
    """A meeting every week in each pilot, held until today and planned for the next six weeks."""

    def __init__(self, cast: Cast, first: date) -> None:
        self.today = timezone.localdate()
        self.days: dict[str, dict[date, Meeting]] = {}
        made, invited = [], []
        for place, pilot in cast.pilots.items():
            convenant = Convenant.objects.get(pilot=pilot, kind="convenant")
            day = first - timedelta(days=(first.weekday() - 1) % 7)  # a Tuesday
            while day < self.today + timedelta(weeks=6):
                held = day < self.today
                at = timezone.make_aware(datetime.combine(day, time(10)))
                meeting = Meeting(
                    pilot=pilot,
                    convenant=convenant,
                    on=day,
                    begins_at=time(10),
                    place="Stadhuis",
                    opened_at=at if held else None,
                    closed_at=at + timedelta(hours=2) if held else None,
                    minutes_sent_on=day if held else None,
                    minutes_due_on=day + timedelta(days=7) if held else None,
                )
                self.days.setdefault(place, {})[day] = meeting
                made.append(meeting)
                day += timedelta(weeks=1)
        written_in_bulk(made)
        for place, meetings in self.days.items():
            teams = [
                cast.teams[place, kind, F.GENERAL] for kind in (K.MUNICIPALITY, K.NGO, K.IND, K.DTV)
            ]
            for meeting in meetings.values():
                held = meeting.closed_at is not None
                invited += [
                    MeetingTeam(
                        meeting=meeting,
                        team=team,
                        present=n != 2 or meeting.on.day > 6 if held else None,
                        answer="agreed" if held and n != 2 else "",
                        answered_on=meeting.on if held and n != 2 else None,
                    )
                    for n, team in enumerate(teams)
                ]
        written_in_bulk(invited)

    def between(self, place: str, first: date, last: date) -> Meeting:
        """The last meeting held in these days, or the next one after them."""
        days = self.days[place]
        held = [day for day in days if first <= day <= last and day < self.today]
        return (
            days[max(held)]
            if held
            else days[min(day for day in days if day >= min(first, max(days)))]
        )


def make_journeys(rng: Random, cast: Cast, lives: list[Any], cases: list[Case]) -> None:
    mandate = MandateDecision.objects.create(
        title="Mandaatbesluit en machtiging LVV",
        source="Staatscourant 2019, 18281",
        functions=MANDATED,
        in_force_from=date(2019, 3, 25),
    )
    mandate.pilots.add(*cast.pilots.values())
    first = min(life.begun for life in lives)
    criteria = {
        place: CriteriaList.objects.create(
            pilot=pilot, version=1, in_force_from=first, criteria=CRITERIA
        )
        for place, pilot in cast.pilots.items()
    }
    meetings = Meetings(cast, first)
    classes = {row.outcome: row for row in OutcomeClass.objects.all()}
    w = Writer(rng, cast)
    places: dict[int, int] = {}
    for life, case in zip(lives, cases, strict=True):
        _before(w, life, case, criteria[life.place])
        decision = _conference(w, life, case, meetings, places)
        _decided(w, life, case, mandate, criteria[life.place], decision)
        _guided(w, life, case, decision)
        _left(w, life, case, classes)
    _escalated(w, lives, cases)
    order = (Intake, AgendaItem, ConferenceDecision, FormalDecision, Goal, Exit)
    for model in order:  # others name these by key
        written_in_bulk(w.rows.pop(model, []))
    w.write()
    _terms(cases)


def _municipal(w: Writer, life: Any, case: Case) -> tuple[Team, Any]:
    return w.cast.teams[life.place, K.MUNICIPALITY, F.GENERAL], case.case_manager


def _before(w: Writer, life: Any, case: Case, criteria: CriteriaList) -> None:
    begun, done = life.since(S.INTAKE), life.since(S.AWAITING_DOSSIERS)
    if begun is None:
        return
    team, author = w.team(case, life.place, K.NGO), w.cast.workers["ngo", life.place]
    if team is None:
        team, author = _municipal(w, life, case)
    intake = w.add(
        Intake,
        case,
        team,
        author,
        begun,
        begun_on=begun,
        interviewed_on=begun,
        interpreter=w.chance(0.7),
        informed=True,
        limitation_asked=True,
        criteria=criteria if done else None,
        completed_on=done,
        results=[{"result": "met" if w.chance(0.9) else "unknown", "remark": ""} for _ in CRITERIA]
        if done
        else [],
        visibility=Visibility.PERMITTED_PARTNERS if done else Visibility.OWN_ORGANISATION,
    )
    w.add(
        IntakeReport,
        case,
        team,
        author,
        begun,
        intake=intake,
        told_on=begun,
        living=w.rng.choice(LIVING),
        wishes=w.rng.choice(WISHES),
        needs=w.rng.choice(NEEDS) if done else "",
        visibility=Visibility.PERMITTED_PARTNERS
        if done and w.chance(0.3)
        else Visibility.OWN_ORGANISATION,
    )
    if done is None:
        return
    rest = life.since(S.REST_PERIOD)
    for kind, prefix in ((K.IND, "ind"), (K.DTV, "dtv")):
        service = w.cast.teams[life.place, kind, F.GENERAL]
        came = (
            rest
            if rest and (kind == K.DTV or w.chance(0.5))
            else w.between(done, rest)
            if rest
            else None
        )
        if rest is None and kind == K.IND and w.chance(0.5):
            came = w.between(done, None)
        w.add(
            DossierRequest,
            case,
            team,
            author,
            done,
            of=kind.value,
            to_team=service,
            requested_on=done,
            open=came is None,
        )
        if came:
            result = w.rng.choice(("complete", "complete", "incomplete", "none"))
            w.add(
                ServiceDossier,
                case,
                service,
                w.cast.workers[prefix, life.place],
                came,
                of=kind.value,
                result=result,
                delivered_on=came,
                completed_on=came if result == "complete" else None,
            )


def _conference(
    w: Writer, life: Any, case: Case, meetings: Meetings, places: dict[int, int]
) -> Any:
    begun = life.since(S.IN_CONFERENCE)
    if begun is None:
        return None
    team, author = _municipal(w, life, case)
    until = life.since(S.ADMITTED, S.NOT_ADMITTED)
    meeting = meetings.between(life.place, begun, until or w.today + timedelta(days=45))
    held = meeting.closed_at is not None and (until is not None or w.chance(0.4))
    if not held and meeting.closed_at is not None:  # it waits for one to come
        meeting = meetings.between(life.place, w.today, w.today + timedelta(days=20))
    shared = [
        result.pk
        for kind in (K.MUNICIPALITY, K.NGO, K.IND, K.DTV)
        if (result := w.team(case, life.place, kind))
    ]
    place = places[meeting.pk] = places.get(meeting.pk, 0) + 1
    item = w.add(
        AgendaItem,
        case,
        team,
        author,
        min(meeting.on, w.today),
        meeting=meeting,
        place=place,
        why="admission",
        question=QUESTIONS[0],
        happened_on=meeting.on,
        visibility=Visibility.SELECTED_PARTNERS,
        shared_team_ids=sorted(shared),
        share_purpose="Besproken in het LSO",
        share_basis="convenant",
        discussed_at=meeting.closed_at if held else None,
        summary=SUMMARIES[place % len(SUMMARIES)] if held else "",
    )
    for kind, prefix in ((K.NGO, "ngo"), (K.IND, "ind"), (K.DTV, "dtv")):
        if (partner := w.team(case, life.place, kind)) and w.chance(0.8 if held else 0.3):
            objects = w.chance(0.1)
            w.add(
                Position,
                case,
                partner,
                w.cast.workers[prefix, life.place],
                min(meeting.on, w.today),
                item=item,
                preparation=w.rng.choice(PREPARED),
                stance="object" if objects else "agree" if held else "",
                reasons=w.rng.choice(OBJECTIONS) if objects else "",
                said_on=min(meeting.on, w.today),
            )
    if not held:
        return None
    decided = (
        "deferred"
        if until is None
        else "not_admitted"
        if life.since(S.NOT_ADMITTED)
        else ("admitted_exceptionally" if w.chance(0.05) else "admitted")
    )
    return w.add(
        ConferenceDecision,
        case,
        team,
        author,
        meeting.on,
        item=item,
        kind=decided,
        decided_on=meeting.on,
        reasons="Op grond van de dossiers en de standpunten van de partners.",
        convenant=meeting.convenant,
        review_on=w.today + timedelta(days=w.rng.randint(-5, 30))
        if decided == "deferred"
        else None,
    )


def _decided(
    w: Writer,
    life: Any,
    case: Case,
    mandate: MandateDecision,
    criteria: CriteriaList,
    decision: Any,
) -> None:
    day = life.since(S.ADMITTED, S.NOT_ADMITTED)
    if day is None:
        return
    team, author = _municipal(w, life, case)
    refused = life.since(S.NOT_ADMITTED) is not None
    pilot: Pilot = w.cast.pilots[life.place]
    w.add(
        FormalDecision,
        case,
        team,
        author,
        day,
        kind="refused" if refused else "admitted",
        decided_on=day,
        effective_on=day,
        function=w.rng.choice(MANDATED),
        mandate=mandate,
        criteria=criteria,
        conference_decision=decision,
        reasons="Zoals in het LSO besproken.",
        remedies="U kunt binnen zes weken bezwaar maken bij de gemeente.",
        known_on=day,
        objection_until=TermsToObject().until(day),
        until=add_months(day, pilot.maximum_stay_months)
        if pilot.maximum_stay_months and not refused
        else None,
        letter=f"<p>Geachte heer of mevrouw,</p><p>{'U wordt niet' if refused else 'U bent'} toegelaten tot de LVV.</p>",
    )


def _guided(w: Writer, life: Any, case: Case, decision: Any) -> None:
    begun = life.since(S.IN_GUIDANCE)
    if begun is None:
        return
    team, author = _municipal(w, life, case)
    left = life.since(S.EXITED)
    chosen = w.rng.choice(SCENARIOS)
    set_by = w.add(
        ConferenceDecision,
        case,
        team,
        author,
        begun,
        item=getattr(decision, "item", None),
        kind="scenario_set",
        decided_on=begun,
        reasons="Past bij wat bekend is en bij de eigen wensen.",
        scenario=chosen,
        convenant=getattr(decision, "convenant", None),
    )
    w.add(
        Scenario,
        case,
        team,
        author,
        begun,
        scenario=chosen,
        since=begun,
        until=left,
        decision=set_by,
    )
    ngo = w.team(case, life.place, K.NGO)
    if ngo:
        w.add(
            Goal,
            case,
            ngo,
            w.cast.workers["ngo", life.place],
            begun,
            track=chosen,
            text=GOALS[chosen],
            set_on=begun,
            state="reached" if left and w.chance(0.5) else "open",
            visibility=w.rng.choice((Visibility.OWN_ORGANISATION, Visibility.PERMITTED_PARTNERS)),
        )
    for kind in w.rng.sample((K.MUNICIPALITY, K.NGO, K.IND, K.DTV), w.rng.randint(1, 3)):
        if doer := w.team(case, life.place, kind):
            due = w.between(begun, left) + timedelta(days=w.rng.randint(10, 60))
            # What is long overdue was mostly done: a team has some late work, not months of it.
            done = left is not None or w.chance(0.6) or due < w.today - LATE and w.chance(0.95)
            data: dict[str, Any] = (
                {"answer": "done", "answered_on": min(due, w.today)} if done else {}
            )
            w.add(
                Action,
                case,
                team,
                author,
                begun,
                what=w.rng.choice(ACTIONS),
                due_on=due,
                to_team=doer,
                decision=set_by,
                agreed_on=begun,
                **data,
            )
    if left is None and w.chance(0.1):
        w.add(
            Task,
            case,
            team,
            author,
            w.today,
            rule="research_question",
            what="Uitzoeken of de geboorteakte echt is",
            set_on=w.today,
            due_on=w.today + timedelta(days=w.rng.randint(-3, 20)),
            to_team=w.cast.teams[life.place, K.DTV, F.GENERAL] if w.chance(0.5) else team,
        )


def _left(w: Writer, life: Any, case: Case, classes: dict[str, OutcomeClass]) -> None:
    day = life.since(S.EXITED)
    if day is None:
        return
    team, author = _municipal(w, life, case)
    followed = life.since(S.IN_AFTERCARE) is not None or (life.state == S.EXITED and w.chance(0.6))
    outcome = w.rng.choice(DURABLE if w.chance(0.35) else SEMI) if followed else w.rng.choice(NONE)
    chair = w.cast.workers["coordinator", life.place]
    confirmer = chair if author != chair else w.cast.workers["gemeente", life.place]
    answered = outcome in COMPETENT and w.chance(0.75)
    row = w.add(
        Exit,
        case,
        team,
        author,
        day,
        exited_on=day,
        reason=REASONS.get(outcome, "durable_solution_reached"),
        outcome=outcome,
        state_before=S.IN_GUIDANCE,
        confirmed_on=day,
        confirmed_by=confirmer,
        classed=classes[outcome],
        explanation="Zoals met de partners besproken.",
        claim_open=outcome in COMPETENT and not answered,
    )
    if answered:
        prefix = "ind" if outcome.startswith("legal") else "dtv"
        service = w.cast.teams[life.place, K(COMPETENT[outcome][0]), F.GENERAL]
        on = w.between(day, day + timedelta(days=30))
        w.add(
            Confirmation,
            case,
            service,
            w.cast.workers[prefix, life.place],
            on,
            exit=row,
            said_on=on,
            result="refuted" if w.chance(0.06) else "confirmed",
            evidence="eigen registratie",
        )
    if life.since(S.IN_AFTERCARE) is None:
        return
    for months in (3, 6, 12):
        due = add_months(day, months)
        if (
            due > w.today
            and life.state != S.ARCHIVED
            or (due <= w.today and life.state != S.ARCHIVED and w.chance(0.15))
        ):
            continue
        lapsed = due > w.today
        fails = not lapsed and w.chance(0.08)
        on = min(due, w.today)
        w.add(
            FollowUpCheck,
            case,
            team,
            author,
            on,
            exit=row,
            months=months,
            checked_on=on,
            result="lapsed" if lapsed else "does_not_hold" if fails else "holds",
            outcome="unknown_destination" if fails else "",
            lapsed_because="deceased" if lapsed else "",
            how="bericht van de familie" if lapsed else "gebeld met familie",
        )


def _escalated(w: Writer, lives: list[Any], cases: list[Case]) -> None:
    """In each pilot one question at each level: asked, advised, followed, and not followed with
    reasons."""
    for place in w.cast.pilots:
        guided = [
            (life, case)
            for life, case in zip(lives, cases, strict=True)
            if life.place == place and life.state == S.IN_GUIDANCE
        ]
        for number, (level, (life, case)) in enumerate(zip(LEVELS, guided[::9], strict=False)):
            team, author = _municipal(w, life, case)
            asked = w.today - timedelta(days=20 + 10 * number)
            advised = number > 0
            w.add(
                Escalation,
                case,
                team,
                author,
                asked,
                level=level,
                question="Is terugkeer mogelijk zonder paspoort?",
                asked_on=asked,
                answer_due_on=asked + timedelta(days=28),
                skipped_because=""
                if number == 0
                else "Het MRT heeft hier eerder over geadviseerd.",
                advice="Eerst een tweede aanvraag bij de ambassade." if advised else "",
                advised_on=asked + timedelta(days=14) if advised else None,
                adopted={0: None, 1: None, 2: True, 3: False}[number],
                adopted_on=asked + timedelta(days=18) if number > 1 else None,
                adopted_reasons="De ambassade is gesloten."
                if number == 3
                else "Advies gevolgd."
                if number == 2
                else "",
            )


def _terms(cases: Iterable[Case]) -> None:
    """The next term of every case, as acts keep it."""
    rows = []
    for case, facts in (
        (case, facts) for chunk in _chunks(list(cases), 500) for case, facts in _facts(chunk)
    ):
        if (day := next_deadline(facts)) is not None:
            rows.append({"id": case.pk, "day": day.isoformat()})
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE casework_progress g SET deadline_on = v.day FROM jsonb_to_recordset(%s::jsonb) v (id bigint, day date)"
            " WHERE g.case_id = v.id",
            [json.dumps(rows)],
        )


def _facts(cases: list[Case]) -> list[tuple[Case, Any]]:
    result = facts_of(cases)
    return [(case, result[case.pk]) for case in cases]


def _chunks(rows: list[Case], size: int) -> list[list[Case]]:
    return [rows[n : n + size] for n in range(0, len(rows), size)]
