import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    """The day somebody was referred is another than that on which it was recorded. Of cases that are
    there the day of recording is all that is known."""

    dependencies = [
        ('casework', '0012_indexes_of_states'),
    ]

    operations = [
        migrations.AddField(
            model_name='case',
            name='referred_on',
            field=models.DateField(default=django.utils.timezone.localdate, verbose_name='referred on'),
        ),
        migrations.AddField(
            model_name='historicalcase',
            name='referred_on',
            field=models.DateField(default=django.utils.timezone.localdate, verbose_name='referred on'),
        ),
        migrations.RunSQL(
            "UPDATE casework_case SET referred_on = registered_on;"
            "UPDATE casework_historicalcase SET referred_on = registered_on; SET CONSTRAINTS ALL IMMEDIATE",
            migrations.RunSQL.noop,
        ),
    ]
