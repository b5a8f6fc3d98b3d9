import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    """A list by state is looked up among those in that state."""

    dependencies = [
        ('casework', '0011_files_are_read_apart'),
        ('partners', '0002_two_administrators'),
    ]

    operations = [
        migrations.RenameIndex(
            model_name='progress',
            new_name='progress_in_registered',
            old_name='progress_new_teams',
        ),
        migrations.AddIndex(
            model_name='progress',
            index=django.contrib.postgres.indexes.GinIndex(condition=models.Q(('state', 'intake')), fields=['team_ids'], name='progress_in_intake'),
        ),
        migrations.AddIndex(
            model_name='progress',
            index=django.contrib.postgres.indexes.GinIndex(condition=models.Q(('state', 'awaiting_dossiers')), fields=['team_ids'], name='progress_in_awaiting_dossiers'),
        ),
        migrations.AddIndex(
            model_name='progress',
            index=django.contrib.postgres.indexes.GinIndex(condition=models.Q(('state', 'rest_period')), fields=['team_ids'], name='progress_in_rest_period'),
        ),
        migrations.AddIndex(
            model_name='progress',
            index=django.contrib.postgres.indexes.GinIndex(condition=models.Q(('state', 'in_conference')), fields=['team_ids'], name='progress_in_in_conference'),
        ),
        migrations.AddIndex(
            model_name='progress',
            index=django.contrib.postgres.indexes.GinIndex(condition=models.Q(('state', 'admitted')), fields=['team_ids'], name='progress_in_admitted'),
        ),
        migrations.AddIndex(
            model_name='progress',
            index=django.contrib.postgres.indexes.GinIndex(condition=models.Q(('state', 'not_admitted')), fields=['team_ids'], name='progress_in_not_admitted'),
        ),
        migrations.AddIndex(
            model_name='progress',
            index=django.contrib.postgres.indexes.GinIndex(condition=models.Q(('state', 'in_guidance')), fields=['team_ids'], name='progress_in_in_guidance'),
        ),
        migrations.AddIndex(
            model_name='progress',
            index=django.contrib.postgres.indexes.GinIndex(condition=models.Q(('state', 'exited')), fields=['team_ids'], name='progress_in_exited'),
        ),
        migrations.AddIndex(
            model_name='progress',
            index=django.contrib.postgres.indexes.GinIndex(condition=models.Q(('state', 'in_aftercare')), fields=['team_ids'], name='progress_in_in_aftercare'),
        ),
        migrations.AddIndex(
            model_name='progress',
            index=django.contrib.postgres.indexes.GinIndex(condition=models.Q(('state', 'archived')), fields=['team_ids'], name='progress_in_archived'),
        ),
        migrations.AddIndex(
            model_name='progress',
            index=models.Index(condition=models.Q(('state', 'not_admitted')), fields=['case'], name='progress_refused'),
        ),
    ]
