from pathlib import Path

from django.db import migrations, models

from lvv.migrating import defined_anew, together

SQL = Path(__file__).parent / "sql"
REVIEW = {"verbose_name": "the conference looks again on", "blank": True, "null": True}
STANDS = {"verbose_name": "why it no longer stands", "blank": True, "max_length": 600}


class Migration(migrations.Migration):
    """The day on which the conference looks again is a fact of its own, apart from the day before which a decision is
    carried out. A conflict of registers waits for the team that leads; a review team has its seats."""

    dependencies = [("casework", "0012_what_is_read_and_waits")]
    operations = [
        *together([
            migrations.AddField(table, "review_on", models.DateField(**REVIEW))
            for table in ("conferencedecision", "historicalconferencedecision")
        ]),
        *together([
            migrations.AlterField(table, "annulled_because", models.CharField(**STANDS))
            for table in ("formaldecision", "historicalformaldecision")
        ]),
        # Until now one day said both; where nothing had to be carried out it was the day of looking again.
        *(
            migrations.RunSQL(
                f"UPDATE {table} SET review_on = due_on, due_on = CASE WHEN owner_team_id IS NOT NULL THEN due_on END"
                " WHERE due_on IS NOT NULL AND (kind = 'deferred' OR owner_team_id IS NULL AND kind IN ('scenario_set',"
                " 'scenario_changed', 'commitments_set', 'mrt_advice_adopted', 'mrt_advice_not_adopted'))"
            )
            for table in ("casework_conferencedecision", "casework_historicalconferencedecision")
        ),
        defined_anew(SQL / "journey.sql", "escalation_admit"),
        defined_anew(SQL / "journey.sql", "journey_facts"),
        defined_anew(SQL / "tasks.sql", "journal_conflict_waits"),
        defined_anew(SQL / "tasks.sql", "tasks_waiting"),
        migrations.RunSQL(
            "DROP TRIGGER IF EXISTS conflict_waits ON casework_destinationreport;"
            "CREATE TRIGGER conflict_waits AFTER INSERT ON casework_destinationreport"
            " FOR EACH ROW EXECUTE FUNCTION journal_conflict_waits();"
            "REVOKE ALL ON FUNCTION journal_conflict_waits() FROM PUBLIC"
        ),
        # A case that waits for the conference and stands on no agenda has a term by now: whoever looks sees which.
        migrations.RunSQL(
            "UPDATE casework_case SET term_on = state_since WHERE state IN ('in_conference', 'admitted')"
            " AND (term_on IS NULL OR term_on > state_since)"
        ),
    ]
