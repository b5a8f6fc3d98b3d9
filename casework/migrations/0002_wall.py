from pathlib import Path

from django.db import migrations

SQL = [(Path(__file__).parent / "sql" / name).read_text(encoding="utf-8") for name in ("scope.sql", "wall.sql")]


class Migration(migrations.Migration):
    dependencies = [("casework", "0001_initial"), ("governance", "0002_access")]
    # Forward only: a wall is not taken down by a migration.
    operations = [migrations.RunSQL(text) for text in SQL]
