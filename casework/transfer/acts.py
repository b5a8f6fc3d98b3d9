"""The acts of a transfer. The case is handed over when the exit is confirmed (outcomes)."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.cases.models import Case
from casework.journal.models import Contact, Note, Reachability
from casework.journey.acts import StepRefused, locked, refresh_deadline
from casework.journey.guards import Missing
from casework.plan.models import Goal
from casework.records.enums import Answer
from casework.records.models import Record
from casework.transfer.models import GuidanceTicked, Transfer
from governance.access.clearance import Clearance
from governance.access.enums import Category
from lvv.common.database import call
from partners.organisations.models import Pilot

GUIDANCE: tuple[type[Record], ...] = (Goal, Contact, Note, Reachability)  # what may be ticked


def transfer_of(case: Case) -> Transfer | None:
    """The transfer that runs in a case or was carried out."""
    transfer: Transfer | None = (
        Transfer.objects.filter(case=case, taken_back_at=None)
        .exclude(answer=Answer.DECLINED)
        .select_related("to_pilot", "answered_by")
        .first()
    )
    return transfer


def pilots_to_ask(case: Case) -> list[Pilot]:
    """The other pilots that take new cases."""
    return [
        pilot
        for pilot in Pilot.objects.exclude(pk=case.pilot_id)
        if pilot.takes_new_cases(timezone.localdate())
    ]


def offers_waiting(clearance: Clearance) -> list[Transfer]:
    """What other pilots offer to the pilots this worker coordinates."""
    if not clearance.coordinated:
        return []
    waits = Transfer.objects.filter(
        to_pilot__in=clearance.coordinated, answer="", taken_back_at=None
    )
    return list(waits.select_related("pilot", "to_pilot").order_by("wanted_on", "pk")[:30])


@transaction.atomic
def offer(case: Case, to: Pilot, text: str, wanted_on: date, *, by: Clearance) -> Transfer:
    case = locked(case)
    if transfer_of(case) is not None:
        raise StepRefused(case, [Missing(_("This case is offered already."), "transfer")])
    made: Transfer = Transfer.objects.create(
        case=case, pilot=case.pilot, to_pilot=to, text=text, wanted_on=wanted_on, offered_by=by.user
    )
    return made


@transaction.atomic
def take_back(case: Case, transfer: Transfer) -> None:
    case = locked(case)
    if not call("transfer_take_back", transfer.reference):
        raise StepRefused(case, [Missing(_("The case was handed over meanwhile."), "transfer")])
    refresh_deadline(case)


def answer(transfer: Transfer, data: Answer, why: str) -> bool:
    """Record an answer to an offer. False if somebody answered before, or the offer was taken
    back."""
    return bool(call("transfer_answer", transfer.reference, data.value, why))


def own_guidance(case: Case, team: int) -> list[tuple[UUID, str, date, str]]:
    """What a team wrote of the guidance in this case: reference, what it is, its day and text,
    the newest first."""
    rows: list[Any] = []
    for model in GUIDANCE:
        plain = Q() if model.CATEGORY else Q(category=Category.GUIDANCE)
        rows += model.objects.current().filter(plain, case=case, author_team=team, source_team=None)
    return sorted((_ticked(row) for row in rows), key=lambda row: row[2], reverse=True)


def _ticked(row: Any) -> tuple[UUID, str, date, str]:
    if isinstance(row, Goal):
        return row.reference, _("Goal"), row.set_on, row.text
    if isinstance(row, Reachability):
        return row.reference, _("Reachability"), row.since, f"{row.means}: {row.value}"
    return (
        row.reference,
        row.get_kind_display() if isinstance(row, Contact) else _("Note"),
        row.happened_on,
        row.text,
    )


@transaction.atomic
def tick(
    transfer: Transfer, team: int, records: list[UUID], *, by: Clearance, version: str
) -> None:
    """Save which guidance a team sends along. A later choice replaces the earlier one, at the
    version that was seen. Raises VersionConflict."""
    locked(transfer.case)
    row = GuidanceTicked.objects.filter(transfer=transfer, team=team).first()
    GuidanceTicked.claim(row, version)
    if row is None:
        row = GuidanceTicked(transfer=transfer, team_id=team)
    row.records, row.ticked_by, row.ticked_at = records, by.user, timezone.now()
    changed = ["records", "ticked_by", "ticked_at", "version"]
    row.save(update_fields=changed if row.pk else None)
