"""With how many organisations a meeting decides."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0018_date_of_death'),
    ]

    operations = [
        migrations.AddField(
            model_name='historicalmeeting',
            name='quorum',
            field=models.PositiveSmallIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='meeting',
            name='quorum',
            field=models.PositiveSmallIntegerField(editable=False, null=True),
        ),
    ]
