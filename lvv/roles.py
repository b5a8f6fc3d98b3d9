"""The three roles of the database, made once with an administrator's address that the web never
uses."""

import secrets
from urllib.parse import quote, unquote, urlsplit

import psycopg2
from psycopg2 import sql

from lvv.common.env import ROLES, credentials_file, read_json
from lvv.credentials import keep

EXTENSIONS = ("btree_gist", "pg_trgm")


def make_roles(admin_url: str, database: str = "lvv", *, createdb: bool = False) -> None:
    """Create roles, database and extensions where they are missing, and write down for each role
    where it connects.

    Passwords are kept when they were written down: a second set-up changes nothing. `createdb` is
    for tests, whose databases the owner makes.
    """
    passwords = {f"lvv_{role}": _password(role) for role in ROLES}
    with _autocommit(admin_url) as cursor:
        for role in passwords:
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
    for role, name in ROLES.items():
        user = f"lvv_{role}"
        address = _address(admin_url, user=user, password=passwords[user], database=database)
        keep(role, {name: address})


def _password(role: str) -> str:
    """Of the address that was written down for this role, or a new one."""
    known = urlsplit(read_json(credentials_file(role)).get(ROLES[role], "")).password
    return unquote(known) if known else secrets.token_urlsafe(24)


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
