"""`make test`: a database server of the tests' own, the linters, every test. Nothing is skipped
silently.

Some tests only, with what pytest understands: python -m tests.run tests/lvv/test_project.py -k name
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import psycopg2

from lvv import postgres
from lvv.common import libraries
from lvv.common.env import BASE_DIR
from lvv.messages import compile_messages
from lvv.roles import make_roles

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
TOOLS = Path(sys.executable).parent
OURS = {"--postgres15", "--slow", "--check"}


def find_browser() -> str:
    """The system's Chromium. Installs Debian's small one when it may; else says what to do and
    fails."""
    for name in BROWSERS:
        if found := shutil.which(name):
            return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], check=False, env=environment)
        subprocess.run(
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", BROWSERS[0]],
            check=False,
            env=environment,
        )
        if found := shutil.which(BROWSERS[0]):
            return found
    sys.exit("The browser tests need Chromium: apt-get install chromium-headless-shell")


def postgres15_binaries() -> Path:
    for path in (
        "/usr/lib/postgresql/15/bin",
        "/usr/pgsql-15/bin",
        "/opt/homebrew/opt/postgresql@15/bin",
    ):
        if (Path(path) / "initdb").exists():
            return Path(path)
    sys.exit("No PostgreSQL 15 server is installed here: apt-get install postgresql-15")


def step(title: str, *command: str) -> None:
    begun = time.monotonic()
    print(f"== {title}", flush=True)
    done = subprocess.run(command, cwd=BASE_DIR, check=False)
    if done.returncode:
        sys.exit(f"== {title}: failed ({done.returncode})")
    print(f"== {title}: {time.monotonic() - begun:.0f} s", flush=True)


def careless(server: postgres.Server) -> None:
    """The tests' own server need not survive a power cut."""
    with closing(psycopg2.connect(server.url())) as admin:
        admin.autocommit = True
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            admin.cursor().execute(f"ALTER SYSTEM SET {setting} = off")
        admin.cursor().execute("SELECT pg_reload_conf()")


def linters() -> None:
    with subprocess.Popen(
        [str(TOOLS / "mypy")], cwd=BASE_DIR
    ) as types:  # takes longest, so beside the others
        step("ruff", str(TOOLS / "ruff"), "check", "--quiet", ".")
        step("ruff format", str(TOOLS / "ruff"), "format", "--check", "--quiet", ".")
        step("djlint", str(TOOLS / "djlint"), "templates", "--lint", "--quiet")
        step("import-linter", str(TOOLS / "lint-imports"))
        step("manage.py check", sys.executable, "manage.py", "check")
        step(
            "migrations",
            sys.executable,
            "manage.py",
            "makemigrations",
            "--check",
            "--dry-run",
            "-v0",
        )
    if types.returncode:
        sys.exit("== mypy: failed")


def pytest(*arguments: str) -> None:
    step("pytest " + " ".join(arguments), sys.executable, "-m", "pytest", *arguments)


def main(argv: Sequence[str]) -> None:
    # A folder of its own for every run: two runs side by side do not meet, and no old state helps a
    # test along.
    libraries.install()
    with tempfile.TemporaryDirectory(prefix="lvv-test-", ignore_cleanup_errors=True) as folder:
        os.environ.update(
            LVV_DATA_DIR=folder, LVV_DEMO="1", DJANGO_SETTINGS_MODULE="lvv.settings.test"
        )
        for name in (
            "DATABASE_URL",
            "DATABASE_OWNER_URL",
            "DATABASE_JOBS_URL",
            "DATABASE_ADMIN_URL",
        ):
            os.environ.pop(name, None)
        binaries = postgres15_binaries() if "--postgres15" in argv else None
        migrating = None
        try:
            server = postgres.start(binaries=binaries)
            make_roles(server.url(), createdb=True)
            careless(server)
            migrating = subprocess.Popen(
                [sys.executable, "-m", "tests.migrated"], cwd=BASE_DIR
            )  # while others lint
            compile_messages()
            workers = ("-n", os.environ.get("TEST_WORKERS", "2"), "--dist", "loadgroup")
            if chosen := [argument for argument in argv if argument not in OURS]:
                pytest(*chosen)
            elif "--postgres15" in argv:
                pytest("tests/access", *workers)
            elif "--slow" in argv:
                pytest("-m", "slow", *workers)
            elif "--check" in argv:
                linters()
                pytest("-m", "not browser and not slow and not setup", *workers)
            else:
                os.environ["CHROMIUM"] = find_browser()
                linters()
                pytest("-m", "not slow", *workers)
        except postgres.PostgresError as error:
            sys.exit(str(error))
        finally:
            if migrating:
                migrating.wait()
            postgres.stop(binaries=binaries)


if __name__ == "__main__":
    main(sys.argv[1:])
