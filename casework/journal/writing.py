"""Writing a note, and who will read it: worked out by the rule that decides, before it is saved."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from casework.cases.involving import team_reads
from casework.cases.models import Case, Consent
from casework.journal.models import Note
from governance.access.clearance import Clearance
from governance.access.enums import Category, Visibility


def writable_categories(clearance: Clearance, case: Case) -> list[Category]:
    return [category for category in Category if clearance.writes(case, category)]


def readers(
    case: Case, category: Category, visibility: Visibility, *, author_team: int, shared: list[int]
) -> list[int]:
    """The teams that would read such a record today, the author's first."""
    today = timezone.localdate()
    consented = set()
    if category == Category.MEDICAL_CONTENT:
        consented = {
            consent.team_id for consent in Consent.objects.current().filter(case=case)
            if consent.since <= today < consent.until and not (consent.withdrawn_on and consent.withdrawn_on <= today)
        }  # fmt: skip
    reads = {
        team for team, rights in team_reads(list(case.team_ids)).items()
        if rights.get(category) in ("read", "write") or (team in consented and rights)
    }  # fmt: skip
    if visibility == Visibility.OWN_ORGANISATION:
        reads = set()
    elif visibility == Visibility.SELECTED_PARTNERS:
        reads &= set(shared)
    return [author_team, *sorted(reads - {author_team})]


@transaction.atomic
def write_note(
    case: Case, *, by: Clearance, category: Category, happened_on: date, text: str, visibility: Visibility,
    shared_with: list[int] | None = None,
) -> Note:  # fmt: skip
    author_team = by.author_team(case, category)
    if author_team is None:
        raise PermissionDenied
    shared = sorted(set(shared_with or [])) if visibility == Visibility.SELECTED_PARTNERS else []
    return Note.objects.create(
        case=case, author_team_id=author_team,
        author=by.user, category=category,
        happened_on=happened_on, text=text, visibility=visibility, shared_team_ids=shared,
    )  # fmt: skip
