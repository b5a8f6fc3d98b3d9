import django.db.models.deletion
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models


# Of several numbers of one source in a case the last one recorded stays.
ONE_NUMBER = """
    CREATE TEMP TABLE former AS SELECT id FROM (
        SELECT v.id, row_number() OVER (PARTITION BY v.case_id, coalesce(v.source_team_id, v.author_team_id)
                                        ORDER BY v.recorded_at DESC, v.id DESC) AS place
        FROM casework_identityvalue v WHERE v.kind = 'v_number' AND v.ended_at IS NULL) x WHERE place > 1;
    UPDATE casework_identityvalue SET ended_at = now(), end_reason = 'replaced', version = version + 1
        WHERE id IN (SELECT id FROM former);
    INSERT INTO casework_historicalidentityvalue SELECT (jsonb_populate_record(NULL::casework_historicalidentityvalue,
        to_jsonb(v) || jsonb_build_object(
            'history_id', nextval(pg_get_serial_sequence('casework_historicalidentityvalue', 'history_id')),
            'history_date', now(), 'history_type', '~', 'history_change_reason', 'replaced', 'history_user_id', NULL))).*
        FROM casework_identityvalue v WHERE v.id IN (SELECT id FROM former);
    DROP TABLE former;
    SET CONSTRAINTS ALL IMMEDIATE
"""


class Migration(migrations.Migration):
    """A source has one V-number in a case, and a clash knows whose number made it."""

    dependencies = [
        ('casework', '0008_how_far_a_case_is'),
        ('partners', '0002_two_administrators'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='clash',
            name='raised_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='clash',
            name='withdrawn_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='question',
            name='compared',
            field=models.PositiveSmallIntegerField(db_default=1, default=1),
        ),
        migrations.AddIndex(
            model_name='clash',
            index=models.Index(fields=['raised_by', 'found_at'], name='clash_raised_by'),
        ),
        migrations.RunSQL(ONE_NUMBER, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='identityvalue',
            constraint=models.UniqueConstraint(models.F('case'), django.db.models.functions.comparison.Coalesce('source_team', 'author_team'), condition=models.Q(('ended_at', None), ('kind', 'v_number')), name='identity_one_v_number_a_source'),
        ),
    ]
