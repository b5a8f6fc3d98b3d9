"""What the set-up writes down for each process: one file a role, mode 0600, each in a folder of its
own, so that it can stand on a volume of its own or belong to another user."""

import json
import os
import secrets
from collections.abc import Mapping

from lvv.common.env import (
    KEYS,
    ROLES,
    credential,
    credentials_file,
    data_dir,
    read_json,
    write_private,
)

# Until 0.1.0 all addresses stood in one file, and all keys in another.
OLD_ADDRESSES, OLD_KEYS = "database.json", "keys.json"


def keep(role: str, values: Mapping[str, str]) -> None:
    """Write these down for one role, beside what stands there. Nothing is written when nothing is
    new."""
    path = credentials_file(role)
    before = read_json(path)
    after = {**before, **values}
    if after == before:
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_private(path, json.dumps(after, indent=1))
    if os.geteuid() == 0:  # who prepares as root prepares for the owner of the folder
        owner = path.parent.stat()
        os.chown(path, owner.st_uid, owner.st_gid)


def make_keys() -> None:
    """The keys of every role, where they are missing: as given, as another role has it, or
    random."""
    for name in sorted({name for names in KEYS.values() for name in names}):
        holders = [role for role, names in KEYS.items() if name in names]
        known = filter(None, (credential(name, role) for role in holders))
        value = next(known, None) or secrets.token_urlsafe(48)
        for role in holders:
            keep(role, {name: value})


def take_over() -> None:
    """The two files of before are divided among the roles, and removed."""
    addresses, keys = (data_dir() / name for name in (OLD_ADDRESSES, OLD_KEYS))
    old_addresses, old_keys = read_json(addresses), read_json(keys)
    if lacking := {
        name
        for role, names in KEYS.items()
        for name in names
        if addresses.exists() and name not in old_keys and not credential(name, role)
    }:
        raise SystemExit(
            f"This installation had {', '.join(sorted(lacking))} from elsewhere: give them once "
            "more (for each, NAME_FILE names the file), and they are written down for who needs "
            "them."
        )
    for role, names in KEYS.items():
        old = {ROLES[role]: old_addresses.get(role)} | {name: old_keys.get(name) for name in names}
        present = read_json(credentials_file(role))
        keep(role, {name: value for name, value in old.items() if value} | present)
    for path in (addresses, keys):
        path.unlink(missing_ok=True)
