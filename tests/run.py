"""`make test`: a database server of the tests' own, every test, and the linters beside them.
Nothing is skipped silently.

Some tests only, with what pytest understands: python -m tests.run tests/lvv/test_project.py -k name
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2

from lvv import postgres
from lvv.common import libraries
from lvv.common.env import BASE_DIR
from lvv.credentials import make_keys
from lvv.messages import compile_messages
from lvv.roles import make_roles

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
TOOLS = Path(sys.executable).parent
OURS = {"--postgres15", "--slow", "--check"}


@contextmanager
def own_folder(prefix: str) -> Iterator[str]:
    """A data folder for one run, gone with all in it. Two runs side by side do not meet, and no old
    state helps a test along.

    PostgreSQL does not run as root: its own account must pass the door, or the cluster would stand
    outside and stay.
    """
    with tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        yield folder


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


def step(title: str, *command: str) -> str:
    """Nothing when it went well; else what failed."""
    begun = time.monotonic()
    print(f"== {title}", flush=True)
    done = subprocess.run(command, cwd=BASE_DIR, check=False)
    return _told(title, begun, done.returncode)


def quiet_step(title: str, *command: str) -> str:
    """The same beside other steps: what it says stands together, when it has ended."""
    begun = time.monotonic()
    done = subprocess.run(
        command, cwd=BASE_DIR, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    words = done.stdout.decode(errors="replace").strip()
    return _told(title, begun, done.returncode, f"\n{words}\n" if words else "\n")


def _told(title: str, begun: float, returncode: int, words: str = "") -> str:
    ended = f"failed ({returncode})" if returncode else f"{time.monotonic() - begun:.0f} s"
    print(f"{words}== {title}: {ended}", flush=True)
    return title if returncode else ""


def careless(server: postgres.Server) -> None:
    """The tests' own server need not survive a power cut, nor live long enough to be tidied, and
    leave the disk to others."""
    with closing(psycopg2.connect(server.url())) as admin:
        admin.autocommit = True
        for setting in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
            admin.cursor().execute(f"ALTER SYSTEM SET {setting} = off")
        admin.cursor().execute("ALTER SYSTEM SET max_wal_size = '256MB'")
        admin.cursor().execute("SELECT pg_reload_conf()")


def linters() -> list[str]:
    """One after the other, beside the tests: they take one processor between them."""
    manage = (sys.executable, "manage.py")
    steps = [
        ("ruff", str(TOOLS / "ruff"), "check", "--quiet", "."),
        ("ruff format", str(TOOLS / "ruff"), "format", "--check", "--quiet", "."),
        ("djlint", str(TOOLS / "djlint"), "templates", "--lint", "--quiet"),
        ("djlint format", str(TOOLS / "djlint"), "templates", "--check", "--quiet"),
        ("import-linter", str(TOOLS / "lint-imports")),
        ("manage.py check", *manage, "check"),
        ("migrations", *manage, "makemigrations", "--check", "--dry-run", "-v0"),
        ("mypy", str(TOOLS / "mypy")),
    ]
    return [quiet_step(*each) for each in steps]


def pytest(*arguments: str) -> str:
    return step(
        "pytest " + " ".join(arguments),
        sys.executable,
        "-m",
        "pytest",
        "--durations=30",
        *arguments,
    )


def workers() -> tuple[str, ...]:
    """As many as there are processors, and two where there is one: a test often waits for the
    database. In the order of the collection, in which the longest come first."""
    number = os.environ.get("TEST_WORKERS") or str(min(8, max(2, os.cpu_count() or 2)))
    return ("-n", number, "--dist", "loadgroup", "--no-loadscope-reorder")


def linted_and_tested(wanted: str) -> list[str]:
    """What failed of both, which go side by side; each is heard, also when the other fails."""
    with ThreadPoolExecutor(max_workers=1) as beside:
        linting = beside.submit(linters)
        tested = pytest("-m", wanted, *workers())
        return [*linting.result(), tested]


def main(argv: Sequence[str]) -> None:
    libraries.install()
    with own_folder("lvv-test-") as folder:
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
        preparing = None
        try:
            server = postgres.start(binaries=binaries)
            make_roles(server.url(), createdb=True)
            make_keys()
            careless(server)
            compile_messages()
            chosen = [argument for argument in argv if argument not in OURS]
            whole = not chosen and not OURS & set(argv)
            preparing = subprocess.Popen(
                [sys.executable, "-m", "tests.demonstration" if whole else "tests.migrated"],
                cwd=BASE_DIR,
            )  # while the first tests are collected and run
            if chosen:
                failed = [pytest(*chosen)]
            elif "--postgres15" in argv:
                failed = [pytest("tests/access", *workers())]
            elif "--slow" in argv:
                failed = [pytest("-m", "slow", *workers())]
            elif "--check" in argv:
                failed = linted_and_tested("not browser and not slow and not setup")
            else:
                os.environ["CHROMIUM"] = find_browser()
                failed = linted_and_tested("not slow")
            if any(failed):
                sys.exit("== failed: " + ", ".join(filter(None, failed)))
        except postgres.PostgresError as error:
            sys.exit(str(error))
        finally:
            if preparing:
                preparing.wait()
            postgres.stop(binaries=binaries)


if __name__ == "__main__":
    main(sys.argv[1:])
