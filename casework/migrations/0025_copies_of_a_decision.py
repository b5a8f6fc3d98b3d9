"""To whom a copy of a formal decision goes; its last day to object names no article of its own."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0024_versions_of_what_two_may_change'),
        ('partners', '0006_what_an_account_was'),
    ]

    operations = [
        migrations.AlterField(
            model_name='formaldecision',
            name='objection_until',
            field=models.DateField(blank=True, null=True, verbose_name='objection possible until'),
        ),
        migrations.AlterField(
            model_name='historicalformaldecision',
            name='objection_until',
            field=models.DateField(blank=True, null=True, verbose_name='objection possible until'),
        ),
        migrations.CreateModel(
            name='DecisionCopy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(blank=True, max_length=160)),
                ('decision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='copies', to='casework.formaldecision')),
                ('team', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.team')),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(fields=('decision', 'name', 'team'), name='decision_copy_once', nulls_distinct=False), models.CheckConstraint(condition=models.Q(models.Q(models.Q(('name', ''), _negated=True), ('team', None)), models.Q(('name', ''), ('team__isnull', False)), _connector='OR'), name='decision_copy_goes_to_name_or_team')],
            },
        ),
        migrations.RunSQL("ALTER TABLE casework_decisioncopy ENABLE ROW LEVEL SECURITY", migrations.RunSQL.noop),
    ]
