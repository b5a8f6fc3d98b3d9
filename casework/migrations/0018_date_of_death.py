"""The day on which somebody died is a value of who she is."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0017_what_an_address_was'),
    ]

    operations = [
        migrations.AlterField(
            model_name='historicalidentityvalue',
            name='kind',
            field=models.CharField(choices=[('name', 'name'), ('alias', 'other name'), ('birth_date', 'date of birth'), ('nationality', 'nationality'), ('v_number', 'V-number'), ('sex', 'sex'), ('language', 'language'), ('death_date', 'date of death')], max_length=12),
        ),
        migrations.AlterField(
            model_name='identityvalue',
            name='kind',
            field=models.CharField(choices=[('name', 'name'), ('alias', 'other name'), ('birth_date', 'date of birth'), ('nationality', 'nationality'), ('v_number', 'V-number'), ('sex', 'sex'), ('language', 'language'), ('death_date', 'date of death')], max_length=12),
        ),
    ]
