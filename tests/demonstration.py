"""One database with the demonstration, loaded once a run while others lint and test; every
installation that a browser works in is a copy of it."""

import hashlib
import os
import subprocess
import sys
from contextlib import closing
from typing import Any

import psycopg2

from lvv.common.env import BASE_DIR, database_url
from tests.migrated import template, with_database

LOCK = 7305101
OURS = ("lvv", "partners", "governance", "casework", "static")


def settings_of(database: str) -> dict[str, str]:
    """The surroundings of a process of the application that works in this database."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "lvv.settings.base",
        "LVV_DEMO": "1",
        "DATABASE_URL": with_database(database_url("app"), database),
        "DATABASE_OWNER_URL": with_database(database_url("owner"), database),
        "DATABASE_JOBS_URL": with_database(database_url("jobs"), database),
    }
    environment.pop("LVV_ROLE", None)
    return environment


def copied(name: str) -> None:
    """A database of this name: a copy of the demonstration, which is loaded by whoever comes
    first."""
    with closing(_admin()) as admin:
        admin.cursor().execute(f"CREATE DATABASE {name} TEMPLATE {demonstration()}")


def dropped(name: str) -> None:
    with closing(_admin()) as admin:
        admin.cursor().execute(f"DROP DATABASE {name} WITH (FORCE)")


def demonstration() -> str:
    """Its name, which says of which code. Loaded by the commands of `make run`, together with the
    static files."""
    name = f"demonstration_{_digest()}"
    with closing(_admin()) as admin:
        cursor = admin.cursor()
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'demonstration\\_%%'")
        found = {row[0] for row in cursor.fetchall()}
        if name not in found:
            for old in found:
                cursor.execute(f"DROP DATABASE {old} WITH (FORCE)")
            half = "demonstration_half"
            cursor.execute(f"CREATE DATABASE {half} TEMPLATE {template()}")
            for command in (["demo"], ["collectstatic", "--noinput", "-v0"]):
                subprocess.run(
                    [sys.executable, "manage.py", *command],
                    cwd=BASE_DIR,
                    env=settings_of(half),
                    check=True,
                )
            with closing(psycopg2.connect(with_database(database_url("owner"), half))) as loaded:
                loaded.autocommit = True
                loaded.cursor().execute("ANALYZE")  # which no background does here
            cursor.execute(f"ALTER DATABASE {half} RENAME TO {name}")
    return name


def _admin() -> Any:
    admin = psycopg2.connect(with_database(database_url("owner"), "postgres"))
    admin.autocommit = True
    return admin


def _digest() -> str:
    """Of all that loads it."""
    found = (file for folder in OURS for file in sorted((BASE_DIR / folder).rglob("*")))
    files = [file for file in found if file.is_file() and "__pycache__" not in file.parts]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


if __name__ == "__main__":
    demonstration()
