import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.utils.timezone
import simple_history.models
from django.conf import settings
from django.db import migrations, models

TELLS = """CASE WHEN {0} IN ('exited', 'in_aftercare', 'archived') THEN 'outcome'
                WHEN {0} = 'in_guidance' THEN 'guidance' ELSE 'conference' END"""
LEFT = """SET left_on = coalesce(exited_on, state_since)
          WHERE state IN ('exited', 'in_aftercare', 'archived')"""

# Triggers are not there yet: what they would fill in is written here.
FROM_THE_CASE = f"""
    UPDATE casework_case {LEFT};
    UPDATE casework_historicalcase {LEFT};
    INSERT INTO casework_progress (case_id, state, since, category, deadline_on, pilot_id, registered_on, team_ids, version)
        SELECT id, state, state_since, {TELLS.format("state")}, deadline_on, pilot_id, registered_on, team_ids, version
        FROM casework_case;
    INSERT INTO casework_historicalprogress (id, case_id, state, since, category, history_date, history_type,
                                             history_change_reason, history_user_id)
        SELECT g.id, g.case_id, h.state, h.state_since, {TELLS.format("h.state")}, h.history_date,
               CASE WHEN h.before IS NULL THEN '+' ELSE '~' END, h.history_change_reason, h.history_user_id
        FROM (SELECT r.*, lag(r.state) OVER (PARTITION BY r.id ORDER BY r.history_date, r.history_id) AS before
              FROM casework_historicalcase r) h
        JOIN casework_progress g ON g.case_id = h.id
        WHERE h.state IS DISTINCT FROM h.before ORDER BY h.history_date, h.history_id;
    -- A change of the case that was a step alone is no change of the case any more: its moment would tell of the step.
    DELETE FROM casework_historicalcase h USING (
        SELECT r.history_id, r.history_type, to_jsonb(r) - OF_HISTORY AS row,
               lag(to_jsonb(r) - OF_HISTORY) OVER (PARTITION BY r.id ORDER BY r.history_date, r.history_id) AS before
        FROM casework_historicalcase r) x
    WHERE h.history_id = x.history_id AND x.history_type = '~' AND x.row = x.before;
    UPDATE casework_historicalcase SET history_change_reason = NULL WHERE history_change_reason ~ '^T[0-9]+$';
    UPDATE casework_steptaken SET category = {TELLS.format("state")};
    -- The days on which it happened, as far as they are known (R4).
    UPDATE casework_steptaken s SET "on" = NULL FROM casework_case c
        WHERE c.id = s.case_id AND s.number = 'T18' AND s."on" = c.registered_on
          AND (s.state = 'admitted' AND c.admitted_on IS NULL OR s.state = 'in_guidance' AND c.guidance_from IS NULL);
    UPDATE casework_steptaken s SET "on" = d.day
        FROM (SELECT DISTINCT ON (t.case_id, t.number) t.id,
                     CASE t.number WHEN 'T7' THEN c.admitted_on WHEN 'T11' THEN c.exited_on ELSE c.guidance_from END AS day
              FROM casework_steptaken t JOIN casework_case c ON c.id = t.case_id
              WHERE t.number IN ('T7', 'T10', 'T11') ORDER BY t.case_id, t.number, t.recorded_at DESC, t.id DESC) d
        WHERE d.id = s.id AND d.day IS NOT NULL;
    INSERT INTO casework_steptaken (case_id, number, state, category, "on", by_id, recorded_at)
        SELECT s.case_id, 'T18', 'admitted', 'conference', c.admitted_on, s.by_id, s.recorded_at - interval '1 microsecond'
        FROM casework_steptaken s JOIN casework_case c ON c.id = s.case_id
        WHERE s.number = 'T18' AND s.state = 'in_guidance' AND c.admitted_on IS NOT NULL;
    SET CONSTRAINTS ALL IMMEDIATE;
""".replace(
    "OF_HISTORY",
    "'{history_id,history_date,history_type,history_change_reason,history_user_id,version,"
    "state,state_since,admitted_on,guidance_from,exited_on}'::text[]",
)


class Migration(migrations.Migration):
    """How far a case is leaves the row of the case, for rows with a category of their own."""

    dependencies = [
        ('casework', '0007_kinds_declare_more'),
        ('partners', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalProgress',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('state', models.CharField(choices=[('registered', 'registered'), ('intake', 'intake'), ('awaiting_dossiers', 'awaiting dossiers'), ('rest_period', 'rest period'), ('in_conference', 'in case conference'), ('admitted', 'admitted'), ('not_admitted', 'not admitted'), ('in_guidance', 'in guidance'), ('exited', 'exited'), ('in_aftercare', 'in aftercare'), ('archived', 'archived')], max_length=20, verbose_name='state')),
                ('since', models.DateField(default=django.utils.timezone.localdate)),
                ('category', models.CharField(choices=[('identity', 'identity'), ('contact_shelter', 'contact and shelter'), ('shelter_address', 'shelter address'), ('procedures', 'procedures'), ('departure', 'departure'), ('guidance', 'guidance'), ('legal_aid', 'legal aid'), ('medical_limitation', 'medical limitation'), ('medical_content', 'medical content'), ('conference', 'case conference'), ('public_order', 'public order'), ('outcome', 'outcome')], max_length=20)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical progress',
                'verbose_name_plural': 'historical progresss',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Progress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('state', models.CharField(choices=[('registered', 'registered'), ('intake', 'intake'), ('awaiting_dossiers', 'awaiting dossiers'), ('rest_period', 'rest period'), ('in_conference', 'in case conference'), ('admitted', 'admitted'), ('not_admitted', 'not admitted'), ('in_guidance', 'in guidance'), ('exited', 'exited'), ('in_aftercare', 'in aftercare'), ('archived', 'archived')], max_length=20, verbose_name='state')),
                ('since', models.DateField(default=django.utils.timezone.localdate)),
                ('category', models.CharField(choices=[('identity', 'identity'), ('contact_shelter', 'contact and shelter'), ('shelter_address', 'shelter address'), ('procedures', 'procedures'), ('departure', 'departure'), ('guidance', 'guidance'), ('legal_aid', 'legal aid'), ('medical_limitation', 'medical limitation'), ('medical_content', 'medical content'), ('conference', 'case conference'), ('public_order', 'public order'), ('outcome', 'outcome')], max_length=20)),
                ('deadline_on', models.DateField(editable=False, null=True)),
                ('registered_on', models.DateField(editable=False)),
                ('team_ids', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), default=list, editable=False, size=None)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='case',
            name='case_exited_has_date',
        ),
        migrations.RemoveIndex(
            model_name='case',
            name='case_state_newest',
        ),
        migrations.RemoveIndex(
            model_name='case',
            name='case_open_teams',
        ),
        migrations.RemoveIndex(
            model_name='case',
            name='case_new_teams',
        ),
        migrations.RemoveIndex(
            model_name='case',
            name='case_newest_open',
        ),
        migrations.RemoveIndex(
            model_name='case',
            name='case_manager_deadline',
        ),
        migrations.RemoveIndex(
            model_name='case',
            name='case_pilot_deadline',
        ),
        migrations.AddField(
            model_name='case',
            name='left_on',
            field=models.DateField(editable=False, null=True, verbose_name='left on'),
        ),
        migrations.AddField(
            model_name='historicalcase',
            name='left_on',
            field=models.DateField(editable=False, null=True, verbose_name='left on'),
        ),
        migrations.AddField(
            model_name='steptaken',
            name='category',
            field=models.CharField(choices=[('identity', 'identity'), ('contact_shelter', 'contact and shelter'), ('shelter_address', 'shelter address'), ('procedures', 'procedures'), ('departure', 'departure'), ('guidance', 'guidance'), ('legal_aid', 'legal aid'), ('medical_limitation', 'medical limitation'), ('medical_content', 'medical content'), ('conference', 'case conference'), ('public_order', 'public order'), ('outcome', 'outcome')], default='conference', max_length=20),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name='steptaken',
            name='on',
            field=models.DateField(null=True),
        ),
        migrations.AddIndex(
            model_name='case',
            index=django.contrib.postgres.indexes.GinIndex(condition=models.Q(('left_on', None)), fields=['team_ids'], name='case_open_teams'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('left_on', None)), fields=['-registered_on', '-id'], name='case_newest_open'),
        ),
        migrations.AddField(
            model_name='historicalprogress',
            name='case',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='casework.case'),
        ),
        migrations.AddField(
            model_name='historicalprogress',
            name='history_user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='progress',
            name='case',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='progress', to='casework.case'),
        ),
        migrations.AddField(
            model_name='progress',
            name='pilot',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.pilot'),
        ),
        migrations.AddIndex(
            model_name='progress',
            index=models.Index(fields=['state', '-registered_on', '-case'], name='progress_state_newest'),
        ),
        migrations.AddIndex(
            model_name='progress',
            index=django.contrib.postgres.indexes.GinIndex(condition=models.Q(('state', 'registered')), fields=['team_ids'], name='progress_new_teams'),
        ),
        migrations.AddIndex(
            model_name='progress',
            index=models.Index(condition=models.Q(('deadline_on__isnull', False)), fields=['pilot', 'deadline_on'], name='progress_pilot_deadline'),
        ),
        migrations.RunSQL("ALTER TABLE casework_progress ENABLE ROW LEVEL SECURITY"),
        migrations.RunSQL("ALTER TABLE casework_historicalprogress ENABLE ROW LEVEL SECURITY"),
        migrations.RunSQL(FROM_THE_CASE, migrations.RunSQL.noop),
        migrations.RemoveField(
            model_name='case',
            name='admitted_on',
        ),
        migrations.RemoveField(
            model_name='case',
            name='deadline_on',
        ),
        migrations.RemoveField(
            model_name='case',
            name='exited_on',
        ),
        migrations.RemoveField(
            model_name='case',
            name='guidance_from',
        ),
        migrations.RemoveField(
            model_name='case',
            name='state',
        ),
        migrations.RemoveField(
            model_name='case',
            name='state_since',
        ),
        migrations.RemoveField(
            model_name='historicalcase',
            name='admitted_on',
        ),
        migrations.RemoveField(
            model_name='historicalcase',
            name='exited_on',
        ),
        migrations.RemoveField(
            model_name='historicalcase',
            name='guidance_from',
        ),
        migrations.RemoveField(
            model_name='historicalcase',
            name='state',
        ),
        migrations.RemoveField(
            model_name='historicalcase',
            name='state_since',
        ),
        migrations.AddConstraint(
            model_name='steptaken',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('category', 'conference'), ('state__in', ['registered', 'intake', 'awaiting_dossiers', 'rest_period', 'in_conference', 'admitted', 'not_admitted'])), models.Q(('category', 'guidance'), ('state__in', ['in_guidance'])), models.Q(('category', 'outcome'), ('state__in', ['exited', 'in_aftercare', 'archived'])), _connector='OR'), name='step_reveals'),
        ),
        migrations.AddConstraint(
            model_name='progress',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('category', 'conference'), ('state__in', ['registered', 'intake', 'awaiting_dossiers', 'rest_period', 'in_conference', 'admitted', 'not_admitted'])), models.Q(('category', 'guidance'), ('state__in', ['in_guidance'])), models.Q(('category', 'outcome'), ('state__in', ['exited', 'in_aftercare', 'archived'])), _connector='OR'), name='progress_reveals'),
        ),
    ]
