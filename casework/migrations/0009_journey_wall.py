from datetime import date
from pathlib import Path

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from lvv.migrating import defined_anew

SQL = Path(__file__).parent / "sql"


# On an empty database this changes nothing: wall.sql says the same.
POLICIES = """
    DO $$
    DECLARE
        p record;
        category text;
    BEGIN
        FOR p IN SELECT * FROM pg_policies WHERE policyname IN ('record_asked', 'record_answer')
                 AND tablename IN ('casework_handover', 'casework_correctionrequest') LOOP
            category := CASE p.tablename WHEN 'casework_handover' THEN '''outcome''' ELSE 'category' END;
            EXECUTE format('ALTER POLICY %1$I ON %2$I USING (to_team_id = ANY (team_ids) AND to_team_id = ANY (
                access_teams(''read_'' || %3$s) || access_teams(''write_'' || %3$s) || access_teams(''attend_'' || %3$s)))',
                p.policyname, p.tablename, category);
        END LOOP;
    END
    $$;
"""

# From the first day on; a change of class is a row with a later day.
CLASSES = {
    "durable": ("independent_return", "onward_migration", "legalisation_asylum", "legalisation_regular",
                "legalisation_no_fault"),
    "semi_durable": ("repeat_asylum_reception", "medical_postponement"),
    "none": ("unknown_destination", "trajectory_ended", "detained", "other_none"),
    "undecided": ("forced_return", "dublin_transfer", "vbl_or_family_location", "other_procedure_pending",
                  "moved_to_other_pilot", "deceased", "not_established"),
}


def fill_classes(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    rows = apps.get_model("casework", "OutcomeClass").objects
    rows.bulk_create(
        rows.model(outcome=outcome, in_force_from=date(2019, 1, 1), belongs_to=belongs_to)
        for belongs_to, outcomes in CLASSES.items() for outcome in outcomes
    )


class Migration(migrations.Migration):
    dependencies = [("casework", "0008_journey"), ("governance", "0005_custody")]
    operations = [
        defined_anew(SQL / "scope.sql", "access_enter"),
        defined_anew(SQL / "scope.sql", "access_case_written"),
        defined_anew(SQL / "scope.sql", "access_teams_of_case"),
        defined_anew(SQL / "wall.sql", "access_wall_addressed"),
        defined_anew(SQL / "dossiers.sql", "dossier_rows"),
        defined_anew(SQL / "dossiers.sql", "dossier_rows_of"),
        migrations.RunSQL(POLICIES),
        *(
            migrations.RunSQL((SQL / f"{name}.sql").read_text(encoding="utf-8"))
            for name in ("journey", "tasks", "transfer", "custody")
        ),
        migrations.RunPython(fill_classes, migrations.RunPython.noop),
        # Cases that left before exits were recorded here: on the day their state says.
        migrations.RunSQL(
            "UPDATE casework_case SET exited_on = state_since WHERE state IN ('exited', 'in_aftercare')",
            migrations.RunSQL.noop,
        ),
    ]
