from datetime import date

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# From the first day on; a change of class is a row with a later day.
CLASSES = {
    "durable": (
        "independent_return", "onward_migration", "legalisation_asylum", "legalisation_regular",
        "legalisation_no_fault",
    ),
    "semi_durable": ("repeat_asylum_reception", "medical_postponement"),
    "none": ("unknown_destination", "trajectory_ended", "detained", "other_none"),
    "undecided": (
        "forced_return", "dublin_transfer", "vbl_or_family_location", "other_procedure_pending",
        "moved_to_other_pilot", "deceased", "not_established",
    ),
}


def fill_classes(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    rows = apps.get_model("casework", "OutcomeClass").objects
    rows.bulk_create(
        rows.model(outcome=outcome, in_force_from=date(2019, 1, 1), belongs_to=belongs_to)
        for belongs_to, outcomes in CLASSES.items()
        for outcome in outcomes
    )


class Migration(migrations.Migration):
    dependencies = [("casework", "0001_initial")]
    operations = [migrations.RunPython(fill_classes, migrations.RunPython.noop)]
