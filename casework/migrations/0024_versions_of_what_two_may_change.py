"""Locations and answers to minutes start from what was seen."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0023_own_number_beside_one_on_behalf'),
    ]

    operations = [
        migrations.AddField(
            model_name='historicallocation',
            name='version',
            field=models.PositiveIntegerField(default=1, editable=False),
        ),
        migrations.AddField(
            model_name='historicalmeetingteam',
            name='version',
            field=models.PositiveIntegerField(default=1, editable=False),
        ),
        migrations.AddField(
            model_name='location',
            name='version',
            field=models.PositiveIntegerField(default=1, editable=False),
        ),
        migrations.AddField(
            model_name='meetingteam',
            name='version',
            field=models.PositiveIntegerField(default=1, editable=False),
        ),
    ]
