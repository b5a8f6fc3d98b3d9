"""The three roles of the database, made once with an administrator's address that the web never
uses."""

import json
import secrets
from urllib.parse import quote, urlsplit

import psycopg2
from psycopg2 import sql

from lvv.common.env import data_dir, read_json, write_private

ROLES = ("lvv_owner", "lvv_app", "lvv_jobs")
EXTENSIONS = ("btree_gist", "pg_trgm")


def make_roles(admin_url: str, database: str = "lvv", *, createdb: bool = False) -> None:
    """Create roles, database and extensions where they are missing, and write the addresses down
    (mode 0600).

    Passwords are kept when the file has them: a second set-up changes nothing. `createdb` is for
    tests, whose databases the owner makes.
    """
    note = data_dir() / "database.json"
    known = read_json(note)
    passwords = {role: known.get(f"{role}_password") or secrets.token_urlsafe(24) for role in ROLES}
    with _autocommit(admin_url) as cursor:
        for role in ROLES:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            verb = "ALTER" if cursor.fetchone() else "CREATE"
            # lvv_jobs does not inherit what lvv_app may: it takes that on when it acts for a
            # person.
            options = "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE " + (
                "NOINHERIT NOCREATEDB" if role == "lvv_jobs" else "INHERIT NOCREATEDB"
            )
            if createdb and role == "lvv_owner":
                options = options.replace("NOCREATEDB", "CREATEDB")
            cursor.execute(
                sql.SQL(verb + " ROLE {} " + options + " PASSWORD {}").format(
                    sql.Identifier(role), sql.Literal(passwords[role])
                )
            )
        cursor.execute("GRANT lvv_app TO lvv_owner, lvv_jobs")
        if createdb:
            cursor.execute("GRANT lvv_jobs TO lvv_owner")  # the tests ask as each role
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
        if not cursor.fetchone():
            name = sql.Identifier(database)
            # The server's administrator need not be a superuser: to give the database away he must
            # be in the role.
            cursor.execute("SELECT pg_has_role(current_user, 'lvv_owner', 'MEMBER')")
            if not cursor.fetchone()[0]:
                cursor.execute("GRANT lvv_owner TO CURRENT_USER")
            cursor.execute(
                sql.SQL(
                    "CREATE DATABASE {} OWNER lvv_owner TEMPLATE template0 ENCODING 'UTF8'"
                ).format(name)
            )
            cursor.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
            cursor.execute(
                sql.SQL("GRANT CONNECT ON DATABASE {} TO lvv_app, lvv_jobs").format(name)
            )
    with _autocommit(_address(admin_url, database=database)) as cursor:
        for extension in EXTENSIONS:
            cursor.execute(
                sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension))
            )
    addresses = {
        role.removeprefix("lvv_"): _address(
            admin_url, user=role, password=passwords[role], database=database
        )
        for role in ROLES
    }
    addresses |= {f"{role}_password": passwords[role] for role in ROLES}
    write_private(note, json.dumps(addresses, indent=1))


class _autocommit:
    def __init__(self, url: str) -> None:
        self.connection = psycopg2.connect(url)
        self.connection.autocommit = True

    def __enter__(self) -> psycopg2.extensions.cursor:
        return self.connection.cursor()

    def __exit__(self, *_: object) -> None:
        self.connection.close()


def _address(url: str, *, database: str, user: str = "", password: str = "") -> str:
    parts = urlsplit(url)
    login = f"{quote(user)}:{quote(password)}" if user else parts.netloc.rpartition("@")[0]
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{login}@{host}", path=f"/{database}").geturl()
