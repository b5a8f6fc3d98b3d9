"""What the columns of a list may be, how they are recognised, and how each cell is understood."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.cases.enums import ADMITTED_STATES, OPEN_STATES, CaseState
from casework.imports.files import HEADER_WITHIN, Line, Unreadable
from casework.imports.models import ColumnMapping
from casework.register.enums import BriefingLanguage
from casework.register.forms import DayField
from casework.register.values import (
    clean_name,
    clean_v_number,
    may_be_minor,
    name_key,
    nationalities,
    parse_partial_date,
)
from casework.registration.acts import Claim
from partners.organisations.models import Team

AFTER_THE_REQUEST = OPEN_STATES[list(OPEN_STATES).index(CaseState.AWAITING_DOSSIERS) :]
DATES_THE_STATE = ("admitted_on", "guidance_from")


def _day(text: str) -> str:
    result = DayField().clean(text)
    return result.isoformat() if result else ""


@cache
def _codes() -> dict[str, str]:
    """Codes of national table 32 by their code, Dutch and English text, as people write them."""
    table = nationalities()
    known = {code: code for code in table}
    for code, (dutch, english, ended) in table.items():
        if not ended:
            known |= {name_key(dutch): code, name_key(english): code}
    return known


def _nationality(text: str) -> str:
    code = _codes().get(text.zfill(4)) if text.isdecimal() else _codes().get(name_key(text))
    if code is None:
        raise ValidationError(
            _("“%(text)s” is no nationality of the national table.") % {"text": text[:40]}
        )
    return code


def _state(text: str) -> str:
    wanted = name_key(text)
    for state in OPEN_STATES:
        if wanted in (
            name_key(state.value.replace("_", " ")),
            name_key(str(CaseState(state).label)),
        ):
            return state.value
    raise ValidationError(
        _("“%(text)s” is no state of an open case. Possible: %(states)s.")
        % {
            "text": text[:40],
            "states": ", ".join(str(CaseState(state).label) for state in OPEN_STATES),
        }
    )


def _language(text: str) -> str:
    wanted = name_key(text)
    for value, label in BriefingLanguage.choices:
        if wanted in (value, name_key(str(label))):
            return str(value)
    return text.strip()[:40]  # as people call it


def _several_names(text: str) -> str:
    return "\n".join(
        clean_name(part) for part in text.replace(";", "\n").splitlines() if part.strip()
    )


@dataclass(frozen=True)
class Field:
    """One thing a column can hold: how it is called, under which texts people keep it, and how a
    cell is understood."""

    slug: str
    label: str | Promise
    known_as: tuple[str, ...]
    clean: Callable[[str], str]


FIELDS = (
    Field(
        "name",
        gettext_lazy("name"),
        ("naam", "name", "volledige naam", "naam client", "naam persoon"),
        clean_name,
    ),
    Field(
        "other_names",
        gettext_lazy("other names"),
        ("alias", "aliassen", "andere namen", "other names"),
        _several_names,
    ),
    Field(
        "birth_date",
        gettext_lazy("date of birth"),
        ("geboortedatum", "geboren", "geb datum", "gebdatum", "date of birth", "birth date", "dob"),
        parse_partial_date,
    ),
    Field(
        "nationality",
        gettext_lazy("nationality"),
        ("nationaliteit", "nationality", "land"),
        _nationality,
    ),
    Field(
        "v_number",
        gettext_lazy("V-number"),
        ("v nummer", "vnummer", "v nr", "vnr", "v number"),
        clean_v_number,
    ),
    Field(
        "referrer",
        gettext_lazy("referred by"),
        ("verwezen door", "verwijzer", "aangemeld door", "referred by"),
        lambda text: text[:160],
    ),
    Field(
        "registered_on",
        gettext_lazy("registered on"),
        ("aangemeld op", "aanmelddatum", "datum aanmelding", "registered on", "instroomdatum"),
        _day,
    ),
    Field(
        "told_on",
        gettext_lazy("told on"),
        ("geinformeerd op", "informatie gegeven op", "told on"),
        _day,
    ),
    Field("language", gettext_lazy("language"), ("taal", "language"), _language),
    Field(
        "guardian",
        gettext_lazy("responsible adult or guardian"),
        ("voogd", "verantwoordelijke", "guardian"),
        clean_name,
    ),
    Field(
        "sheltered_since",
        gettext_lazy("sheltered from"),
        ("opvang vanaf", "in opvang sinds", "sheltered from"),
        _day,
    ),
    Field("state", gettext_lazy("state"), ("status", "stand", "fase", "state"), _state),
    Field(
        "state_since",
        gettext_lazy("in this state since"),
        ("status sinds", "sinds", "state since"),
        _day,
    ),
    Field(
        "admitted_on",
        gettext_lazy("admitted on"),
        ("toegelaten op", "datum toelating", "toelating", "admitted on"),
        _day,
    ),
    Field(
        "guidance_from",
        gettext_lazy("in guidance from"),
        ("in begeleiding vanaf", "begeleiding vanaf", "start begeleiding", "in guidance from"),
        _day,
    ),
    Field(
        "ind_dossier_on",
        gettext_lazy("dossier of IND on"),
        ("dossier ind", "ind dossier", "dossier ind op"),
        _day,
    ),
    Field(
        "dtv_dossier_on",
        gettext_lazy("dossier of DT&V on"),
        ("dossier dt&v", "dt&v dossier", "dossier dtv", "dossier dt&v op"),
        _day,
    ),
)
BY_SLUG = {field.slug: field for field in FIELDS}


def _guess(text: str) -> str:
    key = name_key(text)
    return next(
        (field.slug for field in FIELDS if key in (field.slug.replace("_", " "), *field.known_as)),
        "",
    )


def find_header(lines: list[Line]) -> int:
    """Which of the first rows holds the texts above the columns: the one with most that are
    known; of equals the last, for a list with two such rows has the finer one below."""
    known = [
        sum(bool(_guess(cell)) for cell in line.cells if cell) for line in lines[:HEADER_WITHIN]
    ]
    best = max(known, default=0)
    if best == 0:
        filled = [sum(bool(cell) for cell in line.cells) for line in lines[:HEADER_WITHIN]]
        return filled.index(max(filled))
    return len(known) - 1 - known[::-1].index(best)


def guess_mapping(header: list[str], team: Team) -> dict[str, int]:
    """Field to number of the column: as this team chose the last time, else by the usual words."""
    keys = [name_key(text)[:200] for text in header]
    remembered = dict(
        ColumnMapping.objects.filter(team=team, header__in=keys).values_list("header", "field")
    )
    result: dict[str, int] = {}
    for number, (text, key) in enumerate(zip(header, keys, strict=True)):
        field = remembered[key] if key in remembered else _guess(text)
        if field in BY_SLUG and field not in result:
            result[field] = number
    return result


def remember_mapping(header: list[str], mapping: dict[str, int], team: Team) -> None:
    """Save which header text stands for which field. Texts with a digit are skipped, because the
    first row of a list without headers is a person."""
    for field, number in mapping.items():
        key = name_key(header[number])[:200] if number < len(header) else ""
        if key and not any(c.isdigit() for c in key):
            ColumnMapping.objects.update_or_create(team=team, header=key, defaults={"field": field})


def understand(
    cells: list[str],
    formulas: list[int],
    mapping: dict[str, int],
    *,
    takes_over: bool,
    shelters: bool = True,
) -> tuple[dict[str, str], list[tuple[int | None, str]]]:
    """What a row says, and everything that is wrong with it: number of the column (None: the row)
    and words.

    `takes_over`: who imports may take over cases in a later state (T18); `shelters`: may record
    stays.
    """
    data: dict[str, str] = {}
    problems: list[tuple[int | None, str]] = []
    for slug, column in mapping.items():
        text = cells[column].strip() if column < len(cells) else ""
        if column in formulas:
            problems.append((column, _("A formula stands here. Paste the value itself.")))
        elif text:
            try:
                data[slug] = BY_SLUG[slug].clean(text)
            except ValidationError as error:
                words = " ".join(error.messages)
                if (
                    (slug == "birth_date" or BY_SLUG[slug].clean is _day)
                    and text.isdecimal()
                    and len(text) == 5
                ):
                    words = _(
                        "A bare number stands where a date should. Give the column the format "
                        "of a date."
                    )
                if slug == "v_number" and text.isdecimal() and 6 < len(text) < 10:
                    words = _(
                        "This V-number lost a zero in front. Give the column the format of text."
                    )
                problems.append((column, words))
    if "name" not in data and not any(column == mapping.get("name") for column, _words in problems):
        problems.append((mapping.get("name"), _("There is no name.")))
    if may_be_minor(data.get("birth_date", ""), timezone.localdate()) and not data.get("guardian"):
        problems.append(
            (
                mapping.get("guardian"),
                _("This person may be a minor: who is responsible is missing."),
            )
        )
    if data.get("told_on") and not data.get("language"):
        problems.append(
            (mapping.get("language"), _("In which language the person was told is missing."))
        )
    if data.get("state", CaseState.REGISTERED) != CaseState.REGISTERED and not takes_over:
        problems.append(
            (
                mapping.get("state"),
                _("Only the coordinator of the municipality takes over running cases."),
            )
        )
    if data.get("sheltered_since") and not shelters:
        problems.append((mapping.get("sheltered_since"), _("Your team does not record shelter.")))
    problems += [
        (mapping.get(slug), _("This lies before the day of registration."))
        for slug in ("state_since", "admitted_on", "guidance_from")
        if data.get(slug) and data.get("registered_on") and data[slug] < data["registered_on"]
    ]
    if data.get("guidance_from") and data.get("admitted_on", "") > data["guidance_from"]:
        problems.append((mapping.get("guidance_from"), _("This lies before the day of admission.")))
    state, since = data.get("state", CaseState.REGISTERED), data.get("state_since")
    for slug, states in (
        ("admitted_on", ADMITTED_STATES),
        ("guidance_from", (CaseState.IN_GUIDANCE,)),
        ("ind_dossier_on", AFTER_THE_REQUEST),
        ("dtv_dossier_on", AFTER_THE_REQUEST),
    ):
        differs = (
            slug in DATES_THE_STATE
            and state == states[0]
            and since
            and data.get(slug, since) != since
        )
        if data.get(slug) and (state not in states or differs):
            problems.append((mapping.get(slug), _("This day does not fit the state of the case.")))
        if data.get(slug) and not data.get("registered_on"):
            problems.append((mapping.get(slug), _("The day of registration is missing.")))
    return data, problems


def claim_of(data: dict[str, str]) -> Claim:
    """The understood row as a Claim for registration. Whatever is missing stays a task on the
    case."""

    def day(slug: str) -> date | None:
        return date.fromisoformat(data[slug]) if data.get(slug) else None

    return Claim(
        names=[data["name"], *filter(None, data.get("other_names", "").split("\n"))],
        referrer=data.get("referrer", ""),
        birth_date=data.get("birth_date", ""),
        nationalities=[data.get("nationality", "0000")],
        v_number=data.get("v_number", ""),
        told_on=day("told_on"),
        language=data.get("language", ""),
        guardian=data.get("guardian", ""),
        sheltered_since=day("sheltered_since"),
        state=CaseState(data.get("state", CaseState.REGISTERED)),
        state_since=day("state_since"),
        registered_on=day("registered_on"),
        admitted_on=day("admitted_on"),
        guidance_from=day("guidance_from"),
    )


def split(lines: list[Line]) -> tuple[Line, list[Line]]:
    """The header and what stands below it. Raises Unreadable when nothing does, or no row can be
    the header."""
    at = find_header(lines)
    if not any(_guess(cell) for cell in lines[at].cells) and any(
        c.isdigit() for cell in lines[at].cells for c in cell
    ):
        raise Unreadable(
            gettext_lazy(
                "No row with texts above the columns was found, such as: Naam, Geboortedatum."
            )
        )
    if not lines[at + 1 :]:
        raise Unreadable(gettext_lazy("There are no rows below the texts above the columns."))
    return lines[at], lines[at + 1 :]
