from pathlib import Path

from django.db import migrations

TEXT = (Path(__file__).parent / "sql" / "access.sql").read_text(encoding="utf-8")


def defined_anew(name: str) -> migrations.RunSQL:
    """The function as its file defines it today, for a database that has it from an earlier day: one definition each."""
    begun = TEXT.index(f"CREATE FUNCTION {name}(")
    return migrations.RunSQL(
        TEXT[begun : TEXT.index("\n$$;", begun) + 4].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1)
    )


class Migration(migrations.Migration):
    dependencies = [("governance", "0003_mandates")]
    operations = [defined_anew("access_scope_at"), defined_anew("access_leave")]
