"""Who may add, correct, end and answer a record. Every line of a docstring is a line of the
code."""

from typing import Any

from casework.cases.case_reader import CaseReader
from casework.cases.enums import CaseState
from casework.cases.progress import StepTaken
from casework.conference.models import Meeting
from casework.conference.perms import chairs
from casework.dossiers.corrections import CorrectionRequest
from casework.dossiers.kinds import BY_MODEL, KINDS
from casework.dossiers.record_days import days_of
from casework.dossiers.record_kind import RecordKind
from casework.dossiers.rows import readers_of
from casework.dossiers.step_copies import COPIES, copies
from casework.intake.models import Intake, ServiceDossier
from casework.journey.perms import guides, leads
from casework.journey.step_days import takes
from casework.records.models import Addressed, Record
from governance.access.clearance import Clearance
from governance.access.enums import Category, Visibility
from partners.organisations.enums import OrganisationKind, Role, TeamFunction
from partners.organisations.models import Team


def adding_team(reader: CaseReader, kind: RecordKind) -> int | None:
    """In the name of which of her teams a worker adds such a record here:
    - a team of hers that takes part in this case
    - writing (one of) its categories
    - one of its owners
    """
    for seat in reader.seats_writing(*kind.categories):
        team = reader.teams.get(seat.team)
        if team and kind.is_owned_by(team):
            return seat.team
    return None


def supplying_team(reader: CaseReader) -> int | None:
    """To record what a partner supplied on paper (R20), one must be:
    - coordinator of the pilot of this case
    - in the municipality's own team that takes part in it
    """
    if not (reader.coordinates and reader.has_role(Role.COORDINATOR)):
        return None
    return next(
        (
            seat.team
            for seat in reader.seats_writing(*Category)
            if seat.team in reader.teams
            and reader.teams[seat.team].organisation.kind == OrganisationKind.MUNICIPALITY
        ),
        None,
    )


def can_be_supplied(reader: CaseReader, kind: RecordKind) -> bool:
    """What may be recorded on a partner's behalf:
    - a kind with an owner other than the municipality, and no consent, contact, reachability,
      signal, stay or hand-over
    - in a category the coordinator reads in this case, and never public order
    """
    return (
        any(owner[0] != OrganisationKind.MUNICIPALITY for owner in kind.owners)
        and kind.added_here
        and kind.slug not in ("consent", "contact", "reachability", "signal", "hand_over", "stay")
        and all(c != Category.PUBLIC_ORDER and reader.reads(c) for c in kind.categories)
    )


def suppliers(reader: CaseReader, kind: RecordKind) -> list[Team]:
    """Partners from whom such a record may come: owners that take part and may be known, other than
    the municipality."""
    return [
        team
        for team in reader.partners
        if kind.is_owned_by(team) and team.organisation.kind != OrganisationKind.MUNICIPALITY
    ]


def keeps(reader: CaseReader, record: Record) -> bool:
    """A record is one's own to keep by any of:
    - writing its category for the team that wrote it, while that takes part in this case
    - of a record made on a partner's behalf, being coordinator of its pilot in the team that wrote
      it
    """
    team = record.author_team_id
    if record.source_team_id is not None:
        supplies = (
            team in reader.clearance.teams and team in reader.case.team_ids and reader.coordinates
        )
        return supplies and reader.case.read_only_from is None
    return any(seat.team == team for seat in reader.seats_writing(record.record_category))


def can_change(reader: CaseReader, record: Record) -> bool:
    """To correct a record, one must be all of:
    - of a record that has not ended, and of a question that was not answered
    - of one by which no case moved: that is undone by an act of its own
    - keeping it
    """
    moved = isinstance(record, ServiceDossier) and reader.case.state != CaseState.AWAITING_DOSSIERS
    if BY_MODEL[type(record)].moves_case or moved:
        return False
    open_still = record.ended_at is None and not (isinstance(record, Addressed) and record.answer)
    return open_still and keeps(reader, record)


def can_correct_day(reader: CaseReader, step: StepTaken, records: dict[str, list[Record]]) -> bool:
    """To correct the day of a step, one must be all of:
    - who may take that step
    - keeping every record in which that day stands too (R20), and reading it: none that its author
      may hide is out of sight; of the dossiers of two services one
    """
    if not takes(reader, step):
        return False
    copy, rows = COPIES.get(step.number), copies(step, records)
    if copy is not None and not rows and not KINDS[copy.slug].is_joint:
        return False
    mine = own_copies(reader, step, records)
    return bool(mine) if copy is not None and copy.each and rows else len(mine) == len(rows)


def can_correct_days(reader: CaseReader, record: Record) -> bool:
    """To correct days of a record that are not those of a step, one must be all of:
    - who records such a thing: of an intake a caseworker of the facility, of a decision the
      municipality's coordinator
    - of a record that has not ended, and has such days
    - keeping it
    """
    takes = guides(reader) if isinstance(record, Intake) else leads(reader)
    return takes and record.ended_at is None and bool(days_of(record)) and keeps(reader, record)


def can_correct_meeting(clearance: Clearance, meeting: Meeting) -> bool:
    """To correct the day of a meeting, one must be both:
    - its chair
    - of one that was recorded afterwards
    """
    return chairs(clearance, meeting) and meeting.afterwards


def own_copies(reader: CaseReader, step: StepTaken, records: dict[str, list[Record]]) -> list[Any]:
    """The records in which the day of a step stands too, as far as this worker keeps them."""
    return [record for record in copies(step, records) if keeps(reader, record)]


def can_withdraw(reader: CaseReader, record: Record, kind: RecordKind) -> bool:
    """To end a sharing, one must be both:
    - of a record that others read, ended or not, and of a kind whose author chooses its readers
    - keeping it
    """
    shares = (
        not kind.parent
        and not kind.is_joint
        and kind.slug not in ("stay", "consent", "correction", "agenda_item")
    )
    return shares and record.visibility != Visibility.OWN_ORGANISATION and keeps(reader, record)


def can_end(reader: CaseReader, record: Record) -> bool:
    """To end a record, one must be any of:
    - allowed to correct it, or the author of a question that was answered
    - working for the team on whose behalf it was recorded, writing its category: its own word
      replaces it
    - working for the team that asked for a correction, reading its category
    """
    if (
        record.ended_at is not None
        or BY_MODEL[type(record)].moves_case
        or reader.case.read_only_from is not None
    ):
        return False
    team, category = record.source_id, record.record_category
    asked = isinstance(record, CorrectionRequest)
    return can_change(reader, record) or (
        team in reader.case.team_ids
        and any(
            seat.team == team and (category in seat.writes or asked and category in seat.reads)
            for seat in reader.clearance.seats
        )
    )


def replaces(clearance: Clearance, record: Record) -> bool:
    """Whether this worker ends what another team recorded on behalf of hers, because her own
    record replaces it."""
    return record.source_team_id in clearance.teams and record.author_team_id not in clearance.teams


def can_answer(reader: CaseReader, record: Record) -> bool:
    """To answer, one must be all of:
    - working for the team that is asked, while it takes part in this case
    - about something not answered and not ended, and no task or action (those have a page of their
      own)
    """
    return (
        isinstance(record, Addressed)
        and not BY_MODEL[type(record)].moves_case
        and not record.answer
        and record.ended_at is None
        and record.to_team_id in reader.clearance.teams
        and record.to_team_id in reader.case.team_ids
    )


def asking_team(reader: CaseReader, record: Record) -> int | None:
    """In the name of which team a worker asks for a correction:
    - of a record that holds, is no question itself, and that she cannot correct herself
    - a team of hers that takes part in this case, reads this category and sees this record
    """
    if isinstance(record, Addressed) or record.ended_at is not None or can_change(reader, record):
        return None
    return next(
        (
            seat.team
            for seat in reader.clearance.seats
            if seat.team in reader.case.team_ids
            and record.record_category in seat.reads
            and (
                record.visibility == Visibility.PERMITTED_PARTNERS
                or seat.team
                in (*record.shared_team_ids, record.author_team_id, record.source_team_id)
            )
        ),
        None,
    )


def owner_to_ask(reader: CaseReader, record: Record, asking: int) -> int | None:
    """To whom a request to correct goes (R20):
    - to the team the record comes from, if that takes part, the asker may know of it, and she asks
      for no legal team
    - else to the team that leads, if that reads the record
    - else to nobody: a legal team that asks IND itself would tell that there is a lawyer (R18)
    """
    source = reader.teams.get(record.source_id)
    legal = asking in reader.teams and reader.teams[asking].function == TeamFunction.LEGAL
    known = source is not None and source.pk in reader.case.team_ids and reader.may_know(source)
    if (
        source
        and known
        and not (legal and source.organisation_id != reader.teams[asking].organisation_id)
    ):
        return source.pk
    return reader.case.lead_team_id if reader.case.lead_team_id in readers_of(record) else None


def suppliable(reader: CaseReader) -> list[RecordKind]:
    if supplying_team(reader) is None:
        return []
    return [
        kind
        for kind in KINDS.values()
        if not kind.parent and can_be_supplied(reader, kind) and suppliers(reader, kind)
    ]
