"""Messages that go to the address an account had before."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('partners', '0003_names_differ_by_more_than_capitals'),
    ]

    operations = [
        migrations.AddField(
            model_name='outboxmessage',
            name='address',
            field=models.EmailField(blank=True, max_length=254),
        ),
    ]
