"""Operations of a migration that are made together, and those that must not be."""

from importlib import import_module
from uuid import uuid4

import pytest
from django.db import connection, migrations, models

from governance.drafts.kinds import kind_of
from governance.models import Draft
from lvv.common.schema import Together, together
from tests import factories as make

O = migrations  # noqa: E741


def made(name):
    return O.CreateModel(name, [("id", models.AutoField(primary_key=True))])


def added(model, name="text"):
    return O.AddField(model, name, models.TextField(default=""))


def groups(*operations):
    return [
        len(found.operations) if isinstance(found, Together) else 0
        for found in together(operations)
    ]


def test_what_stands_side_by_side_is_made_together():
    assert groups(
        made("One"),
        made("Two"),
        added("other"),
        O.AddIndex("other", models.Index(fields=["text"], name="i")),
    ) == [4]
    assert groups(made("One"), O.RunSQL("SELECT 1"), made("Two"), made("Three")) == [1, 0, 2]


def test_what_changes_something_made_just_before_waits_for_it():
    assert groups(made("One"), added("one")) == [1, 1]
    assert groups(
        made("One"),
        O.AddConstraint("One", models.CheckConstraint(name="c", condition=models.Q(id=1))),
    ) == [
        1,
        1,
    ]
    assert groups(made("One"), O.AlterUniqueTogether("One", {("id",)})) == [1, 1]
    altered = O.AlterField("other", "text", models.TextField())
    assert groups(added("other"), altered) == [1, 1]
    assert groups(added("other"), added("other", "more"), made("One"), altered) == [3, 1]


def test_the_state_is_the_same_as_one_by_one():
    operations = [
        made("One"),
        made("Two"),
        added("one"),
        O.AlterField("one", "text", models.TextField(null=True)),
    ]
    one, all_together = (O.state.ProjectState() for _ in range(2))
    for operation in operations:
        operation.state_forwards("lvv", one)
    assert all_together.apps is not None  # rendered before: it must not stay as it was
    for operation in together(operations):
        operation.state_forwards("lvv", all_together)
    assert one == all_together
    assert {model.__name__ for model in all_together.apps.get_models()} == {"One", "Two"}


@pytest.mark.django_db
def test_text_under_an_old_key_is_found_under_the_new_one_unless_there_is_newer():
    import_module("lvv.urls")  # every room declares its kinds of drafts
    migration = import_module("governance.migrations.0002_keys_of_drafts")
    about, one, two = uuid4(), make.UserFactory(), make.UserFactory()
    for user in (one, two):
        Draft.objects.create(owner=user, key=f"change-item:{about}", fields={"what": ["typed"]})
    Draft.objects.create(owner=two, key=f"item:{about}", fields={"what": ["newer"]})
    with connection.schema_editor() as editor:
        migration.rename(None, editor)
    assert Draft.objects.get(owner=one).key == f"item:{about}"
    assert Draft.objects.get(owner=two, key=f"item:{about}").fields == {"what": ["newer"]}
    assert all(kind_of(f"{new}:{about}") for new in migration.RENAMED.values())
