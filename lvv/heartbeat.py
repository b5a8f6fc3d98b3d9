"""Whether the background works: it says so in the database, by the clock of the database, where
the web can read it and not write it. Any cursor will do, also one without Django."""

from typing import Any

BEAT = (
    "INSERT INTO lvv_heartbeat (at) VALUES (now()) ON CONFLICT (id) DO UPDATE SET at = excluded.at"
)
WORKS = "SELECT EXISTS (SELECT FROM lvv_heartbeat WHERE at > now() - interval '2 minutes')"


def beat(cursor: Any) -> None:
    cursor.execute(BEAT)


def works(cursor: Any) -> bool:
    """Whether the background said so within two minutes."""
    cursor.execute(WORKS)
    result: bool = cursor.fetchone()[0]
    return result
