"""Each process reads its own credentials: where they stand, what is said of what is missing, and how
an installation of before is taken over."""

import json
import os
import pwd
import subprocess
import sys

import pytest

from lvv import start
from lvv.common import env
from lvv.credentials import keep, make_keys, take_over

GIVEN = [*env.ROLES.values(), *(name for names in env.KEYS.values() for name in names)]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("LVV_DATA_DIR", str(tmp_path))
    for name in GIVEN:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)
    return tmp_path


def held(role):
    return env.read_json(env.credentials_file(role))


def test_each_role_holds_the_keys_that_its_processes_use(folder):
    make_keys()
    assert {role: sorted(held(role)) for role in env.ROLES} == {
        "app": ["FIELD_KEY", "PSEUDONYM_KEY", "SECRET_KEY"],
        "owner": [],
        "jobs": ["AUDIT_KEY", "PSEUDONYM_KEY"],
    }
    assert held("app")["PSEUDONYM_KEY"] == held("jobs")["PSEUDONYM_KEY"]
    values = {value for role in env.ROLES for value in held(role).values()}
    assert len(values) == 4
    before = {role: held(role) for role in env.ROLES}
    make_keys()
    assert {role: held(role) for role in env.ROLES} == before
    for role in ("app", "jobs"):
        file = env.credentials_file(role)
        assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_key_that_was_given_is_written_down(folder, monkeypatch):
    monkeypatch.setenv("FIELD_KEY", "given")
    make_keys()
    assert held("app")["FIELD_KEY"] == "given"


def test_using_the_key_of_another_process_is_refused_and_having_none_is_not(folder, monkeypatch):
    make_keys()
    monkeypatch.setenv("LVV_ROLE", "jobs")
    assert env.key("AUDIT_KEY") == held("jobs")["AUDIT_KEY"]
    absent = env.key("FIELD_KEY")
    for use in (lambda: absent.encode(), lambda: f"{absent}", lambda: str(absent)):
        with pytest.raises(env.KeyNotHeldError, match=r"FIELD_KEY is not held .* of lvv_jobs"):
            use()


@pytest.mark.parametrize("role", ["app", "jobs", "owner"])
def test_settings_are_read_with_the_credentials_of_one_role(folder, role):
    for other, name in env.ROLES.items():
        keep(other, {name: "postgresql://lvv@127.0.0.1:1/lvv"} if other == role else {})
    make_keys()
    for other in env.ROLES:
        if other != role:
            env.credentials_file(other).unlink(missing_ok=True)
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=env.BASE_DIR,
        env={**os.environ, "LVV_ROLE": role, "DJANGO_SETTINGS_MODULE": "lvv.settings.base"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_files_of_before_are_divided_and_removed(folder):
    addresses = {role: f"postgresql://lvv_{role}:p%2F{role}@db/lvv" for role in env.ROLES}
    keys = {name: f"old {name}" for names in env.KEYS.values() for name in names}
    (folder / "database.json").write_text(json.dumps({**addresses, "lvv_app_password": "p/app"}))
    (folder / "keys.json").write_text(json.dumps(keys))
    take_over()
    for role in env.ROLES:
        assert held(role) == {
            env.ROLES[role]: addresses[role],
            **{name: keys[name] for name in env.KEYS[role]},
        }
    assert sorted(path.name for path in folder.iterdir()) == ["app", "jobs", "owner"]
    take_over()
    assert held("app")["SECRET_KEY"] == "old SECRET_KEY"


def test_keys_of_before_that_stood_elsewhere_are_asked_for_and_not_made_anew(folder, monkeypatch):
    (folder / "database.json").write_text(json.dumps({"app": "postgresql://x@db/lvv"}))
    with pytest.raises(SystemExit, match="AUDIT_KEY, FIELD_KEY, PSEUDONYM_KEY, SECRET_KEY"):
        take_over()
    assert (folder / "database.json").exists()
    for names in env.KEYS.values():
        for name in names:
            (folder / name).write_text(f"the {name}\n")
            monkeypatch.setenv(f"{name}_FILE", str(folder / name))
    take_over()
    make_keys()
    assert held("app")["FIELD_KEY"] == "the FIELD_KEY"


def test_a_secret_that_cannot_be_read_is_named(folder, monkeypatch):
    monkeypatch.setenv("DATABASE_ADMIN_URL_FILE", str(folder / "nowhere"))
    with pytest.raises(SystemExit, match=r"nowhere cannot be read .* mode 0400"):
        env.secret("DATABASE_ADMIN_URL")


@pytest.mark.skipif(os.geteuid() != 0, reason="root gives a folder to another user")
def test_what_root_writes_belongs_to_the_owner_of_the_folder_who_alone_reads_it(folder):
    nobody = pwd.getpwnam("nobody").pw_uid
    (folder / "app").mkdir(mode=0o700)
    os.chown(folder / "app", nobody, -1)
    make_keys()
    keep("app", {"DATABASE_URL": "postgresql://x@db/lvv"})
    assert env.credentials_file("app").stat().st_uid == nobody
    assert env.credentials_file("jobs").stat().st_uid == 0


def test_a_process_without_its_credentials_does_not_start(folder, monkeypatch):
    make_keys()
    monkeypatch.setattr(os, "execv", lambda *_: pytest.fail("it started"))
    for step, lacks in (("web", "DATABASE_URL"), ("work", "DATABASE_JOBS_URL")):
        with pytest.raises(SystemExit, match=f"Nothing says {lacks} of "):
            start.main([step])


def test_a_database_that_stays_away_is_named_without_its_password(folder, monkeypatch):
    monkeypatch.setenv("DATABASE_ADMIN_URL", "postgresql://admin:geheim@127.0.0.1:1/postgres")
    monkeypatch.setenv("LVV_DATABASE_WAIT", "1")
    with pytest.raises(SystemExit) as refused:
        start.main(["prepare"])
    assert "127.0.0.1:1 did not let us in within 1 seconds" in str(refused.value)
    assert "geheim" not in str(refused.value)
    assert not env.credentials_file("app").exists()
