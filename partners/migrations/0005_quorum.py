"""How many organisations a conference decides with."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('partners', '0004_message_address'),
    ]

    operations = [
        migrations.AddField(
            model_name='historicalpilot',
            name='quorum',
            field=models.PositiveSmallIntegerField(default=2, help_text='With how many organisations at the table, the municipality among them, the conference may decide. In municipal mode the municipality decides alone.', validators=[django.core.validators.MinValueValidator(1)], verbose_name='quorum of the conference'),
        ),
        migrations.AddField(
            model_name='pilot',
            name='quorum',
            field=models.PositiveSmallIntegerField(default=2, help_text='With how many organisations at the table, the municipality among them, the conference may decide. In municipal mode the municipality decides alone.', validators=[django.core.validators.MinValueValidator(1)], verbose_name='quorum of the conference'),
        ),
    ]
