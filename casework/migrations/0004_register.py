from pathlib import Path

from django.db import migrations

FILES = ("finding.sql", "one_person.sql", "elsewhere.sql")
SQL = [(Path(__file__).parent / "sql" / name).read_text(encoding="utf-8") for name in FILES]


class Migration(migrations.Migration):
    dependencies = [("casework", "0003_dossiers")]
    operations = [migrations.RunSQL(text) for text in SQL]
