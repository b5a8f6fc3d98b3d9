"""Rows of which each act has a column of its own: what was written there is not overwritten, not
even by the owner of the database, as whom the functions write."""

import pytest
from django.db import IntegrityError, transaction


def stands(row, **changes):
    """Of this row each of these columns keeps what it holds."""
    row.refresh_from_db()
    for name, value in changes.items():
        assert getattr(row, name) not in (None, "", value), name  # it holds something
        with pytest.raises(IntegrityError, match="stands as it was written"), transaction.atomic():
            type(row).objects.filter(pk=row.pk).update(**{name: value})
