from django.db import migrations

COLUMNS = """
    DELETE FROM access_record_table;
    ALTER TABLE access_record_table
        ADD goes_along boolean NOT NULL, ADD parent text NOT NULL, ADD parent_name text
"""


class Migration(migrations.Migration):
    """What a kind of record declares besides: whether it goes along to another pilot, and of which
    kind it is a step."""

    dependencies = [("casework", "0006_steps_taken")]
    operations = [migrations.RunSQL(COLUMNS, migrations.RunSQL.noop)]
