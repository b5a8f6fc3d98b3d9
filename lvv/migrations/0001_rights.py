from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent / "sql" / "rights.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0002_wall"),
        ("account", "0001_initial"),
        ("mfa", "0001_initial"),
        ("admin", "0003_logentry_add_action_flag_choices"),
    ]
    # Forward only: a wall is not taken down by a migration.
    operations = [migrations.RunSQL(SQL)]
