import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """The bytes of an uploaded list wait in a table of their own, until the work reads them."""

    dependencies = [
        ('casework', '0010_numbers_that_do_not_count'),
        ('partners', '0002_two_administrators'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ImportFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('content', models.BinaryField()),
            ],
        ),
        migrations.RemoveIndex(
            model_name='import',
            name='import_waiting',
        ),
        migrations.AlterField(
            model_name='import',
            name='state',
            field=models.CharField(choices=[('reading', 'being read'), ('refused', 'not read'), ('uploaded', 'columns to choose'), ('checking', 'being checked'), ('checked', 'checked'), ('running', 'being taken over'), ('done', 'taken over'), ('undoing', 'being undone'), ('undone', 'undone')], default='reading', max_length=10),
        ),
        migrations.AddIndex(
            model_name='import',
            index=models.Index(condition=models.Q(('state__in', ['reading', 'checking', 'running', 'undoing'])), fields=['uploaded_at'], name='import_waiting'),
        ),
        migrations.AddField(
            model_name='importfile',
            name='upload',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='file', to='casework.import'),
        ),
        migrations.RunSQL("ALTER TABLE casework_importfile ENABLE ROW LEVEL SECURITY", migrations.RunSQL.noop),
    ]
