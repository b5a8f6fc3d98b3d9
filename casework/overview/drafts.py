"""Text that was typed and not sent, with the page to which it belongs."""

import re
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from casework.cases.models import Case
from governance.drafts.acts import ASKED
from governance.drafts.kinds import kind_of
from governance.drafts.models import Draft
from partners.accounts.models import User

OF_A_CASE = re.compile(r"^/casussen/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/")


def draft_link(draft: Draft, cases: set[UUID], *, is_newest: bool) -> dict[str, Any]:
    """Label and address of the page to which unsent text belongs, where it is put back. If that
    case is no longer in sight, the address of the draft itself."""
    declared = kind_of(draft.key)
    label = declared[0].label(declared[1]) if declared else _("Text")
    kept = reverse("governance:draft_detail", args=[draft.reference])
    about = OF_A_CASE.match(draft.page)
    in_sight = draft.page and (about is None or UUID(about[1]) in cases)
    page = draft.page
    if not is_newest:  # of two texts of one form its page puts the newest back by itself
        address, hash_, part = page.partition("#")
        page = f"{address}{'&' if '?' in address else '?'}{ASKED}={draft.reference}{hash_}{part}"
    return {
        "label": label,
        "page": page if in_sight else kept,
        "kept": kept,
        "saved_at": draft.saved_at,
    }


def unsent(user: User) -> list[dict[str, Any]]:
    drafts = list(Draft.objects.of(user).order_by("-saved_at")[:50])
    references = [UUID(result[1]) for draft in drafts if (result := OF_A_CASE.match(draft.page))]
    cases = (
        set(Case.objects.filter(reference__in=references).values_list("reference", flat=True))
        if references
        else set()
    )
    newest = {draft.key: draft for draft in reversed(drafts)}
    return [draft_link(draft, cases, is_newest=newest[draft.key] is draft) for draft in drafts]
