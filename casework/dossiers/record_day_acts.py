"""Correcting the days of records by which a case moved, and of a meeting that was recorded
afterwards: on days that are possible, with what follows from them."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.cases.case_reader import CaseReader
from casework.cases.models import Case
from casework.cases.progress import StepTaken
from casework.conference.agenda_acts import locked_agenda
from casework.conference.meeting_acts import convenant_on, on_another_day
from casework.conference.models import AgendaItem, ConferenceDecision, Meeting, Position
from casework.dossiers.order_of_days import disorder, where_to_look
from casework.dossiers.rows import records_of
from casework.dossiers.step_day_acts import follow_step
from casework.escalation.models import Escalation
from casework.formal_decisions.models import FormalDecision
from casework.formal_decisions.terms import TermsToObject
from casework.intake.acts import criteria_of
from casework.intake.models import Intake
from casework.journey.acts import in_dutch, locked, refresh_deadline
from casework.journey.guards import format_day
from casework.journey.step_days import correct_day, out_of_order, steps_taken
from casework.plan.models import Action, Scenario
from casework.records.models import Record
from governance.access.clearance import Clearance
from governance.access.enums import Category
from governance.mandates.models import MandateDecision
from lvv.common.database import call
from partners.accountability.history import set_change_reason

INTO_CONFERENCE = ("T5", "T6", "T17")
WITH_ITS_MEETING = gettext_lazy("the day of the meeting was corrected")


@transaction.atomic
def correct_record_days(
    reader: CaseReader, record: Record, days: dict[str, date], why: str, *, version: str
) -> None:
    """The days of a record, in a new version of it, and what rests on them. They open nothing in
    the past (R21).

    Raises VersionConflict, or ValidationError if a day is not possible, as far as this worker reads
    what comes before and after.
    """
    case = locked(reader.case)
    row: Any = type(record).objects.select_for_update(of=("self",)).get(pk=record.pk)
    row.claim_version(version)
    row.case = case

    def act() -> None:
        was: dict[str, Any] = {name: getattr(row, name) for name in days}
        for name, on in days.items():
            setattr(row, name, on)
        if isinstance(row, FormalDecision):
            _fits_decision(case, row, was)
        elif isinstance(row, ConferenceDecision):
            _fits_conference(case, row, was["decided_on"])
            _rests_on(row, was["decided_on"], why)
        elif isinstance(row, Intake):
            _fits_intake(row)
        set_change_reason(row, why)
        row.save()

    _in_order(reader.clearance, case, next(iter(days)), act)
    refresh_deadline(case)


def _in_order(by: Clearance, case: Case, name: str, act: Callable[[], None]) -> None:
    """Do this, unless it puts two days of the case the wrong way round that this worker reads."""

    def wrong() -> dict[Any, str]:
        reader = CaseReader(by, case)
        return disorder(reader, steps_taken(case), records_of([case]), timezone.localdate())

    before = wrong()
    act()
    if sentences := [
        f"{sentence} {where_to_look(pair)}".strip()
        for pair, sentence in wrong().items()
        if pair not in before
    ]:
        raise ValidationError({name: sentences})


def _refuse(name: str, sentence: str) -> None:
    raise ValidationError({name: sentence})


def _refuse_decision(was: dict[str, date | None], sentence: str) -> None:
    """Of a day of a formal decision; at the first that is corrected where its own is that of a
    step, and not on the form."""
    _refuse("decided_on" if "decided_on" in was else next(iter(was)), sentence)


def _keeps_its_place(row: Any, was: date, on: date, name: str, **besides: Any) -> None:
    """Raise ValidationError unless a decision keeps its place among the others of its case, but for
    those `besides`: the last one counts."""
    others = type(row).objects.current().filter(case=row.case_id).exclude(pk=row.pk)
    for pk, day in others.exclude(**besides).values_list("pk", "decided_on"):
        if ((day, pk) < (was, row.pk)) != ((day, pk) < (on, row.pk)):
            sentence = _("There is another decision, of %(day)s, and their order would change.")
            _refuse(name, sentence % {"day": format_day(day)})


def _fits_decision(case: Case, row: FormalDecision, was: dict[str, date | None]) -> None:
    """The days of a formal decision fit each other, its mandate holds on its day, and its criteria
    are those of that day (R27). The term to object follows, where it was the law's."""
    before = _("This day lies before the decision.")
    mandates = MandateDecision.objects.in_force(row.decided_on, case.pilot)
    if "decided_on" in was and row.decided_on < case.referred_on:
        _refuse("decided_on", _("This day lies before the referral."))
    if "decided_on" in was and row.mandate_id and not mandates.filter(pk=row.mandate_id).exists():
        _refuse("decided_on", _("This mandate decision does not hold on the day of the decision."))
    for name in ("known_on", "effective_on", "annulled_on"):
        day = getattr(row, name)
        if day and day < row.decided_on:
            _refuse_decision({name: None} if name in was else was, before)
    if row.until and row.effective_on > row.until:
        _refuse("effective_on", _("This day lies after the end of the admission."))
    terms, stood = TermsToObject(), FormalDecision.objects.get(pk=row.pk)
    _keeps_its_place(row, stood.decided_on, row.decided_on, "decided_on")
    if stood.decided_on != row.decided_on:
        row.criteria = criteria_of(case.pilot, row.decided_on)
    lawful = terms.until(stood.known_on or stood.decided_on)
    if row.objection_until and row.objection_until == lawful:
        row.objection_until = terms.until(row.known_on or row.decided_on)


def _fits_conference(case: Case, row: ConferenceDecision, was: date) -> None:
    """A decision of the conference is of its meeting or later, under the convenant of its day
    (R27)."""
    if row.decided_on < case.referred_on:
        _refuse("decided_on", _("This day lies before the referral."))
    if row.item and row.decided_on < row.item.meeting.on:
        sentence = _("The meeting was held on %(day)s.")
        _refuse("decided_on", sentence % {"day": format_day(row.item.meeting.on)})
    _keeps_its_place(row, was, row.decided_on, "decided_on")
    if row.convenant_id:
        row.convenant = convenant_on(case.pilot, row.decided_on)
        if row.convenant is None:
            sentence = _("On %(day)s no convenant of this pilot is in force.")
            _refuse("decided_on", sentence % {"day": format_day(row.decided_on)})


def _rests_on(decision: ConferenceDecision, was: date, why: str) -> None:
    """What was written with a decision of the conference keeps the same day: its scenario and the
    end of the one before, its commitments, and that an advice was followed."""
    mine = {"case": decision.case_id, "author_team": decision.author_team_id}
    rows: list[tuple[Any, str]] = [
        *((row, "since") for row in Scenario.objects.filter(decision=decision, since=was)),
        *((row, "agreed_on") for row in Action.objects.filter(decision=decision, agreed_on=was)),
    ]
    if decision.scenario:
        ended = Scenario.objects.current().filter(until=was, **mine)
        rows += [(row, "until") for row in ended.exclude(decision=decision)]
    if decision.kind in ("mrt_advice_adopted", "mrt_advice_not_adopted"):
        followed = Escalation.objects.current().filter(adopted_on=was, **mine)
        rows += [(row, "adopted_on") for row in followed]
    for row, name in rows:
        setattr(row, name, decision.decided_on)
        row.version += 1
        set_change_reason(row, why)
        row.save()


def _fits_intake(row: Intake) -> None:
    day = row.completed_on
    if day and day < row.begun_on:
        _refuse("completed_on", _("This day lies before the intake began."))
    if day and row.interviewed_on and day < row.interviewed_on:
        _refuse("completed_on", _("This day lies before the conversation."))


@transaction.atomic
def correct_meeting_day(
    meeting: Meeting, on: date, why: str, *, by: Clearance, version: str
) -> None:
    """The day of a meeting that was recorded afterwards: its items, its decisions with what rests
    on them, the positions that the municipality wrote down, and the step into the conference are
    of the same day; of each case of which that is possible, or of none.

    Raises VersionConflict, NoConvenant, TakenMoment or ValidationError.
    """
    meeting, items = locked_agenda(meeting)
    meeting.claim_version(version)
    if len(items) < call("conference_items", meeting.pk):
        _refuse("on", _("Your team takes no part any more in a case that was discussed here."))
    if meeting.minutes_sent_on and on > meeting.minutes_sent_on:
        _refuse("on", _("The minutes were sent before this day."))
    was = meeting.on
    on_another_day(meeting, on)
    set_change_reason(meeting, why)
    meeting.save()
    # The reason is that of the meeting, and may name one of several people: each story says less.
    reason = in_dutch(WITH_ITS_MEETING)
    for item in items:
        item.case.pilot = meeting.pilot
        item.meeting = meeting
        _in_order(by, item.case, "on", partial(_meets, item, was, on, reason, by))
        refresh_deadline(item.case)


def _meets(item: AgendaItem, was: date, on: date, why: str, by: Clearance) -> None:
    case, reader = item.case, CaseReader(by, item.case)
    if on < case.referred_on:
        before = _("This meeting was held before the referral.")
        _refuse("on", f"{case.number}: {before}")
    steps = steps_taken(case)
    for step in [row for row in steps if row.number in INTO_CONFERENCE and row.on == was][-1:]:
        step.refresh_from_db(from_queryset=StepTaken.objects.select_for_update(of=("self",)))
        if sentence := out_of_order(reader, steps, step, on):
            _refuse("on", f"{case.number}: {sentence}")
        team = reader.author_team(Category.CONFERENCE)
        if team is not None:
            correct_day(step, on, why, by=by, team=team)
            follow_step(case, steps, step, why)
    mine = [seat.team for seat in by.seats]
    rows: list[tuple[Any, str]] = [
        (item, "happened_on"),
        *(
            (row, "said_on")
            for row in Position.objects.filter(item=item, said_on=was, author_team__in=mine)
        ),
    ]
    decision: ConferenceDecision
    for decision in ConferenceDecision.objects.filter(item=item, decided_on=was):
        decision.case, decision.decided_on = case, on
        _keeps_its_place(decision, was, on, "on", item=item)
        if decision.convenant_id:
            decision.convenant_id = item.meeting.convenant_id
        _rests_on(decision, was, why)
        rows.append((decision, "decided_on"))
    for row, name in rows:
        setattr(row, name, on)
        row.version += 1
        set_change_reason(row, why)
        row.save()
