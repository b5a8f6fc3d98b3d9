from django.db import migrations


class Migration(migrations.Migration):
    dependencies = []
    operations = [
        # Counters of attempts, shared by all processes (django.core.cache.backends.db).
        migrations.RunSQL(
            "CREATE TABLE lvv_counters (cache_key varchar(255) NOT NULL PRIMARY KEY, value text NOT NULL,"
            " expires timestamptz NOT NULL)"
        ),
        migrations.RunSQL("CREATE INDEX lvv_counters_expires ON lvv_counters (expires)"),
        # Which files of SQL this database holds (lvv/common/sql.py).
        migrations.RunSQL(
            "CREATE TABLE lvv_sql (digest text PRIMARY KEY, made_at timestamptz NOT NULL)"
        ),
    ]
