import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import governance.convenants.models
import simple_history.models
import uuid
from django.conf import settings
from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension
from django.db import migrations, models

from lvv.common.schema import together


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('partners', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = together([
        BtreeGistExtension(),
        TrigramExtension(),
        migrations.CreateModel(
            name='Convenant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('kind', models.CharField(choices=[('convenant', 'convenant'), ('ngo_agreement', 'agreement with NGOs'), ('municipal_decision', 'municipal decision'), ('custody_agreement', 'custody agreement')], max_length=20, verbose_name='kind')),
                ('version', models.PositiveSmallIntegerField(default=1, verbose_name='version')),
                ('title', models.CharField(max_length=160, verbose_name='title')),
                ('agreed_on', models.DateField(blank=True, null=True, verbose_name='agreed on')),
                ('in_force_from', models.DateField(blank=True, null=True, verbose_name='in force from')),
                ('in_force_until', models.DateField(blank=True, null=True, verbose_name='in force until')),
                ('terminated_on', models.DateField(blank=True, null=True, verbose_name='notice given on')),
                ('aim', models.TextField(blank=True, verbose_name='aim')),
                ('form', models.TextField(blank=True, verbose_name='form')),
                ('content', models.TextField(blank=True, verbose_name='content')),
                ('themes', models.TextField(blank=True, verbose_name='themes')),
                ('ground_rules', models.TextField(blank=True, verbose_name='ground rules')),
                ('expected_value', models.TextField(blank=True, verbose_name='expected value')),
                ('activated_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('pilot', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='convenants', to='partners.pilot')),
                ('proposed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('replaces', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='governance.convenant')),
            ],
            options={
                'ordering': ['pilot__name', 'kind', '-version'],
                'permissions': [('read_identity', 'read identity'), ('write_identity', 'write identity'), ('read_contact_shelter', 'read contact_shelter'), ('write_contact_shelter', 'write contact_shelter'), ('read_shelter_address', 'read shelter_address'), ('write_shelter_address', 'write shelter_address'), ('read_procedures', 'read procedures'), ('write_procedures', 'write procedures'), ('read_departure', 'read departure'), ('write_departure', 'write departure'), ('read_guidance', 'read guidance'), ('write_guidance', 'write guidance'), ('read_legal_aid', 'read legal_aid'), ('write_legal_aid', 'write legal_aid'), ('read_medical_limitation', 'read medical_limitation'), ('write_medical_limitation', 'write medical_limitation'), ('read_medical_content', 'read medical_content'), ('write_medical_content', 'write medical_content'), ('read_conference', 'read conference'), ('write_conference', 'write conference'), ('read_public_order', 'read public_order'), ('write_public_order', 'write public_order'), ('read_outcome', 'read outcome'), ('write_outcome', 'write outcome')],
            },
        ),
        migrations.CreateModel(
            name='ConvenantArticle',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=10, verbose_name='number')),
                ('title', models.CharField(max_length=160, verbose_name='title')),
                ('text', models.TextField(verbose_name='text')),
                ('allows', models.CharField(blank=True, choices=[('hit_no_hit', 'asking other pilots whether a person is known there')], db_default='', max_length=20)),
                ('convenant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='articles', to='governance.convenant')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='ConvenantGroupObjectPermission',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('article', models.CharField(max_length=10)),
                ('purpose', models.CharField(max_length=200)),
                ('legal_basis', models.CharField(max_length=200)),
                ('content_object', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='cells', to='governance.convenant')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='auth.group')),
                ('permission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='auth.permission')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ConvenantParty',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('signed_on', models.DateField(blank=True, null=True, verbose_name='signed on')),
                ('convenant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='parties', to='governance.convenant')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.organisation')),
            ],
            options={
                'ordering': ['organisation__name'],
            },
        ),
        migrations.CreateModel(
            name='Draft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=120)),
                ('page', models.CharField(blank=True, db_default='', max_length=300)),
                ('fields', models.JSONField()),
                ('saved_at', models.DateTimeField(auto_now=True)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='FormToken',
            fields=[
                ('token', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('result', models.CharField(blank=True, max_length=200)),
                ('used_at', models.DateTimeField(auto_now_add=True)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='HistoricalConvenant',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('reference', models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                ('kind', models.CharField(choices=[('convenant', 'convenant'), ('ngo_agreement', 'agreement with NGOs'), ('municipal_decision', 'municipal decision'), ('custody_agreement', 'custody agreement')], max_length=20, verbose_name='kind')),
                ('version', models.PositiveSmallIntegerField(default=1, verbose_name='version')),
                ('title', models.CharField(max_length=160, verbose_name='title')),
                ('agreed_on', models.DateField(blank=True, null=True, verbose_name='agreed on')),
                ('in_force_from', models.DateField(blank=True, null=True, verbose_name='in force from')),
                ('in_force_until', models.DateField(blank=True, null=True, verbose_name='in force until')),
                ('terminated_on', models.DateField(blank=True, null=True, verbose_name='notice given on')),
                ('aim', models.TextField(blank=True, verbose_name='aim')),
                ('form', models.TextField(blank=True, verbose_name='form')),
                ('content', models.TextField(blank=True, verbose_name='content')),
                ('themes', models.TextField(blank=True, verbose_name='themes')),
                ('ground_rules', models.TextField(blank=True, verbose_name='ground rules')),
                ('expected_value', models.TextField(blank=True, verbose_name='expected value')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('activated_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('pilot', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='partners.pilot')),
                ('proposed_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('replaces', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='governance.convenant')),
            ],
            options={
                'verbose_name': 'historical convenant',
                'verbose_name_plural': 'historical convenants',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalMandateDecision',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('reference', models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('source', models.CharField(blank=True, max_length=200, verbose_name='published in')),
                ('version', models.PositiveSmallIntegerField(default=1, verbose_name='version')),
                ('functions', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=160), size=None, verbose_name='functions')),
                ('in_force_from', models.DateField(verbose_name='in force from')),
                ('in_force_until', models.DateField(blank=True, null=True, verbose_name='in force until')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical mandate decision',
                'verbose_name_plural': 'historical mandate decisions',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='MandateDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('source', models.CharField(blank=True, max_length=200, verbose_name='published in')),
                ('version', models.PositiveSmallIntegerField(default=1, verbose_name='version')),
                ('functions', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=160), size=None, verbose_name='functions')),
                ('in_force_from', models.DateField(verbose_name='in force from')),
                ('in_force_until', models.DateField(blank=True, null=True, verbose_name='in force until')),
                ('pilots', models.ManyToManyField(related_name='mandates', to='partners.pilot', verbose_name='pilots')),
            ],
            options={
                'verbose_name': 'mandate decision',
                'verbose_name_plural': 'mandate decisions',
                'ordering': ['-in_force_from', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Proposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('changes', models.JSONField()),
                ('explanation', models.TextField(max_length=2000, verbose_name='explanation')),
                ('legal_basis', models.CharField(max_length=200, verbose_name='legal basis')),
                ('purpose', models.CharField(max_length=200, verbose_name='purpose')),
                ('article', models.CharField(max_length=10, verbose_name='article')),
                ('proposed_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('decided_at', models.DateTimeField(null=True)),
                ('declined_because', models.TextField(blank=True)),
                ('convenant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='proposals', to='governance.convenant')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('result', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='governance.convenant')),
            ],
            options={
                'ordering': ['-proposed_at'],
            },
        ),
        migrations.AddConstraint(
            model_name='convenant',
            constraint=models.UniqueConstraint(fields=('pilot', 'kind', 'version'), name='convenant_version_once'),
        ),
        migrations.AddConstraint(
            model_name='convenant',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('in_force_from__isnull', False)), expressions=[('pilot', '='), ('kind', '='), (governance.convenants.models._Period('in_force_from', 'in_force_until'), '&&')], name='convenant_one_in_force', violation_error_message='Another version of this convenant is in force in this period.'),
        ),
        migrations.AddConstraint(
            model_name='convenant',
            constraint=models.CheckConstraint(condition=models.Q(('in_force_until', None), models.Q(('in_force_from__isnull', False), ('in_force_until__gte', models.F('in_force_from'))), _connector='OR'), name='convenant_ends_after_it_began', violation_error_message='The end lies before the beginning.'),
        ),
        migrations.AddConstraint(
            model_name='convenantarticle',
            constraint=models.UniqueConstraint(fields=('convenant', 'number'), name='article_once'),
        ),
        migrations.AddConstraint(
            model_name='convenantgroupobjectpermission',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('legal_basis', ''), _negated=True), models.Q(('purpose', ''), _negated=True), models.Q(('article', ''), _negated=True)), name='cell_has_basis_and_purpose'),
        ),
        migrations.AlterUniqueTogether(
            name='convenantgroupobjectpermission',
            unique_together={('group', 'permission', 'content_object')},
        ),
        migrations.AddConstraint(
            model_name='convenantparty',
            constraint=models.UniqueConstraint(fields=('convenant', 'organisation'), name='party_once'),
        ),
        migrations.AddConstraint(
            model_name='draft',
            constraint=models.UniqueConstraint(fields=('owner', 'key'), name='draft_once'),
        ),
        migrations.AddConstraint(
            model_name='mandatedecision',
            constraint=models.CheckConstraint(condition=models.Q(('in_force_until', None), ('in_force_until__gte', models.F('in_force_from')), _connector='OR'), name='mandate_ends_after_it_began', violation_error_message='The end lies before the beginning.'),
        ),
        migrations.AddConstraint(
            model_name='mandatedecision',
            constraint=models.UniqueConstraint(fields=('title', 'version'), name='mandate_version_once'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.UniqueConstraint(condition=models.Q(('decided_at', None)), fields=('convenant',), name='proposal_one_open', violation_error_message='There is a proposal for this convenant already.'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by', None), models.Q(('decided_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='proposal_takes_two', violation_error_message='Another person than the one who proposed must decide.'),
        ),
        migrations.RunSQL("ALTER TABLE governance_draft ENABLE ROW LEVEL SECURITY"),
        migrations.RunSQL("ALTER TABLE governance_formtoken ENABLE ROW LEVEL SECURITY"),
    ])
