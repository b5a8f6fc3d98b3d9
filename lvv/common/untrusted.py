"""What a visitor sends, and what of it no part of the application can use."""

import json
import re
from collections.abc import Iterator
from typing import Any

# Control characters but for tab and ends of lines, and halves of characters: the database takes
# none of them, or the next program that reads the text does not.
ODD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
MOST_BYTES, DEEPEST = 20_000, 20
# Of JSON: a text, which may not be closed, or what opens or closes a level.
MARKS = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[{]|[\]}]', re.S)


def is_odd(text: str) -> bool:
    return ODD.search(text) is not None


def is_deep(text: str) -> bool:
    """True if this JSON is nested more deeply than anything we are sent."""
    level = 0
    for mark in MARKS.findall(text):
        level += (mark in "[{") - (mark in "]}")
        if level > DEEPEST:
            return True
    return False


def read_json(body: bytes) -> Any:
    """What the body of a request says. Raises ValueError if it is no JSON, too long, nested too
    deeply or holds an odd character."""
    text = body.decode() if len(body) <= MOST_BYTES else ""
    if not text or is_deep(text):
        raise ValueError("too long, too deep or empty")
    result = json.loads(text)
    if any(map(is_odd, _texts(result))):
        raise ValueError("a character that cannot be kept")
    return result


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
