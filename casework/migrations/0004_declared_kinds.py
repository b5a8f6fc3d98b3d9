from django.db import migrations

TABLE = """
    DROP TABLE access_record_table;
    CREATE TABLE access_record_table (
        name text PRIMARY KEY,
        kind text NOT NULL UNIQUE,
        category text,
        supplied boolean NOT NULL,
        addressed boolean NOT NULL
    )
"""


class Migration(migrations.Migration):
    """Tables of records, as the code declares them: filled anew with everything replaceable. The
    category is none where each record has its own."""

    dependencies = [("casework", "0003_what_waits")]
    operations = [migrations.RunSQL(TABLE, migrations.RunSQL.noop)]
