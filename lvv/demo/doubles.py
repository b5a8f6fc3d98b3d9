"""Who was registered twice: likely doubles to judge, one linked, one judged another person, one
clash between pilots, one shielded person, and a question of another pilot that waits."""

from datetime import timedelta

from django.utils import timezone

from casework.cases.enums import CaseState, Ground
from casework.cases.progress import at, begin, step_to
from casework.models import (
    Case,
    Clash,
    ContactRequest,
    Hit,
    IdentityValue,
    Involvement,
    Judgement,
    Person,
    Question,
)
from casework.records.enums import EndReason
from casework.register.enums import ClashAnswer, ValueKind
from casework.register.matching import swapped
from lvv.demo.accounts import Cast
from partners.accountability.history import insert, written_in_bulk
from partners.organisations.enums import OrganisationKind, TeamFunction

# As another desk wrote it down.
HEARD = (
    ("ou", "u"),
    ("y", "i"),
    ("kh", "ch"),
    ("ah", "a"),
    ("ee", "i"),
    ("ph", "f"),
    ("q", "k"),
    ("mm", "m"),
    ("ss", "s"),
)


def other_spelling(name: str) -> str:
    """The same name as somebody else heard it; without one of its words where nothing sounds
    alike."""
    result = name
    for heard, written in HEARD:
        result = result.replace(heard, written)
    words = result.split()
    return (
        result if result != name else " ".join(reversed(words)) if len(words) > 1 else f"{result}e"
    )


def plant_doubles(cast: Cast) -> int:
    """Three second registrations in each pilot, and what two pilots have to settle. Returns how
    many cases were added."""
    today, made = timezone.localdate(), 0
    firsts: dict[str, list[Case]] = {}
    for place, pilot in cast.pilots.items():
        known = Case.objects.filter(
            pilot=pilot, progress__state__in=[CaseState.INTAKE, CaseState.AWAITING_DOSSIERS]
        )
        firsts[place] = list(
            known.exclude(doubles_judged_on=None)
            .select_related("person", "case_manager")
            .order_by("pk")[:4]
        )
        team = cast.teams[place, OrganisationKind.MUNICIPALITY, TeamFunction.GENERAL]
        author = cast.workers["gemeente", place]
        people = written_in_bulk([Person() for _ in firsts[place][:3]])
        numbers = Case.objects.next_numbers(len(people))
        plain = [
            Case(
                number=number,
                person=person,
                pilot=pilot,
                lead_team=team,
                case_manager=author,
                referred_on=today,
                registered_on=today,
                referrer="Noodopvang",
                doubles_judged_on=None if n == 0 else today,
            )
            for n, (number, person) in enumerate(zip(numbers, people, strict=True))
        ]
        seconds = written_in_bulk(plain)
        progress = [at(case, CaseState.REGISTERED, today) for case in seconds]
        begin(progress)
        insert([step_to(row, "T1", author, today) for row in progress])
        written_in_bulk(
            [
                Involvement(case=case, team=team, worker=author, ground=Ground.MUNICIPALITY)
                for case in seconds
            ]
        )
        values = []
        for first, second in zip(firsts[place], seconds, strict=False):
            data = {
                value.kind: value.value
                for value in IdentityValue.objects.filter(case=first).order_by("-pk")
            }
            born = data.get(ValueKind.BIRTH_DATE, "")
            known = [
                (ValueKind.NAME, other_spelling(data[ValueKind.NAME])),
                (ValueKind.BIRTH_DATE, swapped(born) or born),
                (ValueKind.NATIONALITY, data.get(ValueKind.NATIONALITY, "")),
            ]
            values += [
                IdentityValue(case=second, author_team=team, author=author, kind=kind, value=value)
                for kind, value in known
                if value
            ]
        for value in values:
            value.make_findable()
        written_in_bulk(values)
        made += len(seconds)
        for second, answer, reason in (
            (
                1,
                ClashAnswer.SAME,
                "Zelfde foto en zelfde verhaal; heeft zich bij twee loketten gemeld.",
            ),
            (2, ClashAnswer.NOT_SAME, "Neven met bijna dezelfde naam."),
        ):
            one, other = sorted(
                (firsts[place][second].person, seconds[second].person), key=lambda person: person.pk
            )
            Judgement.objects.create(
                one=one, other=other, answer=answer, reason=reason, said_by=author
            )
    _between_pilots(cast, firsts)
    return made


def _between_pilots(cast: Cast, firsts: dict[str, list[Case]]) -> None:
    """The last of the first pilot is known in the second, by her number; that of the third in
    the fourth, who is shielded there; and a request for contact waits."""
    here, there, third, fourth = (firsts[place][3] for place in list(cast.pilots)[:4])
    places = {pilot.pk: place for place, pilot in cast.pilots.items()}
    number = "2999999990"
    for case in (here, there):
        place = places[case.pilot_id]
        team = cast.teams[place, OrganisationKind.MUNICIPALITY, TeamFunction.GENERAL]
        numbers = IdentityValue.objects.current().filter(case=case, kind=ValueKind.V_NUMBER)
        for former in numbers.filter(author_team=team, source_team=None):
            former.end(EndReason.REPLACED)
        IdentityValue.objects.create(
            case=case,
            author_team=team,
            author=cast.workers["gemeente", place],
            kind=ValueKind.V_NUMBER,
            value=number,
        )
    newer, older = sorted((here, there), key=lambda case: -case.pk)
    Clash.objects.create(
        newer_case=newer,
        older_case=older,
        newer_pilot=newer.pilot,
        older_pilot=older.pilot,
        agreeing=["v_number"],
    )
    fourth.shielded_reason = "Bedreigd door familie"
    fourth.save()
    now = timezone.now()
    for asking, known, shielded in ((here, there, False), (third, fourth, True)):
        place = places[asking.pilot_id]
        team = cast.teams[place, OrganisationKind.MUNICIPALITY, TeamFunction.GENERAL]
        worker = cast.workers["gemeente", place]
        question = Question.objects.create(
            case=asking,
            team=team,
            asked_by=worker,
            asked_at=now,
            reason="Zegt eerder elders te zijn opgevangen",
            pilots=[] if shielded else [known.pilot_id],
        )
        Hit.objects.create(
            question=question,
            case=known,
            pilot=known.pilot,
            shielded=shielded,
            asking_pilot=asking.pilot,
            asking_team=team,
            asked_by=worker,
            asked_at=now,
        )
        if not shielded:
            ContactRequest.objects.create(
                question=question,
                pilot=known.pilot,
                asking_pilot=asking.pilot,
                asked_by=worker,
                text="Graag overleg over het vervolg",
                due_on=timezone.localdate() + timedelta(days=14),
            )
