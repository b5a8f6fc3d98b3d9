from pathlib import Path

from django.db import migrations

from lvv.migrating import defined_anew

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    """What a scope holds, who is let in and out, the facts of a journey, and what waits on a worklist."""

    dependencies = [("casework", "0011_appeals_and_lapses")]
    operations = [
        defined_anew(SQL / "scope.sql", "access_enter"),
        defined_anew(SQL / "scope.sql", "access_record_answered"),
        defined_anew(SQL / "journey.sql", "access_grant"),
        defined_anew(SQL / "journey.sql", "conference_dismiss"),
        defined_anew(SQL / "journey.sql", "escalation_admit"),
        defined_anew(SQL / "journey.sql", "escalation_dismiss"),
        defined_anew(SQL / "journey.sql", "escalation_members_leave"),
        defined_anew(SQL / "journey.sql", "journey_facts"),
        defined_anew(SQL / "tasks.sql", "tasks_waiting"),
        migrations.RunSQL(
            "REVOKE ALL ON FUNCTION escalation_dismiss(bigint), conference_dismiss(bigint) FROM PUBLIC;"
            "GRANT EXECUTE ON FUNCTION escalation_dismiss(bigint), conference_dismiss(bigint) TO lvv_app"
        ),
    ]
