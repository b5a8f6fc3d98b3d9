"""Likely doubles among the people this worker may see. Who lies outside her sight is for the
coordinators (R1)."""

import json
from collections.abc import Collection
from dataclasses import dataclass, field

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from casework.register.enums import Sex, ValueKind
from casework.register.matching import Agreement, Identity, heard, likely_agreements, sought, weight
from casework.register.models import IdentityValue

MOST_SHOWN = 10
MOST_SEARCHED = 50
MOST_COMPARED = 200
MOST_SOUNDS = 40  # of one person: each two of them are looked for together
MOST_BORN = 2000  # on one day: many were written down as born on 1 January

# Why somebody stands in a list of likely doubles or of people found, in words.
A = Agreement
WORDS: dict[tuple[str, Agreement], str | Promise] = {
    ("v_number", A.SAME): _("same V-number"),
    ("v_number", A.NEAR): _("V-number almost the same"),
    ("v_number", A.OTHER): _("other V-number"),
    ("name", A.SAME): _("same name"),
    ("name", A.ALIKE): _("similar name"),
    ("name", A.WITHIN): _("similar, shorter or longer name"),
    ("name", A.PARTLY): _("part of the name the same"),
    ("birth_date", A.SAME): _("same date of birth"),
    ("birth_date", A.SWAPPED): _("day and month of birth exchanged"),
    ("birth_date", A.NEAR): _("date of birth almost the same"),
    ("birth_date", A.PARTLY): _("same year of birth"),
    ("birth_date", A.OTHER): _("other date of birth"),
    ("nationality", A.SAME): _("same nationality"),
    ("nationality", A.OTHER): _("other nationality"),
    ("sex", A.OTHER): _("other sex"),
}
FIELDS = {
    ValueKind.NAME: "names",
    ValueKind.ALIAS: "names",
    ValueKind.BIRTH_DATE: "birth_dates",
    ValueKind.NATIONALITY: "nationalities",
    ValueKind.SEX: "sexes",
    ValueKind.V_NUMBER: "v_numbers",
}


@dataclass
class Candidate:
    """A case in sight whose person may be the one at the desk: in what they agree, and how much
    that weighs."""

    case_id: int
    agreed: dict[str, Agreement] = field(default_factory=dict)
    weight: float = 0.0

    @property
    def words(self) -> list[str | Promise]:
        """Words for the fields that speak for or against the match."""
        return [WORDS[key] for key in self.agreed.items() if key in WORDS]


SAYS_NOTHING = (Sex.X, Sex.UNKNOWN, Sex.OTHER)  # neither for nor against a match


def search_names(wanted: str, most: int = MOST_SEARCHED) -> list[int]:
    """Keys of cases in sight with a name like this: equal first, then beginnings, fragments, sounds
    and misspellings.

    `wanted` is a normalised key (values.name_key). Short texts are only searched as beginnings.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM search_names(%s, %s, %s)", [wanted, heard([wanted]), most])
        return [row[0] for row in cursor.fetchall()]


def with_v_number(number: str, most: int = MOST_SEARCHED) -> list[int]:
    """Keys of cases in sight in which this V-number (ten digits) was written down."""
    same = IdentityValue.objects.current().filter(kind=ValueKind.V_NUMBER, key=number)
    return list(same.order_by("-case_id").values_list("case_id", flat=True)[:most])


def born_on(born: str, most: int = MOST_SEARCHED) -> list[int]:
    """Keys of cases in sight of somebody born on this date, as far as both are known."""
    keys = sought(born) if len(born) == 10 else {born}
    same = IdentityValue.objects.current().filter(kind=ValueKind.BIRTH_DATE)
    same = same.filter(key__in=keys) if len(born) == 10 else same.filter(key__startswith=born)
    return list(same.order_by("-case_id").values_list("case_id", flat=True).distinct()[:most])


def named_and_born(key: str, born: str, most: int = MOST_COMPARED) -> list[int]:
    """Keys of cases in sight of somebody born on this date whose name contains this key, however
    common the name is."""
    values = IdentityValue.objects.current()
    of_name = values.filter(kind__in=[ValueKind.NAME, ValueKind.ALIAS], key__contains=key)
    return list(
        of_name.filter(case__in=born_on(born, MOST_BORN))
        .values_list("case_id", flat=True)
        .distinct()[:most]
    )


def candidates(many: list[Identity], most: int = MOST_COMPARED) -> list[list[int]]:
    """Keys of cases in sight that share enough with each identity to be compared, by the candidate
    rules of docs/matching.md, all in one statement. At most `most` for each identity, those with
    the same number first."""
    asked = [
        {
            "row": row,
            "names": heard(facts.names)[:MOST_SOUNDS],
            "numbers": facts.v_numbers,
            "born": sorted({day for known in facts.birth_dates for day in sought(known)}),
        }
        for row, facts in enumerate(many)
    ]
    result: list[list[int]] = [[] for _ in many]
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM match_candidates(%s, %s)", [json.dumps(asked), most])
        for row, case in cursor.fetchall():
            result[row].append(case)
    return result


def identities_of(
    cases: list[int], asked: Collection[str] = frozenset(FIELDS.values())
) -> dict[int, Identity]:
    """Identity of each case, with the fields in `asked`. Only values that are visible and not ended
    count."""
    result = {case: Identity() for case in cases}
    kinds = [kind for kind, field in FIELDS.items() if field in asked]
    values = IdentityValue.objects.current().filter(case__in=cases, kind__in=kinds).order_by("pk")
    for case, kind, value in values.values_list("case_id", "kind", "value"):
        if kind == ValueKind.SEX and value in SAYS_NOTHING:
            continue
        getattr(result[case], FIELDS[ValueKind(kind)]).append(value)
    return result


def compare(facts: Identity, known: dict[int, Identity]) -> list[Candidate]:
    """Of these cases, with what is known of each, those that are likely about this person: the
    heaviest first, of equal weight the newest."""
    result = [
        Candidate(case, agreed, weight(agreed))
        for case, other in known.items()
        if (agreed := likely_agreements(facts, other)) is not None
    ]
    return sorted(result, key=lambda candidate: (-candidate.weight, -candidate.case_id))


def likely_doubles(facts: Identity, *, besides: Collection[int] = ()) -> list[Candidate]:
    """Candidates in sight that are likely to be this person, the likeliest first; `besides` are
    keys of cases."""
    offered = [case for case in candidates([facts])[0] if case not in besides]
    return compare(facts, identities_of(offered))[:MOST_SHOWN]


def remember_others(judged: list[tuple[int, int]]) -> None:
    """Record that each person is not the person of the case (pairs of keys), so that nobody is
    asked again. Pairs that this worker may not judge stay open."""
    if judged:
        people, cases = zip(*judged, strict=True)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT register_judge(x.one, x.other, 'not_same', 'registration') FROM ("
                " SELECT DISTINCT p.reference AS one, o.reference AS other"
                " FROM unnest(%s::bigint[], %s::bigint[]) AS j (person, of_case)"
                " JOIN casework_person p ON p.id = j.person"
                " JOIN casework_case c ON c.id = j.of_case JOIN casework_person o ON o.id = "
                "c.person_id"
                " ORDER BY 1, 2) x",
                [list(people), list(cases)],
            )
