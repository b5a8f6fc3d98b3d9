"""A number that a source keeps to itself does not refuse the one written on its behalf."""

import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0022_version_of_what_is_ticked'),
        ('partners', '0006_what_an_account_was'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='identityvalue',
            name='identity_one_v_number_a_source',
        ),
        migrations.AddConstraint(
            model_name='identityvalue',
            constraint=models.UniqueConstraint(models.F('case'), django.db.models.functions.comparison.Coalesce('source_team', 'author_team'), models.F('author_team'), condition=models.Q(('ended_at', None), ('kind', 'v_number')), name='identity_one_v_number_a_source'),
        ),
    ]
