"""The baseline database: restored, brought to today, and read."""

import os
import re
import subprocess
import sys
from pathlib import Path

from lvv import postgres
from lvv.common.env import BASE_DIR

FILE = Path(__file__).parent / "baseline.sql.gz"


def environment(url: str) -> dict[str, str]:
    """Of a process that is the owner of this database."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "lvv.settings.test",
        "LVV_ROLE": "owner",
        "DATABASE_OWNER_URL": url,
    }


def manage(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A management command as the owner of this database. Fails loudly."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=BASE_DIR,
        env=environment(url),
        check=True,
        capture_output=True,
        text=True,
    )


def dump(url: str, *options: str) -> str:
    """What pg_dump says, without comments and what only psql understands."""
    text = subprocess.run(
        [str(postgres.wheel_binaries() / "pg_dump"), "--no-owner", *options, url],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    kept = [line for line in text.split("\n") if not re.match(r"\\(un)?restrict |--|$", line)]
    return "\n".join(kept)


def schema_and_data(url: str) -> str:
    """As statements that any client can execute."""
    return dump(url, "--rows-per-insert=200", "--no-comments")


def schema(url: str) -> str:
    return dump(url, "--schema-only")
