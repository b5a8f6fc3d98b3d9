from pathlib import Path

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.lookups import Exact

SQL = (Path(__file__).parent / "sql" / "candidates.sql").read_text(encoding="utf-8")
ONE_WORD = Exact(models.Func(F("sounds"), function="cardinality", output_field=models.IntegerField()), 1)
NAMES = Q(kind__in=["name", "alias"])


class Migration(migrations.Migration):
    dependencies = [("casework", "0006_wall_around_lists")]
    operations = [
        migrations.RemoveIndex("identityvalue", "identity_key_fragments"),
        migrations.RemoveIndex("identityvalue", "identity_sounds"),
        migrations.AddIndex(
            "identityvalue",
            GinIndex(OpClass(F("key"), name="gin_trgm_ops"), name="identity_key_fragments", fastupdate=False),
        ),
        migrations.AddIndex(
            "identityvalue",
            GinIndex(fields=["sounds"], name="identity_sounds", condition=NAMES, fastupdate=False),
        ),
        migrations.AddIndex(
            "identityvalue",
            models.Index(fields=["sounds"], name="identity_one_sound", condition=Q(ONE_WORD) & NAMES),
        ),
        migrations.RunSQL(SQL),
    ]
