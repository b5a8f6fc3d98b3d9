from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

TABLE = """
    CREATE TABLE access_revealing (
        source text NOT NULL,
        code text NOT NULL,
        category text NOT NULL,
        PRIMARY KEY (source, code)
    )
"""
# As the database will say it from now on: of the departure service more than before, and that
# somebody was made known to it of no other team.
REVEALED_AGAIN = """
    UPDATE casework_involvement v SET ground = 'cooperation'
        FROM partners_team t JOIN partners_organisation o ON o.id = t.organisation_id
        WHERE t.id = v.team_id AND o.kind <> 'dtv' AND v.ground = 'made_known';
    UPDATE casework_involvement v SET reveals = CASE
            WHEN t.function = 'shelter' THEN 'contact_shelter'
            WHEN t.function = 'care' THEN 'medical_limitation'
            WHEN t.function = 'legal' THEN 'legal_aid'
            WHEN o.kind = 'shelter_operator' THEN 'contact_shelter'
            WHEN o.kind = 'health_provider' THEN 'medical_limitation'
            WHEN o.kind = 'iom' THEN 'departure'
            WHEN o.kind = 'coa' THEN 'outcome'
            WHEN o.kind = 'dtv' AND v.ground <> 'dossier_request' THEN 'contact_shelter'
            ELSE 'identity' END
        FROM partners_team t JOIN partners_organisation o ON o.id = t.organisation_id
        WHERE t.id = v.team_id;
    UPDATE casework_case c SET team_reveals = x.reveals
        FROM (SELECT v.case_id, array_agg(DISTINCT v.team_id || ':' || v.reveals) AS reveals
              FROM casework_involvement v WHERE v.counted GROUP BY v.case_id) x
        WHERE x.case_id = c.id
"""


class Migration(migrations.Migration):
    """What taking part reveals: as the code declares it, and on each case of each team."""

    dependencies = [("casework", "0004_declared_kinds")]
    operations = [
        migrations.RunSQL(TABLE, "DROP TABLE access_revealing"),
        migrations.AddField(
            "case",
            "team_reveals",
            ArrayField(models.TextField(), default=list, editable=False, size=None),
        ),
        migrations.RunSQL(REVEALED_AGAIN, migrations.RunSQL.noop),
    ]
