from pathlib import Path

from django.db import migrations, models
from django.db.models import Q

from lvv.migrating import together

SQL = Path(__file__).parent / "sql"


def defined_anew(file: str, name: str) -> migrations.RunSQL:
    """The function as its file defines it today, for a database that has it from an earlier day: one definition each."""
    text = (SQL / file).read_text(encoding="utf-8")
    begun = text.index(f"CREATE FUNCTION {name}(")
    return migrations.RunSQL(
        text[begun : text.index("\n$$;", begun) + 4].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1)
    )


def why() -> models.CharField:
    return models.CharField(
        blank=True, choices=[("deceased", "she died"), ("new_case", "she is back, in a new case")], max_length=10,
        verbose_name="why it lapsed",
    )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("casework", "0010_exits_have_dates")]
    operations = together([
        defined_anew("journey.sql", "journey_facts"),
        defined_anew("scope.sql", "access_write_projection"),
        defined_anew("scope.sql", "access_project"),
        defined_anew("wall.sql", "access_wall_around"),
        migrations.RunSQL(
            "REVOKE ALL ON FUNCTION access_write_projection() FROM PUBLIC; SELECT access_write_projection()"
        ),
        migrations.AddField("followupcheck", "lapsed_because", why()),
        migrations.AddField("historicalfollowupcheck", "lapsed_because", why()),
        # Until now the reason was a text; who did not die is back.
        migrations.RunSQL(
            "UPDATE casework_followupcheck SET lapsed_because ="
            " CASE WHEN how ~* 'overl|dood|died|deceas' THEN 'deceased' ELSE 'new_case' END WHERE result = 'lapsed'"
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
