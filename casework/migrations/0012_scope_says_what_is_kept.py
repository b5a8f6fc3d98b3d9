from pathlib import Path

from django.db import migrations

from lvv.migrating import defined_anew

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("casework", "0011_appeals_and_lapses")]
    operations = [defined_anew(SQL / "scope.sql", "access_enter")]
