"""The attendance of a meeting can be corrected after its minutes were sent."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0015_days_of_a_formal_decision'),
    ]

    operations = [
        migrations.AddField(
            model_name='historicalmeeting',
            name='attendance_corrected_because',
            field=models.CharField(blank=True, db_default='', default='', max_length=300, verbose_name='reason'),
        ),
        migrations.AddField(
            model_name='historicalmeeting',
            name='attendance_corrected_on',
            field=models.DateField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='meeting',
            name='attendance_corrected_because',
            field=models.CharField(blank=True, db_default='', default='', max_length=300, verbose_name='reason'),
        ),
        migrations.AddField(
            model_name='meeting',
            name='attendance_corrected_on',
            field=models.DateField(editable=False, null=True),
        ),
    ]
