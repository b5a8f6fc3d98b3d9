"""How a name sounds, whoever wrote it down: what Mohamed, Muhammad and محمد have in common.

A word becomes the skeleton of its consonants after transliteration (anyascii) and after folding
the spellings by which European clerks write one sound: ou and u, kh and k, ph and f, dj and j.
Vowels are left out but for one at the beginning, because they differ most between spellings, and
scripts such as the Arabic one do not write them.
"""

import re
from functools import lru_cache

from anyascii import anyascii

from casework.register.values import name_key

# Small words that are written or left out at will.
_PARTICLES = {
    "al",
    "el",
    "ul",
    "de",
    "den",
    "der",
    "van",
    "la",
    "le",
    "du",
    "ibn",
    "bin",
    "ben",
    "bint",
    "abu",
    "abou",
}
_FOLDS = [
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"tsch|tch|tsj|dzh|dsch|dj", "j"), (r"sch|sj", "s"), (r"ch(?=[bcdfgklmnpqrstvwxz])", "h"),
        (r"ch", "s"), (r"sh", "s"), (r"zh", "j"), (r"z", "s"), (r"kh", "k"), (r"gh", "g"),
        (r"ph", "f"), (r"th", "t"), (r"dh", "d"),
        (r"ck", "k"), (r"x", "ks"), (r"q", "k"), (r"c(?=[eiy])", "s"), (r"c", "k"), (r"w", "v"),
        (r"^[yj]", "j"), (r"y", "i"), (r"(?<!^)h$", ""),
    )
]  # fmt: skip
_VOWELS = re.compile(r"(?<!^)[aeiou]")
_DOUBLES = re.compile(r"(.)\1+")


@lru_cache(10_000)  # words, not names: every comparison asks for the same ones again
def sound(word: str) -> str:
    """The skeleton of one word of a name, such as `mhmd`; empty if nothing is left. `word` in
    lower case, Latin."""
    for pattern, folded in _FOLDS:
        word = pattern.sub(folded, word)
    word = _DOUBLES.sub(r"\1", word)
    if word[:1] in "aeiou":
        word = "a" + word[1:]
    return _DOUBLES.sub(r"\1", _VOWELS.sub("", word))


def sounds(name: str) -> list[str]:
    """The skeletons of all words of a name in any script, each once and in alphabetical order;
    particles left out."""
    words = re.findall(r"[a-z]+", anyascii(name_key(name)).lower())
    heard = [word for word in words if word not in _PARTICLES] or words
    return sorted({skeleton for word in heard if len(skeleton := sound(word)) > 0})
