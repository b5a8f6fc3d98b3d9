from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent / "sql" / "access.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("governance", "0001_initial"), ("partners", "0002_accountability")]
    # Forward only: a wall is not taken down by a migration.
    operations = [migrations.RunSQL(SQL)]
