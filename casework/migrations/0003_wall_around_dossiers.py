from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent / "sql" / "shared_register.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("casework", "0002_wall")]
    # Forward only: a wall is not taken down by a migration.
    operations = [migrations.RunSQL(SQL)]
