"""Which forms keep what is typed: each declares its kind of draft, by which its text is found again
and named on the home page."""

import re
from collections.abc import Callable, Collection
from uuid import UUID

from django.db.models import Model
from django.utils.functional import Promise

# Its name, which part of it, and what it is about.
KEY = re.compile(
    r"([a-z]+)(?:-([a-z_]+(?:-[a-z_]+)?))?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)


class DraftKind:
    """A form of which what is typed is kept, under this name.

    label: how the worker calls it; a function of the part, where one kind is of several forms.
    begins_with: for a form that begins with what stands in a record, whoever wrote it: whether this
    worker reads what the key is about now, by its part. Only then her draft of it is shown.
    """

    declared: dict[str, "DraftKind"] = {}

    def __init__(
        self,
        name: str,
        label: Promise | str | Callable[[str], Promise | str],
        begins_with: Callable[[UUID, str], bool] | None = None,
    ) -> None:
        assert name not in DraftKind.declared, name  # two forms would overwrite each other's text
        self.name, self._label, self._begins_with = name, label, begins_with
        DraftKind.declared[name] = self

    def key(self, about: UUID, part: str = "") -> str:
        """Of the draft of this form about one thing: a case, a record, an agreement, or a sheet
        that is about none yet. `part` where several texts about it are kept."""
        key = f"{self.name}-{part}:{about}" if part else f"{self.name}:{about}"
        assert kind_of(key) == (self, part), key  # or nothing would be kept, and nobody told
        return key

    def shows(self, about: UUID, part: str) -> bool:
        """Whether the worker may read a draft of this form about this thing."""
        return self._begins_with is None or self._begins_with(about, part)

    def label(self, part: str = "") -> str:
        return str(self._label(part) if callable(self._label) else self._label)


def reading(
    model: type[Model], lookup: str = "reference", empty: Collection[str] = ()
) -> Callable[[UUID, str], bool]:
    """That this worker sees a row of this model that is, or is of, what the key is about. The forms
    of the parts that are `empty` begin with nothing."""
    return lambda about, part: (
        part in empty or model._default_manager.filter(**{lookup: about}).exists()
    )


def is_shown(key: str) -> bool:
    """Whether this worker may read a draft of her own under this key."""
    kind = kind_of(key)
    return kind is None or kind[0].shows(UUID(key.rpartition(":")[2]), kind[1])


def kind_of(key: str) -> tuple[DraftKind, str] | None:
    """The kind of this key and its part; None if no form declares it."""
    match = KEY.fullmatch(key)
    kind = DraftKind.declared.get(match[1]) if match else None
    return (kind, match[2] or "") if match and kind else None
