"""Correcting the day of a step: on a day that is possible, with what follows from it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.cases.case_reader import CaseReader
from casework.cases.models import Case
from casework.cases.progress import StepTaken
from casework.dossiers.order_of_days import disorder, where_to_look
from casework.dossiers.perms import own_copies
from casework.dossiers.rows import records_of
from casework.dossiers.step_copies import COPIES
from casework.formal_decisions.models import FormalDecision
from casework.journey.acts import locked, refresh_deadline
from casework.journey.facts import REST, fact_of
from casework.journey.guards import format_day
from casework.journey.step_days import correct_day, out_of_order, steps_taken
from casework.outcomes.models import Exit, class_of
from casework.records.models import Record
from governance.access.enums import Category
from governance.mandates.models import MandateDecision
from partners.accountability.history import set_change_reason


@transaction.atomic
def correct_step_day(
    reader: CaseReader, which: StepTaken, on: date, why: str, *, version: str
) -> None:
    """The step, the records in which its day stands too, and what is worked out from it. It opens
    nothing in the past (R21).

    Raises VersionConflict, or ValidationError if the day is not possible, as far as this worker
    reads what comes before and after.
    """
    case = locked(reader.case)
    reader = CaseReader(reader.clearance, case)  # as it stands while locked
    step: StepTaken = StepTaken.objects.select_for_update(of=("self",)).get(pk=which.pk)
    step.check_version(version)
    steps, records, today = steps_taken(case), records_of([case]), timezone.localdate()
    if sentence := out_of_order(reader, steps, step, on):
        raise ValidationError({"on": sentence})
    before = disorder(reader, steps, records, today)
    kept = own_copies(reader, step, records)
    for record in kept:
        _copy(case, record, COPIES[step.number].name, on, why)
    team = reader.author_team(Category.CONFERENCE)
    assert team is not None  # everybody who takes a step writes for the conference
    correct_day(step, on, why, by=reader.clearance, team=team)
    follow_step(case, steps, step, why)
    if step.number == "T4" and kept:
        _begins_rest(case, on)
    reader = CaseReader(reader.clearance, case)  # to whom it is told on which day it was left now
    after = disorder(reader, steps_taken(case), records_of([case]), today)
    mine = COPIES[step.number].slug if step.number in COPIES else ""
    if wrong := [
        f"{sentence} {where_to_look(pair, mine)}".strip()
        for pair, sentence in after.items()
        if pair not in before
    ]:
        raise ValidationError({"on": wrong})
    refresh_deadline(case)


def _copy(case: Case, record: Record, name: str, on: date, why: str) -> None:
    """The same day in a record, as a new version of it. Raises ValidationError."""
    row: Any = type(record).objects.select_for_update(of=("self",)).get(pk=record.pk)
    if isinstance(row, FormalDecision):
        _fits_decision(case, row, name, on)
    if isinstance(row, Exit) and name == "undone_on" and row.formal_decision_id:
        _stands_until(row.formal_decision_id, row.undone_on, on, why)
    if isinstance(row, Exit) and name == "exited_on" and row.classed_id:
        row.classed = class_of(row.outcome, on)  # that of the day of the exit (R27)
    setattr(row, name, on)
    row.version += 1
    set_change_reason(row, why)
    row.save()


def _stands_until(decision: int, was: date | None, on: date, why: str) -> None:
    """The decision that was annulled with an exit stands no longer since the same day."""
    row: FormalDecision
    for row in FormalDecision.objects.select_for_update(of=("self",)).filter(
        pk=decision, annulled_on=was
    ):
        row.annulled_on, row.version = on, row.version + 1
        set_change_reason(row, why)
        row.save()


def _fits_decision(case: Case, row: FormalDecision, name: str, on: date) -> None:
    """The other days of the decision, and its mandate, hold on that day. Raises ValidationError."""
    sentence = ""
    if name == "decided_on":
        mandates = MandateDecision.objects.in_force(on, case.pilot)
        if row.effective_on == row.decided_on:
            row.effective_on = on
        if row.mandate_id and not mandates.filter(pk=row.mandate_id).exists():
            sentence = _("This mandate decision does not hold on the day of the decision.")
        elif min(day for day in (row.known_on, row.effective_on, on) if day) < on:
            sentence = _("This day lies after the decision was made known, or took effect.")
    elif name == "effective_on" and on < row.decided_on:
        sentence = _("This day lies before the decision.")
    elif name == "effective_on" and row.until and on > row.until:
        sentence = _("This day lies after the end of the admission.")
    if sentence:
        raise ValidationError({"on": sentence})


def follow_step(case: Case, steps: Sequence[StepTaken], step: StepTaken, why: str) -> None:
    """What else the case keeps of that day: when it was left, by the last step that left it, and
    since when it is in its state."""
    on, is_last = step.on, steps[-1].pk == step.pk
    leaving = [row.pk for row in steps if row.number in ("T11", "T15", "T16")][-1:]
    if case.left_on is not None and step.number != "T16" and leaving == [step.pk]:
        case.left_on = on
        # Read by whoever reads that the case was left, who may not read the step and its reason.
        set_change_reason(case, "corrected")
        case.save()
    progress = case.visible_progress
    if on is not None and is_last and progress is not None and progress.state == step.state:
        progress.since = on
        progress.version += 1
        set_change_reason(progress, why)
        progress.save()


def _begins_rest(case: Case, on: date) -> None:
    """Raise ValidationError unless the rest period begins on that day: that of the later
    dossier (R8)."""
    ends: date | None = fact_of(case).rest_ends
    if ends is not None and ends - REST != on:
        raise ValidationError(
            {
                "on": _("The rest period begins on the day of the later dossier, %(day)s.")
                % {"day": format_day(ends - REST)}
            }
        )
