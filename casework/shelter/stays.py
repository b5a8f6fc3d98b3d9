"""Whether somebody has a place."""

from django.db import connection


def shelter_is_running(case: int) -> bool:
    """True if the person of this case has a place today. Answers the departure service and the
    municipality even if they may not read it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT shelter_is_running(%s)", [case])
        return bool(cursor.fetchone()[0])
