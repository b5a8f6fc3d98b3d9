"""What of the database can be replaced is what the files say: no more, no less, and nothing is open
in between."""

import re

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import DatabaseError, ProgrammingError, connection, transaction

from lvv import checks
from lvv.common import sql
from lvv.common.env import BASE_DIR

REPLACEABLE = """
    SELECT 'function', p.oid::regprocedure::text, md5(pg_get_functiondef(p.oid)), p.proacl::text
        FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND NOT EXISTS (
            SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
    UNION ALL
    SELECT 'policy', tablename || ' ' || policyname, concat(qual, with_check), cmd || roles::text
        FROM pg_policies
    UNION ALL
    SELECT 'trigger', t.tgname || ' ' || t.tgrelid::regclass, pg_get_triggerdef(t.oid), ''
        FROM pg_trigger t WHERE NOT t.tgisinternal
    UNION ALL
    SELECT 'view', c.relname, pg_get_viewdef(c.oid), c.relacl::text FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'v'
    UNION ALL
    SELECT 'right', concat(table_name, grantee, privilege_type), '', ''
        FROM information_schema.role_table_grants WHERE grantee IN ('lvv_app', 'lvv_jobs', 'PUBLIC')
            AND table_schema = 'public'
    UNION ALL
    SELECT 'column', concat(table_name, column_name, grantee, privilege_type), '', ''
        FROM information_schema.column_privileges WHERE grantee IN ('lvv_app', 'lvv_jobs', 'PUBLIC')
            AND table_schema = 'public'
    ORDER BY 1, 2
"""
pytestmark = pytest.mark.django_db


def rows(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchall() if cursor.description else []


def test_what_no_file_says_is_gone_and_all_that_they_say_is_there_again():
    before = rows(REPLACEABLE)
    rows("CREATE FUNCTION left_over() RETURNS integer LANGUAGE sql AS 'SELECT 1'")
    rows("GRANT DELETE ON casework_case TO lvv_app")
    rows("CREATE POLICY left_over ON casework_case FOR DELETE TO lvv_app USING (true)")
    rows("DROP FUNCTION transfer_lapses(bigint)")
    assert rows(REPLACEABLE) != before
    sql.take_down()
    assert rows(REPLACEABLE) == []
    sql.make(lambda: None)
    assert rows(REPLACEABLE) == before


def test_between_the_two_nothing_can_be_read():
    sql.take_down()
    for role in ("lvv_app", "lvv_jobs"):
        for table in ("casework_case", "partners_user", "governance_draft", "audit_log"):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                rows(f"SET LOCAL ROLE {role}; SELECT * FROM {table}")


def test_every_file_of_sql_is_made_and_once():
    files = sql.files()
    assert len(files) == len(set(files))
    assert set(files) == set(BASE_DIR.glob("*/sql/*.sql"))


def test_a_file_that_fails_is_named_and_nothing_is_made(monkeypatch, tmp_path):
    folder = tmp_path / "casework" / "sql"
    folder.mkdir(parents=True)
    (folder / "broken.sql").write_text("CREATE FUNCTION half(")
    monkeypatch.setattr(sql, "files", lambda: [folder / "broken.sql"])
    sql.take_down()
    with pytest.raises(DatabaseError, match=r"^casework/sql/broken\.sql: "):
        sql.make(lambda: None)
    assert rows("SELECT * FROM lvv_sql") == []


def test_nobody_gets_a_function_that_no_file_gives_her():
    public = rows(
        "SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace"
        " AND has_function_privilege('public', p.oid, 'EXECUTE') AND NOT EXISTS ("
        " SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"
    )
    assert public == []


def test_migrating_makes_anew_what_differs_and_proves_the_projections(capsys):
    before = rows(REPLACEABLE)
    rows("DROP FUNCTION dossier_rows_of(bigint[], integer)")
    rows("UPDATE lvv_sql SET digest = 'of yesterday'")
    call_command("migrate", verbosity=0)
    assert rows(REPLACEABLE) == before
    assert sql.is_current()
    assert "Every projection equals the facts" in capsys.readouterr().out
    call_command("migrate", verbosity=0)
    assert capsys.readouterr().out == ""  # nothing differs: nothing is taken down


def test_a_database_that_holds_something_else_is_not_served(monkeypatch):
    monkeypatch.setattr(connection, "close", lambda: None)  # the test's own connection goes on
    assert checks.stale_problems() == []
    rows("UPDATE lvv_sql SET digest = 'of yesterday'")
    for start in (
        checks.refuse_to_serve_without_a_wall,
        lambda: call_command("work", once=True),
    ):
        with pytest.raises(ImproperlyConfigured, match="other functions and policies"):
            start()
    monkeypatch.setattr(sql, "migrations_are_pending", lambda: True)
    with pytest.raises(ImproperlyConfigured, match="migrations are pending"):
        checks.refuse_a_stale_database()


def test_no_constraint_index_or_default_calls_what_can_be_replaced():
    """Dropping a function would take it along, or be refused."""
    calling = rows(
        "SELECT d.classid::regclass, d.objid, p.proname FROM pg_depend d"
        " JOIN pg_proc p ON p.oid = d.refobjid AND d.refclassid = 'pg_proc'::regclass"
        " WHERE d.classid IN ('pg_constraint'::regclass, 'pg_attrdef'::regclass, 'pg_class'::regclass)"
        " AND p.pronamespace = 'public'::regnamespace AND NOT EXISTS ("
        "  SELECT FROM pg_depend e WHERE e.objid = p.oid AND e.deptype = 'e')"
    )
    assert calling == []


def test_no_sentence_for_people_stands_in_sql():
    for file in sql.files():
        text = re.sub(r"--[^\n]*", "", file.read_text(encoding="utf-8"))
        text = re.sub(r"RAISE EXCEPTION '[^']*'", "", text)  # for who reads the log
        assert not re.findall(r"'[A-Za-z][a-z]+(?: [a-z:]+){2,}[^']*'", text), file


def test_no_trigger_does_the_work_of_an_act():
    """A trigger keeps a projection or refuses; a hand-over, a task or a transfer is called by name."""
    acting = rows(
        "SELECT t.tgname, p.proname FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
        " WHERE NOT t.tgisinternal AND p.prosrc ~ 'INSERT INTO'"
    )
    assert acting == []
