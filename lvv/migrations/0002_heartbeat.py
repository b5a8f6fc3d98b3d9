from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("lvv", "0001_initial")]
    operations = [
        # When the background last said that it works: one row (lvv/heartbeat.py).
        migrations.RunSQL(
            "CREATE TABLE lvv_heartbeat (id boolean NOT NULL PRIMARY KEY DEFAULT true CHECK (id),"
            " at timestamptz NOT NULL)",
            "DROP TABLE lvv_heartbeat",
        ),
    ]
