"""The day on which an intake stopped."""

import casework.records.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0030_worklist_of_a_worker'),
    ]

    operations = [
        migrations.AddField(
            model_name='historicalintake',
            name='stopped_on',
            field=models.DateField(null=True, validators=[casework.records.validators.not_in_future], verbose_name='stopped on'),
        ),
        migrations.AddField(
            model_name='intake',
            name='stopped_on',
            field=models.DateField(null=True, validators=[casework.records.validators.not_in_future], verbose_name='stopped on'),
        ),
    ]
