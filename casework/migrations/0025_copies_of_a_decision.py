"""To whom a copy of a formal decision goes; its last day to object names no article of its own."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0024_versions_of_what_two_may_change'),
    ]

    operations = [
        migrations.AddField(
            model_name='formaldecision',
            name='copy_team_ids',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), default=list, editable=False, size=None),
        ),
        migrations.AddField(
            model_name='formaldecision',
            name='copy_to',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=160), default=list, editable=False, size=None),
        ),
        migrations.AddField(
            model_name='historicalformaldecision',
            name='copy_team_ids',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), default=list, editable=False, size=None),
        ),
        migrations.AddField(
            model_name='historicalformaldecision',
            name='copy_to',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=160), default=list, editable=False, size=None),
        ),
        migrations.AlterField(
            model_name='formaldecision',
            name='objection_until',
            field=models.DateField(blank=True, null=True, verbose_name='objection possible until'),
        ),
        migrations.AlterField(
            model_name='historicalformaldecision',
            name='objection_until',
            field=models.DateField(blank=True, null=True, verbose_name='objection possible until'),
        ),
    ]
