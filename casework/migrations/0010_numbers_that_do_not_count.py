import django.contrib.postgres.functions
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Cases are found by the end of their number, and nothing in an address counts."""

    dependencies = [
        ('casework', '0009_one_door_for_numbers'),
        ('partners', '0002_two_administrators'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='case',
            name='number_end',
            field=models.CharField(db_default='', editable=False, max_length=4),
        ),
        migrations.AddField(
            model_name='involvement',
            name='reference',
            field=models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, unique=True),
        ),
        migrations.RunSQL(
            "UPDATE casework_case SET number_end = right(number, 4); SET CONSTRAINTS ALL IMMEDIATE",
            migrations.RunSQL.noop,
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['number_end'], name='case_number_end'),
        ),
    ]
