import django.contrib.auth.models
import django.contrib.auth.validators
import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import partners.accounts.models
import simple_history.models
import uuid
from django.conf import settings
from django.db import migrations, models

from lvv.common.schema import together


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = together([
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('seq', models.BigIntegerField(primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('trace_id', models.CharField(max_length=32)),
                ('actor_id', models.IntegerField(null=True)),
                ('actor_org_id', models.IntegerField(null=True)),
                ('role', models.CharField(max_length=200)),
                ('acting_for', models.IntegerField(null=True)),
                ('action', models.CharField(max_length=80)),
                ('object_type', models.CharField(max_length=40)),
                ('object_id', models.CharField(max_length=40)),
                ('cases', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None)),
                ('pilot_id', models.BigIntegerField(null=True)),
                ('outcome', models.CharField(choices=[('done', 'Done'), ('denied', 'Denied'), ('failed', 'Failed')], max_length=10)),
                ('purpose_of_use', models.CharField(max_length=120)),
                ('reason', models.CharField(max_length=120)),
                ('origin', models.CharField(max_length=120)),
                ('prev_hash', models.CharField(max_length=64)),
                ('hash', models.CharField(max_length=64)),
            ],
            options={
                'db_table': 'audit_log',
                'ordering': ['-seq'],
            },
        ),
        migrations.CreateModel(
            name='Organisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('name', models.CharField(max_length=120, unique=True, verbose_name='name')),
                ('kind', models.CharField(choices=[('municipality', 'municipality'), ('ngo', 'NGO'), ('ind', 'immigration service'), ('dtv', 'departure service'), ('avim', 'aliens police'), ('iom', 'migration organisation'), ('coa', 'reception agency'), ('ministry', 'ministry'), ('vng', 'municipal association'), ('shelter_operator', 'shelter operator'), ('health_provider', 'health provider'), ('other_government', 'other government'), ('other_party', 'other party')], max_length=20, verbose_name='kind')),
            ],
            options={
                'verbose_name': 'organisation',
                'verbose_name_plural': 'organisations',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='ProcessingEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('trace_id', models.CharField(max_length=32)),
                ('span_id', models.CharField(max_length=16)),
                ('parent_span_id', models.CharField(blank=True, max_length=16)),
                ('status', models.CharField(max_length=5)),
                ('name', models.CharField(max_length=80)),
                ('start_time', models.DateTimeField()),
                ('end_time', models.DateTimeField()),
                ('resource', models.CharField(max_length=40)),
                ('processing_activity_id', models.CharField(max_length=200)),
                ('data_subject_id', models.CharField(blank=True, max_length=64)),
                ('data_subject_id_type', models.CharField(blank=True, max_length=20)),
                ('foreign_operation_processor', models.CharField(blank=True, max_length=200)),
            ],
            options={
                'db_table': 'processing_log',
            },
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('id', models.AutoField(primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail address')),
                ('phone', models.CharField(blank=True, max_length=40, verbose_name='phone')),
                ('shortcuts', models.BooleanField(default=True, verbose_name='single-key shortcuts')),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
                ('made_for', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.organisation')),
            ],
            options={
                'verbose_name': 'user',
                'verbose_name_plural': 'users',
                'ordering': ['name'],
            },
            managers=[
                ('objects', django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name='HistoricalOrganisation',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('reference', models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                ('name', models.CharField(db_index=True, max_length=120, verbose_name='name')),
                ('kind', models.CharField(choices=[('municipality', 'municipality'), ('ngo', 'NGO'), ('ind', 'immigration service'), ('dtv', 'departure service'), ('avim', 'aliens police'), ('iom', 'migration organisation'), ('coa', 'reception agency'), ('ministry', 'ministry'), ('vng', 'municipal association'), ('shelter_operator', 'shelter operator'), ('health_provider', 'health provider'), ('other_government', 'other government'), ('other_party', 'other party')], max_length=20, verbose_name='kind')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical organisation',
                'verbose_name_plural': 'historical organisations',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token_hash', models.CharField(max_length=64, unique=True)),
                ('issued_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('expires_at', models.DateTimeField(default=partners.accounts.models._in_three_days)),
                ('used_at', models.DateTimeField(null=True)),
                ('issued_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='HistoricalPilot',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('reference', models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                ('name', models.CharField(db_index=True, max_length=80, verbose_name='name')),
                ('slug', models.SlugField(max_length=80)),
                ('state', models.CharField(choices=[('open', 'open'), ('winding_down', 'winding down'), ('closed', 'closed')], default='open', max_length=20, verbose_name='state')),
                ('closes_on', models.DateField(blank=True, help_text='From this day nobody works in this pilot any more. Winding down ends here.', null=True, verbose_name='closes on')),
                ('maximum_stay_months', models.PositiveSmallIntegerField(blank=True, help_text='How long somebody may stay in the facility. Empty: this pilot has no maximum.', null=True, verbose_name='maximum stay in months')),
                ('early_admission', models.BooleanField(default=False, help_text='The conference may admit somebody before the dossiers are in and the rest period is over.', verbose_name='early admission')),
                ('municipal_mode', models.BooleanField(default=False, help_text='The municipality decides in its own name: no dossiers, rest period or mandate are needed.', verbose_name='municipal mode')),
                ('take_over_months', models.PositiveSmallIntegerField(default=6, help_text='Dossiers of an earlier case that are younger than this need not be asked for again.', verbose_name='take-over term in months')),
                ('contact_name', models.CharField(blank=True, help_text='Who answers when another pilot asks something. A role, not a person: people change.', max_length=120, verbose_name='contact')),
                ('contact_phone', models.CharField(blank=True, help_text='On which number the contact can be reached during working hours.', max_length=40, verbose_name='phone of the contact')),
                ('procedures_check_days', models.PositiveSmallIntegerField(blank=True, default=90, help_text='After how many days the page says that the immigration service has not checked. Empty: never.', null=True, verbose_name='check procedures after, in days')),
                ('departure_check_days', models.PositiveSmallIntegerField(blank=True, default=60, help_text='After how many days the page says that the departure service has not checked. Empty: never.', null=True, verbose_name='check departure after, in days')),
                ('supervision_check_days', models.PositiveSmallIntegerField(blank=True, default=60, help_text='After how many days the page says that the aliens police has not checked. Empty: never.', null=True, verbose_name='check supervision after, in days')),
                ('minutes_term_days', models.PositiveSmallIntegerField(default=7, help_text='How long partners may say something of the minutes of a conference. Then silence is no response.', verbose_name='term for the minutes, in days')),
                ('return_term_days', models.PositiveSmallIntegerField(blank=True, help_text='How long somebody may be away from the stay before that counts as gone. Empty: not agreed upon.', null=True, verbose_name='return term in days')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('municipality', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='partners.organisation', verbose_name='municipality')),
            ],
            options={
                'verbose_name': 'historical pilot',
                'verbose_name_plural': 'historical pilots',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Pilot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('name', models.CharField(max_length=80, unique=True, verbose_name='name')),
                ('slug', models.SlugField(max_length=80, unique=True)),
                ('state', models.CharField(choices=[('open', 'open'), ('winding_down', 'winding down'), ('closed', 'closed')], default='open', max_length=20, verbose_name='state')),
                ('closes_on', models.DateField(blank=True, help_text='From this day nobody works in this pilot any more. Winding down ends here.', null=True, verbose_name='closes on')),
                ('maximum_stay_months', models.PositiveSmallIntegerField(blank=True, help_text='How long somebody may stay in the facility. Empty: this pilot has no maximum.', null=True, verbose_name='maximum stay in months')),
                ('early_admission', models.BooleanField(default=False, help_text='The conference may admit somebody before the dossiers are in and the rest period is over.', verbose_name='early admission')),
                ('municipal_mode', models.BooleanField(default=False, help_text='The municipality decides in its own name: no dossiers, rest period or mandate are needed.', verbose_name='municipal mode')),
                ('take_over_months', models.PositiveSmallIntegerField(default=6, help_text='Dossiers of an earlier case that are younger than this need not be asked for again.', verbose_name='take-over term in months')),
                ('contact_name', models.CharField(blank=True, help_text='Who answers when another pilot asks something. A role, not a person: people change.', max_length=120, verbose_name='contact')),
                ('contact_phone', models.CharField(blank=True, help_text='On which number the contact can be reached during working hours.', max_length=40, verbose_name='phone of the contact')),
                ('procedures_check_days', models.PositiveSmallIntegerField(blank=True, default=90, help_text='After how many days the page says that the immigration service has not checked. Empty: never.', null=True, verbose_name='check procedures after, in days')),
                ('departure_check_days', models.PositiveSmallIntegerField(blank=True, default=60, help_text='After how many days the page says that the departure service has not checked. Empty: never.', null=True, verbose_name='check departure after, in days')),
                ('supervision_check_days', models.PositiveSmallIntegerField(blank=True, default=60, help_text='After how many days the page says that the aliens police has not checked. Empty: never.', null=True, verbose_name='check supervision after, in days')),
                ('minutes_term_days', models.PositiveSmallIntegerField(default=7, help_text='How long partners may say something of the minutes of a conference. Then silence is no response.', verbose_name='term for the minutes, in days')),
                ('return_term_days', models.PositiveSmallIntegerField(blank=True, help_text='How long somebody may be away from the stay before that counts as gone. Empty: not agreed upon.', null=True, verbose_name='return term in days')),
                ('municipality', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pilots', to='partners.organisation', verbose_name='municipality')),
            ],
            options={
                'verbose_name': 'pilot',
                'verbose_name_plural': 'pilots',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='HistoricalTeam',
            fields=[
                ('id', models.IntegerField(blank=True, db_index=True)),
                ('function', models.CharField(choices=[('general', 'general'), ('shelter', 'shelter team'), ('legal', 'legal team'), ('care', 'care team')], default='general', max_length=10, verbose_name='function')),
                ('phone', models.CharField(blank=True, max_length=40, verbose_name='phone')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('group', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='auth.group')),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='partners.organisation', verbose_name='organisation')),
                ('pilot', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='partners.pilot', verbose_name='pilot')),
            ],
            options={
                'verbose_name': 'historical team',
                'verbose_name_plural': 'historical teams',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Session',
            fields=[
                ('session_key', models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name='session key')),
                ('session_data', models.TextField(verbose_name='session data')),
                ('expire_date', models.DateTimeField(db_index=True, verbose_name='expire date')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'partners_session',
            },
        ),
        migrations.CreateModel(
            name='Team',
            fields=[
                ('id', models.AutoField(primary_key=True, serialize=False)),
                ('function', models.CharField(choices=[('general', 'general'), ('shelter', 'shelter team'), ('legal', 'legal team'), ('care', 'care team')], default='general', max_length=10, verbose_name='function')),
                ('phone', models.CharField(blank=True, max_length=40, verbose_name='phone')),
                ('group', models.OneToOneField(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='team', to='auth.group')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='teams', to='partners.organisation', verbose_name='organisation')),
                ('pilot', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='teams', to='partners.pilot', verbose_name='pilot')),
            ],
            options={
                'verbose_name': 'team',
                'verbose_name_plural': 'teams',
                'ordering': ['organisation__name', 'function'],
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('caseworker', 'caseworker'), ('coordinator', 'coordinator'), ('analyst', 'analyst'), ('functional_admin', 'functional administrator'), ('privacy_officer', 'privacy officer')], max_length=20, verbose_name='role')),
                ('since', models.DateField(default=django.utils.timezone.localdate, verbose_name='from')),
                ('until', models.DateField(blank=True, help_text='The first day on which this no longer holds.', null=True, verbose_name='until')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL, verbose_name='user')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='partners.organisation', verbose_name='organisation')),
                ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='partners.team', verbose_name='team')),
            ],
            options={
                'verbose_name': 'membership',
                'verbose_name_plural': 'memberships',
                'ordering': ['organisation__name', 'user__name'],
            },
        ),
        migrations.CreateModel(
            name='HistoricalMembership',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('role', models.CharField(choices=[('caseworker', 'caseworker'), ('coordinator', 'coordinator'), ('analyst', 'analyst'), ('functional_admin', 'functional administrator'), ('privacy_officer', 'privacy officer')], max_length=20, verbose_name='role')),
                ('since', models.DateField(default=django.utils.timezone.localdate, verbose_name='from')),
                ('until', models.DateField(blank=True, help_text='The first day on which this no longer holds.', null=True, verbose_name='until')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='user')),
                ('organisation', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='partners.organisation', verbose_name='organisation')),
                ('team', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='partners.team', verbose_name='team')),
            ],
            options={
                'verbose_name': 'historical membership',
                'verbose_name_plural': 'historical memberships',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='FactorReset',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('requested_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('told_at', models.DateTimeField(null=True)),
                ('confirmed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('requested_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='factor_resets', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'lost second factor',
                'verbose_name_plural': 'lost second factors',
                'ordering': ['-requested_at'],
                'constraints': [models.CheckConstraint(condition=models.Q(('confirmed_by', None), models.Q(('confirmed_by', models.F('requested_by')), _negated=True), _connector='OR'), name='factor_reset_takes_two', violation_error_message='Another administrator than the one who asked must confirm.'), models.CheckConstraint(condition=models.Q(models.Q(('user', models.F('requested_by')), _negated=True), models.Q(('confirmed_by', None), models.Q(('user', models.F('confirmed_by')), _negated=True), _connector='OR')), name='factor_reset_never_for_oneself', violation_error_message='Nobody lifts their own second factor.')],
            },
        ),
        migrations.CreateModel(
            name='OutboxMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject', models.CharField(max_length=120)),
                ('body', models.TextField()),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('sent_at', models.DateTimeField(null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('sent_at', None)), fields=['id'], name='outbox_unsent')],
            },
        ),
        migrations.AddConstraint(
            model_name='pilot',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'winding_down'), _negated=True), ('closes_on__isnull', False), _connector='OR'), name='pilot_winding_down_has_date', violation_error_message='A pilot that winds down needs the day on which it closes.'),
        ),
        migrations.AddConstraint(
            model_name='team',
            constraint=models.UniqueConstraint(fields=('organisation', 'pilot', 'function'), name='team_once_per_pilot', violation_error_message='This organisation already has this team in this pilot.'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('role__in', ('caseworker', 'coordinator')), ('team__isnull', False)), models.Q(models.Q(('role__in', ('caseworker', 'coordinator')), _negated=True), ('team', None)), _connector='OR'), name='membership_team_fits_role', violation_error_message='Caseworkers and coordinators work for a team; the other roles belong to the organisation only.'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(('until', None), ('until__gte', models.F('since')), _connector='OR'), name='membership_ends_after_it_began', violation_error_message='The end lies before the beginning.'),
        ),
        migrations.RunSQL("ALTER TABLE audit_log ENABLE ROW LEVEL SECURITY"),
        migrations.RunSQL("ALTER TABLE processing_log ENABLE ROW LEVEL SECURITY"),
        migrations.RunSQL("CREATE INDEX audit_cases ON audit_log USING gin (cases)"),
        migrations.RunSQL("CREATE INDEX audit_actor_org ON audit_log (actor_org_id, seq DESC)"),
        migrations.RunSQL("CREATE INDEX audit_pilot ON audit_log (pilot_id, seq DESC) WHERE pilot_id IS NOT NULL"),
        migrations.RunSQL("CREATE INDEX processing_subject ON processing_log (data_subject_id) WHERE data_subject_id <> ''"),
        # A member works for a team of that member's own organisation.
        migrations.RunSQL("ALTER TABLE partners_team ADD CONSTRAINT team_and_organisation UNIQUE (id, organisation_id)"),
        migrations.RunSQL(
            "ALTER TABLE partners_membership ADD CONSTRAINT membership_team_of_organisation"
            " FOREIGN KEY (team_id, organisation_id) REFERENCES partners_team (id, organisation_id)"
        ),
    ])
