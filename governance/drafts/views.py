from collections import defaultdict
from functools import cache
from uuid import UUID

from django.apps import apps
from django.db.models import Field
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from governance.access.middleware import ClearanceRequest
from governance.drafts.acts import MOST_TYPED, drop_draft, own, save_draft, sent_before
from governance.drafts.forms import typed_fields
from governance.drafts.kinds import is_shown, kind_of
from governance.drafts.models import Draft
from partners.accountability.activities import FRAME, processes

# A letter was made from the dossier before it was mended: it comes back on its own page, while that
# is open to her.
FROM_THE_DOSSIER = {"letter", "mended", "mended_for", "copies"}


@cache
def _codes() -> dict[str, set[str]]:
    """Values that can be chosen instead of typed, by field name. They are no words of the worker's
    own."""
    codes: dict[str, set[str]] = defaultdict(set)
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if isinstance(field, Field) and field.choices:
                codes[field.name] |= {str(value) for value, _label in field.flatchoices}
    return codes


@processes(FRAME)
@require_POST
def draft_save(request: ClearanceRequest) -> HttpResponse:
    """Keep what is being typed. Called by the page while the worker types, so it counts as
    activity."""
    key = request.POST.get("draft_key", "")
    fields = typed_fields(request.POST)
    if (
        kind_of(key) is None
        or sum(len(value) for values in fields.values() for value in values) > MOST_TYPED
    ):
        return HttpResponse(status=400)
    if sent_before(request) is None:  # a save that was under way when the form was sent
        save_draft(request.user, request.POST)
    return render(request, "governance/drafts/saved.html", {"at": timezone.localtime()})


@processes(FRAME)
@require_POST
def draft_discard(request: ClearanceRequest) -> HttpResponse:
    """Discard what was kept of the form this is sent from, and show it as it was before."""
    drop_draft(request, request.POST.get("draft_key", ""))
    return redirect(own(request.POST.get("form_page", "")) or "home")


@processes(FRAME)
@require_http_methods(["GET", "POST"])
def draft_detail(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """One's own unsent text, to copy or to discard: also when the page it belongs to is closed
    to her by now."""
    draft = get_object_or_404(Draft.objects.of(request.user), reference=reference)
    if request.method == "POST":
        draft.delete()
        return redirect("home")
    is_open = is_shown(draft.key)
    texts = [
        value
        for name, values in draft.fields.items()
        if is_open and name not in FROM_THE_DOSSIER
        for value in values
        if value and value not in _codes().get(name, ())
    ]
    context = {
        "draft": draft,
        "texts": texts,
        "is_closed": not is_open,
        "has_letter": not FROM_THE_DOSSIER.isdisjoint(draft.fields),
    }
    return render(request, "governance/drafts/draft.html", context)
