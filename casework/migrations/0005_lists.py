from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent / "sql" / "lists.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("casework", "0004_register")]
    operations = [migrations.RunSQL(SQL)]
