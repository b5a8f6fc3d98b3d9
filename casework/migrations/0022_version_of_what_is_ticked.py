"""Who chooses what goes along with a transfer starts from what stands there."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0021_team_of_an_address'),
    ]

    operations = [
        migrations.AddField(
            model_name='guidanceticked',
            name='version',
            field=models.PositiveIntegerField(default=1, editable=False),
        ),
    ]
