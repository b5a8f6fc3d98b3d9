"""What happened in a case, as a story: built from rows the reader may see, never from the audit
log."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from casework.cases.case_reader import CaseReader
from casework.cases.enums import CaseState
from casework.cases.models import Involvement
from casework.cases.progress import LEFT_STATES, REVEALED_BY_DAY, StepTaken
from casework.dossiers import perms
from casework.dossiers.kinds import BY_MODEL, headline
from casework.dossiers.kinds import KINDS as RECORD_KINDS
from casework.dossiers.presentation import record_url
from casework.dossiers.record_days import CORRECTED, TOLD, Pasts, label_of, past_days
from casework.formal_decisions.models import FormalDecision
from casework.intake.models import Intake
from casework.journey.guards import format_day
from casework.journey.step_days import day_of, earlier_days, is_assumed
from casework.outcomes.models import Exit
from casework.records.models import Record
from casework.register.models import Briefing, IdentityValue
from casework.shelter.models import Stay
from partners.accounts.models import User

KINDS = ("all", "steps", "dossier", "notes", "partners")
WRITTEN = ("note", "contact")  # what shows under notes
TOLD_APART = ("identity_value", "briefing", "stay")  # their story has words of its own


@dataclass(frozen=True)
class Event:
    on: date
    at: datetime  # for the order within a day
    kind: str
    icon: str
    title: str
    who: str
    text: str = ""
    page: str = ""
    ended: str = ""
    parts: tuple[tuple[str, str], ...] = ()  # records told together: each in words, with its page
    corrected: tuple[str, ...] = ()  # the days that stood there before, each in a sentence
    correct: str = ""  # where its day is corrected, for who may

    @property
    def recorded_later(self) -> date | None:
        """The day on which it was recorded, if that is more than a day after it happened."""
        day = timezone.localdate(self.at)
        return day if day - self.on > timedelta(days=1) else None


def events(
    reader: CaseReader,
    involvements: list[Involvement],
    steps: list[StepTaken],
    records: dict[str, list[Record]],
    *,
    kind: str = "all",
    most: int = 40,
) -> list[Event]:
    """Newest first. A fixed number of queries, whatever happened."""
    result: list[Event] = []
    pasts = _past(records)

    if kind in ("all", "notes", "dossier"):
        result += _records(reader, records, kind, most, pasts)
    if kind in ("all", "partners"):
        for row in filter(reader.knows_ground, involvements):
            result.append(
                Event(
                    row.since,
                    _moment(row.since),
                    "partners",
                    "users",
                    _("%(team)s takes part") % {"team": row.team.label},
                    row.get_ground_display(),
                    row.explanation,
                )
            )
            goes_on = any(o.team_id == row.team_id and o.since == row.until for o in involvements)
            if row.until and row.until <= timezone.localdate() and not goes_on:
                result.append(
                    Event(
                        row.until,
                        _moment(row.until),
                        "partners",
                        "users",
                        _("%(team)s ended its follow-up") % {"team": row.team.label},
                        "",
                    )
                )
    if kind in ("all", "steps"):
        result += _steps(reader, involvements, steps, records)
        result += _later_days(reader, records, pasts)
        for briefing in records["briefing"]:
            assert isinstance(briefing, Briefing)
            result.append(
                Event(
                    briefing.told_on,
                    briefing.recorded_at,
                    "steps",
                    "message",
                    _("Told what happens with the data"),
                    reader.label(briefing.author_team_id),
                    _("Text %(version)s, in %(language)s")
                    % {
                        "version": briefing.text_version,
                        "language": briefing.get_language_display(),
                    },
                    record_url(reader.case, "briefing", briefing.reference),
                    _ended(briefing),
                )
            )
        kinds: dict[tuple[date, int], list[IdentityValue]] = {}
        for value in records["identity_value"]:
            assert isinstance(value, IdentityValue)
            kinds.setdefault((value.said_on, value.source_id), []).append(value)
        for (on, team), values in kinds.items():
            parts = tuple(
                (
                    f"{value.get_kind_display()} ({_ended(value)})"
                    if value.ended_at
                    else value.get_kind_display(),
                    record_url(reader.case, "identity_value", value.reference),
                )
                for value in values
            )
            result.append(
                Event(
                    on,
                    values[0].recorded_at,
                    "steps",
                    "user-circle",
                    _("Identity values recorded"),
                    reader.label(team),
                    parts=parts,
                )
            )
    result.sort(key=lambda event: (event.on, event.at), reverse=True)
    return result[:most]


def _records(
    reader: CaseReader,
    records: dict[str, list[Record]],
    kind: str,
    most: int,
    pasts: Pasts,
) -> list[Event]:
    result: list[tuple[date, Record, str]] = []
    for slug, rows in records.items():
        if slug in TOLD_APART or (kind == "notes") != (slug in WRITTEN) and kind != "all":
            continue
        for record in rows:
            happened = getattr(record, RECORD_KINDS[slug].happened)
            result.append(
                (happened.date() if isinstance(happened, datetime) else happened, record, slug)
            )
    result.sort(key=lambda row: (row[0], row[1].recorded_at), reverse=True)
    result = result[:most]
    authors = User.objects.in_bulk(
        {record.author_id for _on, record, slug in result if slug in WRITTEN}
    )
    made = []
    for on, record, slug in result:
        record_kind = RECORD_KINDS[slug]
        team = record.source_id
        text = reader.label(team)
        if (
            record.author_id in authors
            and team in reader.teams
            and reader.may_know(reader.teams[team])
        ):
            text = f"{authors[record.author_id]}, {text}"
        title = headline(record)
        is_said = record_kind.says is not None and title == record_kind.says(record)
        if slug not in WRITTEN and not is_said and title != str(record_kind.label):
            title = f"{record_kind.label}: {title}"
        made.append(
            Event(
                on,
                record.recorded_at,
                "notes" if slug in WRITTEN else "dossier",
                record_kind.icon,
                title,
                text,
                getattr(record, "text", ""),
                record_url(reader.case, slug, record.reference),
                _ended(record),
                corrected=tuple(_earlier(reader, record, pasts, _told_here(slug))),
                correct="" if slug == "intake" else _correct_days(reader, record),
            )
        )
    return made


def _told_here(slug: str) -> list[str]:
    """The days of a record that are told with it, and not apart."""
    return [name for name in TOLD.get(slug, ()) if name != LATER_DAYS.get(slug)]


def _ended(record: Record) -> str:
    """How the record stands: ended, not confirmed yet, undone, or no longer standing, and why.
    Empty if it stands."""
    if record.ended_at:
        return str(record.get_end_reason_display())
    if isinstance(record, Exit) and record.undone_on:
        return _("undone: %(why)s") % {"why": record.undone_reason}
    if isinstance(record, Exit) and record.confirmed_on is None:
        return _("proposed, not confirmed yet")
    if isinstance(record, FormalDecision) and record.annulled_on:
        return _("no longer stands: %(why)s") % {"why": record.annulled_because}
    return ""


# What is told of a record beside the day on which it happened: the day on which it came to an end.
LATER_DAYS = {"stay": "until", "intake": "completed_on", "formal_decision": "annulled_on"}


def _later(records: dict[str, list[Record]], slug: str) -> list[Any]:
    """The records of this kind whose later day has come."""
    today = timezone.localdate()
    return [
        row
        for row in records[slug]
        if not row.ended_at and (day := getattr(row, LATER_DAYS[slug])) is not None and day <= today
    ]


def _past(records: dict[str, list[Record]]) -> Pasts:
    """What the versions of these records say of their days: of those that have a later day, and of
    those of which a day may have been corrected."""
    asked: dict[str, list[Record]] = {
        slug: [row for row in records[slug] if row.version > 1] for slug in CORRECTED
    }
    for slug in LATER_DAYS:
        asked[slug] = list({*asked.get(slug, ()), *_later(records, slug)})
    return past_days(asked)


def _earlier(reader: CaseReader, record: Record, pasts: Pasts, names: Iterable[str]) -> list[str]:
    """The days that stood there before, each with who corrected it, and why."""
    slug = BY_MODEL[type(record)].slug
    past = pasts.get((slug, record.pk))
    if past is None or slug not in CORRECTED:
        return []
    return [
        f"{capfirst(label_of(record, day.name))}: "
        + _earlier_day(reader, day.was, day.corrected_at, record.author_team_id, day.why)
        for day in past.earlier
        if day.name in names
    ]


def _later_days(reader: CaseReader, records: dict[str, list[Record]], pasts: Pasts) -> list[Event]:
    """The begin and the end of each stay, that an intake was completed or stopped, and that a
    formal decision was made known or no longer stands."""

    def event(
        slug: str, row: Any, icon: str, title: str, who: str = "", text: str = "", name: str = ""
    ) -> Event:
        name = name or LATER_DAYS[slug]
        past = pasts.get((slug, row.pk))
        at = past.recorded_at.get(name, row.recorded_at) if past else row.recorded_at
        page = record_url(reader.case, slug, row.reference)
        return Event(
            getattr(row, name),
            at,
            "steps",
            icon,
            title,
            who,
            text,
            page,
            corrected=tuple(_earlier(reader, row, pasts, [name])),
            correct=_correct_days(reader, row) if slug == "intake" else "",
        )

    result = _stays(reader, [row for row in records["stay"] if isinstance(row, Stay)])
    for row in _later(records, "stay"):
        result.append(event("stay", row, "home", _("The stay ended"), text=_ground(row)))
    for row in _later(records, "intake"):
        who = reader.label(row.source_id)
        result.append(event("intake", row, "pencil", _("The intake was completed"), who=who))
    for row in records["intake"]:
        assert isinstance(row, Intake)
        if row.stopped_on and row.ended_at:
            title, who, why = (
                _("The intake stopped"),
                reader.label(row.source_id),
                row.stopped_because,
            )
            page = record_url(reader.case, "intake", row.reference)
            day, at = row.stopped_on, row.ended_at
            result.append(Event(day, at, "steps", "pencil", title, who, why, page))
    for row in records["formal_decision"]:
        assert isinstance(row, FormalDecision)
        if row.known_on and row.known_on != row.decided_on and not row.ended_at:
            title, who = _("The formal decision was made known"), row.get_kind_display()
            result.append(event("formal_decision", row, "mail", title, who=who, name="known_on"))
    for row in _later(records, "formal_decision"):
        title = _("The formal decision no longer stands")
        who, why = row.get_kind_display(), row.annulled_because
        result.append(event("formal_decision", row, "file-text", title, who=who, text=why))
    return result


def _correct_days(reader: CaseReader, record: Record) -> str:
    """Where the days of this record are corrected, for who may."""
    if not perms.can_correct_days(reader, record):
        return ""
    slug = BY_MODEL[type(record)].slug
    return reverse("casework:record_days", args=[reader.case.reference, slug, record.reference])


def _ground(stay: Stay) -> str:
    return _("Ground: %(ground)s") % {"ground": stay.get_ground_display()}


def _stays(reader: CaseReader, stays: list[Stay]) -> list[Event]:
    result = []
    for stay in stays:
        ground = _ground(stay)
        page = record_url(reader.case, "stay", stay.reference)
        title, begun = _("The stay began"), stay.recorded_at
        text = reader.label(stay.source_id)
        result.append(
            Event(stay.since, begun, "steps", "home", title, text, ground, page, _ended(stay))
        )
    return result


def _steps(
    reader: CaseReader,
    involvements: list[Involvement],
    steps: list[StepTaken],
    records: dict[str, list[Record]],
) -> list[Event]:
    """The states the case went through, as far as she reads what they tell. Who reads less learns
    when the case was registered and left, if a team of hers took part then."""
    case, result = reader.case, []
    named = reader.known_workers({step.by_id for step in steps if step.by_id})
    for step in steps:
        title = _("State: %(state)s") % {"state": CaseState(step.state).label}
        if step.number == "T1":
            title = _("Registered")
        result.append(
            Event(
                day_of(case, step, steps),
                step.recorded_at,
                "steps",
                "plus" if step.number == "T1" else "arrow-right",
                title,
                step.by.name if step.by and step.by_id in named else "",
                _("The list gave no day: this one is assumed.") if is_assumed(step) else "",
                corrected=_corrected(reader, step),
                correct=_correction(reader, step, records),
            )
        )
    mine = [row.since for row in involvements if row.team_id in reader.clearance.teams]
    since = min(mine, default=date.max)
    states = {step.state for step in steps}
    if not reader.reads(REVEALED_BY_DAY["admitted_on"]) and since <= case.registered_on:
        day = case.referred_on
        result.append(Event(day, _moment(day), "steps", "plus", _("Registered"), ""))
    if reader.left_on and states.isdisjoint(LEFT_STATES):
        day = reader.left_on
        result.append(Event(day, _moment(day), "steps", "arrow-right", _("Left"), ""))
    return result


def _corrected(reader: CaseReader, step: StepTaken) -> tuple[str, ...]:
    """The days that stood there before, each with who corrected it, and why."""
    return tuple(
        _earlier_day(reader, was, on, team, why) for was, on, team, why in earlier_days(step)
    )


def _earlier_day(reader: CaseReader, was: date | None, on: date, team: int, why: str) -> str:
    known = _("recorded as %(old)s, corrected on %(day)s by %(team)s: %(why)s")
    unknown = _("recorded without a day, corrected on %(day)s by %(team)s: %(why)s")
    return (known if was else unknown) % {
        "old": format_day(was) if was else "",
        "day": format_day(on),
        "team": reader.label(team),
        "why": why,
    }


def _correction(reader: CaseReader, step: StepTaken, records: dict[str, list[Record]]) -> str:
    if not perms.can_correct_day(reader, step, records):
        return ""
    return reverse("casework:step_day", args=[reader.case.reference, step.reference])


def _moment(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
