from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent / "sql" / "dossiers.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("casework", "0002_wall")]
    operations = [migrations.RunSQL(SQL)]
