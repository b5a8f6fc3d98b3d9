"""Labels of choices, one at a time."""

from functools import cache
from typing import Any

from django.db import models


class Labelled(models.Model):
    """Says the label of the choice it has. Django's own way translates every label of the field
    to say one, thirty times on a case page."""

    class Meta:
        abstract = True

    def _get_FIELD_display(self, field: Any) -> str | None:
        value = getattr(self, field.attname)
        return None if value is None else str(_labels(field).get(value, value))


@cache
def _labels(field: Any) -> dict[Any, Any]:
    return dict(field.flatchoices)
