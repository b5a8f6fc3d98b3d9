"""Identity values as people write them: cleaning, comparing and showing names, dates, numbers
and nationalities."""

import csv
import re
import unicodedata
from datetime import date
from functools import cache
from pathlib import Path

from django.core.exceptions import ValidationError
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from casework.register.enums import BriefingLanguage, Sex

NAME_LENGTH = 200
EARLIEST_YEAR = 1900
# Characters that hide or reorder text; joiners stay, because Persian and Indic names need them.
_HIDDEN = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_FOLDED = re.compile(r"[\s'’‘`ʼ´\-‐-―._,]+")
_SPECIAL = str.maketrans(
    {"ß": "ss", "ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ı": "i"}
)


def clean_name(text: str) -> str:
    """A name as it will be kept: any script, one word or many, without invisible or control
    characters.

    Raises ValidationError if nothing of a name remains or it is too long.
    """
    text = _HIDDEN.sub("", unicodedata.normalize("NFC", text))
    text = " ".join(
        "".join(" " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c for c in text).split()
    )
    if not any(unicodedata.category(c).startswith("L") for c in text):
        raise ValidationError(
            _("Enter a name with at least one letter, in any script."), code="no_letters"
        )
    if any(unicodedata.category(c) in {"So", "Cs", "Co", "Cn"} for c in text):
        raise ValidationError(
            _("Leave out pictures and symbols: a name has letters only."), code="symbols"
        )
    if len(text) > NAME_LENGTH:
        raise ValidationError(
            _("This name has %(length)d characters; at most %(limit)d fit."),
            code="too_long",
            params={"length": len(text), "limit": NAME_LENGTH},
        )
    return text


def name_key(text: str) -> str:
    """A name as it is compared: lower case, without accents, apostrophes and hyphens; other
    scripts stay."""
    # Twice: folding undoes forms that only decomposing brings to light, such as mathematical
    # letters.
    folded = unicodedata.normalize(
        "NFKD", unicodedata.normalize("NFKD", text).casefold().translate(_SPECIAL)
    )
    bare = "".join(
        c for c in folded if not unicodedata.combining(c) and unicodedata.category(c) != "Cf"
    )
    return " ".join(_FOLDED.sub(" ", bare).split())[:NAME_LENGTH]


_DUTCH = re.compile(r"^(?:(?:(?P<d>\d{1,2})[-/. ])?(?P<m>\d{1,2})[-/. ])?(?P<y>\d{4})$")
_ISO = re.compile(r"^(?P<y>\d{4})(?:-(?P<m>\d{1,2})(?:-(?P<d>\d{1,2}))?)?$")


def parse_partial_date(text: str) -> str:
    """A birth date as far as it is known: `1985`, `1985-03` or `1985-03-12` (00 for an unknown day
    or month).

    Accepts 12-03-1985, 03-1985, 1985, 00-00-1985 and the ISO order. Raises ValidationError for a
    day that does not exist, lies in the future or before 1900.
    """
    text = text.strip()
    result = _DUTCH.match(text) or _ISO.match(text)
    if not result:
        raise ValidationError(
            _("Write the date as 12-03-1985. Of a partly known date, write 03-1985 or 1985."),
            code="date_format",
        )
    year, month, day = int(result["y"]), int(result["m"] or 0), int(result["d"] or 0)
    if year < EARLIEST_YEAR:
        raise ValidationError(_("The year lies before 1900. Check the date."), code="date_early")
    if day and not month:
        raise ValidationError(
            _("A day without a month says nothing: leave the day out."), code="date_format"
        )
    try:
        first = date(year, month or 1, day or 1)
    except ValueError:
        raise ValidationError(
            _("This date does not exist. Check day and month."), code="date_unreal"
        ) from None
    if first > timezone.localdate():
        raise ValidationError(
            _("This date lies in the future. Check the year."), code="date_future"
        )
    return f"{year:04}" + (f"-{month:02}" if month else "") + (f"-{day:02}" if day else "")


def may_be_minor(birth_date: str, on: date) -> bool:
    """Whether somebody born on this date, as far as it is known, may be younger than eighteen on
    a day."""
    if not birth_date:
        return False
    latest = birth_date + {4: "-12-31", 7: "-31", 10: ""}[len(birth_date)]
    year, month, day = map(int, latest.split("-"))
    return (year + 18, month, day) > (on.year, on.month, on.day)


def clean_v_number(text: str) -> str:
    """Ten digits; spaces, dots and hyphens between them are forgiven. Raises ValidationError
    otherwise."""
    digits = re.sub(r"[\s.\-]", "", text)
    if not re.fullmatch(r"[0-9]{10}", digits):
        raise ValidationError(
            _("A V-number has exactly ten digits. Leave it empty if it is not known."),
            code="v_number",
        )
    return digits


@cache
def nationalities() -> dict[str, tuple[str, str, str]]:
    """National table 32: code to Dutch text, English text and the day the entry ended (or
    empty)."""
    with (Path(__file__).parent / "nationalities.csv").open(encoding="utf-8", newline="") as table:
        return {
            row["code"]: (row["dutch"], row["english"], row["ended"])
            for row in csv.DictReader(table)
        }


def nationality_name(code: str) -> str:
    dutch, english, _ended = nationalities().get(code, (code, code, ""))
    return english if (translation.get_language() or "nl").startswith("en") else dutch


def nationality_choices() -> tuple[tuple[str, str], ...]:
    """Entries in use, in the order of the reader's language; unknown and stateless first."""
    return _nationality_choices(translation.get_language() or "")


@cache
def _nationality_choices(language: str) -> tuple[tuple[str, str], ...]:
    live = [(code, nationality_name(code)) for code, row in nationalities().items() if not row[2]]
    first = ("0000", "0499")
    return tuple(sorted(live, key=lambda entry: (entry[0] not in first, name_key(entry[1]))))


CHOSEN = {"sex": Sex, "language": BriefingLanguage}


def display(kind: str, value: str) -> str:
    if kind in ("birth_date", "death_date"):
        parts = [int(part) for part in value.split("-")]
        if len(parts) == 3:
            return formats.date_format(date(*parts), "j F Y")
        if len(parts) == 2:
            return formats.date_format(date(parts[0], parts[1], 1), "F Y")
        return value
    if kind == "nationality":
        return nationality_name(value)
    if kind == "v_number":
        return f"{value[:4]} {value[4:7]} {value[7:]}"
    if kind in CHOSEN:
        return str(dict(CHOSEN[kind].choices).get(value, value))
    return value


def comparison_key(kind: str, value: str) -> str:
    return name_key(value) if kind in ("name", "alias") else value
