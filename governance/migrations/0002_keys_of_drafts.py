from django.db import migrations

# Kinds of drafts that have a name of their own by now; what somebody typed is found under it.
RENAMED = {
    "change-item": "item",
    "decide-lso": "decide",
    "change-reopen": "reopen",
    "add-action": "action",
    "answer-action": "actiondone",
    "answer-transfer": "offered",
    "intake-afronden": "intake-finish",
}
RENAME = """
    UPDATE governance_draft d SET key = %(new)s || ':' || split_part(d.key, ':', 2)
    WHERE split_part(d.key, ':', 1) = %(old)s AND NOT EXISTS (
        SELECT FROM governance_draft e
        WHERE e.owner_id = d.owner_id AND e.key = %(new)s || ':' || split_part(d.key, ':', 2))
"""


def rename(apps, schema_editor):
    for old, new in RENAMED.items():
        schema_editor.execute(RENAME, {"old": old, "new": new})


class Migration(migrations.Migration):
    dependencies = [("governance", "0001_initial")]
    operations = [migrations.RunPython(rename, migrations.RunPython.noop)]
