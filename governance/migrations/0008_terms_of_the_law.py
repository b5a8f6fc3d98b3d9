"""The terms of the law, with those that hold today. Left out is what differs within one kind of
procedure (asylum, Dublin) or was not certain: an administrator adds it."""

from datetime import date

import django.core.validators
import django.db.models.deletion
import simple_history.models
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.utils import timezone

AWB = date(1994, 1, 1)  # the Algemene wet bestuursrecht
VW = date(2001, 4, 1)  # the Vreemdelingenwet 2000
REGULAR = (
    "no_fault", "no_fault_medical", "regular_family_life", "regular_medical", "regular_trafficking",
    "regular_other",
)
# kind, stage, weeks, article, from which day
TERMS = [
    # A decision of the facility: six weeks, before the court and the Council of State as well.
    ("objection_lvv_decision", "objection", 6, "Awb 6:7", AWB),
    ("objection_lvv_decision", "appeal", 6, "Awb 6:7", AWB),
    ("objection_lvv_decision", "higher_appeal", 6, "Awb 6:7, 6:24", AWB),
    # A regular residence permit: four weeks instead of six.
    *((kind, stage, 4, "Vw 2000 69, lid 1", VW) for kind in REGULAR for stage in ("objection", "appeal")),
]


def fill_terms(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    terms = apps.get_model("governance", "LegalTerm").objects
    kept = apps.get_model("governance", "HistoricalLegalTerm").objects
    for kind, stage, weeks, article, since in TERMS:
        values = {
            "kind": kind, "stage": stage, "length": weeks, "unit": "week", "article": article, "in_force_from": since,
        }
        row = terms.create(**values)
        kept.create(id=row.pk, **values, history_date=timezone.now(), history_type="+")


class Migration(migrations.Migration):

    dependencies = [
        ('governance', '0007_printouts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalLegalTerm',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('kind', models.CharField(choices=[('first_asylum', 'first asylum application'), ('repeat_asylum', 'repeat asylum application'), ('dublin', 'Dublin procedure'), ('medical_postponement', 'medical postponement of departure'), ('no_fault', 'no-fault permit'), ('no_fault_medical', 'no-fault permit, medical'), ('regular_family_life', 'regular, family or private life'), ('regular_medical', 'regular, medical treatment'), ('regular_trafficking', 'regular, trafficking victim'), ('regular_other', 'regular, other'), ('statelessness', 'determination of statelessness'), ('lift_entry_ban', 'lifting an entry ban'), ('mediation_request', 'request for mediation by the departure service'), ('objection_lvv_decision', 'objection to an LVV decision')], max_length=30, verbose_name='procedure')),
                ('stage', models.CharField(choices=[('objection', 'objection'), ('appeal', 'appeal'), ('higher_appeal', 'higher appeal')], max_length=20, verbose_name='remedy')),
                ('length', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1)], verbose_name='term')),
                ('unit', models.CharField(choices=[('week', 'weeks'), ('day', 'days')], default='week', max_length=4, verbose_name='unit')),
                ('article', models.CharField(help_text='As it is written, such as: Awb 6:7.', max_length=60, verbose_name='article')),
                ('in_force_from', models.DateField(help_text='For what is made known on this day or later. A mistake is put right by a row of the same day: the last one counts.', verbose_name='in force from')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical term of the law',
                'verbose_name_plural': 'historical terms of the law',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='LegalTerm',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('first_asylum', 'first asylum application'), ('repeat_asylum', 'repeat asylum application'), ('dublin', 'Dublin procedure'), ('medical_postponement', 'medical postponement of departure'), ('no_fault', 'no-fault permit'), ('no_fault_medical', 'no-fault permit, medical'), ('regular_family_life', 'regular, family or private life'), ('regular_medical', 'regular, medical treatment'), ('regular_trafficking', 'regular, trafficking victim'), ('regular_other', 'regular, other'), ('statelessness', 'determination of statelessness'), ('lift_entry_ban', 'lifting an entry ban'), ('mediation_request', 'request for mediation by the departure service'), ('objection_lvv_decision', 'objection to an LVV decision')], max_length=30, verbose_name='procedure')),
                ('stage', models.CharField(choices=[('objection', 'objection'), ('appeal', 'appeal'), ('higher_appeal', 'higher appeal')], max_length=20, verbose_name='remedy')),
                ('length', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1)], verbose_name='term')),
                ('unit', models.CharField(choices=[('week', 'weeks'), ('day', 'days')], default='week', max_length=4, verbose_name='unit')),
                ('article', models.CharField(help_text='As it is written, such as: Awb 6:7.', max_length=60, verbose_name='article')),
                ('in_force_from', models.DateField(help_text='For what is made known on this day or later. A mistake is put right by a row of the same day: the last one counts.', verbose_name='in force from')),
            ],
            options={
                'verbose_name': 'term of the law',
                'verbose_name_plural': 'terms of the law',
                'ordering': ['kind', 'stage', '-in_force_from', '-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('length__gt', 0)), name='legal_term_lasts'), models.CheckConstraint(condition=models.Q(('article', ''), _negated=True), name='legal_term_has_article')],
            },
        ),
        migrations.RunSQL("ALTER TABLE governance_legalterm ENABLE ROW LEVEL SECURITY", migrations.RunSQL.noop),
        migrations.RunPython(fill_terms, migrations.RunPython.noop),
    ]
