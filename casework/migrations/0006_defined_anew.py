from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


def defined_anew(file: str, name: str) -> migrations.RunSQL:
    """The function as its file defines it today, for a database that has it from an earlier day: one definition each."""
    text = (SQL / file).read_text(encoding="utf-8")
    begun = text.index(f"CREATE FUNCTION {name}(")
    return migrations.RunSQL(
        text[begun : text.index("\n$$;", begun) + 4].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1)
    )


# On an empty database these change nothing: the files say the same.
POLICIES = """
    ALTER POLICY clash_read ON casework_clash
        USING (clash_is_mine(newer_case_id, newer_pilot_id, older_case_id, older_pilot_id));
    ALTER POLICY import_own ON casework_import
        USING (owner_id = access_user() AND team_id = ANY (access_teams('teams')));
    DO $$
    DECLARE
        p record;
    BEGIN
        FOR p IN SELECT * FROM pg_policies WHERE qual LIKE '%access_consented(case_id)%' LOOP
            EXECUTE format('ALTER POLICY %I ON %I USING (%s)', p.policyname, p.tablename,
                           replace(p.qual, 'access_consented(case_id)', 'access_consented(case_id, author_team_id)'));
        END LOOP;
    END
    $$;
    DROP FUNCTION IF EXISTS access_consented(bigint);
    REVOKE ALL ON FUNCTION access_consented(bigint, integer), clash_is_mine(bigint, bigint, bigint, bigint) FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION access_consented(bigint, integer), clash_is_mine(bigint, bigint, bigint, bigint) TO lvv_app;
"""


class Migration(migrations.Migration):
    dependencies = [("casework", "0005_lists")]
    operations = [
        migrations.RunSQL("SELECT word_similarity('', '')"),  # loads pg_trgm: only then may its threshold be set
        defined_anew("finding.sql", "search_names"),
        defined_anew("scope.sql", "access_record_written"),
        defined_anew("scope.sql", "access_involvement_counts"),
        defined_anew("wall.sql", "access_supplies"),
        defined_anew("wall.sql", "access_consented"),
        defined_anew("scope.sql", "access_write_projection"),  # which the next one calls
        defined_anew("wall.sql", "access_wall_around"),
        defined_anew("dossiers.sql", "dossier_rows_of"),
        defined_anew("one_person.sql", "register_clashes"),
        defined_anew("one_person.sql", "register_clash_between"),
        defined_anew("one_person.sql", "clash_is_mine"),
        defined_anew("one_person.sql", "clash_answer"),
        defined_anew("elsewhere.sql", "elsewhere_ask"),
        migrations.RunSQL(POLICIES),
        # What it tells that a team takes part is worked out by the trigger.
        migrations.RunSQL("UPDATE casework_involvement SET tells = tells"),
    ]
