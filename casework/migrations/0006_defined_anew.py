from pathlib import Path

from django.db import migrations

from lvv.migrating import defined_anew

SQL = Path(__file__).parent / "sql"


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
        defined_anew(SQL / "finding.sql", "search_names"),
        defined_anew(SQL / "scope.sql", "access_record_written"),
        defined_anew(SQL / "scope.sql", "access_involvement_counts"),
        defined_anew(SQL / "wall.sql", "access_supplies"),
        defined_anew(SQL / "wall.sql", "access_consented"),
        defined_anew(SQL / "scope.sql", "access_write_projection"),  # which the next one calls
        defined_anew(SQL / "wall.sql", "access_wall_around"),
        defined_anew(SQL / "dossiers.sql", "dossier_rows_of"),
        defined_anew(SQL / "one_person.sql", "register_clashes"),
        defined_anew(SQL / "one_person.sql", "register_clash_between"),
        defined_anew(SQL / "one_person.sql", "clash_is_mine"),
        defined_anew(SQL / "one_person.sql", "clash_answer"),
        defined_anew(SQL / "elsewhere.sql", "elsewhere_ask"),
        migrations.RunSQL(POLICIES),
        # What it tells that a team takes part is worked out by the trigger.
        migrations.RunSQL("UPDATE casework_involvement SET tells = tells"),
    ]
