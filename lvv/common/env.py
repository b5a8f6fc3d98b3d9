"""What the surroundings say: folders, secrets and database addresses. Nothing here starts or
writes a server."""

import json
import os
import secrets
from pathlib import Path
from typing import NoReturn

BASE_DIR = Path(__file__).resolve().parents[2]
# Where each role of the database connects, and which keys its processes hold: what they use, no
# more. Both that act for a worker write pseudonyms into the processing log.
ROLES = {"app": "DATABASE_URL", "owner": "DATABASE_OWNER_URL", "jobs": "DATABASE_JOBS_URL"}
KEYS = {
    "app": ("SECRET_KEY", "FIELD_KEY", "PSEUDONYM_KEY"),
    "owner": (),
    "jobs": ("PSEUDONYM_KEY", "AUDIT_KEY"),
}
# For what asks no database, though the settings want an address of one.
NO_DATABASE = "postgresql://nobody@127.0.0.1:1/nothing"


def data_dir() -> Path:
    """The one folder this installation writes in: embedded server, credentials, static files,
    heads of the audit log."""
    return Path(os.environ.get("LVV_DATA_DIR") or BASE_DIR / "var").absolute()


def secret(name: str) -> str | None:
    """An environment variable, or the contents of the file its `_FILE` twin names."""
    if value := os.environ.get(name):
        return value
    if path := os.environ.get(f"{name}_FILE"):
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise unreadable(Path(path), error) from None
    return None


def flag(name: str) -> bool:
    return os.environ.get(name, "").lower() in {"1", "true", "yes"}


def write_private(path: Path, content: str) -> None:
    """Write a file only this user can read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(content)
    partial.replace(path)


def read_json(path: Path) -> dict[str, str]:
    """What stands in this file; nothing when there is none."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise unreadable(path, error) from None


def unreadable(path: Path, error: OSError) -> SystemExit:
    return SystemExit(
        f"{path} cannot be read ({error.strerror}): it must belong to user {os.geteuid()}, as "
        "whom this process runs, and have mode 0400 or 0600."
    )


def role() -> str:
    """The role of the database as which this process works: `app` is the web."""
    return os.environ.get("LVV_ROLE", "app")


def credentials_file(role: str) -> Path:
    """In a folder of its own for each role, which may be another user's or another volume."""
    return data_dir() / role / "credentials.json"


def credential(name: str, role: str) -> str | None:
    """Given, or as the set-up wrote it down for this role."""
    return secret(name) or read_json(credentials_file(role)).get(name)


class KeyNotHeldError(Exception):
    """A process used a key that is another's."""


class NotHeld:
    """Stands where a process does not hold a key: any use of it raises KeyNotHeldError."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __getattr__(self, _: str) -> NoReturn:
        raise KeyNotHeldError(
            f"{vars(self)['name']} is not held by the processes of lvv_{role()} "
            f"({credentials_file(role())})."
        )

    def __str__(self) -> str:
        return self.__getattr__("")


def key(name: str) -> str:
    """A key of this installation, or what raises when it is used where it is not held."""
    return credential(name, role()) or NotHeld(name)  # type: ignore[return-value]


def missing_credentials(role: str) -> list[str]:
    """What a process of this role needs and does not have."""
    return [name for name in (ROLES[role], *KEYS[role]) if not credential(name, role)]


def database_url(role: str) -> str:
    """Where the role `app`, `owner` or `jobs` connects: given, or as the set-up wrote it down."""
    url = credential(ROLES[role], role)
    if not url:
        raise SystemExit(
            f"No database is set up in {data_dir()} for lvv_{role}: run `make run`, or give "
            f"{ROLES[role]} (or {ROLES[role]}_FILE)."
        )
    return url
