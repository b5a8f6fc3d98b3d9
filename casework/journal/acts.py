"""Writing a note."""

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from casework.cases.models import Case
from casework.journal.models import Note
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
