from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from casework.drafts.forms import typed_fields
from casework.drafts.keeping import KEY, MOST_TYPED, save_draft, sent_before
from governance.access.middleware import ClearanceRequest
from partners.accountability.activities import FRAME, processes


@processes(FRAME)
@require_POST
def draft_save(request: ClearanceRequest) -> HttpResponse:
    """Keep what is being typed. Called by the page while the worker types, so it counts as activity."""
    key = request.POST.get("draft_key", "")
    fields = typed_fields(request.POST)
    if not KEY.fullmatch(key) or sum(len(value) for values in fields.values() for value in values) > MOST_TYPED:
        return HttpResponse(status=400)
    if sent_before(request) is None:  # a save that was under way when the form was sent
        save_draft(request.user, key, fields)
    return render(request, "casework/drafts/saved.html", {"at": timezone.localtime()})
