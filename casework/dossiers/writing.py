"""Adding, correcting, ending and answering records: each one act, with what follows from it."""

from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from casework.cases.enums import Ground
from casework.cases.models import Case, Consent, Involvement
from casework.cases.registering import tell_departure_service
from casework.dossiers.corrections import CorrectionRequest
from casework.dossiers.kinds import RecordKind
from casework.dossiers.support import HandOver
from casework.records.enums import Answer, EndReason
from casework.records.models import Addressed, Checked, Record
from casework.register.models import IdentityValue
from casework.shelter.enums import OUTSIDE_LVV
from casework.shelter.models import Stay
from governance.access.clearance import Clearance
from governance.access.enums import Visibility
from partners.accountability.history import because
from partners.organisations.enums import OrganisationKind
from partners.organisations.models import Team


class NobodyToAsk(Exception):
    """The team a record must be addressed to does not exist in this pilot."""


@transaction.atomic
def add_record(record: Record, *, by: Clearance, author_team: int) -> None:
    """Write a new record of a case in the name of a team; `record` knows its case and content."""
    record.author_team_id, record.author = author_team, by.user
    if isinstance(record, HandOver):
        record.to_team = _reception(record.case)
    record.save()
    _follow(record)


@transaction.atomic
def change_record(record: Record, *, reason: str = "corrected", follow: bool = True) -> None:
    """Write a changed record; its version was claimed before. A change of who reads it has no further consequence."""
    because(record, reason)
    record.save()
    if follow:
        _follow(record)


def _follow(record: Record) -> None:
    if isinstance(record, IdentityValue):
        # Answered to nobody: only the two coordinators hear of a clash (R1).
        with connection.cursor() as cursor:
            cursor.execute("SELECT register_clashes(%s)", [record.case_id])
    if isinstance(record, Stay):
        if record.is_running and record.kind not in OUTSIDE_LVV:
            tell_departure_service(record.case)
        if record.until is None or record.until >= timezone.localdate():  # one long past lets nobody in
            _shelter_team_takes_part(record)


def _shelter_team_takes_part(stay: Stay) -> None:
    """The team at a location takes part through the stay, until the day after."""
    team = stay.location.team if stay.location else None
    if team is None:
        return
    until = stay.until + timedelta(days=1) if stay.until else None
    if until and until <= timezone.localdate():
        until = timezone.localdate() + timedelta(days=1)
    row = Involvement.objects.in_force().filter(case=stay.case_id, team=team).first()
    if row is None:
        Involvement.objects.create(case=stay.case, team=team, ground=Ground.STAY, until=until)
    elif row.ground == Ground.STAY and row.until != until:
        row.until = until
        because(row, "stay")
        row.save()


def _reception(case: Case) -> Team:
    """The reception agency's team of this pilot; by the hand-over it takes part."""
    team = Team.objects.filter(pilot=case.pilot_id, organisation__kind=OrganisationKind.COA).first()
    if team is None:
        raise NobodyToAsk
    if not Involvement.objects.in_force().filter(case=case, team=team).exists():
        Involvement.objects.create(case=case, team=team, ground=Ground.HAND_OVER)
    return team


@transaction.atomic
def end_record(record: Record, reason: EndReason) -> None:
    """It holds no longer. A withdrawn consent stops reading at once (R17); the end of a stay is its last day."""
    if isinstance(record, Consent) and reason != EndReason.MISTAKE:
        record.withdrawn_on, reason = timezone.localdate(), EndReason.WITHDRAWN
    if isinstance(record, Stay) and reason == EndReason.OVER:
        today = timezone.localdate()
        last = today if record.until is None or record.until > today else record.until  # never later than it was
        record.until = max(record.since, last)
        record.version += 1
        change_record(record, reason="ended")
        return
    record.end(reason)
    if isinstance(record, Stay) and record.location and record.location.team:
        _leaves(record.case, record.location.team, Ground.STAY)
    if isinstance(record, HandOver):
        _leaves(record.case, record.to_team, Ground.HAND_OVER)


def _leaves(case: Case, team: Team, ground: Ground) -> None:
    """A team that took part only on this ground takes part no longer."""
    row = Involvement.objects.in_force().filter(case=case, team=team, ground=ground).first()
    if row is not None:
        row.until = timezone.localdate()
        because(row, "ended")
        row.save()


@transaction.atomic
def ask_correction(case: Case, record: Record, kind: RecordKind, text: str, *, by: Clearance, author_team: int) -> None:
    """Ask the team a record comes from; if that takes part no longer, the team that leads (R20)."""
    owner = record.source_id if record.source_id in case.team_ids else case.lead_team_id
    CorrectionRequest.objects.create(
        case=case, author_team_id=author_team, author=by.user, category=record.record_category, record_kind=kind.slug,
        record_reference=record.reference, text=text, to_team_id=owner, visibility=Visibility.OWN_ORGANISATION,
    )  # fmt: skip


@transaction.atomic
def answer_record(record: Addressed, answer: Answer, text: str, *, by: Clearance) -> None:
    record.answer, record.answer_text = answer, text
    record.answered_on, record.answered_by = timezone.localdate(), by.user
    record.version += 1
    because(record, answer.value)
    record.save()


@transaction.atomic
def confirm_unchanged(records: list[Checked]) -> None:
    """Checked, unchanged: the source says that these facts still hold."""
    for record in records:
        record.checked_on = timezone.localdate()
        record.version += 1
        because(record, "checked")
        record.save()
