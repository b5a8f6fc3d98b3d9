"""Operations of a migration that change the schema, made together: Django renders every related
model anew after each of them, and the initial migrations took 127 s instead of 12."""

from collections.abc import Iterable
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import CreateModel
from django.db.migrations.operations.base import Operation
from django.db.migrations.operations.fields import FieldOperation
from django.db.migrations.operations.models import IndexOperation, ModelOperation
from django.db.migrations.state import ProjectState


class Together(Operation):
    """Operations one after the other, between one state before them all and one after."""

    def __init__(self, operations: list[Operation]) -> None:
        self.operations = operations

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        state.__dict__.pop(
            "apps", None
        )  # rendered again, once, when the first operation asks for it
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: Any,
        to_state: Any,
    ) -> None:
        for operation in self.operations:
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: Any,
        to_state: Any,
    ) -> None:
        for operation in reversed(self.operations):
            operation.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return "; ".join(operation.describe() for operation in self.operations)


def together(operations: Iterable[Operation]) -> list[Operation]:
    """The same operations, as few as possible. What changes a model or a field that was made
    just before stands apart: the state after all of them would have it made as it is in the end."""
    result: list[Operation] = []
    made: set[Any] = set()
    for operation in operations:
        if not isinstance(
            operation, (ModelOperation, FieldOperation, IndexOperation)
        ):  # SQL, or Python
            result.append(operation)
            continue
        model = (
            operation.model_name_lower
            if isinstance(operation, IndexOperation)
            else (
                operation.model_name_lower
                if isinstance(operation, FieldOperation)
                else operation.name_lower
            )
        )
        field = (model, operation.name_lower) if isinstance(operation, FieldOperation) else None
        apart = field in made or (model in made and not isinstance(operation, CreateModel))
        if apart or not (result and isinstance(result[-1], Together)):
            result.append(Together([]))
            made = set()
        result[-1].operations.append(operation)  # type: ignore[attr-defined]
        made |= {model} if isinstance(operation, CreateModel) else {field} if field else set()
    return result
