import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Files that are made in the background."""

    dependencies = [
        ('governance', '0006_approvals_name_their_cells'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Printout',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('kind', models.CharField(max_length=30)),
                ('subject', models.UUIDField()),
                ('language', models.CharField(max_length=5)),
                ('page', models.CharField(max_length=200)),
                ('filename', models.CharField(max_length=200)),
                ('digest', models.CharField(max_length=64)),
                ('state', models.CharField(choices=[('waiting', 'being made'), ('ready', 'ready'), ('failed', 'not made')], default='waiting', max_length=10)),
                ('asked_at', models.DateTimeField(auto_now_add=True)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-asked_at'],
            },
        ),
        migrations.CreateModel(
            name='PrintoutSheet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('name', models.CharField(max_length=200)),
                ('source', models.JSONField(default=dict)),
                ('content', models.BinaryField(null=True)),
                ('printout', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sheets', to='governance.printout')),
            ],
            options={
                'ordering': ['number'],
            },
        ),
        migrations.AddIndex(
            model_name='printout',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['asked_at'], name='printout_waiting'),
        ),
        migrations.AddConstraint(
            model_name='printoutsheet',
            constraint=models.UniqueConstraint(fields=('printout', 'number'), name='printout_sheet_once'),
        ),
        migrations.RunSQL("ALTER TABLE governance_printout ENABLE ROW LEVEL SECURITY", migrations.RunSQL.noop),
        migrations.RunSQL("ALTER TABLE governance_printoutsheet ENABLE ROW LEVEL SECURITY", migrations.RunSQL.noop),
    ]
