"""Who will read a record: worked out by the rule that decides, before it is saved."""

from collections.abc import Collection
from typing import Any

from django.db import connection

from casework.cases.case_reader import CaseReader
from casework.cases.models import Case
from governance.access.enums import Category, Visibility
from partners.organisations.models import Team


def writable_categories(reader: CaseReader) -> list[Category]:
    """What a note may be about. Not the protected address: its own place asks for a reason
    (R19). Not the conference: the police reads only the items it attends, and a note does not
    say who does."""
    apart = (Category.SHELTER_ADDRESS, Category.CONFERENCE)
    return [c for c in Category if c not in apart and reader.writes(c)]


def other_teams(reader: CaseReader, besides: int | None = None) -> list[Team]:
    """Teams with which this worker may choose to share: all known partners but `besides`, the one
    written for."""
    return [team for team in reader.partners if team.pk != besides]


def readers(
    case: Case,
    category: Category,
    visibility: Visibility,
    *,
    author_team: int,
    shared: list[int],
    joining: Collection[int] = (),
    addressed: Collection[int] = (),
) -> list[int]:
    """The teams that would read such a record today, as the database decides, the author's first.

    `joining` would take part by it; `addressed` it asks or names, so that they read it whatever
    its visibility.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM access_would_read(%s, %s, %s, %s, %s::int[], %s::int[], %s::int[])",
            [
                case.pk,
                category,
                visibility,
                author_team,
                shared,
                list(joining),
                list(addressed),
            ],
        )
        result = {team for (team,) in cursor.fetchall()}
    return [author_team, *sorted(result - {author_team})]


def would_read(
    reader: CaseReader,
    category: Category | None,
    data: Any,
    *,
    author: int | None,
    joining: Collection[int] = (),
    addressed: Collection[int] = (),
) -> list[Team]:
    """Teams that would read the record with the choices made so far in a form, as far as this
    worker may know of them. Empty while a choice is missing."""
    if category is None or author is None or data.get("visibility") not in Visibility.values:
        return []
    chosen = set(data.getlist("shared_with"))
    shared = [team for team in reader.case.team_ids if str(team) in chosen]
    if (source := data.get("source_team", "")).isdecimal() and int(source) in reader.case.team_ids:
        shared.append(int(source))
    result = readers(
        reader.case,
        category,
        Visibility(data["visibility"]),
        author_team=author,
        shared=shared,
        joining=joining,
        addressed=addressed,
    )
    return reader.named(result)


def tells_of_others(reader: CaseReader, data: Any) -> bool:
    """Whether the line of readers must say that there may be more: this worker may not know of
    every kind of team.

    The same whether or not such a team takes part, so that the line gives nothing away.
    """
    return data.get("visibility") == Visibility.PERMITTED_PARTNERS and not reader.knows_every_team
