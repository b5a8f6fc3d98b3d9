"""From nothing to a serving application: `make run` and the container are this one path.

python -m lvv.start              everything: database, tables, demo data, work, web
python -m lvv.start build        texts and static files: all that is made from the sources alone
python -m lvv.start prepare      database, roles, credentials, tables; then ends. With
                                 --administrator NAME, twice, it invites the first administrators
python -m lvv.start database     database, roles and credentials only; the tests make their tables
python -m lvv.start web | work   one process of an installation that is prepared
python -m lvv.start health web | health work     whether that process does its work
"""

import argparse
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

import psycopg2

from lvv import heartbeat, postgres
from lvv.common import libraries
from lvv.common.env import (
    BASE_DIR,
    NO_DATABASE,
    data_dir,
    database_url,
    flag,
    missing_credentials,
    secret,
)
from lvv.credentials import make_keys, take_over
from lvv.messages import compile_messages
from lvv.roles import make_roles


def prepare_database(*, createdb: bool = False) -> bool:
    """Make sure there is a server with our roles, and that each process has its credentials. True
    if the embedded server was used."""
    take_over()
    embedded = False
    if admin_url := secret("DATABASE_ADMIN_URL"):
        await_database(admin_url)
        make_roles(admin_url, createdb=createdb)
    elif not secret("DATABASE_URL"):
        make_roles(postgres.start().url(), createdb=createdb)
        embedded = True
    make_keys()
    return embedded


def await_database(url: str) -> None:
    """Until the server answers, or LVV_DATABASE_WAIT seconds have passed. Raises SystemExit."""
    seconds = int(os.environ.get("LVV_DATABASE_WAIT") or 60)
    until = time.monotonic() + seconds
    while True:
        try:
            psycopg2.connect(url, connect_timeout=5).close()
            return
        except psycopg2.OperationalError as error:
            if time.monotonic() >= until:
                where = urlsplit(url)
                raise SystemExit(
                    f"The database at {where.hostname}:{where.port or 5432} did not let us in "
                    f"within {seconds} seconds: {str(error).strip()}"
                ) from None
        time.sleep(0.5)


def manage(*arguments: str, **surroundings: str) -> None:
    """Run a management command in a process of its own, under the role that command has."""
    done = subprocess.run(  # noqa: S603
        [sys.executable, str(BASE_DIR / "manage.py"), *arguments],
        check=False,
        env=os.environ | surroundings,
    )
    if done.returncode:
        sys.exit(done.returncode)


def build() -> None:
    """What is made from the sources alone: asks no database and holds no key."""
    compile_messages()
    if not flag("LVV_DEBUG"):
        manage(
            "collectstatic",
            "--noinput",
            "--verbosity",
            "0",
            LVV_ROLE="app",
            DATABASE_URL=NO_DATABASE,
        )


def prepare(administrators: Sequence[str] = ()) -> None:
    libraries.install()
    if not os.environ.get("LVV_STATIC"):  # else it was built before, perhaps by somebody else
        build()
    manage("migrate", "--verbosity", "0")
    manage("model_convenants")
    if flag("LVV_DEMO"):
        manage("demo", "--once")
    if administrators:
        manage("first_administrators", *administrators)


def web_command() -> list[str]:
    port = os.environ.get("PORT", "8000")
    hosts = ["0.0.0.0"] if flag("LVV_CONTAINER") else ["127.0.0.1", *_loopback6()]  # noqa: S104 - behind the proxy
    binds = [argument for host in hosts for argument in ("--bind", f"{host}:{port}")]
    return [
        sys.executable,
        "-m",
        "gunicorn",
        "lvv.wsgi",
        *binds,
        "--workers",
        os.environ.get("WEB_WORKERS", "2"),
        # What takes long (a PDF, an export) holds up nobody else; and no process grows old.
        "--threads",
        os.environ.get("WEB_THREADS", "4"),
        "--max-requests",
        "5000",
        "--max-requests-jitter",
        "1000",
        "--no-control-socket",  # it would stand in the home of the account, for all its instances
        "--worker-tmp-dir",
        "/dev/shm" if os.path.isdir("/dev/shm") else str(data_dir()),  # noqa: S108
        "--timeout",
        "60",
        "--log-level",
        "warning",
    ]


def work_command() -> list[str]:
    return [sys.executable, str(BASE_DIR / "manage.py"), "work"]


def _loopback6() -> list[str]:
    with suppress(OSError), socket.socket(socket.AF_INET6) as probe:
        probe.bind(("::1", 0))
        return ["[::1]"]
    return []


def run(command: list[str], role: str) -> None:
    """Become this process. Raises SystemExit if it does not hold what its role needs."""
    if missing := missing_credentials(role):
        raise SystemExit(
            f"Nothing says {', '.join(missing)} of lvv_{role} in {data_dir()}: run "
            "`python -m lvv.start prepare` first."
        )
    os.execv(command[0], command)  # noqa: S606


def serve(*, announce: bool) -> int:
    """Run work and web as children until one ends or we are told to stop."""
    processes = [subprocess.Popen(work_command()), subprocess.Popen(web_command())]  # noqa: S603

    def end(*_: object) -> None:
        for process in processes:
            process.terminate()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    if announce:
        manage("demo", "--accounts")
    status = os.wait()[1]
    end()
    for process in processes:
        process.wait()
    return os.waitstatus_to_exitcode(status)


def web_health() -> str:
    """What is wrong with the web, or with what it needs; empty when all is well."""
    # By a name that it answers to; plain http is let through on this one address.
    host = os.environ.get("LVV_HOSTS", "").split(",")[0].lstrip(".*") or "localhost"
    try:
        with closing(
            HTTPConnection("127.0.0.1", int(os.environ.get("PORT", "8000")), timeout=4)
        ) as asked:
            asked.request("GET", "/gezond/", headers={"Host": host})
            answer = asked.getresponse()
            text = answer.read(500).decode(errors="replace")
    except (OSError, HTTPException) as error:
        return f"the web does not answer: {error}"
    return "" if answer.status == 200 else f"{answer.status} {text}"


def work_health() -> str:
    """What is wrong with the work; empty when all is well."""
    try:
        with closing(psycopg2.connect(database_url("jobs"), connect_timeout=4)) as connection:
            return "" if heartbeat.works(connection.cursor()) else "the work is silent"
    except psycopg2.Error as error:
        return f"the database does not answer: {str(error).strip()}"


def arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m lvv.start",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    steps = parser.add_subparsers(dest="step", metavar="STEP")
    for step in ("build", "database", "web", "work"):
        steps.add_parser(step)
    steps.add_parser("prepare").add_argument(
        "--administrator", action="append", default=[], metavar="NAME"
    )
    steps.add_parser("health").add_argument("of", nargs="?", choices=("web", "work"), default="web")
    return parser.parse_args(argv)


def main(argv: Sequence[str]) -> int:
    wanted = arguments(argv)
    if wanted.step == "build":
        build()
        return 0
    if wanted.step == "health":
        trouble = web_health() if wanted.of == "web" else work_health()
        print(trouble or "ok")
        return 1 if trouble else 0
    if wanted.step == "web":
        run(web_command(), "app")
    if wanted.step == "work":
        run(work_command(), "jobs")
    try:
        embedded = prepare_database(createdb=wanted.step == "database" and flag("LVV_TESTS"))
    except postgres.PostgresError as error:
        print(error, file=sys.stderr)
        return 1
    if wanted.step == "database":
        return 0
    try:
        prepare(wanted.administrator if wanted.step == "prepare" else ())
        return 0 if wanted.step == "prepare" else serve(announce=flag("LVV_DEMO"))
    finally:
        if embedded and wanted.step != "prepare":
            postgres.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
