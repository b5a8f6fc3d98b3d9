"""Days that do not go together: what one partner recorded beside what another did. Each writes what
she knows, and is judged by what she reads; who reads both finds it (as R15, in cautions.py)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.cases.case_reader import CaseReader
from casework.cases.enums import CaseState
from casework.cases.models import Case
from casework.cases.progress import StepTaken
from casework.dossiers.kinds import KINDS
from casework.journal.enums import ContactKind
from casework.journey.facts import REST
from casework.journey.guards import add_months, format_day
from casework.outcomes.enums import EARLY, CheckResult
from casework.records.models import Record
from casework.shelter.enums import OUTSIDE_LVV

K = ContactKind
# Kinds of contact that are a part of the passage, and are not had with who has left.
IN_PASSAGE = {K.INTAKE_INTERVIEW, K.GUIDANCE_TALK, K.HOME_VISIT}


@dataclass(frozen=True)
class Pair:
    """Two things of a case, of which the first comes first. `of_one`: only where the second rests
    on that very first."""

    first: str
    second: str
    of_one: bool = False


# What each is called.
LABELS: dict[str, Promise] = {
    "referral": gettext_lazy("the referral"),
    "told": gettext_lazy("told what happens with the data"),
    "intake": gettext_lazy("the begin of the intake"),
    "conversation": gettext_lazy("the conversation of the intake"),
    "completed": gettext_lazy("the day on which the intake was completed"),
    "request": gettext_lazy("the request for the dossiers"),
    "rest_over": gettext_lazy("the end of the rest period"),
    "conference": gettext_lazy("taken into the case conference"),
    "scenario": gettext_lazy("the scenario"),
    "decided": gettext_lazy("the decision of the conference"),
    "formal": gettext_lazy("the formal decision"),
    "objection": gettext_lazy("the objection to it"),
    "admission": gettext_lazy("the admission"),
    "admitting": gettext_lazy("the decision to admit"),
    "guidance": gettext_lazy("the begin of the guidance"),
    "end_holds": gettext_lazy("the day on which the decision to end takes effect"),
    "stay": gettext_lazy("the end of a stay"),
    "allowance": gettext_lazy("the end of the living allowance"),
    "running stay": gettext_lazy("a stay that has no end"),
    "running allowance": gettext_lazy("a living allowance that has no end"),
    "contact": gettext_lazy("a contact in person"),
    "exit": gettext_lazy("the exit"),
    "checkable": gettext_lazy("the first day for a check of the outcome"),
    "check": gettext_lazy("that check"),
}
# In which kind of record each is; the days of all others are steps of the timeline.
RECORDED_IN = {
    "told": "briefing", "intake": "intake", "conversation": "intake", "completed": "intake",
    "request": "dossier_request", "rest_over": "dossier", "scenario": "scenario",
    "decided": "decision", "formal": "formal_decision", "admitting": "formal_decision",
    "end_holds": "formal_decision", "objection": "procedure", "stay": "stay",
    "allowance": "allowance", "contact": "contact", "exit": "exit", "checkable": "exit",
    "check": "check",
}  # fmt: skip
PAIRS = (
    Pair("referral", "intake"),
    Pair("intake", "conversation"),
    Pair("intake", "completed"),
    Pair("told", "request"),
    Pair("rest_over", "conference"),
    Pair("rest_over", "scenario"),
    Pair("decided", "formal", of_one=True),
    Pair("formal", "objection", of_one=True),
    Pair("admission", "guidance"),
    Pair("admitting", "exit"),
    Pair("guidance", "exit"),
    Pair("end_holds", "exit", of_one=True),
    Pair("stay", "exit"),
    Pair("allowance", "exit"),
    Pair("contact", "exit"),
    Pair("checkable", "check", of_one=True),
)


@dataclass(frozen=True)
class Event:
    """Something that is one of a pair. `key` and `rests_on`: which one it is, and on which it
    rests. `goes_on`: it has no end yet, and is there today."""

    what: str
    on: date
    key: int = 0
    rests_on: int = 0
    goes_on: bool = False


def disorder(
    reader: CaseReader, steps: Sequence[StepTaken], records: dict[str, list[Record]], today: date
) -> dict[Pair, str]:
    """A sentence for each pair that this reader sees the wrong way round, from the steps and the
    records of one case that are in her sight: none for what she does not read."""
    events: dict[str, list[Event]] = {}
    for event in (*_steps(reader.case, steps), *_records(reader, records, today)):
        events.setdefault(event.what, []).append(event)
    # An exit may come before the admission takes effect, and not before that was decided.
    admitting = [*events.get("admitting", ()), *events.get("admission", ())]
    events["admitting"] = sorted(admitting, key=lambda event: event.on)[:1]
    result = {}
    for pair in PAIRS:
        wrong = [
            (one, other)
            for one in events.get(pair.first, ())
            for other in events.get(pair.second, ())
            if one.on > other.on and (not pair.of_one or one.key == other.rests_on)
        ]
        if wrong:
            one, other = max(wrong, key=lambda two: two[0].on - two[1].on)
            result[pair] = _sentence(one, other)
    return result


def where_to_look(pair: Pair, besides: str = "") -> str:
    """On which pages the two days stand, in words, but for the kind of record `besides`."""
    slugs = [RECORDED_IN.get(what, "") for what in (pair.first, pair.second)]
    labels = [KINDS[slug].label if slug else _("timeline") for slug in slugs if slug != besides]
    pages = dict.fromkeys(str(label) for label in labels)
    return _("Look at: %(pages)s.") % {"pages": ", ".join(pages)} if pages else ""


def _sentence(one: Event, other: Event) -> str:
    text = _(
        "Two days do not go together: %(first)s on %(day)s comes after %(second)s on %(other)s."
    )
    return text % {
        "first": LABELS[f"running {one.what}" if one.goes_on else one.what],
        "day": format_day(one.on),
        "second": LABELS[other.what],
        "other": format_day(other.on),
    }


def _steps(case: Case, steps: Sequence[StepTaken]) -> Iterator[Event]:
    """Each step as it was taken last."""
    yield Event("referral", case.referred_on)
    last: dict[str, date] = {}
    for step in steps:
        what = {"T2": "intake", "T3": "request", "T5": "conference"}.get(step.number)
        if step.number in ("T7", "T10", "T18"):
            what = {CaseState.ADMITTED: "admission", CaseState.IN_GUIDANCE: "guidance"}.get(
                CaseState(step.state)
            )
        if what and step.on:
            last[what] = step.on
    yield from (Event(what, on) for what, on in last.items())


def _records(reader: CaseReader, records: dict[str, list[Record]], today: date) -> Iterator[Event]:
    def holds(slug: str) -> list[Any]:
        return [record for record in records[slug] if record.ended_at is None]

    informed = [row.told_on for row in holds("briefing")]
    if informed:
        yield Event("told", min(informed))
    for row in holds("intake"):
        if row.interviewed_on:
            yield Event("conversation", row.interviewed_on)
        if row.completed_on:
            yield Event("completed", row.completed_on)
    yield from _rest(holds("dossier"))
    for row in holds("scenario"):
        yield Event("scenario", row.since)
    for row in holds("decision"):
        yield Event("decided", row.decided_on, row.pk)
    for row in holds("formal_decision"):
        yield Event("formal", row.decided_on, row.pk, row.conference_decision_id or 0)
        if row.kind == "admitted" and row.annulled_on is None:
            yield Event("admitting", row.decided_on)
        if row.kind == "ended" and row.annulled_on is None:
            yield Event("end_holds", row.effective_on, row.pk)
    for row in holds("procedure"):
        if row.formal_decision_id:
            yield Event("objection", row.applied_on, rests_on=row.formal_decision_id)
    for row in holds("contact"):
        if row.kind in IN_PASSAGE:
            yield Event("contact", row.happened_on)
    for slug in ("stay", "allowance"):
        for row in holds(slug):
            if slug != "stay" or row.kind not in OUTSIDE_LVV:
                runs = row.until is None
                yield Event(slug, row.until or max(today, row.since), goes_on=runs)
    yield from _exit(reader, holds("exit"), holds("check"))


def _rest(dossiers: list[Any]) -> Iterator[Event]:
    """The end of the rest period, once both are there: a service's own word before what was
    recorded on its behalf."""
    days: dict[str, date] = {}
    for row in sorted(dossiers, key=lambda row: (row.source_team_id is not None, row.delivered_on)):
        days.setdefault(row.of, row.delivered_on)
    if len(days) == 2:
        yield Event("rest_over", max(days.values()) + REST)


def _exit(reader: CaseReader, exits: list[Any], checks: list[Any]) -> Iterator[Event]:
    """The exit, proposed or confirmed; for who does not read it, the day on which the case was
    left, if that is told to her."""
    standing = next((row for row in exits if row.undone_on is None), None)
    if standing is None:
        if reader.left_on:
            yield Event("exit", reader.left_on)
        return
    yield Event("exit", standing.exited_on, standing.pk, standing.formal_decision_id or 0)
    for row in checks:
        if row.exit_id == standing.pk and row.result != CheckResult.LAPSED:
            first = add_months(standing.exited_on, row.months) - EARLY
            yield Event("checkable", first, row.pk)
            yield Event("check", row.checked_on, rests_on=row.pk)
