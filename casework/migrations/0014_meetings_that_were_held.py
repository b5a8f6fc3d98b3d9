from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0013_day_of_the_referral'),
    ]

    operations = [
        migrations.AddField(
            model_name='historicalmeeting',
            name='afterwards',
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AddField(
            model_name='meeting',
            name='afterwards',
            field=models.BooleanField(default=False, editable=False),
        ),
    ]
