"""A record ends, or the sharing of it."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from casework.dossiers import perms
from casework.dossiers.acts import change_record, end_record
from casework.dossiers.forms import EndForm
from casework.dossiers.record_page import (
    at_or_404,
    changed_meanwhile,
    ended_meanwhile,
    locked_record,
)
from casework.records.enums import EndReason
from governance.access.enums import Visibility
from governance.access.middleware import ClearanceRequest
from partners.accountability.activities import CASEWORK, processes


@processes(CASEWORK)
@require_http_methods(["GET", "POST"])
def record_end(request: ClearanceRequest, reference: UUID, kind: str, record: UUID) -> HttpResponse:
    at = at_or_404(request, reference, kind, record)
    if ended := ended_meanwhile(request, at):
        return ended
    if not perms.can_end(at.reader, at.record):
        raise PermissionDenied
    replaces = perms.replaces(request.clearance, at.record)
    form = EndForm(request.POST or None, replaces=replaces)
    if request.method == "POST" and form.is_valid():
        at = locked_record(at)
        if refused := changed_meanwhile(request, at):
            return refused
        reason = EndReason(form.cleaned_data["reason"])
        end_record(at.record, reason)
        if reason == EndReason.MISTAKE and perms.can_withdraw(at.reader, at.record, at.kind):
            messages.warning(
                request,
                _(
                    "Others still read this, marked as a mistake. Withdraw the sharing if they "
                    "should never have read it."
                ),
            )
        return redirect(at.page)
    context = at.context(
        form=form, replaces=replaces, version=request.POST.get("version") or at.record.version
    )
    return render(
        request, "casework/dossiers/end.html", context, status=400 if form.errors else 200
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
    at = locked_record(at)
    if refused := changed_meanwhile(request, at):
        return refused
    at.record.visibility, at.record.shared_team_ids, at.record.shared_until = (
        Visibility.OWN_ORGANISATION,
        [],
        None,
    )
    change_record(at.record, reason="withdrawn", follow=False)
    messages.success(request, _("From now on only your own team reads this."))
    return redirect(at.page)
