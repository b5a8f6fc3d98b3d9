"""The days on which a case took its steps: as they stand, as they stood before, and between which
others each lies."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from casework.cases.case_reader import CaseReader
from casework.cases.enums import ADMITTED_STATES, CaseState
from casework.cases.models import Case
from casework.cases.partners import team_reads
from casework.cases.progress import LEFT_STATES, CorrectedDay, StepTaken
from casework.journey import perms
from casework.journey.guards import format_day
from casework.journey.steps import STEPS
from governance.access.clearance import Clearance

READ = ("reference", "number", "state", "category", "on", "recorded_at", "version", "case")


def readers_of_step(reader: CaseReader, category: str) -> str:
    """Which teams of those she may know read a step of this category, and with it why its day was
    corrected."""
    reads = team_reads(reader.case.team_ids)
    teams = [team for team in reads if reads[team].get(category) in ("read", "write")]
    return ", ".join(team.label for team in reader.named(teams))


def steps_taken(case: Case) -> list[StepTaken]:
    """The steps of a case that this worker reads, in the order in which they were recorded, each
    with what stood there before as `earlier_days`: in one statement."""
    before = CorrectedDay.objects.filter(step=OuterRef("pk")).order_by("recorded_at", "id")
    day = JSONObject(was_on="was_on", recorded_at="recorded_at", team="team_id", why="why")
    rows = (
        StepTaken.objects.filter(case=case)
        .select_related("by")
        .only(*READ, "by__name")
        .annotate(earlier_days=ArraySubquery(before.values(day=day)))
        .order_by("recorded_at", "id")
    )
    return list(rows)


def day_of(case: Case, step: StepTaken, steps: Sequence[StepTaken] = ()) -> date:
    """The day of a step. Where a list did not say, the last day among `steps` that it did say, or
    that of the referral: as it was assumed when the list was taken over."""
    if step.number == "T1":
        return case.referred_on
    if step.on is None and step.number == "T18":
        days = [row.on for row in steps if row.number == "T18" and row.on]
        return max([case.referred_on, *days])
    return step.on or timezone.localdate(step.recorded_at)


def is_assumed(step: StepTaken) -> bool:
    """Whether a list did not say on which day the case came into this state."""
    return step.on is None and step.number == "T18"


def earlier_days(step: StepTaken) -> list[tuple[date | None, date, int, str]]:
    """What stood there, when that was corrected, by which team and why; the newest first."""
    rows: list[dict[str, Any]] = getattr(step, "earlier_days", [])
    result = []
    for row in reversed(rows):
        at = parse_datetime(row["recorded_at"])
        assert at is not None
        was = date.fromisoformat(row["was_on"]) if row["was_on"] else None
        result.append((was, timezone.localdate(at), row["team"], row["why"]))
    return result


def takes(reader: CaseReader, step: StepTaken) -> bool:
    """Whether such a step is this worker's to take; of one that a list brought, the municipality's
    coordinator's. Not the first one, whose day is that of the referral."""
    if step.number == "T18":
        return perms.leads(reader)
    return step.number not in ("", "T1") and STEPS[step.number].who(reader)


def out_of_order(reader: CaseReader, steps: Sequence[StepTaken], which: StepTaken, on: date) -> str:
    """Why this step cannot have been taken on that day, judged by the steps that are in sight;
    empty if it can. What may precede its state is bound by admission and guidance alone."""
    case = reader.case
    place = next(n for n, step in enumerate(steps) if step.pk == which.pk)
    first = next((step for step in steps if step.number == "T1"), None)
    referred = first is not None or which.number != "T18"  # or a list did not say when
    if which.number != "T1" and referred and on < case.referred_on:
        return _("This day lies before the referral.")
    earlier = [(step.on, step) for step in steps[:place] if step.on and _comes_before(step, which)]
    later = [
        (step.on, step) for step in steps[place + 1 :] if step.on and _comes_after(step, which)
    ]
    for day, step in sorted(earlier, key=_first, reverse=True)[:1]:
        if on < day:
            return _("This day lies before “%(state)s”, of %(day)s.") % _words(step, day)
    for day, step in sorted(later, key=_first)[:1]:
        if on > day:
            return _("This day lies after “%(state)s”, of %(day)s.") % _words(step, day)
    free = which.number == "T7"
    if not free and reader.left_on and which.state not in LEFT_STATES and on > reader.left_on:
        return _("This day lies after the case was left, on %(day)s.") % {
            "day": format_day(reader.left_on)
        }
    return ""


def _comes_before(step: StepTaken, which: StepTaken) -> bool:
    """Whether a step that was recorded earlier was also taken earlier. Undoing an exit (T16) puts
    no bound to the next exit, whose day may lie before that; neither does an admission (T7), which
    may take effect after it: its decision does (order_of_days.py)."""
    if which.number not in STEPS or not STEPS[which.number].may_precede:
        return True
    return (
        which.state in LEFT_STATES
        and step.state in ADMITTED_STATES
        and step.number not in ("T7", "T16")
    )


def _comes_after(step: StepTaken, which: StepTaken) -> bool:
    """Whether a step that was recorded later was also taken later; an exit not always than the day
    on which an admission takes effect."""
    return which.number != "T7" or step.state not in LEFT_STATES


def _first(pair: tuple[date, StepTaken]) -> date:
    return pair[0]


def _words(step: StepTaken, day: date) -> dict[str, str]:
    return {"state": str(CaseState(step.state).label), "day": format_day(day)}


def correct_day(step: StepTaken, on: date, why: str, *, by: Clearance, team: int) -> None:
    """Give a step that is locked another day; the old one is kept, with who says why."""
    CorrectedDay.objects.create(
        case_id=step.case_id,
        step=step,
        version=step.version,
        was_on=step.on,
        on=on,
        why=why,
        team_id=team,
        by=by.user,
    )
    step.on, step.version = on, step.version + 1
    step.save(update_fields=["on", "version"])
