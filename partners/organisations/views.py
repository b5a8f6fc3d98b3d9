"""Settings of the pilots, and what was changed in who takes part."""

from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from partners.accountability.activities import PARTICIPATION, processes
from partners.accountability.models import AuditEntry
from partners.organisations.models import Membership, Pilot

CHANGES_SHOWN = 50


def _my_pilots(request: Any) -> Any:
    clearance = request.clearance
    organisations = [organisation for _role, organisation in clearance.offices]
    pilots = {seat.pilot for seat in clearance.seats}
    return Pilot.objects.filter(pk__in=pilots) | Pilot.objects.filter(
        municipality__in=organisations
    )


@processes(PARTICIPATION)
@require_GET
def pilot_list(request: HttpRequest) -> HttpResponse:
    pilots = _my_pilots(request).select_related("municipality").distinct()
    return render(request, "partners/organisations/pilots.html", {"pilots": pilots})


@processes(PARTICIPATION)
@require_GET
def pilot_detail(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Every setting with its meaning, default and last change; the teams; and recent changes in
    who takes part."""
    pilot = get_object_or_404(_my_pilots(request).distinct(), reference=reference)
    versions = list(
        pilot.history.select_related("history_user").order_by("history_date", "history_id")
    )
    settings = []
    for name in Pilot.SETTINGS:
        field: Any = Pilot._meta.get_field(name)
        changed = None
        for before, after in zip([None, *versions], versions, strict=False):
            if before is not None and getattr(before, name) != getattr(after, name):
                changed = after
        settings.append(
            {
                "label": field.verbose_name,
                "meaning": field.help_text,
                "value": _shown(getattr(pilot, name)),
                "default": _shown(field.get_default()),
                "changed": changed,
            }
        )
    members = (
        Membership.objects.in_force()
        .filter(team__pilot=pilot)
        .select_related("user", "team__organisation")
    )
    coordinates = request.clearance.coordinates(pilot.pk)  # type: ignore[attr-defined]
    context = {
        "pilot": pilot,
        "settings": settings,
        "members": members.order_by("team__organisation__name", "user__name"),
        "changes": _changes(pilot) if coordinates else None,
    }
    return render(request, "partners/organisations/pilot.html", context)


def _changes(pilot: Pilot) -> list[dict[str, Any]]:
    """Who changed whose part in this pilot: row-level security shows these rows to its
    coordinators only."""
    entries = list(AuditEntry.objects.filter(pilot_id=pilot.pk)[:CHANGES_SHOWN])
    people = get_user_model().objects.in_bulk(
        {entry.actor_id for entry in entries if entry.actor_id}
    )
    memberships = Membership.objects.select_related("user", "team__organisation").in_bulk(
        {int(entry.object_id) for entry in entries if entry.object_type == "membership"}
    )
    return [
        {
            "action": entry.action,
            "at": entry.at,
            "who": people.get(entry.actor_id),
            "about": str(memberships[int(entry.object_id)])
            if entry.object_type == "membership" and int(entry.object_id) in memberships
            else "",
        }
        for entry in entries
    ]


def _shown(value: Any) -> str:
    if value is None or value == "":
        return _("not set")
    return (_("yes") if value else _("no")) if isinstance(value, bool) else str(value)
