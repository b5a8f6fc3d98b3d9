"""Whether somebody has a place."""

from django.db import connection


def shelter_is_running(case: int) -> bool:
    """Today, in this case; answered to the departure service and the municipality, also where
    they may not read it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT shelter_is_running(%s)", [case])
        return bool(cursor.fetchone()[0])
