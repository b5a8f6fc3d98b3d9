"""The part of the database that can be replaced: functions, views, policies, triggers and rights.

They stand in `<app>/sql/`, each file named after its subject; migrations hold schema and data. When
a migration is pending or a file has changed, all of it is taken down before `migrate`, with every
right of the web and the background, and made anew afterwards: what a file no longer says is gone,
and what it says differently is in nobody's way. docs/development/sql.md says how to change one.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

# What we own in `public` and no extension brought, in the order in which it is taken down.
TAKE_DOWN = """
DO $$
DECLARE
    statement text;
BEGIN
    FOR statement IN
        SELECT format('DROP POLICY %I ON %I', policyname, tablename) FROM pg_policies
            WHERE schemaname = 'public'
        UNION ALL
        SELECT format('DROP TRIGGER %I ON %s', t.tgname, t.tgrelid::regclass) FROM pg_trigger t
            JOIN pg_class c ON c.oid = t.tgrelid AND c.relnamespace = 'public'::regnamespace
            WHERE NOT t.tgisinternal
    LOOP EXECUTE statement; END LOOP;
    FOR statement IN
        -- Together: one may stand in another.
        SELECT 'DROP VIEW ' || string_agg(c.oid::regclass::text, ', ') FROM pg_class c
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'v'
              AND c.relowner = current_user::regrole HAVING count(*) > 0
        UNION ALL
        SELECT 'DROP ROUTINE ' || string_agg(p.oid::regprocedure::text, ', ') FROM pg_proc p
            WHERE p.pronamespace = 'public'::regnamespace AND p.proowner = current_user::regrole
              AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass
                              AND d.objid = p.oid AND d.deptype = 'e')
            HAVING count(*) > 0
        UNION ALL
        SELECT format('REVOKE ALL ON %s FROM PUBLIC, lvv_app, lvv_jobs', c.oid::regclass)
            FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
              AND c.relkind IN ('r', 'p', 'm') AND c.relowner = current_user::regrole
        UNION ALL
        SELECT format('REVOKE ALL ON SEQUENCE %s FROM PUBLIC, lvv_app, lvv_jobs', c.oid::regclass)
            FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
              AND c.relkind = 'S' AND c.relowner = current_user::regrole
    LOOP EXECUTE statement; END LOOP;
    REVOKE USAGE ON SCHEMA public FROM lvv_app, lvv_jobs;
END
$$
"""
NOBODY_BY_DEFAULT = "ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC"
LOCK = 7305000  # whoever migrates, one after the other


def files() -> list[Path]:
    """Every file, in the order in which it is made: by app, and within one as its `sql` says."""
    return [
        Path(app.path) / "sql" / f"{name}.sql"
        for app in apps.get_app_configs()
        for name in getattr(app, "sql", ())
    ]


def declared() -> str:
    """What the code declares and the files build upon, as SQL: made before them."""
    configs = apps.get_app_configs()
    return "".join(app.declared() for app in configs if hasattr(app, "declared"))


def digest() -> str:
    """Of what code and files say today, and of their order."""
    parts = [declared().encode(), *(file.read_bytes() for file in files())]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def is_current() -> bool:
    """Whether the database holds what the files say, whole."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('lvv_sql')")
        if cursor.fetchone()[0] is None:
            return False
        cursor.execute("SELECT EXISTS (SELECT FROM lvv_sql WHERE digest = %s)", [digest()])
        current: bool = cursor.fetchone()[0]
        return current


def migrations_are_pending() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


@contextmanager
def alone() -> Iterator[None]:
    """Two that migrate at once do so one after the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            yield
        finally:
            connection.ensure_connection()
            with connection.cursor() as last:
                last.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


@transaction.atomic
def take_down() -> None:
    """From here until `make()` neither the web nor the background can read anything."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE_DOWN)
        cursor.execute("SELECT to_regclass('lvv_sql')")
        if cursor.fetchone()[0] is not None:
            cursor.execute("DELETE FROM lvv_sql")


@transaction.atomic
def make(prove: Callable[[], object]) -> None:
    """All that the files say, then the proof, then the digest: all of it or nothing.

    prove: raises if the data does not fit what was made. Raises DatabaseError that names the file.
    When it raises, nothing is made, and nothing can be read.
    """
    with connection.cursor() as cursor:
        cursor.execute(NOBODY_BY_DEFAULT)
        cursor.execute(declared())
        for file in files():
            try:
                cursor.execute(file.read_text(encoding="utf-8"))
            except DatabaseError as error:
                raise DatabaseError(
                    f"{file.parent.parent.name}/sql/{file.name}: {error}"
                ) from error
        prove()
        cursor.execute("INSERT INTO lvv_sql (digest, made_at) VALUES (%s, now())", [digest()])
