import casework.records.validators
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """A formal decision is made known on a day of its own. Of decisions that are there nobody wrote it
    down: it stays empty."""

    dependencies = [
        ('casework', '0014_meetings_that_were_held'),
        ('governance', '0007_printouts'),
        ('partners', '0002_two_administrators'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='formaldecision',
            name='known_by',
            field=models.CharField(blank=True, max_length=160, verbose_name='reference of the letter'),
        ),
        migrations.AddField(
            model_name='formaldecision',
            name='known_on',
            field=models.DateField(blank=True, null=True, validators=[casework.records.validators.not_in_future], verbose_name='made known on'),
        ),
        migrations.AddField(
            model_name='historicalformaldecision',
            name='known_by',
            field=models.CharField(blank=True, max_length=160, verbose_name='reference of the letter'),
        ),
        migrations.AddField(
            model_name='historicalformaldecision',
            name='known_on',
            field=models.DateField(blank=True, null=True, validators=[casework.records.validators.not_in_future], verbose_name='made known on'),
        ),
        migrations.AlterField(
            model_name='formaldecision',
            name='objection_until',
            field=models.DateField(blank=True, null=True, verbose_name='objection possible until (Awb 6:7, Atw 1)'),
        ),
        migrations.AlterField(
            model_name='historicalformaldecision',
            name='objection_until',
            field=models.DateField(blank=True, null=True, verbose_name='objection possible until (Awb 6:7, Atw 1)'),
        ),
        migrations.AddConstraint(
            model_name='formaldecision',
            constraint=models.CheckConstraint(condition=models.Q(('known_on', None), ('known_on__gte', models.F('decided_on')), _connector='OR'), name='formal_decision_known_after_it_was_taken'),
        ),
    ]
