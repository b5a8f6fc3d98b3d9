"""What the partners recorded about the invented people: plausible, spread at random, the same
every time."""

import uuid
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import partial
from random import Random
from typing import Any

from django.db import connection
from django.utils import timezone

from casework.cases.enums import CaseState
from casework.journal.models import Contact
from casework.models import (
    Allowance,
    Case,
    Consent,
    CorrectionRequest,
    DeparturePlan,
    IdentityDocument,
    IdentityResearch,
    Involvement,
    LegalAid,
    Location,
    LocationAddress,
    Mediation,
    MedicalLimitation,
    MedicalRecord,
    Procedure,
    ProcedureStep,
    Reachability,
    ReceptionHandover,
    Relation,
    ResidenceTitle,
    ReturnSupport,
    Signal,
    Supervision,
    TravelDocument,
    TravelDocumentStep,
)
from casework.records.enums import begins_with_author, default_visibility
from casework.records.models import Record
from casework.shelter.enums import ShelterKind
from governance.access.enums import Visibility
from lvv.demo.accounts import Cast
from lvv.demo.names import COUNTRIES
from partners.accountability.history import written_in_bulk
from partners.models import Team, User
from partners.organisations.enums import OrganisationKind, TeamFunction

K, F, S, V = OrganisationKind, TeamFunction, CaseState, Visibility
STREETS = ("Voorbeeldkade", "Proefstraat", "Demolaan", "Testplein", "Modelweg")
KINDS_OF_SHELTER = (
    ("Centrum", ShelterKind.GROUP_LOCATION_24H),
    ("De Brug", ShelterKind.DWELLING),
    ("Noord", ShelterKind.NIGHT_SHELTER),
    ("De Linde", ShelterKind.WOMENS_SHELTER),
)
LAWYERS = ("mr. Voorbeeld", "mr. Proef", "mr. Demo", "")
PROCEDURES = {
    "first_asylum": 25,
    "repeat_asylum": 45,
    "medical_postponement": 12,
    "no_fault": 8,
    "regular_family_life": 8,
    "statelessness": 4,
    "dublin": 5,
}
TALKS = (
    "Gesproken over wat terugkeer zou vragen. Wil eerst weten of er papieren te krijgen zijn.",
    "Samen de brief van de IND gelezen en in eigen woorden herhaald.",
    "Was moe en weinig spraakzaam. Afgesproken volgende week verder te praten.",
    "Heeft contact met een broer in het land van herkomst. Dat geeft rust.",
    "Wil nadenken over doorreizen naar familie in Portugal. Mogelijkheden uitgelegd.",
)
DEPARTURE_TALKS = (
    "Vertrekgesprek gevoerd. Werkt mee aan de aanvraag van een vervangend reisdocument.",
    "Vertrekgesprek gevoerd. Zegt niet te kunnen terugkeren; redenen genoteerd.",
    "Tweede gesprek. Heeft kopie van geboorteakte laten opvragen.",
)
LIMITS = (
    "Geen trappen.",
    "Gesprekken liefst in de ochtend.",
    "Altijd een tolk bij het gesprek.",
    "Rustige kamer.",
)


def make_locations(rng: Random, cast: Cast) -> dict[str, list[Location]]:
    """Some locations of every pilot, with addresses that exist nowhere."""
    result: dict[str, list[Location]] = {}
    for place, pilot in cast.pilots.items():
        for name, kind in KINDS_OF_SHELTER[: 4 if place == "Amsterdam" else 3]:
            location = Location.objects.create(
                pilot=pilot, name=name, kind=kind, team=cast.teams[place, K.NGO, F.SHELTER]
            )
            LocationAddress.objects.create(
                location=location,
                team=location.team,
                address=f"{rng.choice(STREETS)} {rng.randint(1, 199)}, {place} (verzonnen)",
            )
            result.setdefault(place, []).append(location)
    return result


class Writer:
    """Collects records of many cases and writes them table by table."""

    def __init__(self, rng: Random, cast: Cast) -> None:
        self.rng, self.cast = rng, cast
        self.rows: dict[type[Record], list[Any]] = {}
        self.involved = {
            (case, team): since
            for case, team, since in Involvement.objects.values_list("case_id", "team_id", "since")
        }
        self.today = timezone.localdate()

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def between(self, first: date, last: date | None) -> date:
        last = max(first, min(last or self.today, self.today))
        return first + timedelta(days=self.rng.randint(0, (last - first).days))

    def team(self, case: Case, place: str, kind: str, function: str = F.GENERAL) -> Team | None:
        team = self.cast.teams[place, kind, function]
        return team if (case.pk, team.pk) in self.involved else None

    def add(
        self, model: type[Record], case: Case, team: Team, author: User, on: date, /, **fields: Any
    ) -> Any:
        made: Any = model(
            reference=uuid.UUID(int=self.rng.getrandbits(128), version=4),
            case=case,
            author_team=team,
            author=author,
            recorded_at=self.moment(on),
            **fields,
        )
        if hasattr(made, "category_of"):
            made.category = made.category_of(made.kind)
        if "visibility" not in fields:
            made.visibility = default_visibility(made.record_category)
        if made.visibility == V.PERMITTED_PARTNERS and begins_with_author(made.record_category):
            made.share_purpose, made.share_basis = "samen het vervolg bepalen", "convenant"
        self.rows.setdefault(model, []).append(made)
        return made

    def moment(self, day: date) -> datetime:
        at = timezone.make_aware(
            datetime.combine(day, time(self.rng.randint(8, 16), self.rng.randint(0, 59)))
        )
        return min(at, timezone.now())

    def write(self) -> None:
        for model in (Procedure, TravelDocument):  # steps name them by key
            written_in_bulk(self.rows.pop(model, []))
        for rows in self.rows.values():
            written_in_bulk(rows)


def make_dossiers(rng: Random, cast: Cast, lives: list[Any], cases: list[Case]) -> None:
    w = Writer(rng, cast)
    for life, case in zip(lives, cases, strict=True):
        for part in (_ind, _dtv, _avim, _ngo, _care_and_legal, _municipality, _elsewhere):
            part(w, life, case)
    _households(w, lives, cases)
    w.write()
    _reachable(cast, lives, cases)
    _corrections(cast, lives, cases)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _ind(w: Writer, life: Any, case: Case) -> None:
    team, begun = w.team(case, life.place, K.IND), life.since(S.AWAITING_DOSSIERS)
    if team is None or begun is None:
        return
    author = w.cast.workers["ind", life.place]
    checked = w.today - timedelta(days=w.rng.randint(0, 130))
    since = begun - timedelta(days=w.rng.randint(200, 2500))
    w.add(
        ResidenceTitle,
        case,
        team,
        author,
        begun,
        code="98" if w.chance(0.9) else "26",
        since=since,
        checked_on=max(begun, checked),
    )
    for _ in range(w.rng.choice((0, 1, 1, 1, 2))):
        kind = w.rng.choices(list(PROCEDURES), list(PROCEDURES.values()))[0]
        applied = w.between(since, begun)
        pending = w.chance(0.3)
        decided = None if pending else w.between(applied, None)
        procedure = w.add(
            Procedure,
            case,
            team,
            author,
            max(begun, applied),
            kind=kind,
            applied_on=applied,
            representative=w.rng.choice(LAWYERS),
            result="pending" if pending else "rejected",
            result_on=decided,
            known_on=decided,
            checked_on=max(begun, checked),
        )
        w.add(
            ProcedureStep,
            case,
            team,
            author,
            max(begun, applied),
            procedure=procedure,
            stage="application",
            happened_on=applied,
        )
        if decided:
            w.add(
                ProcedureStep,
                case,
                team,
                author,
                max(begun, decided),
                procedure=procedure,
                stage="decision",
                happened_on=decided,
                result="rejected",
                known_on=decided,
            )
            if w.chance(0.4):
                w.add(
                    ProcedureStep,
                    case,
                    team,
                    author,
                    w.today,
                    procedure=procedure,
                    stage="appeal",
                    happened_on=w.between(decided, None),
                )


def _dtv(w: Writer, life: Any, case: Case) -> None:
    team, begun = w.team(case, life.place, K.DTV), life.since(S.IN_GUIDANCE)
    if team is None or begun is None:
        return
    author, country = w.cast.workers["dtv", life.place], COUNTRIES[life.nationality]
    ended = life.since(S.EXITED)
    checked = w.today - timedelta(days=w.rng.randint(0, 100))
    for _ in range(w.rng.choice((0, 1, 2))):
        day = w.between(begun, ended)
        w.add(
            Contact,
            case,
            team,
            author,
            day,
            kind="departure_interview",
            happened_on=day,
            text=w.rng.choice(DEPARTURE_TALKS),
        )
    if w.chance(0.35):
        day = w.between(begun, ended)
        w.add(
            DeparturePlan,
            case,
            team,
            author,
            day,
            destination=country,
            agreed_on=day,
            target_on=day + timedelta(days=120),
            plan="Eerst een reisdocument, daarna ticket via IOM.",
            checked_on=max(day, checked),
        )
    if w.chance(0.3):
        day = w.between(begun, ended)
        application = w.add(
            TravelDocument,
            case,
            team,
            author,
            day,
            kind="laissez_passer",
            country=country,
            applied_on=day,
            checked_on=max(day, checked),
        )
        for step, after in (("prepared", 0), ("sent", 10), ("presented", 45), ("confirmed", 90))[
            : w.rng.randint(1, 4)
        ]:
            if (on := day + timedelta(days=after)) <= w.today:
                w.add(
                    TravelDocumentStep,
                    case,
                    team,
                    author,
                    on,
                    application=application,
                    step=step,
                    happened_on=on,
                )
    if w.chance(0.06):
        day = w.between(begun, ended)
        w.add(
            Mediation,
            case,
            team,
            author,
            day,
            country=country,
            requested_on=day,
            reason="De ambassade antwoordt niet op de aanvraag.",
        )


def _avim(w: Writer, life: Any, case: Case) -> None:
    team, begun = w.team(case, life.place, K.AVIM), life.since(S.IN_CONFERENCE)
    if team is None or begun is None:
        return
    author = w.cast.workers["avim", life.place]
    if w.chance(0.7):
        day = w.between(begun, None)
        done = w.chance(0.6)
        w.add(
            IdentityResearch,
            case,
            team,
            author,
            day,
            method=w.rng.choice(("interview", "fingerprints", "documents")),
            started_on=day,
            result=w.rng.choice(("confirmed", "not_established")) if done else "pending",
            result_on=w.between(day, None) if done else None,
        )
    if w.chance(0.3):
        day = w.between(begun, None)
        w.add(
            Supervision,
            case,
            team,
            author,
            day,
            kind="reporting_duty",
            since=day,
            terms="elke maandag",
            checked_on=w.between(day, None),
            visibility=w.rng.choice((V.OWN_ORGANISATION, V.PERMITTED_PARTNERS)),
        )
    if w.chance(0.15):
        day = w.between(begun, None)
        w.add(
            Signal,
            case,
            team,
            author,
            day,
            kind="identity_doubt",
            happened_on=day,
            text="Het getoonde document wijkt af van de opgegeven naam.",
        )
    if w.chance(0.25):
        day = w.between(begun, None)
        w.add(
            IdentityDocument,
            case,
            team,
            author,
            day,
            kind=w.rng.choice(("passport", "identity_card")),
            number=f"{w.rng.choice('ABCDEF')}{w.rng.randint(100000, 999999)}",
            country=COUNTRIES[life.nationality],
            status="established",
            seen_on=day,
            kept_by="AVIM",
        )


def _ngo(w: Writer, life: Any, case: Case) -> None:
    team, begun = w.team(case, life.place, K.NGO), life.since(S.INTAKE)
    if team is None or begun is None:
        return
    author, municipality = (
        w.cast.workers["ngo", life.place],
        w.cast.teams[life.place, K.MUNICIPALITY, F.GENERAL],
    )
    for _ in range(w.rng.choice((0, 1, 1, 2))):
        day = w.between(begun, life.since(S.EXITED))
        how: dict[str, Any] = {
            "visibility": w.rng.choice((V.OWN_ORGANISATION, V.PERMITTED_PARTNERS))
        }
        if w.chance(0.2):
            how = {
                "visibility": V.SELECTED_PARTNERS,
                "shared_team_ids": [municipality.pk],
                "share_purpose": "samen het vervolg bepalen",
                "share_basis": "convenant",
            }
        w.add(
            Contact,
            case,
            team,
            author,
            day,
            kind=w.rng.choice(("guidance_talk", "home_visit", "phone_call")),
            happened_on=day,
            text=w.rng.choice(TALKS),
            **how,
        )
    if w.chance(0.06):
        day = w.between(begun, None)
        w.add(
            MedicalLimitation,
            case,
            team,
            author,
            day,
            take_account_of=w.rng.choice(LIMITS),
            since=day,
            visibility=V.PERMITTED_PARTNERS,
        )


def _care_and_legal(w: Writer, life: Any, case: Case) -> None:
    begun = life.since(S.IN_GUIDANCE)
    if begun is None:
        return
    if team := w.team(case, life.place, K.NGO, F.CARE):
        author = w.cast.workers["ngo-zorg", life.place]
        day = w.between(begun, None)
        w.add(
            MedicalLimitation,
            case,
            team,
            author,
            day,
            take_account_of=w.rng.choice(LIMITS),
            since=day,
            visibility=V.PERMITTED_PARTNERS,
        )
        w.add(
            MedicalRecord,
            case,
            team,
            author,
            day,
            happened_on=day,
            care_giver="huisartsenpraktijk",
            text="Afspraak begeleid; vervolg over zes weken.",
            visibility=V.PERMITTED_PARTNERS,
        )
        if w.chance(0.5) and (named := w.team(case, life.place, K.MUNICIPALITY)):
            withdrawn = w.between(day, None) if w.chance(0.3) else None
            w.add(
                Consent,
                case,
                team,
                author,
                day,
                team=named,
                scope="verslag van de huisarts over reisvaardigheid",
                since=day,
                until=w.today + timedelta(days=w.rng.randint(10, 120)),
                withdrawn_on=withdrawn,
                visibility=V.OWN_ORGANISATION,
                **(
                    {"ended_at": w.moment(withdrawn), "end_reason": "withdrawn"}
                    if withdrawn
                    else {}
                ),
            )
    if team := w.team(case, life.place, K.NGO, F.LEGAL):
        day = w.between(begun, None)
        w.add(
            LegalAid,
            case,
            team,
            w.cast.workers["ngo-juridisch", life.place],
            day,
            subject="Mogelijkheden nieuwe aanvraag",
            asked_on=day,
            lawyer=w.rng.choice(LAWYERS),
            deadline_on=day + timedelta(days=w.rng.randint(10, 90)),
            advice="Eerst stukken uit het oude dossier opvragen.",
        )


def _municipality(w: Writer, life: Any, case: Case) -> None:
    team, author = w.cast.teams[life.place, K.MUNICIPALITY, F.GENERAL], case.case_manager
    assert author is not None
    if (begun := life.since(S.ADMITTED)) and w.chance(0.6):
        w.add(
            Allowance,
            case,
            team,
            author,
            begun,
            amount=w.rng.choice((52, 60, 65)),
            period="week",
            since=begun,
            until=life.since(S.EXITED),
        )
    if (begun := life.since(S.IN_GUIDANCE)) and w.chance(0.04):
        day = w.between(begun, life.since(S.EXITED))
        w.add(
            Signal,
            case,
            team,
            author,
            day,
            kind="public_order",
            happened_on=day,
            text="Omwonenden meldden geluid in de avond; gesprek gevoerd.",
        )


def _elsewhere(w: Writer, life: Any, case: Case) -> None:
    if (team := w.team(case, life.place, K.IOM)) and (begun := life.since(S.IN_GUIDANCE)):
        day = w.between(begun, None)
        w.add(
            ReturnSupport,
            case,
            team,
            _worker(w, team),
            day,
            kind=w.rng.choice(("advice", "ticket", "reintegration")),
            requested_on=day,
            departs_on=w.today + timedelta(days=w.rng.randint(5, 60)),
        )
    if (coa := w.team(case, life.place, K.COA)) and (left := life.since(S.EXITED)):
        team, author = w.cast.teams[life.place, K.MUNICIPALITY, F.GENERAL], case.case_manager
        assert author is not None
        answered = w.chance(0.7)
        w.add(
            ReceptionHandover,
            case,
            team,
            author,
            left,
            to_team=coa,
            place="azc",
            planned_on=left,
            **(
                {
                    "answer": "accepted",
                    "answer_text": "Plek beschikbaar.",
                    "answered_on": left,
                    "answered_by": _worker(w, coa),
                }
                if answered
                else {}
            ),
        )


def _worker(w: Writer, team: Team) -> User:
    user: User = User.objects.filter(memberships__team=team).order_by("pk")[0]
    return user


def _reached(w: Writer, on: date, *, case: Case, team: Team, author: User, **what: Any) -> None:
    w.add(Reachability, case, team, author, on, since=on, **what)


def _reachable(cast: Cast, lives: list[Any], cases: list[Case]) -> None:
    """Of every eighth person of a pilot in guidance, what her counsellor knows: a number, and of
    some a messenger that the municipality reads too, or an address after the number was lost."""
    w = Writer(Random(8), cast)  # noqa: S311 - apart, so that nothing else changes with it
    for place in cast.pilots:
        municipality = cast.teams[place, K.MUNICIPALITY, F.GENERAL]
        author = cast.workers["ngo", place]
        here = [
            (case, team, begun)
            for life, case in zip(lives, cases, strict=True)
            if life.place == place
            and (begun := life.since(S.IN_GUIDANCE))
            and not life.since(S.EXITED)
            and (team := w.team(case, place, K.NGO))
        ]
        for number, (case, team, begun) in enumerate(here[::8]):
            add = partial(_reached, w, case=case, team=team, author=author)
            lost = w.between(begun, None) if number % 3 == 2 else None
            digits = f"06 0000 {w.rng.randint(0, 9999):04d}"  # nobody's
            remark = "Alleen na 18 uur." if number % 2 else ""
            add(begun, kind="telephone", value=digits, remark=remark, until=lost)
            if lost:
                street = f"{w.rng.choice(STREETS)} {w.rng.randint(1, 199)}, {place} (verzonnen)"
                add(lost, kind="address", value=street, remark="Via de buren.")
            if number % 3 == 1:
                add(
                    begun,
                    kind="messenger",
                    messenger=w.rng.choice(("WhatsApp", "Signal", "Telegram")),
                    value=digits,
                    visibility=V.SELECTED_PARTNERS,
                    shared_team_ids=[municipality.pk],
                    share_purpose="afspraken kunnen doorgeven",
                    share_basis="convenant",
                )
    w.write()


def _households(w: Writer, lives: list[Any], cases: list[Case]) -> None:
    """Of every forty people of a pilot who are present, two are a couple and the next is a child
    of both, of fitting age."""
    births = Random(w.today.year)  # noqa: S311 - apart, so that nothing else changes with them
    for place in w.cast.pilots:
        here = [
            (life, case)
            for life, case in zip(lives, cases, strict=True)
            if life.place == place and life.state != S.ARCHIVED
        ]
        team = w.cast.teams[place, K.MUNICIPALITY, F.GENERAL]
        for family in zip(here[0::40], here[1::40], here[2::40], strict=False):
            first, second, child = (case for _life, case in family)
            years = (
                births.randint(1978, 1992),
                births.randint(1978, 1992),
                w.today.year - births.randint(1, 16),
            )
            for (life, _case), year in zip(family, years, strict=True):
                life.born = date(year, births.randint(1, 12), births.randint(1, 28))
            surname, (little, _) = family[0][0].names[0].split()[-1], family[2]
            little.names = [f"{little.names[0].split()[0]} {surname}", *little.names[1:]]
            add: Callable[..., Any] = lambda case, other, kind, *, team=team, **more: w.add(  # noqa: E731
                Relation,
                case,
                team,
                case.case_manager,
                case.registered_on,
                other=other.person,
                kind=kind,
                since=case.registered_on,
                **more,
            )
            add(first, second, "partner")
            add(second, first, "partner")
            for parent in (first, second):
                add(parent, child, "child")
                add(child, parent, "parent", is_responsible=parent is first)


def _corrections(cast: Cast, lives: list[Any], cases: list[Case]) -> None:
    """One request to correct that waits for an answer, for each partner of each pilot."""
    asks = (
        (K.IND, "procedure", Procedure, K.DTV),
        (K.DTV, "departure_plan", DeparturePlan, K.IND),
        (K.AVIM, "research", IdentityResearch, K.MUNICIPALITY),
        (K.NGO, "contact", Contact, K.MUNICIPALITY),
        (K.MUNICIPALITY, "allowance", Allowance, K.DTV),
    )
    accounts = {K.IND: "ind", K.DTV: "dtv", K.MUNICIPALITY: "gemeente"}
    made = []
    for place, pilot in cast.pilots.items():
        for owner, slug, model, asker in asks:
            asking, owning = (
                cast.teams[place, asker, F.GENERAL],
                cast.teams[place, owner, F.GENERAL],
            )
            record = (
                model._base_manager.filter(
                    case__pilot=pilot,
                    author_team=owning,
                    team_ids__contains=[asking.pk, owning.pk],
                    ended_at=None,
                    visibility=V.PERMITTED_PARTNERS,
                )
                .select_related("case")
                .order_by("-recorded_at", "pk")
                .first()
            )
            if record is None:
                continue
            made.append(
                CorrectionRequest(
                    case=record.case,
                    author_team=asking,
                    author=cast.workers[accounts[K(asker)], place],
                    category=record.record_category,
                    record_kind=slug,
                    record_reference=record.reference,
                    text="Volgens onze stukken klopt de datum niet. Wilt u dit nakijken?",
                    to_team=owning,
                    visibility=V.OWN_ORGANISATION,
                )
            )
    written_in_bulk(made)
