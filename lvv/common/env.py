"""What the surroundings say: folders, secrets and database addresses. Nothing here starts or
writes a server."""

import json
import os
import secrets
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parents[2]
ROLES = {"app": "DATABASE_URL", "owner": "DATABASE_OWNER_URL", "jobs": "DATABASE_JOBS_URL"}


def data_dir() -> Path:
    """The one folder this installation writes in: embedded server, keys, passwords, heads of the
    audit log."""
    return Path(os.environ.get("LVV_DATA_DIR") or BASE_DIR / "var").absolute()


def secret(name: str) -> str | None:
    """An environment variable, or the contents of the file its `_FILE` twin names."""
    if value := os.environ.get(name):
        return value
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text(encoding="utf-8").strip()
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
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def key(name: str) -> str:
    """A key of this installation: given as a secret, or made once and kept in the data folder."""
    if value := secret(name):
        return value
    path = data_dir() / "keys.json"
    keys = read_json(path)
    if name not in keys:
        # Two processes may start at once: whoever links first wins, and both read what stands
        # there.
        keys[name] = secrets.token_urlsafe(48)
        write_private(path, json.dumps(keys, indent=1))
        keys = read_json(path)
    return keys[name]


def database_url(role: str) -> str:
    """Where the role `app`, `owner` or `jobs` connects: given, or as the set-up wrote it down."""
    if url := secret(ROLES[role]):
        return url
    url = read_json(data_dir() / "database.json").get(role)
    if not url:
        raise SystemExit(
            f"No database is set up in {data_dir()}: run `make run`, or give {ROLES[role]} (or "
            f"{ROLES[role]}_FILE)."
        )
    return url
