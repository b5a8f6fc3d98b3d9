from pathlib import Path

from django.db import migrations

from lvv.migrating import defined_anew

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("governance", "0005_custody")]
    operations = [
        defined_anew(SQL / "access.sql", "drafts_forget"),
        migrations.RunSQL(
            "REVOKE ALL ON FUNCTION drafts_forget() FROM PUBLIC; GRANT EXECUTE ON FUNCTION drafts_forget() TO lvv_jobs"
        ),
    ]
