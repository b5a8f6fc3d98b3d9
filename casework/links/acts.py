"""One person, once (R1, R2): registrations are linked as one person, or judged not to be;
nothing moves."""

from enum import StrEnum
from uuid import UUID

from django.db.models import Q, QuerySet

from casework.cases.case_reader import CaseReader
from casework.cases.models import Case
from casework.register.enums import ClashAnswer
from casework.register.models import Judgement, Person
from casework.registration import perms
from governance.access.clearance import Clearance
from lvv.common.database import call


class Outcome(StrEnum):
    """What came of a judgement; the database decides."""

    DONE = "done"
    HERSELF = "herself"
    ALREADY = "already"
    NOT_SAME = "not_same"  # judged so before: that must be taken back first
    TWO_PILOTS = "two_pilots"  # both coordinators must say it; they are asked now
    REFUSED = "refused"


def judge(one: Person, other: Person, answer: ClashAnswer, reason: str) -> Outcome:
    """Say that two registrations are one person, or are not."""
    return Outcome(call("register_judge", one.reference, other.reference, answer.value, reason))


def revoke(reference: UUID, reason: str) -> bool:
    """Take a judgement back. False if there is none that this worker may take back."""
    return bool(call("register_revoke", reference, reason))


def cases_of(person: Person) -> list[Case]:
    """All cases in sight of somebody, over all her registrations as they are now, the newest
    first."""
    return _passages(Person.objects.filter(pk=person.pk))


def passages_with(reference: UUID) -> list[Case]:
    """The case with this reference and the other cases in sight of the same person; none if it
    is not in sight."""
    return _passages(Person.objects.filter(cases__reference=reference))


def _passages(person: QuerySet[Person]) -> list[Case]:
    # Who she is the statement itself looks up: another worker may have linked her just now.
    result = Case.objects.filter(person__same_as__in=person.values("same_as"))
    return list(result.select_related("pilot", "person", "case_manager").newest_first())


def judgements_of(person: Person) -> list[Judgement]:
    """Judgements in force about the person's registrations that this worker can see: a case on both
    sides is in sight."""
    hers = Judgement.objects.standing().filter(
        Q(one__same_as=person.same_as) | Q(other__same_as=person.same_as)
    )
    return list(hers.select_related("one", "other", "said_by"))


def taken_back_about(one: Person, other: Person) -> list[Judgement]:
    """What was judged of two persons and taken back, the newest first, as far as a case on both
    sides is in sight."""
    two = (one.same_as, other.same_as)
    rows = Judgement.objects.exclude(revoked_at=None).filter(
        one__same_as__in=two, other__same_as__in=two
    )
    return list(rows.select_related("said_by", "revoked_by"))


def judged_cases(person: Person) -> set[int]:
    """Keys of cases that are no likely double any more: her own, and those of people judged not
    to be her."""
    groups = {person.same_as}
    for row in judgements_of(person):
        groups |= {row.one.same_as, row.other.same_as}
    return set(Case.objects.filter(person__same_as__in=groups).values_list("pk", flat=True))


def can_judge(clearance: Clearance, cases: list[Case]) -> bool:
    """To judge whether a registration is somebody else's too, one must be:
    - allowed to complete the registration of one of her cases in sight
    """
    return any(perms.can_complete_registration(CaseReader(clearance, case)) for case in cases)
