"""How changes are kept: django-simple-history, with the person from the running request and no way round it."""

from typing import Any

from django.db import models
from simple_history.models import HistoricalRecords

from partners.accountability.trace import current_actor


def _who(instance: models.Model, **_: Any) -> models.Model | None:
    return current_actor()


class History(HistoricalRecords):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(get_user=_who, **kwargs)


def because(instance: models.Model, reason: str) -> None:
    """Why the next save of this object happens; it stands on its history row."""
    instance._change_reason = reason  # type: ignore[attr-defined]


class TrackedQuerySet(models.QuerySet[Any]):
    """Refuses the writes of which simple-history would keep nothing."""

    def update(self, **kwargs: Any) -> int:
        raise NotImplementedError("Writes no history: save the objects one by one, or use written_in_bulk().")

    def bulk_create(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError("Writes no history: create the objects one by one, or use written_in_bulk().")

    def bulk_update(self, *args: Any, **kwargs: Any) -> int:
        raise NotImplementedError("Writes no history: save the objects one by one, or use written_in_bulk().")


def written_in_bulk(objects: list[Any], *, reason: str = "") -> list[Any]:
    """Create many tracked objects of one model with their history rows: the one admitted way."""
    if not objects:
        return []
    model = type(objects[0])
    plain: models.QuerySet[Any] = models.QuerySet(model)
    made = plain.bulk_create(objects, batch_size=2000)
    model.history.bulk_history_create(made, batch_size=2000, default_user=current_actor(), default_change_reason=reason)
    return made


def changed_in_bulk(objects: list[Any], fields: list[str], *, reason: str) -> None:
    """Save these fields of many tracked objects of one model, with their history rows."""
    if objects:
        model = type(objects[0])
        plain: models.QuerySet[Any] = models.QuerySet(model)
        plain.bulk_update(objects, fields, batch_size=500)
        model.history.bulk_history_create(
            objects, batch_size=2000, update=True, default_user=current_actor(), default_change_reason=reason
        )
