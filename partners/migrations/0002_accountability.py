from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent / "sql" / "accountability.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("partners", "0001_initial")]
    # Forward only: a wall is not taken down by a migration.
    operations = [migrations.RunSQL(SQL)]
