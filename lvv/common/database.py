"""Functions of the database (`<app>/sql/`), called by their name."""

from typing import Any

from django.db import connection


def call(function: str, *values: Any) -> Any:
    """The one value that this function of SQL answers to these; None from one that answers nothing.
    Raises DatabaseError where the function refuses."""
    with connection.cursor() as cursor:
        places = ", ".join(["%s"] * len(values))
        cursor.execute(f"SELECT {function}({places})", values)
        return cursor.fetchone()[0]
