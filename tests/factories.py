"""Ordinary, valid objects. Written as the owner of the tables; tests ask as workers."""

import uuid
from datetime import time, timedelta
from typing import Any

import factory
from django.contrib.auth.models import Group
from django.utils import timezone
from factory import LazyAttribute, SelfAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from casework.cases.enums import Ground
from casework.cases.progress import LEFT_STATES, at, begin, step_to
from casework.models import (
    Absence,
    Action,
    AgendaItem,
    Allowance,
    Briefing,
    Case,
    ConferenceDecision,
    Confirmation,
    Consent,
    Contact,
    CorrectionRequest,
    CriteriaList,
    DeparturePlan,
    DestinationReport,
    DossierRequest,
    Escalation,
    EscalationPart,
    Exit,
    FollowUpCheck,
    FormalDecision,
    Goal,
    IdentityDocument,
    IdentityResearch,
    IdentityValue,
    Intake,
    IntakeReport,
    Involvement,
    LegalAid,
    Location,
    Mediation,
    MedicalLimitation,
    MedicalRecord,
    Meeting,
    Note,
    Person,
    Position,
    Procedure,
    ProcedureStep,
    Reachability,
    ReceptionHandover,
    Relation,
    ResidenceTitle,
    ReturnSupport,
    Scenario,
    ServiceDossier,
    Signal,
    Stay,
    Supervision,
    Task,
    TravelDocument,
    TravelDocumentStep,
)
from casework.register.enums import ValueKind
from casework.shelter.enums import StayGround
from governance.access.enums import Category, Visibility
from governance.models import Convenant, MandateDecision
from partners.accountability.history import insert
from partners.models import Membership, Organisation, Pilot, Team, User
from partners.organisations.enums import OrganisationKind, Role


class OrganisationFactory(DjangoModelFactory):
    class Meta:
        model = Organisation

    name = Sequence(lambda n: f"Organisatie {n}")
    kind = OrganisationKind.NGO


class PilotFactory(DjangoModelFactory):
    class Meta:
        model = Pilot

    quorum = 1  # tests of other things decide without saying who was there

    name = Sequence(lambda n: f"Pilot {n}")
    slug = Sequence(lambda n: f"pilot-{n}")
    municipality = SubFactory(
        OrganisationFactory,
        kind=OrganisationKind.MUNICIPALITY,
        name=Sequence(lambda n: f"Gemeente {n}"),
    )


class GroupFactory(DjangoModelFactory):
    class Meta:
        model = Group

    name = Sequence(lambda n: f"group {n}")


class TeamFactory(DjangoModelFactory):
    class Meta:
        model = Team

    organisation = SubFactory(OrganisationFactory)
    pilot = SubFactory(PilotFactory)
    group = SubFactory(GroupFactory)


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = Sequence(lambda n: f"worker-{n}")
    name = Sequence(lambda n: f"Medewerker {n}")
    email = LazyAttribute(lambda user: f"{user.username}@example.org")
    password = factory.django.Password("een lang wachtwoord")


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    user = SubFactory(UserFactory)
    team = SubFactory(TeamFactory)
    organisation = SelfAttribute("team.organisation")
    role = Role.CASEWORKER
    since = LazyAttribute(lambda _: timezone.localdate() - timedelta(days=30))

    class Params:
        office = factory.Trait(team=None, organisation=SubFactory(OrganisationFactory))


class PersonFactory(DjangoModelFactory):
    class Meta:
        model = Person


class CaseFactory(DjangoModelFactory):
    class Meta:
        model = Case
        skip_postgeneration_save = True

    number = LazyAttribute(lambda _: Case.objects.next_number())
    person = SubFactory(PersonFactory)
    lead_team = SubFactory(TeamFactory)
    pilot = SelfAttribute("lead_team.pilot")
    state = "registered"
    left_on = LazyAttribute(lambda o: timezone.localdate() if o.state in LEFT_STATES else None)
    days: dict[str, Any] = {}  # of earlier states of a case that came from a list
    deadline_on = None

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> Case:
        state, days = kwargs.pop("state"), kwargs.pop("days")
        deadline = kwargs.pop("deadline_on")
        if "registered_on" in kwargs:
            kwargs.setdefault("referred_on", kwargs["registered_on"])
        case: Case = super()._create(model_class, *args, **kwargs)
        row = at(case, state, case.referred_on if state == "registered" else timezone.localdate())
        row.deadline_on = deadline
        begin([row])
        insert(
            [step_to(at(case, earlier, day), "T18", None, day) for earlier, day in days.items()]
            + [step_to(row, "T1" if state == "registered" else "T18", None, row.since)]
        )
        return case

    @factory.post_generation
    def involve(self, create: bool, teams: object, **_: object) -> None:
        """The lead team is involved, and the teams given."""
        for team in [self.lead_team, *(teams or [])]:
            InvolvementFactory(case=self, team=team)
        self.refresh_from_db()

    @factory.post_generation
    def named(self, create: bool, name: str | None, **_: object) -> None:
        if name:
            NameFactory(case=self, value=name, author_team=self.lead_team)


def in_state(case: Case, state: str) -> None:
    """Bring this case into a state, also a new one, without a step."""
    case.left_on = timezone.localdate() if state in LEFT_STATES else None
    case.save()
    if case.visible_progress is None:
        begin([at(case, state, timezone.localdate())])
        case.refresh_from_db()
        return
    case.progress.move(state, timezone.localdate())
    case.progress.save()


class InvolvementFactory(DjangoModelFactory):
    class Meta:
        model = Involvement

    case = SubFactory(CaseFactory)
    team = SubFactory(TeamFactory)
    since = LazyAttribute(lambda _: timezone.localdate() - timedelta(days=10))
    ground = Ground.COOPERATION


class NameFactory(DjangoModelFactory):
    class Meta:
        model = IdentityValue

    case = SubFactory(CaseFactory)
    kind = ValueKind.NAME
    value = Sequence(lambda n: f"Naam Nummer{n}")
    author_team = SelfAttribute("case.lead_team")
    author = SubFactory(UserFactory)


class BriefingFactory(DjangoModelFactory):
    class Meta:
        model = Briefing

    case = SubFactory(CaseFactory)
    author_team = SelfAttribute("case.lead_team")
    author = SubFactory(UserFactory)
    text_version = "2026-1"
    language = "ti"
    told_on = LazyAttribute(lambda _: timezone.localdate())


class NoteFactory(DjangoModelFactory):
    class Meta:
        model = Note

    case = SubFactory(CaseFactory)
    author_team = SelfAttribute("case.lead_team")
    author = SubFactory(UserFactory)
    category = Category.GUIDANCE
    visibility = Visibility.PERMITTED_PARTNERS
    text = "Gesproken over de plannen."


class StayFactory(DjangoModelFactory):
    class Meta:
        model = Stay

    case = SubFactory(CaseFactory)
    author_team = SelfAttribute("case.lead_team")
    author = SubFactory(UserFactory)
    ground = StayGround.EMERGENCY
    visibility = Visibility.PERMITTED_PARTNERS


class PastStayFactory(StayFactory):
    """One day long ago, another one each time: two stays never overlap."""

    since = Sequence(lambda n: timezone.localdate() - timedelta(days=1000 + 2 * n))
    until = LazyAttribute(lambda o: o.since + timedelta(days=1))


class ConsentFactory(DjangoModelFactory):
    class Meta:
        model = Consent

    case = SubFactory(CaseFactory)
    author_team = SelfAttribute("case.lead_team")
    author = SubFactory(UserFactory)
    team = SubFactory(TeamFactory)
    scope = "verslag van de huisarts"
    until = LazyAttribute(lambda _: timezone.localdate() + timedelta(days=30))


class LocationFactory(DjangoModelFactory):
    class Meta:
        model = Location

    pilot = SubFactory(PilotFactory)
    name = Sequence(lambda n: f"Locatie {n}")
    kind = "group_location_24h"


def _record(record: type, **fields: object) -> type[DjangoModelFactory]:
    """A factory for one table of records: the case, its lead team as author, open to permitted
    partners."""
    common = {
        "case": SubFactory(CaseFactory),
        "author_team": SelfAttribute("case.lead_team"),
        "author": SubFactory(UserFactory),
        "visibility": Visibility.PERMITTED_PARTNERS,
    }
    meta = type("Meta", (), {"model": record})
    return type(
        f"{record.__name__}Factory", (DjangoModelFactory,), {"Meta": meta, **common, **fields}
    )


LONG_AGO = LazyAttribute(lambda _: timezone.localdate() - timedelta(days=20))
RECORDS: dict[str, type[DjangoModelFactory]] = {
    "note": NoteFactory, "identityvalue": NameFactory, "briefing": BriefingFactory, "stay": StayFactory,
    "contact": _record(Contact, kind="guidance_talk", happened_on=LONG_AGO, text="Gesprek over de plannen."),
    "identitydocument": _record(IdentityDocument, kind="passport", number="P123", seen_on=LONG_AGO),
    "relation": _record(Relation, kind="child", other_name="Een kind"),
    "identityresearch": _record(IdentityResearch, method="interview", started_on=LONG_AGO),
    "procedure": _record(Procedure, kind="repeat_asylum", applied_on=LONG_AGO),
    "residencetitle": _record(ResidenceTitle, code="98", since=LONG_AGO),
    "departureplan": _record(DeparturePlan, destination="Armenië", agreed_on=LONG_AGO, plan="Eerst papieren."),
    "traveldocument": _record(TravelDocument, kind="laissez_passer", country="Armenië", applied_on=LONG_AGO),
    "mediation": _record(Mediation, country="Armenië", requested_on=LONG_AGO, reason="Geen antwoord"),
    "returnsupport": _record(ReturnSupport, kind="ticket", requested_on=LONG_AGO),
    "supervision": _record(Supervision, kind="reporting_duty", since=LONG_AGO),
    "signal": _record(Signal, kind="public_order", happened_on=LONG_AGO, text="Lawaai."),
    "legalaid": _record(LegalAid, subject="Nieuwe aanvraag", asked_on=LONG_AGO),
    "medicallimitation": _record(MedicalLimitation, take_account_of="geen trappen", since=LONG_AGO),
    "medicalrecord": _record(MedicalRecord, happened_on=LONG_AGO, text="Bij de huisarts geweest."),
    "allowance": _record(Allowance, amount=60, since=LONG_AGO),
    "receptionhandover": _record(ReceptionHandover, place="azc", planned_on=LONG_AGO, to_team=SubFactory(TeamFactory)),
    "correctionrequest": _record(
        CorrectionRequest, category=Category.IDENTITY, record_kind="identity_value", text="Anders.",
        record_reference=LazyAttribute(lambda _: uuid.uuid4()), to_team=SubFactory(TeamFactory),
    ),
}  # fmt: skip
RECORDS["procedurestep"] = _record(
    ProcedureStep,
    stage="decision",
    happened_on=LONG_AGO,
    procedure=SubFactory(RECORDS["procedure"], case=SelfAttribute("..case")),
)
RECORDS["traveldocumentstep"] = _record(
    TravelDocumentStep,
    step="sent",
    happened_on=LONG_AGO,
    application=SubFactory(RECORDS["traveldocument"], case=SelfAttribute("..case")),
)


class MeetingFactory(DjangoModelFactory):
    class Meta:
        model = Meeting

    pilot = SubFactory(PilotFactory)
    convenant = LazyAttribute(
        lambda o: (
            Convenant.objects.filter(pilot=o.pilot).first()
            or ConvenantFactory(pilot=o.pilot, in_force_from=None)
        )
    )
    on = LazyAttribute(lambda _: timezone.localdate())
    begins_at = Sequence(lambda n: time(n // 60 % 24, n % 60))


MEETING = SubFactory(MeetingFactory, pilot=SelfAttribute("..case.pilot"))
AGENDA_ITEM = _record(
    AgendaItem,
    meeting=MEETING,
    place=1,
    why="admission",
    question="Laten we deze persoon toe tot de LVV?",
    happened_on=LONG_AGO,
)
EXIT = _record(
    Exit,
    exited_on=LONG_AGO,
    reason="left_own_request",
    outcome="trajectory_ended",
    state_before="in_guidance",
    undone_on=LONG_AGO,
)
ESCALATION = _record(
    Escalation, level="mrt", question="Is terugkeer mogelijk?", answer_due_on=LONG_AGO, adopted=True
)
DECISION = _record(ConferenceDecision, kind="commitments_set", reasons="Zo afgesproken.")


def _of(parent: type[DjangoModelFactory]) -> SubFactory:
    return SubFactory(
        parent, case=SelfAttribute("..case"), author_team=SelfAttribute("..author_team")
    )


RECORDS |= {
    "intake": _record(Intake, ended_at=LazyAttribute(lambda _: timezone.now())),
    "dossierrequest": _record(
        DossierRequest,
        of="ind",
        to_team=SelfAttribute("author_team"),
        ended_at=LazyAttribute(lambda _: timezone.now()),
    ),
    "servicedossier": _record(ServiceDossier, of="ind", result="complete", delivered_on=LONG_AGO),
    "agendaitem": AGENDA_ITEM,
    "conferencedecision": DECISION,
    "exit": EXIT,
    "escalation": ESCALATION,
    "formaldecision": _record(
        FormalDecision,
        kind="refused",
        function="burgemeester",
        reasons="Voldoet niet.",
        remedies="Bezwaar.",
        decided_on=LONG_AGO,
        effective_on=LONG_AGO,
    ),
    "goal": _record(Goal, track="return_home", text="Een paspoort"),
    "reachability": _record(
        Reachability, kind="messenger", messenger="Signal", value="06 12345678", since=LONG_AGO
    ),
    "action": _record(
        Action, what="Afspraak maken", due_on=LONG_AGO, to_team=SelfAttribute("author_team")
    ),
    "task": _record(Task, what="Uitzoeken", due_on=LONG_AGO, to_team=SelfAttribute("author_team")),
    "destinationreport": _record(DestinationReport, text="Staat als vertrokken."),
}
RECORDS |= {
    "intakereport": _record(IntakeReport, intake=_of(RECORDS["intake"]), living="Bij vrienden."),
    "position": _record(Position, item=_of(AGENDA_ITEM), stance="agree"),
    "scenario": _record(
        Scenario, scenario="return_home", since=LONG_AGO, until=LONG_AGO, decision=_of(DECISION)
    ),
    "escalationpart": _record(EscalationPart, escalation=_of(ESCALATION), text="Onze inbreng."),
    "absence": _record(Absence, stay=_of(PastStayFactory), since=LONG_AGO),
    "confirmation": _record(
        Confirmation, exit=_of(EXIT), result="confirmed", evidence="uitreisbewijs"
    ),
    "followupcheck": _record(FollowUpCheck, exit=_of(EXIT), months=3, result="holds", how="gebeld"),
}


# Of records that hang on another one of the same case: the field, and what that is.
PARENTS = {
    "intakereport": ("intake", "intake"),
    "scenario": ("decision", "conferencedecision"),
    "escalationpart": ("escalation", "escalation"),
    "absence": ("stay", "stay"),
    "confirmation": ("exit", "exit"),
    "followupcheck": ("exit", "exit"),
}


def mandate(pilot: object, **changes: object) -> MandateDecision:
    """A mandate decision of this pilot: the one there is, or one in force since long ago."""
    found = MandateDecision.objects.filter(pilots=pilot).first()
    if found is None or changes:
        found = MandateDecision.objects.create(
            **{
                "title": f"Mandaatbesluit {MandateDecision.objects.count()}",
                "functions": ["burgemeester", "wethouder"],
                "in_force_from": timezone.localdate() - timedelta(days=900),
                **changes,
            }
        )
        found.pilots.add(pilot)
    return found


class CriteriaFactory(DjangoModelFactory):
    class Meta:
        model = CriteriaList

    pilot = SubFactory(PilotFactory)
    version = 1
    in_force_from = LONG_AGO
    criteria = ["Heeft geen recht op rijksopvang", "Wil meewerken aan een oplossing"]


class ConvenantFactory(DjangoModelFactory):
    class Meta:
        model = Convenant

    pilot = SubFactory(PilotFactory)
    kind = "convenant"
    title = "Convenant"
    agreed_on = LazyAttribute(lambda _: timezone.localdate() - timedelta(days=100))
    in_force_from = LazyAttribute(lambda _: timezone.localdate() - timedelta(days=90))
