"""Quality of matching on generated registers with planted doubles: `python -m bench.doubles`.

Error rates first (ERRORS, never tuned), weights fitted on seed 1, figures from seeds 2, 3 and 4:
docs/matching.md.
"""

import json
import math
import re
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from functools import cache
from random import Random

from casework.register.matching import (
    COMPARERS,
    WEIGHTS,
    Agreement,
    Identity,
    agreements,
    heard,
    is_likely,
    sought,
    swapped,
)
from lvv.demo.names import ORIGINS
from lvv.demo.names import WEIGHTS as ORIGIN_WEIGHTS

PERSONS, DOUBLES = 20_000, 2_000
# How often what goes wrong in the second record of a person, as fixed before anything was fitted.
ERRORS = {
    "spelling": 0.35,
    "typo": 0.15,
    "order": 0.10,
    "second_family_left_out": 0.25,
    "other_script": 0.05,
    "birth_missing": 0.08,
    "birth_year_only": 0.10,
    "birth_swapped": 0.06,
    "birth_digit": 0.05,
    "nationality_other": 0.07,
    "nationality_missing": 0.05,
    "sex_missing": 0.05,
    "sex_other": 0.01,
    "v_missing": 0.55,
    "v_digit": 0.03,
}
SPELLINGS = (
    ("ou", "u"), ("u", "ou"), ("oo", "u"), ("ee", "i"), ("i", "ee"), ("y", "i"), ("ie", "y"), ("kh", "ch"), ("q", "k"),
    ("k", "q"), ("ph", "f"), ("sh", "sj"), ("ch", "sh"), ("dj", "j"), ("j", "dj"), ("w", "v"), ("th", "t"), ("a", "e"),
    ("e", "a"), ("o", "u"), ("mm", "m"), ("ss", "s"), ("ll", "l"), ("d", "dd"), ("s", "ss"),
)  # fmt: skip


@dataclass
class Truth:
    person: int
    facts: Identity


FIRST, FAMILY = 150, 500  # different names of an origin, common and rare as names are (Zipf)


@cache
def _names(code: str) -> tuple[list[str], list[str]]:
    """First and family names of an origin: the known ones first, then others put together from
    their syllables."""
    rng = Random(int(code))
    first, last, _scripts = ORIGINS[code]
    found = []
    for known, most in ((first.split(), FIRST), ((last or first).split(), FAMILY)):
        parts = [
            re.findall(r"[^aeiou]*[aeiou]+(?:[^aeiou]+$)?", name.lower()) or [name.lower()]
            for name in known
        ]
        names = dict.fromkeys(known)
        for _ in range(20 * most):
            if len(names) >= most:
                break
            made = rng.choice(parts)[0] + "".join(
                rng.choice(rng.choice(parts)) for _ in range(rng.randint(0, 1))
            )
            made += rng.choice(parts)[-1]
            if 3 < len(made) < 13:
                names.setdefault(made.capitalize())
        found.append(list(names))
    return found[0], found[1]


def _zipf(rng: Random, names: list[str]) -> str:
    """Three of four times by rank (a name of rank r in proportion to 1/r), else any of them."""
    return names[
        int(len(names) ** rng.random()) - 1 if rng.random() < 0.75 else rng.randrange(len(names))
    ]


def _person(rng: Random) -> Identity:
    code = rng.choices(list(ORIGINS), ORIGIN_WEIGHTS)[0]
    first, families = _names(code)
    words = [_zipf(rng, first)]
    if rng.random() < 0.3:
        words.append(_zipf(rng, first))
    words += [_zipf(rng, families) for _ in range(rng.choice((1, 1, 2)))]
    year, month, day = rng.randint(1955, 2006), rng.randint(1, 12), rng.randint(1, 28)
    if rng.random() < 0.12:  # the day clerks write when somebody knows only the year
        month = day = 1
    born = f"{year}" if rng.random() < 0.1 else f"{year}-{month:02}-{day:02}"
    return Identity(
        [" ".join(dict.fromkeys(words))],
        [born],
        [code],
        [rng.choices(("man", "woman"), (70, 30))[0]],
        [f"{rng.randint(2_000_000_000, 2_999_999_999)}"] if rng.random() < 0.82 else [],
    )


def _typo(rng: Random, word: str) -> str:
    at = rng.randrange(len(word))
    letter = rng.choice("abcdefghijklmnopqrstuvwxyz")
    how = rng.randrange(4)
    if how == 0:
        return word[:at] + letter + word[at + 1 :]
    if how == 1:
        return word[:at] + letter + word[at:]
    if how == 2 and len(word) > 3:
        return word[:at] + word[at + 1 :]
    return word[:at] + word[at : at + 2][::-1] + word[at + 2 :]


def _digit(rng: Random, text: str, places: range) -> str:
    at = rng.choice(places)
    return text[:at] + rng.choice([d for d in "0123456789" if d != text[at]]) + text[at + 1 :]


def _double(rng: Random, known: Identity) -> Identity:
    """The same person written down again by somebody else."""

    def happens(what: str) -> bool:
        return rng.random() < ERRORS[what]

    words = known.names[0].lower().split()
    if len(words) > 2 and happens("second_family_left_out"):
        words.pop()
    for n, word in enumerate(words):
        if happens("spelling"):
            fitting = [(a, b) for a, b in SPELLINGS if a in word[1:]]
            if fitting:
                a, b = rng.choice(fitting)
                at = word.index(a, 1)
                words[n] = word[:at] + b + word[at + len(a) :]
        if len(word) > 2 and rng.random() < ERRORS["typo"] / len(words):
            words[n] = _typo(rng, words[n])
    if happens("order"):
        words.reverse()
    born = known.birth_dates[0]
    if happens("birth_missing"):
        born = ""
    elif len(born) == 10 and happens("birth_year_only"):
        born = born[:4]
    elif len(born) == 10 and happens("birth_swapped"):
        born = swapped(born) or born
    elif len(born) == 10 and happens("birth_digit"):
        born = _digit(rng, born, range(2, 4) if rng.random() < 0.5 else range(8, 10))
    nationality = known.nationalities[0]
    if happens("nationality_missing"):
        nationality = ""
    elif happens("nationality_other"):
        nationality = rng.choice(list(ORIGINS))
    sex = "" if happens("sex_missing") else known.sexes[0]
    if sex and happens("sex_other"):
        sex = "woman" if sex == "man" else "man"
    number = "" if happens("v_missing") else next(iter(known.v_numbers), "")
    if number and happens("v_digit"):
        number = _digit(rng, number, range(10))
    return Identity(
        [" ".join(words).title()],
        [born] if born else [],
        [nationality] if nationality else [],
        [sex] if sex else [],
        [number] if number else [],
    )


def generate(
    seed: int, persons: int = PERSONS, doubles: int = DOUBLES
) -> tuple[list[Identity], list[Truth]]:
    """A register of different people, and second records of some of them."""
    rng = Random(seed)
    register = [_person(rng) for _ in range(persons)]
    again = [Truth(n, _double(rng, register[n])) for n in rng.sample(range(persons), doubles)]
    return register, again


class Blocks:
    """The candidate rules of match_candidates() in SQL, over a register in memory."""

    def __init__(self, register: list[Identity]) -> None:
        self.register = register
        self.by_number: dict[str, set[int]] = defaultdict(set)
        self.by_sound: dict[str, set[int]] = defaultdict(set)
        self.by_birth: dict[str, set[int]] = defaultdict(set)
        self.heard = [heard(facts.names) for facts in register]
        for n, facts in enumerate(register):
            for number in facts.v_numbers:
                self.by_number[number].add(n)
            for skeleton in self.heard[n]:
                self.by_sound[skeleton].add(n)
            for born in facts.birth_dates:
                self.by_birth[born].add(n)

    def candidates(self, facts: Identity) -> set[int]:
        found: set[int] = set()
        for number in facts.v_numbers:
            found |= self.by_number[number]
        asked = heard(facts.names)
        shared = Counter(n for skeleton in asked for n in self.by_sound[skeleton])
        found |= {
            n
            for n, common in shared.items()
            if common > 1 or len(self.heard[n]) == 1 or len(asked) == 1
        }
        for born in facts.birth_dates:
            for same in sought(born):
                found |= {n for n in self.by_birth[same] if shared[n]}
        return found


def fit(seed: int) -> dict[str, dict[str, float]]:
    """m from true pairs, u from candidate pairs of different people; weights in bits."""
    register, again = generate(seed)
    blocks = Blocks(register)
    same: dict[str, Counter[Agreement]] = defaultdict(Counter)
    other: dict[str, Counter[Agreement]] = defaultdict(Counter)
    rng = Random(seed)
    for truth in again:
        for name, agreed in agreements(register[truth.person], truth.facts).items():
            same[name][agreed] += 1
        for n in (
            rng.sample(sorted(blocks.candidates(truth.facts) - {truth.person}), k=5)
            if len(blocks.candidates(truth.facts)) > 6
            else []
        ):
            for name, agreed in agreements(register[n], truth.facts).items():
                other[name][agreed] += 1
    found: dict[str, dict[str, float]] = {}
    for name in COMPARERS:
        levels = [
            a for a in Agreement if a != Agreement.MISSING and (same[name][a] or other[name][a])
        ]
        m_all, u_all = (sum(c[name][a] for a in levels) + 0.5 * len(levels) for c in (same, other))
        worst, found[name] = math.inf, {}
        for a in levels:  # in the order of less agreement, which never weighs more
            worst = min(
                worst, math.log2((same[name][a] + 0.5) / m_all / ((other[name][a] + 0.5) / u_all))
            )
            found[name][a.value] = round(worst, 1)
    return found


def at_the_desk(facts: Identity) -> Identity:
    """What a registration, a household and a list ask: all but the sex."""
    return replace(facts, sexes=[])


def measure(seed: int) -> dict[str, float]:
    """Recall and precision of pairs that are shown, and how many true pairs the candidate rules
    reach."""
    register, again = generate(seed)
    blocks = Blocks(register)
    reached = found = shown = 0
    for truth in again:
        candidates = blocks.candidates(truth.facts)
        reached += truth.person in candidates
        for n in candidates:
            if is_likely(agreements(register[n], at_the_desk(truth.facts))):
                shown += 1
                found += n == truth.person
    return {
        "seed": seed,
        "persons": len(register),
        "doubles": len(again),
        "reached": round(reached / len(again), 4),
        "recall": round(found / len(again), 4),
        "precision": round(found / max(shown, 1), 4),
    }


if __name__ == "__main__":
    if "fit" in sys.argv:
        print(json.dumps({"fitted": fit(1), "in_use": WEIGHTS}, indent=1))
    for seed in (1, 2, 3, 4) if "fit" in sys.argv else (2, 3, 4):
        print(json.dumps(measure(seed)), flush=True)
