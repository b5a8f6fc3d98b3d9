import uuid

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("governance", "0002_keys_of_drafts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AddField("draft", "opened", models.UUIDField(default=uuid.uuid4)),
        migrations.RemoveConstraint("draft", "draft_once"),
        migrations.AddConstraint(
            "draft",
            models.UniqueConstraint(fields=["owner", "key", "opened"], name="draft_of_opened_form"),
        ),
    ]
