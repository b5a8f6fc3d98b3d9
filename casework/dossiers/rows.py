"""All records of a case that this worker may see, in one statement."""

import json
from collections.abc import Iterable
from functools import cache
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, models

from casework.cases.models import Case
from casework.dossiers.kinds import KINDS
from casework.records.models import Record


def records_of(cases: Iterable[Case]) -> dict[str, list[Record]]:
    """Records by slug of their kind, newest first, ended ones too. The rows pass both walls."""
    by_key = {case.pk: case for case in cases}
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, row_data FROM dossier_rows(%s)", [list(by_key)])
        rows = cursor.fetchall()
    result: dict[str, list[Record]] = {slug: [] for slug in KINDS}
    for slug, data in rows:
        record = _built(KINDS[slug].model, json.loads(data) if isinstance(data, str) else data)
        record.case = by_key[record.case_id]
        result[slug].append(record)
    for slug, records in result.items():
        happened = KINDS[slug].happened
        records.sort(key=lambda record: (getattr(record, happened), record.pk), reverse=True)
    return result


def seen_by(cases: Iterable[Case], team: int) -> set[tuple[str, UUID]]:
    """Kind and reference of the records of these cases that both this worker and `team` see, as the
    database decides."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, reference FROM dossier_rows_of(%s, %s)",
            [[case.pk for case in cases], team],
        )
        return {(kind, reference) for kind, reference in cursor.fetchall()}


def readers_of(record: Record) -> list[int]:
    """Ids of the teams that see a record, as the database decides; its author team first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t FROM unnest(%s::int[]) t"
            " WHERE EXISTS (SELECT FROM dossier_rows_of(%s, t) r WHERE r.reference = %s)",
            [list(record.team_ids), [record.case_id], record.reference],
        )
        result = {row[0] for row in cursor.fetchall()}
    return [
        team
        for team in (record.author_team_id, *sorted(result - {record.author_team_id}))
        if team in result
    ]


@cache
def _columns(model: type[Record]) -> tuple[list[str], list[tuple[str, Any]]]:
    fields = model._meta.concrete_fields
    return [field.attname for field in fields], [
        (str(field.column), field.target_field if isinstance(field, models.ForeignKey) else field)
        for field in fields
    ]


def _built(model: type[Record], data: dict[str, Any]) -> Record:
    names, columns = _columns(model)
    return model.from_db(
        DEFAULT_DB_ALIAS, names, [field.to_python(data[column]) for column, field in columns]
    )
