"""R21 is written once in SQL; here it is said again in plain Python, and both must show the same
rows."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings

from casework.cases.case_reader import CaseReader
from casework.cases.filters import CaseFilter
from casework.cases.progress import Progress, StepTaken, step_to
from casework.dossiers.rows import seen_by
from casework.models import (
    AddressReading,
    Case,
    CaseUserObjectPermission,
    Clash,
    ColumnMapping,
    Consent,
    ContactRequest,
    Export,
    Hit,
    IdentityValue,
    Import,
    ImportFile,
    ImportRow,
    Involvement,
    Judgement,
    Location,
    LocationAddress,
    Note,
    Person,
    Question,
    Stay,
)
from governance.access.clearance import NoScope, acting_as, enter
from governance.access.enums import Category
from governance.models import ConvenantGroupObjectPermission, ConvenantParty
from partners.accountability.history import written_in_bulk
from tests import factories as make
from tests.access.world import ADDRESSED, STATES, SUPPLIED, TABLES, Period, World, day, worlds

KIND_OF = {
    "contact": {
        "guidance": "guidance_talk",
        "departure": "departure_interview",
        "legal_aid": "legal_consultation",
    },
    "signal": {
        "medical_limitation": "health_risk",
        "contact_shelter": "missing",
        "identity": "identity_doubt",
        "public_order": "public_order",
    },
}

COMPARED = 100
SEARCHED = 3000


class Built:
    """A world written down in the database, as its owner."""

    def __init__(self, world: World) -> None:
        today = timezone.localdate()
        rights = {
            right.codename: right
            for right in Permission.objects.filter(content_type__model="convenant")
        }
        self.organisations = organisations = [
            make.OrganisationFactory(kind=world.kinds[number])
            for number in range(world.organisations)
        ]
        pilots = [
            make.PilotFactory(
                state=facts.state, closes_on=day(facts.closes, today), municipality=organisations[0]
            )
            for facts in world.pilots
        ]
        self.teams = [
            make.TeamFactory(
                pilot=pilots[pilot], organisation=organisations[organisation], function=function
            )
            for pilot, organisation, function in world.teams
        ]
        self.users = [make.UserFactory() for _ in range(world.users)]
        for number in world.closed_accounts:
            self.users[number].is_active = False
            self.users[number].save()
        for user, team, role, period in world.memberships:
            make.MembershipFactory(
                user=self.users[user],
                team=self.teams[team],
                role=role,
                since=day(period.since, today),
                until=day(period.until, today),
            )
        for facts in world.convenants:
            convenant = make.ConvenantFactory(
                pilot=pilots[facts.pilot],
                kind=facts.kind,
                in_force_from=day(facts.period.since, today) if facts.begun else None,
                in_force_until=day(facts.period.until, today) if facts.begun else None,
            )
            for organisation, signed in facts.parties.items():
                ConvenantParty.objects.create(
                    convenant=convenant,
                    organisation=organisations[organisation],
                    signed_on=day(signed, today),
                )
            ConvenantGroupObjectPermission.objects.bulk_create(
                ConvenantGroupObjectPermission(
                    group=self.teams[team].group,
                    permission=rights[f"{verb}_{category}"],
                    content_object=convenant,
                    article="1",
                    purpose="p",
                    legal_basis="b",
                )
                for team, verb, category in facts.cells
            )
        self.parents: list[Any] = []
        people = [Person.objects.create() for _ in range(max(2, *world.people) + 1)]
        self.cases = [
            Case.objects.create(
                number=str(number),
                person=people[world.people[number]],
                lead_team=self.teams[lead],
                pilot=self.teams[lead].pilot,
            )
            for number, lead in enumerate(world.cases)
        ]
        self.steps: dict[int, tuple[int, str]] = {}
        for number, (case, states) in enumerate(zip(self.cases, world.states, strict=True)):
            for state in states:
                make.in_state(case, state)
                step = step_to(case.progress, "T1", None, today)
                step.save()
                self.steps[step.pk] = (number, state)
        self.people = people
        self.links = [
            Judgement.objects.create(
                one=people[one],
                other=people[other],
                answer="same",
                reason="gelijk",
                said_by=self.users[0],
            )
            for one, other in world.links
        ]
        taking_part = written_in_bulk(
            [
                make.InvolvementFactory.build(
                    case=self.cases[case],
                    team=self.teams[team],
                    since=day(period.since, today),
                    until=day(period.until, today),
                    ground=world.grounds.get((case, team), "cooperation"),
                )
                for (case, team), period in world.involvements.items()
            ]
        )
        self.involvements = dict(zip(world.involvements, taking_part, strict=True))
        view = Permission.objects.get(codename="view_case")
        for (user, case), (categories, period) in world.grants.items():
            CaseUserObjectPermission.objects.create(
                user=self.users[user],
                permission=view,
                content_object=self.cases[case],
                categories=sorted(categories),
                since=day(period.since, today),
                until=day(period.until, today),
                reason="beoordeling",
                kind="review_team",
            )
        for case, team, period, withdrawn, by in world.consents:
            make.ConsentFactory(
                case=self.cases[case],
                team=self.teams[team],
                author_team=self.teams[by],
                since=day(period.since, today),
                until=day(period.until, today),
                withdrawn_on=day(withdrawn, today),
            )
        self.records = []
        for number, facts in enumerate(world.records):
            common = {
                "case": self.cases[facts.case],
                "author_team": self.teams[facts.author],
                "author": self.users[0],
                "visibility": facts.visibility,
                "shared_team_ids": sorted(self.teams[t].pk for t in facts.shared),
                "shared_until": day(facts.shared_until, today),
            }
            if facts.source is not None:
                common["source_team"] = self.teams[facts.source]
            extra: dict[str, Any] = {}
            if facts.table in ("contact", "signal"):
                extra = {"kind": KIND_OF[facts.table][facts.category]}
            elif facts.table == "note":
                extra = {"category": facts.category}
            elif facts.table in ADDRESSED:
                extra = {"to_team": self.teams[facts.to]}
                extra |= {"category": facts.category} if facts.table == "correctionrequest" else {}
            elif facts.table == "stay":  # one after the other
                extra = {
                    "since": today - timedelta(days=100 - number),
                    "until": today - timedelta(days=99 - number),
                }
            elif facts.table == "relation" and facts.other is not None:
                extra = {"other": self.people[world.people[facts.other]], "other_name": ""}
            elif parent := {"procedurestep": "procedure", "traveldocumentstep": "application"}.get(
                facts.table
            ):
                above = make.RECORDS["procedure" if parent == "procedure" else "traveldocument"](
                    **common | {"visibility": facts.parent_visibility}
                )
                self.parents.append(above)
                extra = {parent: above}
            elif facts.table == "position" or (
                facts.table == "conferencedecision" and facts.of_item
            ):
                item = make.RECORDS["agendaitem"](
                    **common
                    | {
                        "visibility": facts.parent_visibility,
                        "shared_until": None,
                        "source_team": None,
                        "shared_team_ids": sorted(self.teams[t].pk for t in facts.parent_shared),
                    }
                )
                self.parents.append(item)
                extra = {"item": item}
            elif above := make.PARENTS.get(facts.table):
                field, name = above
                apart = today - timedelta(days=500 - 2 * number)
                period = (
                    {"since": apart, "until": apart + timedelta(days=1)} if name == "stay" else {}
                )
                case, author = self.cases[facts.case], self.teams[facts.author]
                self.parents.append(make.RECORDS[name](case=case, author_team=author, **period))
                extra = {field: self.parents[-1]}
            self.records.append(make.RECORDS[facts.table](**common, **extra))

    def beside(self, world: World) -> list[tuple[Any, Callable[[int], bool]]]:
        """A row of every table that is no record of a case, and who sees it: clashes, questions,
        hits, requests for contact, locations, addresses and their readings, lists that go in and
        out."""
        now, user = timezone.now(), self.users[0]
        pilots = [self.teams[0].pilot, self.teams[2].pilot]
        where = [world.teams[lead][0] for lead in world.cases]
        rows: list[tuple[Any, Callable[[int], bool]]] = []
        for newer, older in ((1, 0), (2, 0), (2, 1)):
            clash = Clash.objects.create(
                newer_case=self.cases[newer],
                older_case=self.cases[older],
                newer_pilot=pilots[where[newer]],
                older_pilot=pilots[where[older]],
                agreeing=["v_number"],
            )
            rows.append(
                (
                    clash,
                    lambda who, n=newer, o=older: bool(
                        {where[n], where[o]} & world.coordinates(who)
                    ),
                )
            )
        for case, other in ((0, 1), (1, 1), (2, 0)):
            team = world.cases[case]
            question = Question.objects.create(
                case=self.cases[case],
                team=self.teams[team],
                asked_by=user,
                asked_at=now,
                reason="gezocht",
                pilots=[pilots[other].pk],
            )
            asked = {"asking_pilot": pilots[where[case]], "asked_by": user}
            contact = ContactRequest.objects.create(
                question=question,
                pilot=pilots[other],
                text="overleg",
                due_on=timezone.localdate(),
                **asked,
            )
            there = next(number for number in range(3) if where[number] != where[case])
            hit = Hit.objects.create(
                question=question,
                case=self.cases[there],
                pilot=pilots[where[there]],
                shielded=False,
                asking_team=self.teams[team],
                asked_at=now,
                **asked,
            )
            rows += [
                (question, lambda who, c=case, t=team: world.sees_question(who, c, t)),
                (
                    contact,
                    lambda who, c=case, t=team, o=other: (
                        o in world.coordinates(who) or world.sees_question(who, c, t)
                    ),
                ),
                (hit, lambda who, t=there: where[t] in world.coordinates(who)),
            ]
        for pilot, keeper in ((0, 1), (0, None), (1, None)):
            place = Location.objects.create(
                pilot=pilots[pilot],
                name=f"Huis {keeper}",
                kind="dwelling",
                team=None if keeper is None else self.teams[keeper],
            )
            address = LocationAddress.objects.create(
                location=place, team=place.team, address="Verborgen 1"
            )
            rows += [
                (place, lambda who, p=pilot, k=keeper: world.sees_location(who, p, k)),
                (address, lambda who, k=keeper: k in world.working(who)),
            ]
        ago = timezone.localdate() - timedelta(days=300)
        stay = make.RECORDS["stay"](case=self.cases[0], since=ago, until=ago + timedelta(days=1))
        self.parents.append(stay)
        reading = AddressReading.objects.create(
            case=self.cases[0],
            stay=stay,
            user=user,
            team=self.teams[0],
            reason="bezoek",
            read_at=now,
        )
        rows.append((reading, lambda who: world.sees_readings(who, 0)))
        upload = Import.objects.create(owner=user, team=self.teams[0], name="lijst.csv")
        row = ImportRow.objects.create(upload=upload, number=1, cells=["Ali"])
        file = ImportFile.objects.create(upload=upload, content=b"Ali")
        export = Export.objects.create(
            owner=self.users[1],
            organisation=self.teams[0].organisation,
            reason="overleg",
            format="csv",
            rows=1,
        )
        columns = ColumnMapping.objects.create(team=self.teams[0], header="naam", field="name")
        rows += [
            (upload, lambda who: who == 0 and 0 in world.working(who)),
            (row, lambda who: who == 0 and 0 in world.working(who)),
            (file, lambda who: who == 0 and 0 in world.working(who)),
            (export, lambda who: who == 1 or world.oversees(who, world.teams[0][1])),
            (columns, lambda who: 0 in world.working(who)),
        ]
        return rows


def keys(objects: Any) -> set[int]:
    return set(objects.values_list("pk", flat=True))


def seen_by_each(cases: list[Case], teams: list[Any]) -> dict[int, set[Any]]:
    """Of the records this worker sees, which each of these teams sees: the function of seen_by, for
    all of them in one statement, because planning it takes longer than anything else here."""
    found: dict[int, set[Any]] = {team.pk: set() for team in teams}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t, r.kind, r.reference FROM unnest(%s::int[]) t, dossier_rows_of(%s, t) r",
            [list(found), [case.pk for case in cases]],
        )
        for team, kind, reference in cursor.fetchall():
            found[team].add((kind, reference))
    return found


def compare(world: World) -> None:
    built = Built(world)
    beside = built.beside(world)
    present = {type(record) for record in (*built.records, *built.parents)}
    for number, user in enumerate(built.users):
        if number in world.closed_accounts:
            with (
                pytest.raises(Exception, match="no such user"),
                transaction.atomic(),
                acting_as(user),
            ):
                pass
            continue
        with acting_as(user) as clearance:
            seen_cases = {case for case in range(3) if world.sees_case(number, case)}
            assert keys(Case.objects) == {built.cases[case].pk for case in seen_cases}
            assert keys(Person.objects) == {
                built.people[person].pk for person in range(3) if world.sees_person(number, person)
            }
            sides = {world.people[case] for case in seen_cases}
            assert keys(Judgement.objects) == {
                link.pk
                for link in built.links
                if {built.people.index(link.one), built.people.index(link.other)} <= sides
            }
            assert keys(Involvement.objects) == {
                row.pk
                for (case, team), row in built.involvements.items()
                if world.sees_involvement(number, case, team)
            }
            teams = {team.pk: team for team in built.teams}
            for case in Case.objects.all():
                reader = CaseReader(clearance, case, teams)
                shown_of = Involvement.objects.filter(case=case, counted=True)
                assert {team.pk for team in reader.partners} == set(
                    shown_of.values_list("team", flat=True)
                )
                place = built.cases.index(case)
                assert case.state == world.known_state(number, place)
                for row in shown_of:
                    which = built.teams.index(teams[row.team_id])
                    assert reader.knows_ground(row) == world.knows_ground(number, place, which)
            assert keys(StepTaken.objects) == {
                pk
                for pk, (case, state) in built.steps.items()
                if world.reads_in(number, case, STATES[state])
            }
            assert set(Progress.objects.values_list("case", flat=True)) == {
                built.cases[case].pk
                for case in range(3)
                if world.reads_in(number, case, STATES[world.states[case][-1]])
            }
            past = Progress.history.values_list("case", "state").distinct()
            assert set(past) == {
                (built.cases[case].pk, state)
                for case, state in built.steps.values()
                if world.reads_in(number, case, STATES[state])
            }
            for state in STATES:
                asked = CaseFilter(
                    {"state": state}, Case.objects.all(), clearance=clearance, teams=teams
                )
                if asked.is_valid():
                    assert {case.pk for case in asked.qs} == {
                        built.cases[case].pk
                        for case in seen_cases
                        if world.known_state(number, case) == state
                    }
            expected = {
                (type(record), record.pk)
                for facts, record in zip(world.records, built.records, strict=True)
                if world.sees_record(number, facts)
            }
            for model in present:  # the others are empty for everybody
                wanted = {pk for kind, pk in expected if kind is model}
                shown = keys(model.objects) - {
                    row.pk for row in built.parents if type(row) is model
                }
                assert shown == wanted, model
                # History shows exactly the rows whose live row shows.
                past = set(model.history.values_list("id", flat=True))
                assert past - {row.pk for row in built.parents if type(row) is model} == wanted
            for model in {type(row) for row, _sees in beside}:
                assert keys(model.objects) == {
                    row.pk for row, sees in beside if type(row) is model and sees(number)
                }, model
            # Of what I see, what one team sees: as if somebody of only that team asked.
            shown_cases = list(Case.objects.all())
            seen_of = seen_by_each(shown_cases, built.teams)
            assert seen_of[built.teams[number].pk] == seen_by(shown_cases, built.teams[number].pk)
            for team in range(len(world.teams)):
                staffed = any(team in world.seats(somebody) for somebody in range(world.users))
                members = (
                    [(9, team, "caseworker", Period(-9, None))] if staffed else []
                )  # a team of nobody sees nothing
                of_team = replace(world, memberships=members, grants={})
                both = {
                    record.reference
                    for facts, record in zip(world.records, built.records, strict=True)
                    if world.sees_record(number, facts)
                    and world.sees_case(number, facts.case)
                    and of_team.sees_record(9, facts)
                }
                mine = {record.reference for record in built.records}
                shown_team = {reference for _kind, reference in seen_of[built.teams[team].pk]}
                assert shown_team & mine == both
            assert set(Case.history.values_list("id", flat=True)) == keys(Case.objects)
            # Loading whole objects passes the second wall exactly for these rows.
            for model in (Case, Person, Consent, *present):
                list(model.objects.all())
            # Python's clearance agrees with the database on every category.
            for case in Case.objects.all():
                position = built.cases.index(case)
                for category in (
                    "identity",
                    "contact_shelter",
                    "guidance",
                    "departure",
                    "medical_limitation",
                ):
                    reads = world.granted(number, position, category) or any(
                        world.involved(position, team) and world.cell(team, "read", category)
                        for team in world.seats(number)
                    )
                    assert clearance.reads(case, Category(category)) == reads


PHASES = [Phase.explicit, Phase.reuse, Phase.generate]
if not os.environ.get("LVV_MUTANTS"):  # there the first failure is enough, however large its world
    PHASES += [Phase.shrink]
common_settings = settings(
    deadline=None, suppress_health_check=list(HealthCheck), print_blob=True, phases=PHASES
)


def rolled_back(world: World) -> None:
    with transaction.atomic():
        compare(world)
        transaction.set_rollback(True)


@pytest.mark.long
@pytest.mark.django_db
@given(world=worlds())
@settings(common_settings, max_examples=COMPARED)
def test_database_and_plain_definition_show_the_same_rows(world: World) -> None:
    rolled_back(world)


@pytest.mark.slow
@pytest.mark.django_db
@given(world=worlds())
@settings(common_settings, max_examples=SEARCHED)
def test_database_and_plain_definition_show_the_same_rows_in_many_worlds(world: World) -> None:
    rolled_back(world)


@pytest.mark.django_db
def test_the_tests_own_the_tables_and_ask_as_the_web(cast: Any) -> None:
    def role() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            return cursor.fetchone()[0]

    assert role() == "lvv_owner"
    with acting_as(cast.owner):
        assert role() == "lvv_app"
    assert role() == "lvv_owner"


@pytest.mark.django_db
def test_without_a_scope_there_are_no_rows(cast: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE lvv_app")
        for model in (Case, Person, IdentityValue, Note, Stay, Involvement):
            assert not model.objects.exists()
            assert not model.history.exists()
        cursor.execute("RESET ROLE")
    assert Case.objects.exists()


@pytest.mark.django_db
def test_two_workers_never_share_a_transaction(cast: Any) -> None:
    with (
        acting_as(cast.owner),
        pytest.raises(Exception, match="another user has entered"),
        acting_as(cast.partner),
    ):
        pass


def test_a_scope_needs_a_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "governance.access.clearance.connection", SimpleNamespace(in_atomic_block=False)
    )
    with pytest.raises(NoScope):
        enter(make.UserFactory.build())


def test_every_table_of_records_is_compared(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, supplied, addressed FROM access_record_table")
        declared = {
            name.removeprefix("casework_"): (supplied, addressed)
            for name, supplied, addressed in cursor.fetchall()
        }
    assert set(declared) == {*TABLES, "consent"}
    assert {name for name, (supplied, _) in declared.items() if supplied} == set(SUPPLIED)
    assert {name for name, (_, addressed) in declared.items() if addressed} == set(ADDRESSED)
