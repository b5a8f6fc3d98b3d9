"""How changes are kept: django-simple-history, with the person from the running request and no
way round it."""

import json
from collections.abc import Iterable, Sequence
from datetime import date, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.db.models.expressions import DatabaseDefault
from django.utils import timezone
from simple_history.models import HistoricalRecords

from partners.accountability.trace import current_actor


def _who(instance: models.Model, **_: Any) -> models.Model | None:
    return current_actor()


BATCH = 2000  # rows of one statement


class History(HistoricalRecords):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(get_user=_who, **kwargs)

    def post_save(self, instance: Any, created: bool, using: Any = None, **kwargs: Any) -> None:
        """A save of nothing but excluded fields, such as the moment of the last sign-in, leaves no
        row."""
        fields = kwargs.get("update_fields")
        if created or not fields or not set(fields) <= set(self.excluded_fields):
            super().post_save(instance, created, using=using, **kwargs)


def set_change_reason(instance: models.Model, reason: str) -> None:
    """Set the reason that the history row of the next save will carry."""
    instance._change_reason = reason  # type: ignore[attr-defined]


def without_history(instance: Any, fields: list[str]) -> None:
    """Save fields that are computed from facts with a history of their own, without a history
    row."""
    instance.skip_history_when_saving = True
    instance.save(update_fields=fields)
    del instance.skip_history_when_saving


class TrackedQuerySet(models.QuerySet[Any]):
    """Refuses the writes of which simple-history would keep nothing."""

    def update(self, **kwargs: Any) -> int:
        raise NotImplementedError(
            "Writes no history: save the objects one by one, or use written_in_bulk()."
        )

    def bulk_create(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(
            "Writes no history: create the objects one by one, or use written_in_bulk()."
        )

    def bulk_update(self, *args: Any, **kwargs: Any) -> int:
        raise NotImplementedError(
            "Writes no history: save the objects one by one, or use written_in_bulk()."
        )


def written_in_bulk(objects: list[Any], *, reason: str = "") -> list[Any]:
    """Create many tracked objects of one model with their history rows: the one admitted way."""
    if not objects:
        return []
    insert(objects)
    _keep(objects, "+", reason)
    return objects


def changed_in_bulk(objects: list[Any], fields: list[str], *, reason: str) -> None:
    """Save these fields of many tracked objects of one model, with their history rows."""
    if objects:
        _save(objects, fields)
        _keep(objects, "~", reason)


def save_fields(objects: Iterable[Any], fields: list[str]) -> None:
    """Save these fields of many objects of one model in one statement. Django's bulk_update
    makes a condition of every value, which took two thirds of the time of a long list."""
    rows = list(objects)
    if rows and hasattr(type(rows[0]), "history"):
        raise NotImplementedError("Writes no history: use changed_in_bulk().")
    if rows:
        _save(rows, fields)


def insert(objects: Sequence[Any]) -> None:
    """Create new objects of one model without history, many in one statement. Django's
    bulk_create makes an expression of every value, which took two thirds of the time of a long
    list."""
    for first in range(0, len(objects), BATCH):
        _insert(objects[first : first + BATCH])


def _insert(rows: Sequence[Any]) -> None:
    model = type(rows[0])
    table, key = quoted(model._meta.db_table), model._meta.pk
    fields = [field for field in model._meta.concrete_fields if field is not key]
    for row in rows:  # a related object may have got its key since it was named
        row._prepare_related_fields_for_save(operation_name="insert")
    with connection.cursor() as cursor:
        # Keys are given out here, not read back: nothing rests on the order in which rows are
        # written.
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [table, key.column, len(rows)],
        )
        for row, (given,) in zip(rows, cursor.fetchall(), strict=True):
            if row.pk is not None:
                raise ValueError(f"{row!r} was saved before")
            row.pk = given
        result = [
            {key.column: row.pk} | {field.column: _value(row, field) for field in fields}
            for row in rows
        ]
        columns = ", ".join(quoted(column) for column in result[0])
        cursor.execute(
            f"INSERT INTO {table} ({columns}) SELECT {columns}"  # noqa: S608 - names of our own tables
            f" FROM jsonb_populate_recordset(NULL::{table}, %s::jsonb)",
            [json.dumps(result, default=_plain)],
        )
        _all_or_nothing(cursor.rowcount, list(rows))
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def _value(row: models.Model, field: Any) -> Any:
    value: Any = field.pre_save(row, True)
    if isinstance(value, DatabaseDefault):
        value = value.expression.value  # type: ignore[attr-defined]
        setattr(row, field.attname, value)
    return value


def _save(rows: list[Any], fields: list[str]) -> None:
    model = type(rows[0])
    columns = {field.column: field.attname for field in map(model._meta.get_field, fields)}
    table, key = quoted(model._meta.db_table), model._meta.pk.column
    result = [
        {key: row.pk} | {column: getattr(row, name) for column, name in columns.items()}
        for row in rows
    ]
    sets = ", ".join(f"{quoted(column)} = v.{quoted(column)}" for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} t SET {sets}"  # noqa: S608
            f" FROM jsonb_populate_recordset(NULL::{table}, %s::jsonb) v"
            f" WHERE t.{quoted(key)} = v.{quoted(key)}",
            [json.dumps(result, default=_plain)],
        )
        _all_or_nothing(cursor.rowcount, rows)


def _plain(value: object) -> str:
    """Text of a value as PostgreSQL reads it: to the microsecond, which Django's own encoder cuts
    off. Raises TypeError."""
    if isinstance(value, date | time | Decimal | UUID):
        return str(value)
    raise TypeError(f"{value!r} is no value of a column")


def _keep(objects: list[Any], kind: str, reason: str) -> None:
    """A history row for each of these objects as it is in the database now, in one statement: a
    quarter of the time of making them here."""
    model = type(objects[0])
    history = model.history.model
    columns = ", ".join(quoted(field.column) for field in history.tracked_fields)
    actor = current_actor()
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {quoted(history._meta.db_table)}"  # noqa: S608 - names of our own tables
            f" ({columns}, history_date, history_type, history_change_reason, history_user_id)"
            f" SELECT {columns}, %s, %s, %s, %s FROM {quoted(model._meta.db_table)} WHERE id = "
            "ANY (%s) ORDER BY id",
            [
                timezone.now(),
                kind,
                reason,
                actor.pk if actor else None,
                [row.pk for row in objects],
            ],
        )
        _all_or_nothing(cursor.rowcount, objects)


def quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _all_or_nothing(written: int, objects: list[Any]) -> None:
    """Raise RuntimeError unless all rows were written: a row that the writer does not see would be
    left out in silence."""
    if written != len(objects):
        raise RuntimeError(f"{written} of {len(objects)} rows were written")
