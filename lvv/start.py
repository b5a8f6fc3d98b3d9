"""From nothing to a serving application: `make run` and the container's entry script are this one
path.

python -m lvv.start              everything: database, tables, demo data, work, web
python -m lvv.start prepare      database, roles, tables, messages, static files; then ends
python -m lvv.start database     database and roles only (the tests make their own tables)
python -m lvv.start web | work   one process of an installation that is prepared
"""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress

from lvv import postgres
from lvv.common import libraries
from lvv.common.env import BASE_DIR, data_dir, flag, secret
from lvv.messages import compile_messages
from lvv.roles import make_roles


def prepare_database(*, createdb: bool = False) -> bool:
    """Make sure there is a server with our roles. True if the embedded one was used."""
    if admin_url := secret("DATABASE_ADMIN_URL"):
        make_roles(admin_url, createdb=createdb)
        return False
    if secret("DATABASE_URL"):
        return False
    make_roles(postgres.start().url(), createdb=createdb)
    return True


def manage(*arguments: str) -> None:
    """Run a management command in a process of its own, under the role that command has."""
    done = subprocess.run([sys.executable, str(BASE_DIR / "manage.py"), *arguments], check=False)  # noqa: S603
    if done.returncode:
        sys.exit(done.returncode)


def prepare() -> None:
    libraries.install()
    compile_messages()
    manage("migrate", "--verbosity", "0")
    manage("model_convenants")
    if not flag("LVV_DEBUG"):
        manage("collectstatic", "--noinput", "--verbosity", "0")
    if flag("LVV_DEMO"):
        manage("demo", "--once")


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


def _loopback6() -> list[str]:
    with suppress(OSError), socket.socket(socket.AF_INET6) as probe:
        probe.bind(("::1", 0))
        return ["[::1]"]
    return []


def serve(*, announce: bool) -> int:
    """Run work and web as children until one ends or we are told to stop."""
    processes = [
        subprocess.Popen([sys.executable, str(BASE_DIR / "manage.py"), "work"]),  # noqa: S603
        subprocess.Popen(web_command()),  # noqa: S603
    ]

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


def main(argv: Sequence[str]) -> int:
    step = argv[0] if argv else ""
    try:
        if step == "database":
            prepare_database(createdb=flag("LVV_TESTS"))
            return 0
        if step == "web":
            command = web_command()
            os.execv(command[0], command)  # noqa: S606
        if step == "work":
            os.execv(sys.executable, [sys.executable, str(BASE_DIR / "manage.py"), "work"])  # noqa: S606
        embedded = prepare_database()
    except postgres.PostgresError as error:
        print(error, file=sys.stderr)
        return 1
    try:
        prepare()
        return 0 if step == "prepare" else serve(announce=flag("LVV_DEMO"))
    finally:
        if embedded and step != "prepare":
            postgres.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
