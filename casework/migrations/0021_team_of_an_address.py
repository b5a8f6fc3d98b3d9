"""A protected address belongs to the team that had the location when it was written."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0020_reachability'),
        ('partners', '0006_what_an_account_was'),
    ]

    operations = [
        migrations.AddField(
            model_name='historicallocationaddress',
            name='team',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='partners.team'),
        ),
        migrations.AddField(
            model_name='locationaddress',
            name='team',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.team'),
        ),
        # Where the location never had another team, the address is its team's; elsewhere it is written anew.
        migrations.RunSQL(
            [
                "UPDATE casework_locationaddress a SET team_id = l.team_id FROM casework_location l"
                " WHERE l.id = a.location_id AND NOT EXISTS (SELECT FROM casework_historicallocation h"
                " WHERE h.id = l.id AND h.team_id IS DISTINCT FROM l.team_id)",
                "UPDATE casework_historicallocationaddress h SET team_id = a.team_id FROM casework_locationaddress a"
                " WHERE a.id = h.id",
            ],
            migrations.RunSQL.noop,
        ),
    ]
