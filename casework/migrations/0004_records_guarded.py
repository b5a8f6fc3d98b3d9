from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent / "sql" / "records_guarded.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("casework", "0003_wall_around_dossiers")]
    # Forward only: a wall is not taken down by a migration.
    operations = [migrations.RunSQL(SQL)]
