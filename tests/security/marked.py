"""A world of two pilots in which each free text is a marker of its own, and which rows each account
may read of it, by the plain definition in tests/access/world.py."""

import random
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import Error, connection, models, transaction
from django.utils import timezone

from casework.cases.progress import CorrectedDay, Progress, StepTaken
from casework.models import (
    AddressReading,
    Case,
    CaseUserObjectPermission,
    Consent,
    CriteriaList,
    CustodyTransfer,
    DecisionCopy,
    Export,
    FormalDecision,
    GuidanceTicked,
    IdentityValue,
    Involvement,
    Judgement,
    LetterTemplate,
    Location,
    Meeting,
    MeetingGuest,
    MeetingTeam,
    Person,
    Transfer,
)
from casework.records.models import Record
from governance.convenants.template_convenant import (
    CARRIES,
    COLUMNS,
    LETTERS,
    MATRIX,
    PARTIES,
    VERBS,
)
from governance.models import (
    Approval,
    Convenant,
    ConvenantArticle,
    ConvenantGroupObjectPermission,
    Draft,
    Printout,
    PrintoutSheet,
    Proposal,
)
from partners.models import User
from partners.organisations.enums import Role
from tests import factories as make
from tests.access.test_r21 import Built
from tests.access.world import (
    JOINT,
    POLICE,
    SUPPLIED,
    TABLES,
    ConvenantFacts,
    Period,
    PilotFacts,
    RecordFacts,
    World,
)

SEED = 20250301
# A V-number is a marker too; pages write it in groups.
MARKER = re.compile(r"zq\d{6}x|27\d{8}", re.IGNORECASE)
GROUPS = re.compile(r"(?<=\d)[ \xa0](?=\d)")
KEY = re.compile(r"\b88\d{8}\b")  # a key of a row of casework: it would tell how many there are
LONG = 9  # the shortest column that holds a marker
APPS = ("casework", "governance", "partners")
# What people do not type freely, is derived from something else, or is known to everybody who
# signs in: what takes part, and who works there.
NOT_TYPED = {
    "case.number", "case.number_end", "steptaken.number", "custodytransfer.number",
    "correctionrequest.record_kind", "task.rule", "briefing.text_version",
    "identityvalue.key", "identityvalue.sounds", "export.format", "columnmapping.field", "draft.key",
    "draft.page", "printout.kind", "printout.page", "printout.digest", "printout.language", "formtoken.result", "convenantarticle.number", "convenant.form", "import.stopped",
    "importrow.claim", "organisation.name", "pilot.name", "pilot.slug", "user.password", "user.username",
    "user.name", "user.email", "invitation.token_hash", "session.session_data",
    "case.team_reveals", "person.v_number", "clash.agreeing", "case.shielded_reason", "caseuserobjectpermission.categories",
}  # fmt: skip
LOGS = {"auditentry", "processingentry", "session"}
# The one JSON of which every value is typed.
TYPED_JSON = {"draft.fields"}

KINDS = ["municipality", "ngo", "ind", "avim", "dtv", "iom", "coa", "ngo", "ministry"]
TEAMS = [
    (0, 0, "general"), (0, 1, "general"), (1, 0, "general"), (0, POLICE, "general"), (0, 1, "legal"),
    (0, 1, "care"), (0, 1, "shelter"), (0, 2, "general"), (0, 4, "general"), (0, 5, "general"),
    (0, 6, "general"), (1, 7, "general"), (1, POLICE, "general"), (1, 4, "general"), (0, 7, "general"),
]  # fmt: skip
STILL, LAPSED = Period(-10, None), Period(-10, 0)
# Who works in a team: as what, and since when.
WORKERS = {
    "municipality": (0, "caseworker", STILL), "coordinator": (0, "coordinator", STILL),
    "ngo": (1, "caseworker", STILL), "ngo coordinator": (1, "coordinator", STILL),
    "legal aid": (4, "caseworker", STILL), "care": (5, "caseworker", STILL),
    "shelter": (6, "caseworker", STILL), "ind": (7, "caseworker", STILL), "dtv": (8, "caseworker", STILL),
    "avim": (3, "caseworker", STILL), "iom": (9, "caseworker", STILL), "coa": (10, "caseworker", STILL),
    "other ngo": (14, "caseworker", STILL), "who left": (0, "caseworker", LAPSED),
    "municipality there": (2, "caseworker", STILL), "coordinator there": (2, "coordinator", STILL),
    "ngo there": (11, "caseworker", STILL), "avim there": (12, "caseworker", STILL),
    "guest": (13, "caseworker", STILL),
}  # fmt: skip
# Who holds an office in an organisation, and works on no case.
OFFICES = {
    "officer": (0, Role.PRIVACY_OFFICER), "ngo officer": (1, Role.PRIVACY_OFFICER),
    "ind officer": (2, Role.PRIVACY_OFFICER), "avim officer": (POLICE, Role.PRIVACY_OFFICER),
    "protection officer": (0, Role.DATA_PROTECTION_OFFICER), "administrator": (0, Role.FUNCTIONAL_ADMIN),
    "ministry administrator": (8, Role.FUNCTIONAL_ADMIN), "ministry": (8, Role.ANALYST),
    "analyst": (0, Role.ANALYST),
}  # fmt: skip
ACCOUNTS = [*WORKERS, *OFFICES]
GUEST = ACCOUNTS.index("guest")
SHUT = "who left"


def agreed(pilot: int, kind: str) -> ConvenantFacts:
    """The model matrix between the organisations of this pilot."""
    cells = set()
    for number, (where, organisation, function) in enumerate(TEAMS):
        if where == pilot and KINDS[organisation] in CARRIES[kind]:
            column = COLUMNS.index((KINDS[organisation], function))
            for category, row in MATRIX.items():
                verbs = VERBS[LETTERS[row.split()[column]]]
                cells |= {(number, verb, category.value) for verb in verbs}
    here = {organisation for where, organisation, _function in TEAMS if where == pilot}
    parties = {one: -5 for one in here if KINDS[one] in PARTIES[kind]}
    return ConvenantFacts(pilot, kind, STILL, True, parties, cells)


def drawn_records(
    chance: random.Random, involvements: dict[tuple[int, int], Period]
) -> Iterator[RecordFacts]:
    """Of each case a record of every table and category, and of the first case each with another
    visibility too; by a team that takes part."""
    for case in range(4):
        part = sorted(team for which, team in involvements if which == case)
        for table, categories in TABLES.items():
            for category in categories:
                seen = ["own_organisation", "selected_partners", "permitted_partners"]
                for visibility in chance.sample(seen, 2 if case == 0 and table not in JOINT else 1):
                    source = chance.choice(part) if chance.random() < 0.2 else None
                    yield RecordFacts(
                        case,
                        chance.choice(part),
                        category,
                        "permitted_partners" if table in JOINT else visibility,
                        frozenset(chance.sample(part, min(2, len(part)))),
                        table,
                        to=chance.choice(part),
                        parent_visibility=chance.choice(seen),
                        source=source if table in SUPPLIED else None,
                        parent_shared=frozenset(chance.sample(part, min(3, len(part)))),
                        of_item=chance.random() < 0.7,
                    )


def the_world(chance: random.Random) -> World:
    """Ten teams in the first case, one less than all in the second, the other pilot in the third,
    only the municipality in the fourth."""
    involvements = {(0, team): STILL for team, (pilot, *_rest) in enumerate(TEAMS) if pilot == 0}
    del involvements[0, 14]
    involvements |= {(1, team): STILL for team in (1, 0, 7, 8)} | {(1, 3): Period(-10, -1)}
    involvements |= {(2, team): STILL for team in (2, 12, 13)} | {(3, 0): STILL}
    of_function = {"shelter": "stay", "care": "care", "legal": "legal_aid"}
    of_kind = {"dtv": "made_known", "ind": "dossier_request"}
    grounds = {
        (case, team): of_function.get(TEAMS[team][2])
        or of_kind.get(KINDS[TEAMS[team][1]], "cooperation")
        for case, team in involvements
    }
    return World(
        pilots=[PilotFacts("open", None), PilotFacts("open", None)],
        teams=TEAMS,
        memberships=[
            (user, team, role, period) for user, (team, role, period) in enumerate(WORKERS.values())
        ],
        convenants=[
            agreed(pilot, kind) for pilot in (0, 1) for kind in ("convenant", "ngo_agreement")
        ],
        cases=[0, 1, 2, 0],
        involvements=involvements,
        grants={(GUEST, 1): (frozenset({"identity", "departure", "conference"}), Period(-1, 5))},
        consents=[(0, 1, Period(-5, 10), None, 5)],
        records=list(drawn_records(chance, involvements)),
        closed_accounts=set(),
        users=len(ACCOUNTS),
        organisations=len(KINDS),
        kinds=KINDS,
        grounds=grounds,
        people=[0, 1, 2, 3],
        links=[(1, 2)],
        states=[
            ["in_conference", "admitted", "in_guidance"],
            ["in_conference", "admitted"],
            ["registered", "in_guidance"],
            ["in_guidance", "exited"],
        ],
        offices=[
            (len(WORKERS) + number, organisation, role.value)
            for number, (organisation, role) in enumerate(OFFICES.values())
        ],
    )


Row = tuple[type[models.Model], int]


def keys_are_known_by_sight() -> None:
    """The keys of persons, cases, records and meetings begin at a number that occurs nowhere else
    (`KEY`). A location is chosen by its key: it is a place of which a pilot has a handful."""
    models = set(apps.get_app_config("casework").get_models()) - {Location}
    with connection.cursor() as cursor:
        for model in models:
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)",
                [model._meta.db_table, 8_800_000_001],
            )


class Marked(Built):
    """That world in the database, with the place of every marker."""

    def __init__(self) -> None:
        chance = random.Random(SEED)
        keys_are_known_by_sight()
        self.world = the_world(chance)
        super().__init__(self.world)
        self.chance = chance
        self.markers: dict[str, Row] = {}
        self.numbers: dict[str, int] = {}
        self.number_the_people()
        self.rules: list[tuple[Any, Callable[[int], bool]]] = self.beside(self.world)
        self.add_offices()
        self.add_the_rest()
        self.columns: set[str] = set()
        self.bare: set[str] = set()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for model in marked_models():
            self.mark(model)
        self.mark_numbers()
        self.teams_by_pk = {team.pk: number for number, team in enumerate(self.teams)}
        self.rows = {row: self.readers(*row) for row in set(self.markers.values())}

    def user(self, name: str) -> User:
        return self.users[ACCOUNTS.index(name)]

    def add_offices(self) -> None:
        for name, (organisation, role) in OFFICES.items():
            make.MembershipFactory(
                office=True,
                user=self.user(name),
                team=None,
                organisation=self.organisations[organisation],
                role=role,
            )

    def add_the_rest(self) -> None:
        """What is no record of a case, and of which the worlds drawn at random know nothing."""
        world, today = self.world, timezone.localdate()
        here, there = self.teams[0].pilot, self.teams[2].pilot
        coordinator = self.user("coordinator")
        for pilot, team in ((here, 0), (there, 2)):
            CriteriaList.objects.create(pilot=pilot, version=1, criteria=["Wil meewerken"])
            LetterTemplate.objects.create(pilot=pilot, kind="refused", version=1, text="Geachte,")
            make.mandate(pilot)
            agreement = Convenant.objects.filter(pilot=pilot, kind="convenant").get()
            ConvenantArticle.objects.create(
                convenant=agreement, number="9", title="Artikel", text="Tekst"
            )
            asked = Proposal.objects.create(
                convenant=agreement,
                changes={str(self.teams[team].pk): {"guidance": "read"}},
                explanation="nodig",
                legal_basis="AVG",
                purpose="samen",
                article="9",
                proposed_by=coordinator,
            )
            for organisation in {t.organisation for t in self.teams if t.pilot == pilot}:
                Approval.objects.create(proposal=asked, organisation=organisation, cells=[])
        for meeting in Meeting.objects.order_by("pk"):
            MeetingGuest.objects.create(meeting=meeting, name="Een gast", capacity="arts")
            guest = next(team for team in self.teams if team.pilot == meeting.pilot)
            MeetingTeam.objects.create(meeting=meeting, team=guest, present=True)
        for number in range(0, world.users, 2):
            Draft.objects.create(
                owner=self.users[number],
                key=f"note:{self.cases[0].reference}",
                fields={"text": ""},
            )
            printout = Printout.objects.create(
                owner=self.users[number], kind="minutes", subject=uuid.uuid4(), language="nl",
                page="/lso/", filename="x.pdf", digest="x", state="ready",
            )  # fmt: skip
            PrintoutSheet.objects.create(printout=printout, number=1, name="x", content=b"x")
        Transfer.objects.create(
            case=self.cases[1], pilot=here, to_pilot=there, text="x", wanted_on=today,
            offered_by=coordinator,
        )  # fmt: skip
        CustodyTransfer.objects.create(
            case=self.cases[3], pilot=here, number=self.cases[3].number, basis="package",
            recipient="x", agreed="x", made_by=coordinator,
            package=uuid.uuid4(),
        )  # fmt: skip
        for step, (number, _state) in self.steps.items():
            CorrectedDay.objects.create(
                case=self.cases[number], step_id=step, version=1, was_on=today, on=today, why="x",
                team=self.teams[0], by=coordinator,
            )  # fmt: skip
        for decision in FormalDecision.objects.order_by("pk"):
            DecisionCopy.objects.create(decision=decision, name="x")
        self.cases[3].refresh_from_db()
        self.cases[3].read_only_from = today
        self.cases[3].shielded_reason = self.new((Case, self.cases[3].pk))
        self.cases[3].save()

    def new(self, row: Row) -> str:
        while (marker := f"zq{self.chance.randrange(1_000_000):06d}x") in self.markers:
            pass
        self.markers[marker] = row
        return marker

    def mark(self, model: type[models.Model]) -> None:
        """Past the triggers of the table: what a text says is nothing to what it stands in."""
        table = model._meta.db_table
        live = getattr(model, "instance_type", model)
        columns = typed_columns(live)
        keys = list(model._base_manager.values_list("pk", "id" if live is not model else "pk"))
        if not (columns and keys):
            return
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            for field in columns:
                name = f"{model._meta.model_name}.{field.name}"
                if not self.written(cursor, model, field, [(pk, (live, of)) for pk, of in keys]):
                    self.bare.add(name)
                else:
                    self.columns.add(name)
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")

    def written(self, cursor: Any, model: Any, field: Any, rows: list[tuple[int, Row]]) -> bool:
        """True if one of these rows took its marker. Where one of them may not say anything, each is
        tried by itself."""
        markers = {pk: self.new(row) for pk, row in rows}
        form = "%s"
        if isinstance(field, ArrayField):
            form = "ARRAY[%s]"
        elif isinstance(field, models.JSONField):
            form = "jsonb_build_object('text', %s)"
        said = form % "m.said"
        try:
            with transaction.atomic():
                cursor.execute(
                    f'UPDATE {model._meta.db_table} t SET "{field.column}" = {said}'
                    f" FROM unnest(%s::text[], %s::text[]) m(key, said)"
                    f" WHERE t.{model._meta.pk.column}::text = m.key",
                    [[str(pk) for pk in markers], list(markers.values())],
                )
        except Error:
            for marker in markers.values():
                del self.markers[marker]
            if len(rows) == 1:
                return False
            return any([self.written(cursor, model, field, [row]) for row in rows])
        return True

    def number_the_people(self) -> None:
        """Before two pilots have anything to settle: another number withdraws what they had."""
        for case in self.cases:
            value = f"27{self.chance.randrange(10_000_000, 100_000_000)}"
            row = make.NameFactory(
                case=case, kind="v_number", value=value, author_team=case.lead_team
            )
            self.numbers[value] = row.pk

    def mark_numbers(self) -> None:
        table = IdentityValue._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            for value, pk in self.numbers.items():
                cursor.execute(f"UPDATE {table} SET value = %s WHERE id = %s", [value, pk])
                self.markers[value] = (IdentityValue, pk)
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")

    def found_in(self, text: str) -> set[str]:
        """The markers that stand in a text."""
        said = {marker.lower() for marker in MARKER.findall(GROUPS.sub("", text))}
        return said & self.markers.keys()

    def of_admin(self, name: str) -> list[Any]:
        """Rows of the administration: those of the accounts here, and all of what is not of one."""
        rows = apps.get_model("partners", name)._base_manager.order_by("pk")
        if name == "user":
            return list(rows.filter(pk__in=[user.pk for user in self.users]))
        return list(rows)

    # Who reads a row.

    def readers(self, model: type[models.Model], pk: int) -> set[int]:
        row = model._base_manager.filter(pk=pk).first()
        if row is None:
            return set()
        sees = next((sees for known, sees in self.rules if known == row), None) or self.rule(row)
        return {user for user in range(self.world.users) if sees(user)}

    def place(self, team_id: int | None) -> int | None:
        return None if team_id is None else self.teams_by_pk[team_id]

    def facts(self, row: Record) -> RecordFacts:
        """What the plain definition asks of a record, as it stands in its row."""

        def offset(day: date | None) -> int | None:
            return None if day is None else (day - timezone.localdate()).days

        parent = getattr(row, "procedure", None) or getattr(row, "application", None)
        item = getattr(row, "item", None)
        above = parent or item
        person = getattr(row, "other_id", None) if type(row).__name__ == "Relation" else None
        case = next(number for number, case in enumerate(self.cases) if case.pk == row.case_id)
        asked = row.team_id if isinstance(row, Consent) else getattr(row, "to_team_id", None)
        return RecordFacts(
            case=case,
            author=self.teams_by_pk[row.author_team_id],
            category=str(row.record_category),
            visibility=row.visibility,
            shared=frozenset(self.teams_by_pk[team] for team in row.shared_team_ids),
            table=type(row)._meta.model_name or "",
            shared_until=offset(row.shared_until),
            to=-1 if asked is None else self.teams_by_pk[asked],
            parent_visibility=above.visibility if above else "permitted_partners",
            other=next((n for n, p in enumerate(self.people) if p.pk == person), None),
            source=self.place(row.source_team_id),
            parent_shared=frozenset(self.teams_by_pk[team] for team in item.shared_team_ids)
            if item
            else frozenset(),
            of_item=item is not None,
        )

    def case_of(self, pk: int) -> int:
        return next(number for number, case in enumerate(self.cases) if case.pk == pk)

    def pilot_of(self, pk: int) -> int:
        return TEAMS[next(n for n, team in enumerate(self.teams) if team.pilot_id == pk)][0]

    def rule(self, row: Any) -> Callable[[int], bool]:
        world = self.world
        if isinstance(row, Record):
            facts = self.facts(row)
            return lambda user: world.sees_record(user, facts)
        if isinstance(row, DecisionCopy):  # as if the team that decided kept it
            facts = replace(self.facts(row.decision), visibility="own_organisation")
            return lambda user: world.sees_record(user, facts)
        if isinstance(row, Case):
            place = self.case_of(row.pk)
            return lambda user: world.sees_case(user, place)
        if isinstance(row, Person):
            person = self.people.index(row)
            return lambda user: world.sees_person(user, person)
        if isinstance(row, Involvement):
            case, team = self.case_of(row.case_id), self.teams_by_pk[row.team_id]
            return lambda user: world.sees_involvement(user, case, team)
        if isinstance(row, CaseUserObjectPermission):
            case = self.case_of(row.content_object_id)
            return lambda user: world.sees_case(user, case)
        if isinstance(row, Judgement):
            sides = [world.people.index(self.people.index(one)) for one in (row.one, row.other)]
            return lambda user: all(world.sees_case(user, case) for case in sides)
        if isinstance(row, Draft | Printout | PrintoutSheet):
            owner = row.printout.owner_id if isinstance(row, PrintoutSheet) else row.owner_id
            return lambda user: self.users[user].pk == owner
        if isinstance(row, Meeting | MeetingTeam | MeetingGuest):
            meeting = row if isinstance(row, Meeting) else row.meeting
            pilot = self.pilot_of(meeting.pilot_id)
            about = {self.case_of(item.case_id) for item in meeting.items.all()}
            return lambda user: world.sees_meeting(user, pilot, about)
        if isinstance(row, CriteriaList | LetterTemplate):
            pilot = self.pilot_of(row.pilot_id)
            return lambda user: world.works_in(user, pilot)
        if isinstance(row, Transfer):
            case, to = self.case_of(row.case_id), self.pilot_of(row.to_pilot_id)
            return lambda user: world.sees_transfer(user, case, to)
        if isinstance(row, CustodyTransfer):
            case, pilot = self.case_of(row.case_id), self.pilot_of(row.pilot_id)
            return lambda user: world.sees_package(user, case, pilot)
        if isinstance(row, StepTaken | CorrectedDay):
            step = row if isinstance(row, StepTaken) else row.step
            case = self.case_of(step.case_id)
            return lambda user: world.reads_in(user, case, step.category)
        if isinstance(row, Export | AddressReading | GuidanceTicked | Progress):
            return lambda user: False  # said by those who made them
        agreement = self.agreement_of(row)
        if agreement is not None:
            pilot = self.pilot_of(agreement.pilot_id)
            return lambda user: world.sees_agreement(user, pilot)
        return lambda user: True  # who takes part, known to all

    def agreement_of(self, row: Any) -> Convenant | None:
        if isinstance(row, Convenant):
            return row
        if isinstance(row, ConvenantGroupObjectPermission):
            return row.content_object
        if isinstance(row, Approval):
            return row.proposal.convenant
        return getattr(row, "convenant", None)

    def finds(self, account: int, row: Row) -> bool:
        """That it is there."""
        if row not in self.rows:
            self.rows[row] = self.readers(*row)
        return account in self.rows[row]

    def may_read(self, account: int, row: Row) -> bool:
        """What it says: why a team takes part, not everybody who finds that it does may read."""
        model, pk = row
        if not self.finds(account, row) or model is not Involvement:
            return self.finds(account, row)
        part = Involvement.objects.get(pk=pk)
        case, team = self.case_of(part.case_id), self.teams_by_pk[part.team_id]
        return self.world.knows_ground(account, case, team)


def typed_columns(model: type[models.Model]) -> list[Any]:
    found = []
    for field in model._meta.concrete_fields:
        name = f"{model._meta.model_name}.{field.name}"
        inner = field.base_field if isinstance(field, ArrayField) else field
        text = isinstance(inner, models.CharField | models.TextField) and not inner.choices
        short = inner.max_length is not None and inner.max_length < LONG
        if name in TYPED_JSON or (
            text and not short and name not in NOT_TYPED and not field.primary_key
            and not field.name.startswith("history_")
        ):  # fmt: skip
            found.append(field)
    return found


def marked_models() -> list[type[models.Model]]:
    return [
        model
        for model in apps.get_models()
        if model._meta.app_label in APPS
        and model._meta.managed
        and getattr(model, "instance_type", model)._meta.model_name not in LOGS
    ]
