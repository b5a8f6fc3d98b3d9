from pathlib import Path

from django.db import migrations

from lvv.migrating import defined_anew

ACCESS = Path(__file__).parent / "sql" / "access.sql"


class Migration(migrations.Migration):
    dependencies = [("governance", "0003_mandates")]
    operations = [defined_anew(ACCESS, "access_scope_at"), defined_anew(ACCESS, "access_leave")]
