"""Writes tests/baseline/baseline.sql.gz: the schema of the first migrations, with a slice of the
demonstration in which every kind of record occurs. Made once: `python -m tests.baseline.make`. From
then on no migration is rewritten, and every later one must bring this database to today's schema.
"""

import gzip
import os
from contextlib import closing

import psycopg2

from lvv import postgres
from lvv.common.env import BASE_DIR, database_url
from lvv.roles import make_roles
from tests.baseline.database import FILE, manage, schema_and_data
from tests.migrated import with_database
from tests.run import own_folder

# Of each table of a case its first rows, of each pilot the first cases; and who is one with them.
CHOSEN = """
    CREATE TEMP TABLE chosen AS
    SELECT c.id FROM casework_case c JOIN casework_person p ON p.id = c.person_id WHERE p.same_as IN (
        SELECT k.same_as FROM casework_case w JOIN casework_person k ON k.id = w.person_id
        WHERE w.id = ANY (%s))
"""
# Rows whose parent is gone, of every foreign key; again until there are none.
ORPHANS = """
    SELECT format('DELETE FROM %s r WHERE r.%I IS NOT NULL AND NOT EXISTS (SELECT FROM %s p WHERE p.%I = r.%I)',
                  c.conrelid::regclass, a.attname, c.confrelid::regclass, b.attname, a.attname)
    FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
    JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = c.confkey[1]
    WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace
"""


def cut(cursor: psycopg2.extensions.cursor) -> None:
    cursor.execute("SET session_replication_role = replica")  # no keys, no triggers
    cursor.execute(
        "SELECT a.attrelid::regclass::text FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
        " WHERE a.attname = 'case_id' AND c.relkind = 'r' AND c.relname NOT LIKE 'casework_historical%'"
    )
    tables = [name for (name,) in cursor.fetchall()]
    chosen: set[int] = set()
    for table in tables:
        cursor.execute(f"SELECT DISTINCT case_id FROM {table} ORDER BY case_id LIMIT 2")
        chosen |= {case for (case,) in cursor.fetchall() if case}
    cursor.execute(
        "SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY pilot_id, state ORDER BY id DESC)"
        " AS place FROM casework_case) c WHERE place <= 2"
    )
    chosen |= {case for (case,) in cursor.fetchall()}
    cursor.execute(  # both members of a household
        "SELECT c.id FROM casework_relation r JOIN casework_case c ON c.person_id = r.other_id"
        " WHERE r.case_id = ANY (%s)",
        [sorted(chosen)],
    )
    chosen |= {case for (case,) in cursor.fetchall()}
    cursor.execute(CHOSEN, [sorted(chosen)])
    cursor.execute("DELETE FROM casework_case WHERE id NOT IN (SELECT id FROM chosen)")
    cursor.execute(
        "DELETE FROM casework_person p WHERE NOT EXISTS (SELECT FROM casework_case c WHERE c.person_id = p.id)"
    )
    cursor.execute(ORPHANS)
    statements = [statement for (statement,) in cursor.fetchall()]
    while True:
        gone = 0
        for statement in statements:
            cursor.execute(statement)
            gone += cursor.rowcount
        if not gone:
            break
    cursor.execute(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE 'casework\\_historical%'"
    )
    for (past,) in cursor.fetchall():
        live = past.replace("historical", "")
        cursor.execute(
            f"DELETE FROM {past} h WHERE NOT EXISTS (SELECT FROM {live} l WHERE l.id = h.id)"
        )
    cursor.execute("UPDATE lvv_sql SET digest = 'of the first day'")  # all is made anew on it
    cursor.execute("TRUNCATE audit_log, processing_log, partners_session")


def main() -> None:
    with own_folder("lvv-baseline-") as folder:
        os.environ.update(
            LVV_DATA_DIR=folder, LVV_DEMO="1", DJANGO_SETTINGS_MODULE="lvv.settings.test"
        )
        server = postgres.start()
        try:
            make_roles(server.url(), createdb=True)
            admin, owner = with_database(server.url(), "lvv"), database_url("owner")
            manage(owner, "migrate", "-v0")
            manage(owner, "demo")
            with (
                closing(psycopg2.connect(admin)) as connection,
                connection,
                connection.cursor() as cursor,
            ):
                cut(cursor)
            manage(owner, "check_projections")
            FILE.write_bytes(gzip.compress(schema_and_data(owner).encode(), 9, mtime=0))
            print(f"{FILE.relative_to(BASE_DIR)}: {FILE.stat().st_size / 1e6:.1f} MB")
        finally:
            postgres.stop()


if __name__ == "__main__":
    main()
