"""Whether two records are about one person: Fellegi-Sunter weights over what both of them say.

Method, generator, error rates and measured quality: docs/matching.md. Source: Fellegi and Sunter
(1969), A theory for record linkage, JASA 64(328), 1183-1210; partial agreement as in Winkler
(1990), string comparator metrics.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple

from rapidfuzz.distance import JaroWinkler

from casework.register.sounds import sounds
from casework.register.values import name_key


class Agreement(StrEnum):
    """How far two records agree in one field; what is missing in one of them says nothing."""

    SAME = "same"
    ALIKE = "alike"  # sounds the same, or is written almost the same
    WITHIN = "within"  # all words of the shorter name in the longer one
    SWAPPED = "swapped"  # day and month exchanged
    NEAR = "near"  # one digit different
    PARTLY = "partly"  # some of the words; the year only
    OTHER = "other"
    MISSING = "missing"


A = Agreement
LIKE = 0.90  # Jaro-Winkler similarity from which two words are almost the same

# log2(m / u): the chance of this agreement for one person over its chance for two different persons
# of like name, fitted on generated doubles (bench/doubles.py, seed 1). Rounded to a tenth.
WEIGHTS: dict[str, dict[Agreement, float]] = {
    "name": {A.SAME: 4.3, A.ALIKE: 3.2, A.WITHIN: -1.2, A.PARTLY: -3.8, A.OTHER: -3.8},
    "birth_date": {A.SAME: 6.8, A.SWAPPED: 5.3, A.NEAR: 3.6, A.PARTLY: 1.5, A.OTHER: -11.7},
    "nationality": {A.SAME: 0.1, A.OTHER: -1.0},
    "sex": {A.SAME: 0.8, A.OTHER: -5.3},
    "v_number": {A.SAME: 9.6, A.NEAR: 4.5, A.OTHER: -10.5},
}
LIKELY = 0.5  # bits from which a pair is shown as a likely double; chosen on seed 1


class Name(NamedTuple):
    """A name taken apart for comparing: its normalised key, the words of that, and how these
    sound."""

    key: str
    words: list[str]
    sounds: frozenset[str]


def take_apart(name: str) -> Name:
    key = name_key(name)
    return Name(key, key.split(), frozenset(sounds(name)))


@dataclass
class Identity:
    """What one record says of a person: names and aliases, and the other values as they are
    kept."""

    names: list[str] = field(default_factory=list)  # all of them before the first comparison
    birth_dates: list[str] = field(default_factory=list)  # 1985, 1985-03 or 1985-03-12
    nationalities: list[str] = field(default_factory=list)
    sexes: list[str] = field(default_factory=list)
    v_numbers: list[str] = field(default_factory=list)

    @cached_property
    def names_apart(self) -> list[Name]:
        """Taken apart once, however many records this one is compared with."""
        return [take_apart(name) for name in self.names]


def words_alike(a: str, b: str) -> bool:
    """Two words of names in lower case that are almost the same; symmetric."""
    return a == b or (min(len(a), len(b)) > 2 and JaroWinkler.similarity(a, b) >= LIKE)


def compare_names(a: Name, b: Name) -> Agreement:
    """Two names: the same key, all words alike or sounding alike, those of the shorter within
    the longer, some of them, or none. Symmetric."""
    if not a.key or not b.key:
        return A.MISSING
    if a.key == b.key or sorted(a.words) == sorted(b.words):
        return A.SAME
    fewer = min(len(a.sounds), len(b.sounds))
    best = max(len(a.sounds & b.sounds), _alike(a.words, b.words))
    if fewer and best >= fewer and (fewer > 1 or len(a.sounds) == len(b.sounds)):
        return A.ALIKE if len(a.sounds) == len(b.sounds) else A.WITHIN
    return A.PARTLY if best else A.OTHER


def _alike(left: list[str], right: list[str]) -> int:
    """How many words of the one have a like word of their own in the other."""
    free, result = list(right), 0
    for word in left:
        if partner := next((other for other in free if words_alike(word, other)), None):
            free.remove(partner)
            result += 1
    return result


def compare_birth_dates(a: str, b: str) -> Agreement:
    """Dates as far as they are known: the same, day and month swapped, one digit off, the same
    as far as both go."""
    if not a or not b:
        return A.MISSING
    if a == b:
        return A.SAME if len(a) == 10 else A.PARTLY
    if len(a) != len(b) or len(a) < 10:
        shared = min(len(a), len(b))
        return A.PARTLY if a[:shared] == b[:shared] else A.OTHER
    if a[:4] == b[:4] and (a[5:7], a[8:]) == (b[8:], b[5:7]):
        return A.SWAPPED
    return A.NEAR if sum(x != y for x, y in zip(a, b, strict=True)) == 1 else A.OTHER


def compare_numbers(a: str, b: str) -> Agreement:
    """Ten digits: the same, one digit different or two neighbours exchanged, or other."""
    if not a or not b:
        return A.MISSING
    if a == b:
        return A.SAME
    differing = [n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y]
    exchanged = (
        len(differing) == 2
        and differing[1] == differing[0] + 1
        and a[differing[0]] == b[differing[1]]
    )
    return A.NEAR if len(a) == len(b) and (len(differing) == 1 or exchanged) else A.OTHER


def _equal(a: str, b: str) -> Agreement:
    return A.MISSING if not a or not b else A.SAME if a == b else A.OTHER


COMPARERS: dict[str, tuple[str, Callable[[Any, Any], Agreement]]] = {
    "name": ("names_apart", compare_names),
    "birth_date": ("birth_dates", compare_birth_dates),
    "nationality": ("nationalities", _equal),
    "sex": ("sexes", _equal),
    "v_number": ("v_numbers", compare_numbers),
}
_ORDER = list(Agreement)


def agreements(a: Identity, b: Identity) -> dict[str, Agreement]:
    """For each field the best agreement between any value of the one and any of the other.
    Symmetric."""
    return {name: _agreement(name, a, b) for name in COMPARERS}


def _agreement(name: str, a: Identity, b: Identity) -> Agreement:
    attribute, compare = COMPARERS[name]
    result = [compare(x, y) for x in getattr(a, attribute) for y in getattr(b, attribute)]
    return min(result, key=_ORDER.index, default=A.MISSING)


def likely_agreements(a: Identity, b: Identity) -> dict[str, Agreement] | None:
    """As agreements(), of two records that are likely one person; None of others. Names, which
    take longest, are compared only where they can still matter: most people of like name were
    born on quite another day."""
    agreed = {name: A.MISSING if name == "name" else _agreement(name, a, b) for name in COMPARERS}
    if weight(agreed) + WEIGHTS["name"][A.SAME] < LIKELY:
        return None
    agreed["name"] = _agreement("name", a, b)
    return agreed if is_likely(agreed) else None


def weight(agreed: dict[str, Agreement]) -> float:
    """Total weight in bits (log base 2 of the likelihood ratio); higher means more probably one
    person.

    A field that is missing on either side counts zero. Raises KeyError for an unknown field.
    """
    return sum(WEIGHTS[name].get(agreement, 0.0) for name, agreement in agreed.items())


def is_likely(agreed: dict[str, Agreement]) -> bool:
    return weight(agreed) >= LIKELY


def sought(birth_date: str) -> set[str]:
    """Dates to look up for this birth date: itself, day and month swapped, the month and the year,
    or only itself if it is incomplete."""
    return (
        {birth_date, swapped(birth_date), birth_date[:7], birth_date[:4]} - {""}
        if len(birth_date) == 10
        else {birth_date}
    )


def swapped(birth_date: str) -> str:
    """A full date with day and month exchanged; empty if that is no date."""
    if len(birth_date) != 10 or int(birth_date[8:]) > 12:
        return ""
    return f"{birth_date[:4]}-{birth_date[8:]}-{birth_date[5:7]}"


def heard(names: Sequence[str]) -> list[str]:
    """Sorted sound skeletons of all these names: the keys by which candidates are looked up."""
    return sorted({skeleton for name in names for skeleton in sounds(name)})
