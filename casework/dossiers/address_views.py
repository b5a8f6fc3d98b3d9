"""The protected address behind a stay: staff of the location sees it, others read it with a
reason (R19)."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from casework.cases.case_reader import CaseReader, find_case
from casework.register.forms import ReasonField
from casework.shelter.models import AddressReading, Location, LocationAddress, Stay
from governance.access.enums import Category
from governance.access.middleware import ClearanceRequest
from governance.drafts.acts import drop_draft
from governance.drafts.form_views import open_form, show_form
from governance.drafts.forms import KeptForm
from governance.drafts.kinds import DraftKind
from lvv.common.database import call
from partners.accountability.activities import SHELTER_ADDRESS, processes

ADDRESS = DraftKind("address", _("Protected address"))

REASONS = (
    _("visit or appointment at the location"),
    _("emergency or safety"),
    _("mail or formal notice"),
    _("move to or from the location"),
)


class AddressForm(KeptForm):
    reason = ReasonField(
        label=_("Why do you need the address?"),
        help_text=_("Your reason is kept and can be read by whoever reads addresses in this case."),
        required_message=_("Write why you need the address."),
    )


def read_address(stay: UUID, reason: str) -> str | None:
    """The address behind a running stay; the reading is kept with its reason. None if there is
    nothing to read."""
    result: str | None = call("shelter_address", stay, reason)
    return result


def location_of(reader: CaseReader, stay: Stay) -> dict[str, Any]:
    """What this reader may know of a stay's location: its name, its address if it is the reader's
    own, or whether to offer the request for it."""
    location = Location.objects.filter(pk=stay.location_id).first() if stay.location_id else None
    own = (
        LocationAddress.objects.filter(location=stay.location_id).first()
        if stay.location_id
        else None
    )
    reads = reader.reads(Category.SHELTER_ADDRESS)
    return {
        "location": location,
        "address": own.address if own else "",
        "asks_address": bool(location) and reads and own is None and stay.is_running,
        "address_readings": AddressReading.objects.filter(stay=stay).select_related(
            "user", "team__organisation"
        )[:20]
        if reads
        else [],
    }


@processes(SHELTER_ADDRESS)
@require_http_methods(["GET", "POST"])
def stay_address(request: ClearanceRequest, reference: UUID, record: UUID) -> HttpResponse:
    """Asked for again from the same page as often as she needs it, so not done once."""
    reader = find_case(request, reference)
    stay = get_object_or_404(Stay.objects.filter(case=reader.case), reference=record)
    if not reader.reads(Category.SHELTER_ADDRESS):
        raise PermissionDenied
    if stay.location_id is None or not stay.is_running:
        raise Http404
    form = open_form(request, AddressForm, ADDRESS.key(stay.reference))
    address, asked = None, form.is_bound and form.is_valid()
    if asked:
        address = read_address(stay.reference, form.cleaned_data["reason"])
        drop_draft(request, form.draft_key)
        request.audited = {"action": "address_read", "obj": ("stay", stay.reference)}
    return show_form(
        request,
        "casework/dossiers/address.html",
        form,
        stay=stay,
        address=address,
        reasons=REASONS,
        asked=asked,
        **reader.context(),
    )
