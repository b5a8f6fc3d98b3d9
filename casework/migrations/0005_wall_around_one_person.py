from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent / "sql" / "one_person.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("casework", "0004_records_guarded")]
    # Forward only: a wall is not taken down by a migration.
    operations = [migrations.RunSQL(SQL)]
