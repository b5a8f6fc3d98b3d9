"""One migrated database, of which every database of the tests is a copy: migrating takes longer
than any test."""

import hashlib
import os
import subprocess
import sys
from urllib.parse import urlsplit

import psycopg2

from lvv.common.env import BASE_DIR, database_url

LOCK = 7305100


def with_database(url: str, name: str) -> str:
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def template() -> str:
    """Its name, which says of which migrations. Made by whoever comes first; the others wait."""
    name = f"migrated_{_digest()}"
    owner = database_url("owner")
    admin = psycopg2.connect(with_database(owner, "postgres"))
    admin.autocommit = True
    cursor = admin.cursor()
    try:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'migrated\\_%%'")
        found = {row[0] for row in cursor.fetchall()}
        if name not in found:
            for old in found:
                cursor.execute(f"DROP DATABASE {old} WITH (FORCE)")
            cursor.execute("CREATE DATABASE migrated_half TEMPLATE template0 ENCODING 'UTF8'")
            subprocess.run(
                [sys.executable, "manage.py", "migrate", "-v0"],
                cwd=BASE_DIR,
                check=True,
                env={
                    **os.environ,
                    "DJANGO_SETTINGS_MODULE": "lvv.settings.test",
                    "LVV_ROLE": "owner",
                    "DATABASE_OWNER_URL": with_database(owner, "migrated_half"),
                },
            )
            cursor.execute(f"ALTER DATABASE migrated_half RENAME TO {name}")
    finally:
        admin.close()
    return name


def _digest() -> str:
    """Of every migration, also those of the libraries."""
    files = [BASE_DIR / "requirements.txt", *sorted(BASE_DIR.glob("*/migrations/**/*.py"))]
    files += [*sorted(BASE_DIR.glob("*/sql/*.sql")), *sorted(BASE_DIR.glob("*/apps.py"))]
    files += sorted(
        BASE_DIR.glob("casework/*/*.py")
    )  # the kinds that the files are written out from
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


if __name__ == "__main__":
    template()
