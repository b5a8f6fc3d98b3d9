"""A contact says in which language it was, and whether with an interpreter."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0026_corrected_days'),
    ]

    operations = [
        migrations.AddField(
            model_name='contact',
            name='interpreter',
            field=models.BooleanField(default=False, verbose_name='with an interpreter'),
        ),
        migrations.AddField(
            model_name='contact',
            name='language',
            field=models.CharField(blank=True, max_length=40, verbose_name='language'),
        ),
        migrations.AddField(
            model_name='historicalcontact',
            name='interpreter',
            field=models.BooleanField(default=False, verbose_name='with an interpreter'),
        ),
        migrations.AddField(
            model_name='historicalcontact',
            name='language',
            field=models.CharField(blank=True, max_length=40, verbose_name='language'),
        ),
    ]
