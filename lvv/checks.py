"""The web refuses to serve where the wall would not hold."""

from typing import Any

from django.core.checks import Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from lvv.common import sql

# Tables of casework that row-level security does not guard, each with the reason why it need not.
WITHOUT_POLICY: dict[str, str] = {
    "casework_outcomeclass": "to which class a kind of outcome belongs; it names nobody"
}


def wall_problems() -> list[str]:
    """Why the present connection must not serve the web; empty when all is well."""
    problems = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname, rolsuper, rolbypassrls, pg_has_role(current_user, 'lvv_owner', "
            "'MEMBER')"
            " FROM pg_roles WHERE rolname = current_user"
        )
        role, superuser, bypass, owner = cursor.fetchone()
        if superuser or bypass or owner:
            problems.append(
                f"the web is connected as {role}, to whom row-level security does not apply"
            )
        cursor.execute(
            "SELECT c.relname, c.relrowsecurity, EXISTS (SELECT FROM pg_policy p WHERE "
            "p.polrelid = c.oid)"
            " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = "
            "'public'"
            " WHERE c.relkind IN ('r', 'p', 'm') AND (c.relname LIKE 'casework%%'"
            " OR c.relname IN ('governance_draft', 'governance_formtoken')) ORDER BY 1"
        )
        for table, enabled, has_policy in cursor.fetchall():
            if table not in WITHOUT_POLICY and not (enabled and has_policy):
                problems.append(f"the table {table} has no row-level security")
    return problems


@register(Tags.database, deploy=True)
def wall_stands(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[Error]:
    problems = stale_problems() or wall_problems()
    return [Error(f"Refusing to serve: {problem}.", id="lvv.E001") for problem in problems]


def stale_problems() -> list[str]:
    """Why nothing may run on this database: it is not the one this code was made for."""
    if sql.migrations_are_pending():
        return ["migrations are pending (manage.py migrate)"]
    if not sql.is_current():
        return ["the database holds other functions and policies than the files of sql/ say"]
    return []


def refuse_a_stale_database() -> None:
    problems = stale_problems()
    connection.close()
    if problems:
        raise ImproperlyConfigured("Refusing to run: " + "; ".join(problems) + ".")


def refuse_to_serve_without_a_wall() -> None:
    problems = stale_problems() or wall_problems()
    connection.close()  # each worker process opens its own
    if problems:
        raise ImproperlyConfigured("Refusing to serve: " + "; ".join(problems) + ".")
