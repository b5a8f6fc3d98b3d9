"""The day on which the result of a procedure or of its stage was made known."""

import casework.records.validators
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0027_language_of_a_contact'),
        ('partners', '0006_what_an_account_was'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='historicalprocedure',
            name='known_on',
            field=models.DateField(blank=True, help_text='Of a result: the day on which it was sent or handed over, if you know it. The term to object or appeal begins on the day after it (Awb 3:41, 6:8).', null=True, validators=[casework.records.validators.not_in_future], verbose_name='made known on'),
        ),
        migrations.AddField(
            model_name='historicalprocedurestep',
            name='known_on',
            field=models.DateField(blank=True, help_text='Of a result: the day on which it was sent or handed over, if you know it. The term to object or appeal begins on the day after it (Awb 3:41, 6:8).', null=True, validators=[casework.records.validators.not_in_future], verbose_name='made known on'),
        ),
        migrations.AddField(
            model_name='procedure',
            name='known_on',
            field=models.DateField(blank=True, help_text='Of a result: the day on which it was sent or handed over, if you know it. The term to object or appeal begins on the day after it (Awb 3:41, 6:8).', null=True, validators=[casework.records.validators.not_in_future], verbose_name='made known on'),
        ),
        migrations.AddField(
            model_name='procedurestep',
            name='known_on',
            field=models.DateField(blank=True, help_text='Of a result: the day on which it was sent or handed over, if you know it. The term to object or appeal begins on the day after it (Awb 3:41, 6:8).', null=True, validators=[casework.records.validators.not_in_future], verbose_name='made known on'),
        ),
        migrations.AddConstraint(
            model_name='procedure',
            constraint=models.CheckConstraint(condition=models.Q(('known_on', None), models.Q(('known_on__gte', models.F('result_on')), ('result_on__isnull', False)), _connector='OR'), name='procedure_result_known_after_it_was_given', violation_error_message='Only a result is made known, and not before its own day.'),
        ),
        migrations.AddConstraint(
            model_name='procedurestep',
            constraint=models.CheckConstraint(condition=models.Q(('known_on', None), models.Q(models.Q(('result__in', ['', 'pending']), _negated=True), ('known_on__gte', models.F('happened_on'))), _connector='OR'), name='procedure_step_known_after_it_was_ruled', violation_error_message='Only a result is made known, and not before its own day.'),
        ),
    ]
