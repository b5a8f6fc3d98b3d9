"""A record ends, or the sharing of it."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from casework.dossiers import perms
from casework.dossiers.acts import change_record, end_record
from casework.dossiers.forms import EndForm
from casework.dossiers.record_page import at_or_404, ended_meanwhile, locked_record, too_late
from casework.records.enums import EndReason
from casework.register.models import IdentityValue
from governance.access.enums import Visibility
from governance.access.middleware import ClearanceRequest
from governance.drafts.form_views import (
    do_once,
    form_view,
    open_form,
    seen_version,
    send_form,
    show_form,
)
from partners.accountability.activities import CASEWORK, processes

STILL_READ = gettext_lazy(
    "Others still read this, marked as a mistake. Withdraw the sharing if they "
    "should never have read it."
)


@processes(CASEWORK)
@form_view
def record_end(request: ClearanceRequest, reference: UUID, kind: str, record: UUID) -> HttpResponse:
    at = at_or_404(request, reference, kind, record)
    if ended_meanwhile(request, at):
        return do_once(request, too_late, back=at.page)
    if not perms.can_end(at.reader, at.record):
        raise PermissionDenied
    replaces = perms.replaces(request.clearance, at.record)
    form = open_form(request, EndForm, "", replaces=replaces)

    def act() -> str:
        now = locked_record(at)
        now.record.claim_version(seen_version(request))
        reason = EndReason(form.cleaned_data["reason"])
        end_record(now.record, reason)
        if reason == EndReason.MISTAKE and perms.can_withdraw(now.reader, now.record, now.kind):
            messages.warning(request, STILL_READ)
        return at.page

    return send_form(request, form, act, back=at.page) or show_form(
        request,
        "casework/dossiers/end.html",
        form,
        replaces=replaces,
        version=seen_version(request) or at.record.version,
        **at.context(),
    )


@processes(CASEWORK)
@require_POST
def record_withdraw(
    request: ClearanceRequest, reference: UUID, kind: str, record: UUID
) -> HttpResponse:
    """End a sharing: from the next request on only the author's team reads it."""
    at = at_or_404(request, reference, kind, record)
    if not perms.can_withdraw(at.reader, at.record, at.kind):
        raise PermissionDenied

    def act() -> str:
        row = locked_record(at).record
        row.claim_version(seen_version(request))
        row.visibility = Visibility.OWN_ORGANISATION
        row.shared_team_ids, row.shared_until = [], None
        change_record(row, reason="withdrawn", follow=isinstance(row, IdentityValue))
        messages.success(request, _("From now on only your own team reads this."))
        return at.page

    return do_once(request, act, back=at.page)
