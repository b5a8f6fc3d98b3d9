"""Who was shown out of a review team stands in it: who was let in and who left, when and by whom."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0028_days_rulings_were_made_known'),
        ('partners', '0006_what_an_account_was'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='reviewmember',
            name='review_member_once',
        ),
        migrations.AddField(
            model_name='reviewmember',
            name='admitted_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='reviewmember',
            name='admitted_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='reviewmember',
            name='left_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='reviewmember',
            name='left_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='reviewmember',
            constraint=models.UniqueConstraint(condition=models.Q(('left_at', None)), fields=('escalation', 'user'), name='review_member_once'),
        ),
    ]
