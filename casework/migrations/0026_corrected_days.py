"""A wrong day of a step is corrected, and the old one kept."""

import uuid

import django.contrib.postgres.functions
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0025_copies_of_a_decision'),
        ('partners', '0006_what_an_account_was'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='steptaken',
            name='version',
            field=models.PositiveIntegerField(default=1, editable=False),
        ),
        # Its default is the database's, which gives each row that is there one of its own.
        migrations.AddField(
            model_name='steptaken',
            name='reference',
            field=models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, unique=True),
        ),
        migrations.CreateModel(
            name='CorrectedDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField()),
                ('was_on', models.DateField(null=True)),
                ('on', models.DateField()),
                ('why', models.CharField(max_length=300, verbose_name='What was wrong?')),
                ('recorded_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case')),
                ('step', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='corrected_days', to='casework.steptaken')),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.team')),
            ],
            options={
                'ordering': ['recorded_at', 'id'],
                'constraints': [models.UniqueConstraint(fields=('step', 'version'), name='corrected_day_once'), models.CheckConstraint(condition=models.Q(('why', ''), _negated=True), name='corrected_day_has_reason')],
            },
        ),
        migrations.RunSQL("ALTER TABLE casework_correctedday ENABLE ROW LEVEL SECURITY", migrations.RunSQL.noop),
    ]
