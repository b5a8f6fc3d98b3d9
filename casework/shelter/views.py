"""Locations of a pilot: the coordinator keeps them, their teams and whoever reads addresses see
their names."""

from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from casework.shelter.models import Location, LocationAddress
from governance.access.clearance import Clearance
from governance.access.middleware import ClearanceRequest
from governance.drafts.form_views import form_view, open_form, seen_version, send_form, show_form
from governance.drafts.forms import Kept
from lvv.common.database import call
from lvv.common.forms import DateField
from partners.accountability.activities import PARTICIPATION, processes
from partners.organisations.enums import TeamFunction
from partners.organisations.models import Pilot, Team


class LocationForm(Kept, forms.ModelForm):  # type: ignore[type-arg]
    address = forms.CharField(
        label=_("Address"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "Protected. You write it here and do not read it back; leave it empty to keep what "
            "stands there."
        ),
    )

    class Meta:
        model = Location
        fields = ["name", "kind", "team", "closed_on"]
        field_classes = {"closed_on": DateField}

    def __init__(self, *args: Any, pilot: Pilot, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.pilot = pilot
        teams = Team.objects.filter(pilot=pilot, function=TeamFunction.SHELTER).select_related(
            "organisation", "pilot"
        )
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]
        self.fields["team"].empty_label = _("No team of its own")  # type: ignore[attr-defined]
        if self.instance.pk:
            self.fields["team"].help_text = _(
                "Another team reads the address once it is written here anew."
            )

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if (
            not self.errors
            and self.instance.__class__.objects.filter(
                pilot=self.instance.pilot, name=self.instance.name
            )
            .exclude(pk=self.instance.pk)
            .exists()
        ):
            self.add_error("name", _("This pilot already has a location of this name."))


def _pilots(clearance: Clearance) -> list[Pilot]:
    return list(Pilot.objects.filter(pk__in=clearance.coordinated))


@processes(PARTICIPATION)
@require_GET
def location_list(request: ClearanceRequest) -> HttpResponse:
    """The database shows the locations this worker may know of."""
    locations = list(Location.objects.select_related("pilot", "team__organisation"))
    if not locations and not request.clearance.coordinated:
        raise PermissionDenied
    own = dict(LocationAddress.objects.values_list("location_id", "address"))
    if own:  # R19: each reading of a protected address
        request.audited = {"action": "addresses_read", "obj": ("locations", len(own))}
    past: dict[int, list[tuple[str, datetime]]] = {}
    versions = LocationAddress.history.order_by("location_id", "-history_date", "-history_id")
    for newer, older in pairwise(versions):
        if newer.location_id == older.location_id:
            past.setdefault(older.location_id, []).append((older.address, newer.history_date))
    context = {
        "rows": [
            (
                row,
                own.get(row.pk, ""),
                past.get(row.pk, []),
                request.clearance.coordinates(row.pilot_id),
            )
            for row in locations
        ],
        "pilots": _pilots(request.clearance),
    }
    return render(request, "casework/shelter/locations.html", context)


@processes(PARTICIPATION)
@form_view
def location_add(request: ClearanceRequest, slug: str) -> HttpResponse:
    pilot = next((pilot for pilot in _pilots(request.clearance) if pilot.slug == slug), None)
    if pilot is None:
        raise PermissionDenied
    return _location(request, pilot, None)


@processes(PARTICIPATION)
@form_view
def location_change(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    location = get_object_or_404(Location.objects.select_related("pilot"), reference=reference)
    if not request.clearance.coordinates(location.pilot_id):
        raise PermissionDenied
    return _location(request, location.pilot, location)


def _location(request: ClearanceRequest, pilot: Pilot, location: Location | None) -> HttpResponse:
    form = open_form(request, LocationForm, "", instance=location, pilot=pilot)

    def act() -> str:
        if location is not None:
            now = Location.objects.select_for_update(of=("self",)).get(pk=location.pk)
            now.claim_version(seen_version(request))
            form.instance.version = now.version
        row = form.save()
        if address := form.cleaned_data["address"].strip():
            call("shelter_write_address", row.pk, address)
        return reverse("casework:location_list")

    return send_form(request, form, act) or show_form(
        request, "casework/shelter/location.html", form, pilot=pilot, location=location
    )
