"""Writing down a contact, or a note, and what follows from it."""

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from casework.cases.models import Case
from casework.journal.enums import ContactKind
from casework.journal.models import Contact, Note
from governance.access.clearance import Clearance
from governance.access.enums import Category


@transaction.atomic
def write_note(
    case: Case, *, by: Clearance, category: Category, happened_on: date, text: str, **sharing: Any
) -> Note:
    """`sharing` says who reads it: visibility, shared_team_ids, share_purpose, share_basis,
    shared_until."""
    author_team = by.author_team(case, category)
    if author_team is None:
        raise PermissionDenied
    return Note.objects.create(
        case=case,
        author_team_id=author_team,
        author=by.user,
        category=category,
        happened_on=happened_on,
        text=text,
        **sharing,
    )


@transaction.atomic
def write_contact(
    case: Case,
    *,
    by: Clearance,
    kind: ContactKind,
    happened_on: date,
    text: str,
    more: dict[str, Any],
    **sharing: Any,
) -> Contact:
    """`more`: language, interpreter, who else was present. `sharing` as of `write_note`."""
    author_team = by.author_team(case, Contact.category_of(kind))
    if author_team is None:
        raise PermissionDenied
    return Contact.objects.create(
        case=case,
        author_team_id=author_team,
        author=by.user,
        kind=kind,
        happened_on=happened_on,
        text=text,
        **more,
        **sharing,
    )
