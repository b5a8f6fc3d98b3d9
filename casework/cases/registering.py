"""T1: a person is registered and her case opens. Looks the same to the worker whatever others know (R1)."""

from dataclasses import dataclass, field
from datetime import date

from django.db import connection, transaction
from django.utils import timezone

from casework.cases.enums import Ground
from casework.cases.models import Case, Involvement
from casework.register.doubles import Candidate
from casework.register.enums import BRIEFING_VERSION, RelationKind, ValueKind
from casework.register.matching import Facts
from casework.register.models import Briefing, IdentityValue, Person, Relation
from casework.shelter.enums import StayGround
from casework.shelter.models import Stay
from governance.access.clearance import Clearance
from partners.organisations.enums import OrganisationKind, TeamFunction
from partners.organisations.models import Team


class HasOpenCase(Exception):
    """This person has an open case in the worker's sight, so a second one may not begin."""

    def __init__(self, case: Case) -> None:
        super().__init__(case.reference)
        self.case = case


@dataclass
class Claim:
    """What is known at the desk."""

    names: list[str]
    referrer: str = ""
    birth_date: str = ""
    nationalities: list[str] = field(default_factory=list)
    v_number: str = ""
    told_on: date | None = None
    language: str = ""
    interpreter: bool = False
    guardian: str = ""  # of a minor who comes without a registered adult
    sheltered_since: date | None = None  # in an emergency, before anything else is known

    def facts(self) -> Facts:
        """As matching compares them; an unknown nationality says nothing."""
        known = [code for code in self.nationalities if code != "0000"]
        births, numbers = ([text] if text else [] for text in (self.birth_date, self.v_number))
        return Facts(names=self.names, birth_dates=births, nationalities=known, v_numbers=numbers)

    def values(self) -> list[tuple[ValueKind, str]]:
        single = [(ValueKind.BIRTH_DATE, self.birth_date), (ValueKind.V_NUMBER, self.v_number)]
        several = [(ValueKind.ALIAS if n else ValueKind.NAME, name) for n, name in enumerate(self.names)]
        several += [(ValueKind.NATIONALITY, code) for code in self.nationalities]
        return [(kind, value) for kind, value in several + single if value]


@transaction.atomic
def register(claim: Claim, *, by: Clearance, team: Team, person: Person | None = None) -> Case:
    """Register somebody and open her case; `person` when she is somebody this worker already sees."""
    if person is not None:
        with connection.cursor() as cursor:  # two workers choosing the same person: one after the other
            cursor.execute("SELECT pg_advisory_xact_lock(7305002, %s)", [(person.same_as or person.pk) % 2**31])
    if person is None:
        person = Person.objects.create(team_ids=[team.pk])
    elif found := Case.objects.open().filter(person__same_as=person.same_as).first():
        raise HasOpenCase(found)
    lead = leading_team(team)
    case = Case.objects.create(
        number=Case.objects.next_number(), person=person, pilot=team.pilot, lead_team=lead, case_manager=by.user,
        referrer=claim.referrer, team_ids=[team.pk],
        doubles_judged_on=None if claim.sheltered_since else timezone.localdate(),
    )  # fmt: skip
    Involvement.objects.create(
        case=case, team=team, worker=by.user,
        ground=Ground.MUNICIPALITY if team.organisation.kind == OrganisationKind.MUNICIPALITY else Ground.REGISTERED,
    )  # fmt: skip
    if lead != team:
        Involvement.objects.create(case=case, team=lead, ground=Ground.MUNICIPALITY)
    if claim.sheltered_since:
        Stay.objects.create(
            case=case, author_team=team, author=by.user, ground=StayGround.EMERGENCY, since=claim.sheltered_since
        )
        tell_departure_service(case)
    for kind, value in claim.values():
        IdentityValue.objects.create(case=case, author_team=team, author=by.user, kind=kind, value=value)
    if claim.told_on:
        Briefing.objects.create(
            case=case, author_team=team, author=by.user, text_version=BRIEFING_VERSION, language=claim.language,
            interpreter=claim.interpreter, told_on=claim.told_on,
        )  # fmt: skip
    if claim.guardian:
        Relation.objects.create(
            case=case, author_team=team, author=by.user, kind=RelationKind.GUARDIAN, other_name=claim.guardian,
            is_responsible=True,
        )  # fmt: skip
    # Asked whether or not there is a number, and answered to nobody: only the two coordinators hear of a clash.
    with connection.cursor() as cursor:
        cursor.execute("SELECT register_clashes(%s)", [case.pk])
    return case


def leading_team(team: Team) -> Team:
    """The municipality leads from the start, whoever registers; an NGO leads where the municipality has no team."""
    if team.organisation.kind == OrganisationKind.MUNICIPALITY:
        return team
    municipal = Team.objects.filter(
        pilot=team.pilot, organisation=team.pilot.municipality, function=TeamFunction.GENERAL
    ).first()
    return municipal or team


def tell_departure_service(case: Case) -> None:
    """R7: from the first shelter or guidance on, DT&V takes part."""
    team = Team.objects.filter(pilot=case.pilot, organisation__kind=OrganisationKind.DTV).first()
    if team and not Involvement.objects.in_force().filter(case=case, team=team).exists():
        Involvement.objects.create(case=case, team=team, ground=Ground.MADE_KNOWN)


def same_candidates(shown: str, found: list[Candidate]) -> bool:
    """Whether the worker judged exactly these candidates, and no new one turned up since."""
    return {part for part in shown.split(",") if part} >= {str(candidate.case_id) for candidate in found}


# What the first person is to somebody, given what that somebody is to her.
INVERSE = {
    RelationKind.PARTNER: RelationKind.PARTNER, RelationKind.CHILD: RelationKind.PARENT,
    RelationKind.PARENT: RelationKind.CHILD, RelationKind.SIBLING: RelationKind.SIBLING,
    RelationKind.OTHER: RelationKind.OTHER,
}  # fmt: skip


@dataclass
class Member:
    """One of a household, as she was registered together with the others."""

    claim: Claim
    relation: RelationKind | None = None  # to the first one, who has none
    responsible: int | None = None  # of a minor: which of the others, by position


@transaction.atomic
def register_together(members: list[Member], *, by: Clearance, team: Team) -> list[Case]:
    """A household: one person and one case each, and how they belong together (both ways)."""
    cases = [register(member.claim, by=by, team=team) for member in members]
    for number, (member, case) in enumerate(zip(members, cases, strict=True)):
        if member.relation is not None:
            _relate(cases[0], case, member.relation, by, team, responsible=members[0].responsible == number)
            _relate(case, cases[0], INVERSE[member.relation], by, team, responsible=member.responsible == 0)
        if member.responsible not in (None, 0) and number:
            _relate(case, cases[member.responsible], RelationKind.OTHER, by, team, responsible=True)
    return cases


def _relate(case: Case, other: Case, kind: RelationKind, by: Clearance, team: Team, *, responsible: bool) -> None:
    Relation.objects.create(
        case=case, author_team=team, author=by.user, kind=kind, other=other.person, is_responsible=responsible
    )
