from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


def defined_anew(file: str, name: str) -> str:
    """The function as its file defines it today, for a database that has it from an earlier day: one definition each."""
    text = (SQL / file).read_text(encoding="utf-8")
    begun = text.index(f"CREATE FUNCTION {name}(")
    return text[begun : text.index("\n$$;", begun) + 4].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1)


class Migration(migrations.Migration):
    dependencies = [("casework", "0005_lists")]
    operations = [
        migrations.RunSQL("SELECT word_similarity('', '')"),  # loads pg_trgm: only then may its threshold be set
        migrations.RunSQL(defined_anew("finding.sql", "search_names")),
        migrations.RunSQL(defined_anew("one_person.sql", "register_clashes")),
    ]
