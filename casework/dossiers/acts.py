"""Adding, correcting, ending and answering records: each one act, with what follows from it."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.cases.enums import Ending, Ground
from casework.cases.involvements import departure_team, involve_departure_service
from casework.cases.models import Case, Consent, Involvement
from casework.dossiers.corrections import CorrectionRequest
from casework.dossiers.enums import SignalKind
from casework.dossiers.procedures import Procedure, ProcedureStep
from casework.dossiers.record_kind import RecordKind
from casework.dossiers.supervision import Signal
from casework.dossiers.support import ReceptionHandover
from casework.formal_decisions.models import FormalDecision
from casework.intake.models import ServiceDossier
from casework.journey.acts import in_dutch, locked, refresh_deadline, take_step_if_possible
from casework.journey.facts import REST, fact_of
from casework.outcomes.models import DestinationReport
from casework.records.enums import Answer, EndReason, ShareBasis
from casework.records.models import Addressed, Checked, Record, RecordQuerySet, VisibleToCategory
from casework.register.enums import INVERSE, RelationKind, ValueKind
from casework.register.models import IdentityValue, Relation
from casework.shelter.enums import OUTSIDE_LVV
from casework.shelter.models import Location, Stay
from casework.shelter.stays import shelter_is_running
from governance.access.clearance import Clearance
from governance.access.enums import Visibility
from governance.law.enums import ProcedureKind
from lvv.common.database import call
from partners.accountability.history import set_change_reason
from partners.organisations.enums import OrganisationKind, TeamFunction
from partners.organisations.models import Team

CONFLICT_TERM = timedelta(days=7)  # within which the team that leads looks into it (R14)


class NobodyToAsk(Exception):
    """The team a record must be addressed to does not exist in this pilot."""


@transaction.atomic
def add_record(record: Record, *, by: Clearance, author_team: int) -> None:
    """Write a new record of a case in the name of a team; `record` knows its case and content."""
    record.author_team_id, record.author = author_team, by.user
    # it is told in both cases, from either side
    if isinstance(record, Relation) and record.other_id:
        both = Q(pk=record.case_id) | Q(person=record.other_id, pilot=record.case.pilot_id)
        list(Case.objects.filter(both).order_by("pk").select_for_update(of=("self",), no_key=True))
    if isinstance(record, VisibleToCategory):  # the case before its records, as everywhere
        record.case = locked(record.case)
    if isinstance(record, ReceptionHandover):
        record.to_team = _reception(record.case)
    if isinstance(record, Procedure):
        _against_decision(record)
    if isinstance(record, IdentityValue) and record.kind == ValueKind.V_NUMBER:
        _replace_number(record)
    record.save()
    if isinstance(record, Relation):
        _relate_back(record)
    _follow(record, by=by)


def _against_decision(record: Procedure) -> None:
    """Of an objection to a decision of the facility: which one, if it was recorded on no decision's
    own page the newest of its day. Raises ValidationError if it is older than what it is
    against."""
    if record.kind != ProcedureKind.OBJECTION_LVV_DECISION:
        record.formal_decision = None
        return
    decisions = (
        FormalDecision.objects.current().filter(case=record.case).order_by("decided_on", "pk")
    )
    if record.formal_decision is None:
        of_then = decisions.filter(decided_on__lte=record.applied_on)
        record.formal_decision = of_then.last() or decisions.first()
    against = record.formal_decision
    if against is not None and record.applied_on < against.decided_on:
        day = date_format(against.decided_on, "j F Y")
        sentence = _("The decision that this is against was taken on %(day)s.") % {"day": day}
        raise ValidationError({"applied_on": sentence})


def _replace_number(record: IdentityValue) -> None:
    """A source has one V-number in a case: its former one is replaced. Raises ValidationError if
    the source recorded that itself, and this is on its behalf; what it keeps to itself stands
    beside."""
    call("lock_v_number", record.value)
    locked(record.case)
    numbers = IdentityValue.objects.current().filter(case=record.case, kind=ValueKind.V_NUMBER)
    source = record.source_team_id
    if source is not None and numbers.filter(author_team=source, source_team=None).exists():
        raise ValidationError(_("This partner recorded a V-number itself."))
    for former in numbers.select_for_update(of=("self",)):
        if former.source_id != record.source_id:
            continue
        former.version += 1
        former.end(EndReason.REPLACED)


def _relate_back(relation: Relation) -> None:
    """Record the relation also from the other person's side: in the other person's open case of
    this pilot, if the team that states it takes part there too."""
    if relation.other_id is None or relation.kind not in INVERSE:
        return
    hers = Case.objects.filter(person=relation.other_id, pilot=relation.case.pilot_id, left_on=None)
    case = hers.order_by("-pk").first()
    if case is None or not _takes_part(case, relation) or _seen_from(case, relation).exists():
        return
    Relation.objects.create(
        case=case,
        other=relation.case.person,
        kind=INVERSE[RelationKind(relation.kind)],
        since=relation.since,
        author_team=relation.author_team,
        author=relation.author,
        source_team=relation.source_team,
        received_on=relation.received_on,
        received_document=relation.received_document,
        visibility=relation.visibility,
        shared_team_ids=relation.shared_team_ids,
        share_purpose=relation.share_purpose,
        share_basis=relation.share_basis,
        shared_until=relation.shared_until,
    )


def _takes_part(case: Case, relation: Relation) -> bool:
    """True if the relation's author team and its source both take part in the other person's
    case."""
    return {relation.author_team_id, relation.source_id} <= set(case.team_ids)


def _seen_from(case: Case, relation: Relation) -> RecordQuerySet:
    """Relations between the same two people, recorded by the same team in the other person's
    case."""
    text = Relation.objects.current().filter(case=case, other=relation.case.person)
    return text.filter(author_team=relation.author_team, source_team=relation.source_team)


@transaction.atomic
def change_record(record: Record, *, reason: str = "corrected", follow: bool = True) -> None:
    """Write a changed record; its version was claimed before. A change of who reads it has no
    further consequence."""
    was = (
        Stay.objects.filter(pk=record.pk).values_list("location__team", flat=True)
        if isinstance(record, Stay)
        else []
    )
    left = set(was)
    if isinstance(record, Procedure) and record.formal_decision_id:
        _against_decision(record)
    set_change_reason(record, reason)
    record.save()
    if follow:
        _follow(record, left)


def _begin_rest(case: Case, by: Clearance) -> None:
    """Begin the rest period on the day of the later dossier (R8); of a case from a list, which came
    into its state later than that, on that day."""
    ends, progress = fact_of(case).rest_ends, case.visible_progress
    on = max(ends - REST, progress.since) if ends and progress else None
    take_step_if_possible(case, "T4", by=by, on=on)


def _follow(record: Record, left: Collection[int | None] = (), by: Clearance | None = None) -> None:
    if isinstance(record, ServiceDossier) and by is not None:
        _begin_rest(record.case, by)
    elif isinstance(record, (VisibleToCategory, Procedure, ProcedureStep)):
        refresh_deadline(locked(record.case))
    if isinstance(record, DestinationReport) and by is not None:
        raise_conflict(record, by)
    if isinstance(record, IdentityValue):
        # Answered to nobody: only the two coordinators hear of a clash (R1).
        call("register_clashes", record.case_id)
    if isinstance(record, Stay):
        if record.is_running and record.kind not in OUTSIDE_LVV:
            involve_departure_service(record.case)
        _involve_shelter_teams(record.case, left)


def raise_conflict(report: DestinationReport, by: Clearance) -> None:
    """Have the leading team look into a report that the person left while there is a place here
    (R14): by a task, and by a signal if the author of the report may know of the place."""
    case = report.case
    what = in_dutch(
        gettext_lazy(
            "Another register reports a departure: find out whether the person is still here"
        )
    )
    call("journal_conflict_task", report.pk, what, timezone.localdate() + CONFLICT_TERM)
    if not shelter_is_running(case.pk):  # or who reports may not know of it
        return
    Signal.objects.create(
        case=case,
        author_team_id=report.author_team_id,
        author=by.user,
        kind=SignalKind.REGISTER_CONFLICT,
        happened_on=report.reported_on,
        text=report.text,
        visibility=Visibility.SELECTED_PARTNERS,
        shared_team_ids=[case.lead_team_id],
        share_purpose=in_dutch(gettext_lazy("Registers that differ")),
        share_basis=ShareBasis.CONVENANT,
    )


def _involve_shelter_teams(case: Case, left: Collection[int | None] = ()) -> None:
    """Let the team at a location take part through the stays there, until the day after the last.
    The teams of `left` locations where every stay is over take part no longer."""
    today = timezone.localdate()
    wanted: dict[int, date | None] = {}
    for stay in (
        Stay.objects.current().filter(case=case).exclude(until__lt=today).select_related("location")
    ):
        if stay.location and (team := stay.location.team_id):
            until = max(stay.until, today) + timedelta(days=1) if stay.until else None
            longest = wanted.get(team, until)
            wanted[team] = max(longest, until) if longest and until else None
    running = {row.team_id: row for row in Involvement.objects.in_force().filter(case=case)}
    for team in (wanted.keys() | {team for team in left if team}) & running.keys():
        row, until = running[team], wanted.get(team, today)
        if row.ground == Ground.STAY and row.until != until:
            row.until, row.ending = until, Ending.STAY_OVER if until else ""
            set_change_reason(row, row.ending or row.ground)
            row.save()
    for team in wanted.keys() - running.keys():
        Involvement.objects.create(case=case, team_id=team, ground=Ground.STAY, until=wanted[team])


def joins_by(model: type[Record], case: Case, data: Any) -> set[int]:
    """The teams that would take part by saving such a form, for the line that says who reads it."""
    if model is ReceptionHandover:
        return {team.pk for team in [_reception_team(case)] if team}
    if model is not Stay:
        return set()
    departure = departure_team(case.pilot_id)
    place = data.get("location", "")
    location = (
        Location.objects.filter(pk=place, pilot=case.pilot_id).first()
        if place.isdecimal()
        else None
    )
    return {team for team in (departure and departure.pk, location and location.team_id) if team}


def addressed_by(model: type[Record], case: Case, data: Any) -> set[int]:
    """The teams that read such a record whatever its visibility: whom it asks, or whom a consent
    names."""
    if model is ReceptionHandover:
        return joins_by(model, case, data)
    team = data.get("team", "") if model is Consent else ""
    return {int(team)} & set(case.team_ids) if team.isdecimal() else set()


def _reception_team(case: Case) -> Team | None:
    general = Team.objects.filter(pilot=case.pilot_id, function=TeamFunction.GENERAL)
    return general.filter(organisation__kind=OrganisationKind.COA).first()


def _reception(case: Case) -> Team:
    """The reception agency's team of this pilot; by the hand-over it takes part."""
    team = _reception_team(case)
    if team is None:
        raise NobodyToAsk
    if not Involvement.objects.in_force().filter(case=case, team=team).exists():
        Involvement.objects.create(case=case, team=team, ground=Ground.HAND_OVER)
    return team


@transaction.atomic
def end_record(record: Record, reason: EndReason) -> None:
    """End a record. Withdrawing a consent stops its readers at once (R17); ending a stay sets its
    last day, today at the latest."""
    if isinstance(record, Consent) and reason != EndReason.MISTAKE:
        record.withdrawn_on, reason = timezone.localdate(), EndReason.WITHDRAWN
    if isinstance(record, Stay) and reason == EndReason.OVER:
        today = timezone.localdate()
        # never later than it was
        last = min(record.until or today, today)
        record.until = max(record.since, last)
        change_record(record, reason="ended")
        return
    record.end(reason)
    if isinstance(record, IdentityValue):
        call("register_clashes", record.case_id)  # what its number made goes with it
    if isinstance(record, Relation) and record.other_id:  # and so from the other side
        for case in Case.objects.filter(person=record.other_id):
            for other in _seen_from(case, record) if _takes_part(case, record) else ():
                other.version += 1
                other.end(reason)
    if isinstance(record, Stay) and record.location:
        _involve_shelter_teams(record.case, {record.location.team_id})
    if isinstance(record, ReceptionHandover):
        _leaves(record.case, record.to_team, Ground.HAND_OVER)


def _leaves(case: Case, team: Team, ground: Ground) -> None:
    """End the team's involvement on this ground. It keeps any involvement on another ground."""
    row = Involvement.objects.in_force().filter(case=case, team=team, ground=ground).first()
    if row is not None:
        row.until, row.ending = timezone.localdate(), Ending.BY_HAND
        set_change_reason(row, row.ending)
        row.save()


@transaction.atomic
def ask_correction(
    case: Case,
    record: Record,
    kind: RecordKind,
    text: str,
    *,
    by: Clearance,
    author_team: int,
    owner: int,
) -> None:
    CorrectionRequest.objects.create(
        case=case,
        author_team_id=author_team,
        author=by.user,
        category=record.record_category,
        record_kind=kind.slug,
        record_reference=record.reference,
        text=text,
        to_team_id=owner,
        visibility=Visibility.OWN_ORGANISATION,
    )


@transaction.atomic
def answer_record(record: Addressed, answer: Answer, text: str, *, by: Clearance) -> None:
    record.answer, record.answer_text = answer, text
    record.answered_on, record.answered_by = timezone.localdate(), by.user
    record.version += 1
    set_change_reason(record, answer.value)
    record.save()
    if isinstance(record, ReceptionHandover) and answer == Answer.DECLINED:
        _leaves(record.case, record.to_team, Ground.HAND_OVER)


@transaction.atomic
def confirm_unchanged(records: list[Checked]) -> None:
    """Checked, unchanged: the source says that these facts still hold."""
    for record in records:
        record.checked_on = timezone.localdate()
        record.version += 1
        set_change_reason(record, "checked")
        record.save()
