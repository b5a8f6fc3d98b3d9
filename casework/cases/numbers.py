"""Case numbers, as people say them on the phone: the year, six digits drawn at random and a check
digit, so that they count nothing and a typing error is noticed. Numbers from before have no check
digit: a year and six digits in a row."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# The quasigroup of Damm (2004): each wrong digit, and each two neighbours exchanged, show.
DAMM = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)
PARTS = re.compile(r"(\d{4})[-\s.]*(\d{3})[-\s.]?(\d{3})[-\s.]?(\d?)")
V_NUMBER = 10  # digits in a row: those are no case number
END = 4  # of a number, by which a case in sight is found


def check_digit(digits: str) -> str:
    """The digit that follows these."""
    interim = 0
    for digit in digits:
        interim = int(DAMM[interim][int(digit)])
    return str(interim)


def clean_case_number(text: str) -> str:
    """A case number as it is kept; spaces, dots and hyphens are forgiven, and what is no case
    number stays as it is. Raises ValidationError if a digit is wrong."""
    text = text.strip()
    parts = PARTS.fullmatch(text)
    if parts is None or len(text) == V_NUMBER and text.isdecimal():
        return text
    year, first, second, last = parts.groups()
    if last and check_digit(year + first + second) != last:
        raise ValidationError(
            _("A digit of this case number is wrong: check it, or ask for it once more."),
            code="case_number",
        )
    return f"{year}-{first}{second}{last}"
