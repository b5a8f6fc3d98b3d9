from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("casework", "0009_journey_wall")]
    operations = [
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('exited_on__isnull', False), ('state__in', ('exited', 'in_aftercare'))), ('state', 'archived'), models.Q(('exited_on', None), ('state__in', ('registered', 'intake', 'awaiting_dossiers', 'rest_period', 'in_conference', 'admitted', 'in_guidance', 'not_admitted'))), _connector='OR'), name='case_exited_has_date', violation_error_message='An exited case needs an exit date, an open one has none.'),
        ),
    ]
