"""The calendar of the law: on which day a term ends that a statute sets. Pure functions of dates.

Sources: Algemene termijnenwet (Atw, BWBR0002448) articles 1 to 4; Algemene wet bestuursrecht (Awb)
article 6:8. Only terms that a statute sets move. What a pilot agreed on (the rest period, the
maximum stay, the checks after an exit) does not. How long a term is stands in the table of terms
(governance/law/)."""

from datetime import date, timedelta

from governance.law.enums import TermUnit
from governance.law.models import Term

LONGEST = {TermUnit.WEEK: 12, TermUnit.DAY: 90}  # a longer one does not move (Atw 4)
SATURDAY = 5
# Days that a decree made equal to a recognised holiday (Atw 3, third paragraph). A decree names
# them for some years ahead; the next one is published in the Staatscourant and is added here.
EQUATED = frozenset(
    {
        # Decree equating 28-04-2023, 19-05-2023, 10-05-2024, 27-12-2024 and 30-05-2025
        date(2023, 4, 28),
        date(2023, 5, 19),
        date(2024, 5, 10),
        date(2024, 12, 27),
        date(2025, 5, 30),
        # Decree equating 02-01-2026, 15-05-2026, 07-05-2027, 28-04-2028 and 26-05-2028
        date(2026, 1, 2),
        date(2026, 5, 15),
        date(2027, 5, 7),
        date(2028, 4, 28),
        date(2028, 5, 26),
    }
)


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar, by the anonymous algorithm (Nature, 1876; Meeus,
    Astronomical Algorithms, chapter 8)."""
    century, of_century = divmod(year, 100)
    golden = year % 19
    epact = (
        19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15
    ) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (of_century // 4) - epact - of_century % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def holidays(year: int) -> frozenset[date]:
    """The recognised holidays of a year, and the days equal to them (Atw 3). King's Day is that
    since 2014."""
    sunday = easter(year)
    kings_day = date(year, 4, 27)
    if kings_day.weekday() > SATURDAY:
        kings_day = date(year, 4, 26)
    return frozenset(
        {
            date(year, 1, 1),
            sunday - timedelta(days=2),  # Good Friday
            sunday + timedelta(days=1),
            kings_day,
            date(year, 5, 5),  # every year
            sunday + timedelta(days=39),  # Ascension
            sunday + timedelta(days=50),  # Whit Monday
            date(year, 12, 25),
            date(year, 12, 26),
        }
    ) | {day for day in EQUATED if day.year == year}


def is_ordinary(day: date) -> bool:
    """Whether this is no Saturday, no Sunday and no recognised holiday."""
    return day.weekday() < SATURDAY and day not in holidays(day.year)


def statutory_end(day: date) -> date:
    """When a statutory term ends that runs to this day: at the end of it, or of the next ordinary
    day (Atw 1, first paragraph). Those that are counted back do not move (Atw 1, second
    paragraph)."""
    while not is_ordinary(day):
        day += timedelta(days=1)
    return day


def remedy_until(known: date, term: Term) -> date:
    """The last day on which one may object or appeal against what was made known on this day: the
    term begins on the day after it (Awb 6:8), moves past weekends and holidays, and of three days
    or more holds at least two ordinary ones (Atw 2)."""
    unit = TermUnit(term.unit)
    days = timedelta(weeks=term.length) if unit == TermUnit.WEEK else timedelta(days=term.length)
    last = known + days
    if term.length > LONGEST[unit]:
        return last
    while days >= timedelta(days=3) and _ordinary_days(known, last) < 2:
        last += timedelta(days=1)
    return statutory_end(last)


def _ordinary_days(after: date, until: date) -> int:
    """How many ordinary days lie after a day, until and including another."""
    return sum(is_ordinary(after + timedelta(days=n + 1)) for n in range((until - after).days))


def by_law(article: str) -> str:
    """The articles of a term and of its last day, as they stand behind that day."""
    return f"{article}, Atw 1" if article else "Atw 1"
