"""What the database's own catalogue says of the wall, and what the code may not do around it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction
from django.test import override_settings

from casework.models import Case, Involvement
from governance.access.clearance import acting_as
from lvv import checks
from lvv.common.env import BASE_DIR
from tests import factories as make
from tests.conftest import as_the_web

pytestmark = pytest.mark.django_db
SOURCES = [
    path
    for app in ("lvv", "partners", "governance", "casework")
    for path in (BASE_DIR / app).rglob("*")
    if path.suffix in {".py", ".sql"}
]


def rows(sql: str, *values: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def test_every_casework_table_has_row_level_security_or_a_reason():
    tables = {model._meta.db_table for model in apps.get_app_config("casework").get_models()}
    guarded = {
        name
        for (name,) in rows("SELECT relname FROM pg_class WHERE relrowsecurity AND relkind = 'r'")
    }
    policed = {name for (name,) in rows("SELECT DISTINCT tablename FROM pg_policies")}
    assert len(tables) > 15
    assert tables - guarded - set(checks.WITHOUT_POLICY) == set()
    assert tables - policed - set(checks.WITHOUT_POLICY) == set()


def test_the_logs_have_policies_too():
    policed = {name for (name,) in rows("SELECT DISTINCT tablename FROM pg_policies")}
    assert {"audit_log", "processing_log"} <= policed


def test_no_policy_lets_everybody_read():
    loose = rows(
        "SELECT tablename, policyname FROM pg_policies WHERE cmd IN ('SELECT', 'ALL') AND qual = 'true'"
        " AND 'lvv_app' = ANY (roles)"
    )
    assert loose == []


def test_policies_name_their_predicate_bare():
    """Wrapped in a sub-select, access_teams() hides its value from the planner: 9 ms become 230."""
    wrapped = rows("SELECT tablename FROM pg_policies WHERE qual ~* 'select access_teams'")
    assert wrapped == []


def test_definer_functions_fix_their_search_path_and_are_not_for_everybody():
    functions = rows(
        "SELECT p.proname, p.proconfig, has_function_privilege('public', p.oid, 'EXECUTE')"
        " FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace AND n.nspname = 'public'"
        " WHERE p.prosecdef"
    )
    assert len(functions) > 6
    for name, config, public in functions:
        assert any(setting.startswith("search_path=public") for setting in config or []), name
        assert not public, name


def test_nobody_writes_history_in_the_name_of_another(cast):
    note = make.NoteFactory(case=cast.case, author_team=cast.municipal)
    for row in (note, cast.case, cast.case.progress):
        past = row.history.model
        fields = [field.attname for field in past._meta.fields if field.attname != "history_id"]
        said = row.history.values(*fields)[0]
        with acting_as(cast.owner):
            past.objects.create(**said | {"history_user_id": cast.owner.pk})
            for other in (cast.coordinator.pk, None):
                with pytest.raises(ProgrammingError), transaction.atomic():
                    past.objects.create(**said | {"history_user_id": other})


def test_what_a_trigger_calls_for_the_web_the_web_may_call():
    """A right is asked once in a transaction: where the owner came first, no other test asks it."""
    ours = dict(
        rows(
            "SELECT proname, has_function_privilege('lvv_app', oid, 'EXECUTE') FROM pg_proc"
            " WHERE pronamespace = 'public'::regnamespace AND proowner = current_user::regrole"
        )
    )
    for name, source in rows(
        "SELECT DISTINCT p.proname, p.prosrc FROM pg_proc p JOIN pg_trigger t ON t.tgfoid = p.oid"
        " WHERE NOT p.prosecdef AND p.proowner = current_user::regrole"
        " AND has_any_column_privilege('lvv_app', t.tgrelid, 'INSERT, UPDATE')"
    ):
        called = set(re.findall(r"\b(\w+)\(", source)) & ours.keys()
        assert {other for other in called if not ours[other]} == set(), name


def test_each_definer_function_stands_in_the_threat_model():
    described = (BASE_DIR / "docs/threat-model.md").read_text(encoding="utf-8")
    called = (
        "SELECT proname FROM pg_proc p WHERE p.prosecdef AND pronamespace = 'public'::regnamespace"
    )
    missing = [name for (name,) in rows(called) if f"`{name}`" not in described]
    assert missing == []


def test_roles_cannot_pass_the_wall():
    for role in ("lvv_app", "lvv_jobs"):
        assert rows(
            "SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = %s", role
        ) == [(False, False, False)]
        assert rows("SELECT relname FROM pg_class WHERE relowner = %s::regrole", role) == []


def test_the_web_may_not_delete_or_truncate_casework():
    kept = {
        "governance_draft",
        "governance_formtoken",
        "casework_import",
        "casework_importfile",
        "casework_importrow",
        "governance_printout",
        "governance_printoutsheet",
        "casework_snooze",
    }  # typed or uploaded, made for an hour, or put off by a worker for herself
    deletable = {
        table
        for (table,) in rows(
            "SELECT table_name FROM information_schema.role_table_grants WHERE grantee = 'lvv_app'"
            " AND privilege_type IN ('DELETE', 'TRUNCATE') AND (table_name LIKE 'casework%%' OR table_name LIKE 'governance%%')"
        )
    }
    assert deletable == kept


def test_no_session_level_settings():
    """A pooler would hand them to the next user."""
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\bSET\s+(SESSION|ROLE|lvv\.)", text), path
        for call in re.findall(r"set_config\(([^;]*?)\)", text):
            assert "false" not in call, path


def test_guardian_is_used_through_one_door():
    doors = {
        path.relative_to(BASE_DIR).as_posix()
        for path in SOURCES
        if re.search(r"^\s*(from|import) guardian", path.read_text(encoding="utf-8"), re.M)
    }
    assert doors == {"governance/access/grants.py"}


def test_the_rule_is_written_into_every_query(cast):
    """A policy whose function is called for each row, instead of being inlined, uses no index:
    100 ms instead of 10. A sub-select in the function is enough for that."""
    with acting_as(cast.owner), connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_policies WHERE policyname = 'record_read' ORDER BY 1"
        )
        tables = [row[0] for row in cursor.fetchall()]
        assert "casework_note" in tables
        for table in tables:
            cursor.execute(f"EXPLAIN SELECT * FROM {table}")
            plan = "\n".join(row[0] for row in cursor.fetchall())
            assert "access_reads(" not in plan, table
            assert "team_ids &&" in plan, table


def test_no_casework_model_is_in_the_admin():
    from django.contrib import admin

    others = [model for model in admin.site._registry if model._meta.app_label != "partners"]
    assert [model._meta.label for model in others] == ["governance.LegalTerm"]


def test_the_web_refuses_to_serve_as_owner(monkeypatch):
    monkeypatch.setattr(connection, "close", lambda: None)  # the test's own connection goes on
    with pytest.raises(ImproperlyConfigured, match="connected as lvv_owner"):
        checks.refuse_to_serve_without_a_wall()


def test_the_web_refuses_to_serve_when_a_table_lost_its_wall():
    with as_the_web():
        assert checks.wall_problems() == []
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE casework_note DISABLE ROW LEVEL SECURITY")
    with as_the_web():
        assert checks.wall_problems() == ["the table casework_note has no row-level security"]


def test_projections_are_proved_against_the_facts(cast):
    call_command("check_projections")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE casework_case SET team_ids = '{}' WHERE id = %s", [cast.case.pk])
        cursor.execute("UPDATE casework_case SET team_reveals = '{}'")
    with pytest.raises(
        CommandError, match=r"casework_case: 1(.|\n)*casework_case \(reveals\): [12]"
    ):
        call_command("check_projections")


def test_what_an_organisation_becomes_its_taking_part_reveals(cast):
    organisation = cast.partner_team.organisation
    row = Involvement.objects.get(case=cast.case, team=cast.partner_team)
    for kind, category in (("iom", "departure"), ("ngo", "identity"), ("coa", "outcome")):
        organisation.kind = kind
        organisation.save()
        row.refresh_from_db()
        assert row.reveals == category
        cast.case.refresh_from_db()
        assert f"{row.team_id}:{category}" in cast.case.team_reveals
    cast.partner_team.function = "legal"
    cast.partner_team.save()
    call_command("check_projections")
    row.refresh_from_db()
    assert row.reveals == "legal_aid"


def test_what_taking_part_reveals_is_not_for_the_web_to_write(cast):
    with acting_as(cast.owner):
        case = Case.objects.get(pk=cast.case.pk)
        before = case.team_reveals
        assert before
        case.team_reveals, case.referrer = [], "wijkteam"
        case.save()
        case.refresh_from_db()
        assert (case.referrer, case.team_reveals) == ("wijkteam", before)


@override_settings(DEMO=False)
def test_demo_data_needs_the_demo():
    before = Case.objects.count()
    with pytest.raises(CommandError, match="LVV_DEMO"):
        call_command("demo")
    assert Case.objects.count() == before


def test_settings_refuse_other_hosts_in_the_demo():
    done = subprocess.run(
        [sys.executable, "-c", "import django; django.setup()"],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(BASE_DIR),
        env={
            **os.environ,
            "LVV_DEMO": "1",
            "LVV_HOSTS": "lvv.example.org",
            "DJANGO_SETTINGS_MODULE": "lvv.settings.base",
        },
    )
    assert done.returncode != 0
    assert "no host but loopback" in done.stderr
