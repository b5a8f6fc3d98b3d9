"""How the person herself can be reached is a record of its own."""

import casework.records.validators
import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import simple_history.models
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0019_quorum_of_a_meeting'),
        ('partners', '0006_what_an_account_was'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalReachability',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('reference', models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                ('visibility', models.CharField(choices=[('own_organisation', 'my own team only'), ('selected_partners', 'teams I choose'), ('permitted_partners', 'all partners the convenant allows')], default='permitted_partners', max_length=20, verbose_name='who may read this')),
                ('shared_team_ids', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), default=list, editable=False, size=None)),
                ('share_purpose', models.CharField(blank=True, db_default='', max_length=300, verbose_name='purpose of sharing')),
                ('share_basis', models.CharField(blank=True, choices=[('convenant', 'the article of the convenant'), ('consent', 'consent of the person'), ('legal_duty', 'legal duty'), ('conflict_of_duties', 'conflict of duties')], db_default='', max_length=20, verbose_name='basis of sharing')),
                ('shared_until', models.DateField(blank=True, null=True, verbose_name='shared until')),
                ('recorded_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('received_on', models.DateField(blank=True, null=True, verbose_name='received on')),
                ('received_document', models.CharField(blank=True, db_default='', max_length=200, verbose_name='document')),
                ('ended_at', models.DateTimeField(editable=False, null=True)),
                ('end_reason', models.CharField(blank=True, choices=[('over', 'it is over'), ('mistake', 'recorded by mistake'), ('replaced', "replaced by the source's own record"), ('withdrawn', 'withdrawn by the person')], db_default='', editable=False, max_length=10)),
                ('kind', models.CharField(choices=[('telephone', 'phone'), ('messenger', 'messenger'), ('e_mail', 'e-mail address'), ('address', 'address for messages')], max_length=10, verbose_name='by what means')),
                ('messenger', models.CharField(blank=True, help_text='Such as WhatsApp, Signal or Telegram. Only for a messenger.', max_length=40, verbose_name='which messenger')),
                ('value', models.CharField(max_length=200, verbose_name='number, name or address')),
                ('remark', models.CharField(blank=True, help_text='Such as: only after six, or through a neighbour.', max_length=300, verbose_name='remark')),
                ('since', models.DateField(default=django.utils.timezone.localdate, validators=[casework.records.validators.not_in_future], verbose_name='from')),
                ('until', models.DateField(blank=True, null=True, verbose_name='until')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('author', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('author_team', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='partners.team')),
                ('case', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='casework.case')),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('source_team', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='partners.team')),
            ],
            options={
                'verbose_name': 'historical reachability',
                'verbose_name_plural': 'historical reachabilitys',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Reachability',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('reference', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('visibility', models.CharField(choices=[('own_organisation', 'my own team only'), ('selected_partners', 'teams I choose'), ('permitted_partners', 'all partners the convenant allows')], default='permitted_partners', max_length=20, verbose_name='who may read this')),
                ('shared_team_ids', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), default=list, editable=False, size=None)),
                ('share_purpose', models.CharField(blank=True, db_default='', max_length=300, verbose_name='purpose of sharing')),
                ('share_basis', models.CharField(blank=True, choices=[('convenant', 'the article of the convenant'), ('consent', 'consent of the person'), ('legal_duty', 'legal duty'), ('conflict_of_duties', 'conflict of duties')], db_default='', max_length=20, verbose_name='basis of sharing')),
                ('shared_until', models.DateField(blank=True, null=True, verbose_name='shared until')),
                ('team_ids', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), default=list, editable=False, size=None)),
                ('recorded_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('received_on', models.DateField(blank=True, null=True, verbose_name='received on')),
                ('received_document', models.CharField(blank=True, db_default='', max_length=200, verbose_name='document')),
                ('ended_at', models.DateTimeField(editable=False, null=True)),
                ('end_reason', models.CharField(blank=True, choices=[('over', 'it is over'), ('mistake', 'recorded by mistake'), ('replaced', "replaced by the source's own record"), ('withdrawn', 'withdrawn by the person')], db_default='', editable=False, max_length=10)),
                ('kind', models.CharField(choices=[('telephone', 'phone'), ('messenger', 'messenger'), ('e_mail', 'e-mail address'), ('address', 'address for messages')], max_length=10, verbose_name='by what means')),
                ('messenger', models.CharField(blank=True, help_text='Such as WhatsApp, Signal or Telegram. Only for a messenger.', max_length=40, verbose_name='which messenger')),
                ('value', models.CharField(max_length=200, verbose_name='number, name or address')),
                ('remark', models.CharField(blank=True, help_text='Such as: only after six, or through a neighbour.', max_length=300, verbose_name='remark')),
                ('since', models.DateField(default=django.utils.timezone.localdate, validators=[casework.records.validators.not_in_future], verbose_name='from')),
                ('until', models.DateField(blank=True, null=True, verbose_name='until')),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('author_team', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.team')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case')),
                ('source_team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.team')),
            ],
            options={
                'ordering': ['-since', '-id'],
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(('until', None), ('until__gte', models.F('since')), _connector='OR'), name='reachability_ends_after_it_began', violation_error_message='The end lies before the beginning.')],
            },
        ),
        migrations.RunSQL("ALTER TABLE casework_reachability ENABLE ROW LEVEL SECURITY"),
        migrations.RunSQL("ALTER TABLE casework_historicalreachability ENABLE ROW LEVEL SECURITY"),
    ]
