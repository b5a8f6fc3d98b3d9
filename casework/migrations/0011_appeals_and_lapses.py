from pathlib import Path

from django.db import migrations, models
from django.db.models import Q

from lvv.migrating import defined_anew, together

SQL = Path(__file__).parent / "sql"


def why() -> models.CharField:
    return models.CharField(
        blank=True, choices=[("deceased", "she died"), ("new_case", "she is back, in a new case")], max_length=10,
        verbose_name="why it lapsed",
    )


class Migration(migrations.Migration):
    dependencies = [("casework", "0010_exits_have_dates")]
    operations = together([
        defined_anew(SQL / "journey.sql", "journey_facts"),
        defined_anew(SQL / "scope.sql", "access_write_projection"),
        defined_anew(SQL / "scope.sql", "access_project"),
        defined_anew(SQL / "wall.sql", "access_wall_around"),
        migrations.RunSQL(
            "REVOKE ALL ON FUNCTION access_write_projection() FROM PUBLIC; SELECT access_write_projection()"
        ),
        migrations.AddField("followupcheck", "lapsed_because", why()),
        migrations.AddField("historicalfollowupcheck", "lapsed_because", why()),
        # Until now the reason was a text. Where it says neither that she died nor stands beside a newer case of hers,
        # nobody could tell.
        migrations.RunSQL(
            "UPDATE casework_followupcheck SET lapsed_because = 'deceased'"
            " WHERE result = 'lapsed' AND how ~* 'overled|overlijd|deceas|died';"
            "UPDATE casework_followupcheck f SET lapsed_because = 'new_case' FROM casework_case c"
            " JOIN casework_person p ON p.id = c.person_id WHERE c.id = f.case_id AND f.result = 'lapsed'"
            " AND f.lapsed_because = '' AND EXISTS (SELECT FROM casework_case n JOIN casework_person k ON k.id = n.person_id"
            " WHERE k.same_as = p.same_as AND n.id > c.id AND n.pilot_id = c.pilot_id);"
            "UPDATE casework_followupcheck SET result = 'unknown' WHERE result = 'lapsed' AND lapsed_because = ''"
        ),
        migrations.AddConstraint(
            "followupcheck",
            models.CheckConstraint(
                name="lapsed_check_says_why",
                condition=Q(result="lapsed") & ~Q(lapsed_because="") | ~Q(result="lapsed") & Q(lapsed_because=""),
                violation_error_message="Choose why it lapsed.",
            ),
        ),
    ])
