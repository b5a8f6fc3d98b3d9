"""Who belongs to somebody's household, as far as a reader sees her."""

from dataclasses import dataclass

from django.urls import reverse

from casework.cases.models import Case
from casework.register.identity import leading_names
from casework.register.models import Person, Relation


@dataclass(frozen=True)
class Member:
    """Somebody of the household: as far as she is in sight, or only by the name that was written
    down."""

    relation: Relation
    name: str
    page: str


def household(relations: list[Relation]) -> list[Member]:
    """Household members who are visible to this reader: the policy left out the others. A member's
    name is taken from her own newest case."""
    others = {relation.other_id for relation in relations if relation.other_id}
    one = dict(Person.objects.filter(pk__in=others).values_list("pk", "same_as")) if others else {}
    hers = (
        Case.objects.filter(person__same_as__in=one.values())
        .select_related("person")
        .order_by("pk")
        if one
        else []
    )
    newest = {case.person.same_as: case for case in hers}
    cases = {person: newest[same] for person, same in one.items() if same in newest}
    names = leading_names([case.pk for case in cases.values()]) if cases else {}
    result = []
    for relation in relations:
        if relation.other_id is None:
            result.append(Member(relation, relation.other_name, ""))
        elif case := cases.get(relation.other_id):
            page = reverse("casework:person_detail", args=[case.person.reference])
            result.append(Member(relation, names.get(case.pk) or case.number, page))
    return result
