"""What waits for a worker, and where it is done."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.caseload.acts import colleagues
from casework.cases.case_reader import CaseReader
from casework.cases.models import Case
from casework.journey.addresses import where
from casework.journey.deadlines import deadlines_of
from casework.journey.facts import facts_of
from casework.outcomes.perms import COMPETENT
from casework.plan.acts import Work
from casework.plan.models import Action
from casework.plan.perms import can_answer, can_mend
from casework.register.enums import ValueKind
from casework.register.identity import called, leading_values
from casework.register.values import nationality_name
from casework.tasks.models import Task
from casework.tasks.worklist import (
    NEAR,
    WITHOUT_TERM,
    Asked,
    Waiting,
    asked_of_others,
    waiting,
)
from governance.access.clearance import Clearance
from partners.organisations.models import Membership, Team

WORK: dict[str, type[Work]] = {"action": Action, "task": Task}
WHOLE = 1000  # lines among which one is looked up
MOST = 60  # lines of each part that a page looks up
A_WEEK = timedelta(days=7)  # so long at most is put off what is late, or has no day
HEARD_FOR = timedelta(days=14)  # that a transfer was declined
FAR = timedelta(days=366)
UNFOLDED = 6  # lines of a group that are shown at once


@dataclass(frozen=True)
class WorklistLine:
    """A line of the worklist: whom it is about and what waits, until when and for whom, where it is
    done, and what can be done with it on the spot."""

    kind: str
    reference: UUID
    name: str  # of the person; empty for a meeting
    under: str  # what tells people of one name apart
    what: str
    case: Case | None
    on: date  # when it is due; without a term: when it was asked
    page: str
    waits: str = ""  # the team that waits for it; empty for one's own
    by: str = ""  # the team that is to do it, where that is another
    work: Work | None = None  # the action or task, where it is one
    due_on: date | None = None  # as the list has it, where the words are of another day
    ticks: bool = False
    moves: bool = False  # its own day changes; else only the worker's own list
    latest: date | None = None  # the last day to which it can be put off; None if it cannot
    colleagues: tuple[Membership, ...] = field(default=())

    @property
    def version(self) -> str:
        return str(self.work.version) if self.work is not None else ""

    @property
    def has_term(self) -> bool:
        return self.kind not in WITHOUT_TERM and not self.by

    @property
    def is_late(self) -> bool:
        return self.has_term and self.on < timezone.localdate()

    @property
    def days(self) -> list[date]:
        """Ready days to put it off to: tomorrow, three days on, next Monday."""
        today = timezone.localdate()
        monday = today + timedelta(days=7 - today.weekday())
        days = sorted({today + timedelta(days=1), today + timedelta(days=3), monday})
        return [day for day in days if self.latest and day <= self.latest and day.weekday() < 5]


WAITS = {
    "correction": (gettext_lazy("Request to correct"), "record_answer"),
    "hand_over": (gettext_lazy("Hand-over to state reception"), "record_answer"),
    "dossier_request": (
        gettext_lazy("Deliver the dossier, or state that there is none"), "record_add",
    ),
    "claim": (gettext_lazy("Confirm or refute the outcome"), "claim_answer"),
    "exit": (gettext_lazy("Confirm the exit"), "exit_confirm"),
    "guidance": (gettext_lazy("Say which guidance goes along to the other pilot"), "transfer"),
    "declined": (gettext_lazy("The other pilot declined the transfer"), "transfer"),
    "position": (gettext_lazy("Prepare the case conference"), "agenda_item"),
    "away": (gettext_lazy("The return term is over: back again, or left?"), "stays"),
}  # fmt: skip
ASKED = {
    "correction": gettext_lazy("Request to correct"),
    "dossier_request": gettext_lazy("Dossier asked for"),
}
KIND_LABELS = {
    "task": gettext_lazy("tasks"),
    "action": gettext_lazy("actions of the plan"),
    "term": gettext_lazy("terms"),
    "dossier_request": gettext_lazy("dossiers"),
    "claim": gettext_lazy("outcomes"),
    "exit": gettext_lazy("exits"),
    "position": gettext_lazy("items of a conference"),
    "minutes": gettext_lazy("minutes"),
    "correction": gettext_lazy("requests to correct"),
    "hand_over": gettext_lazy("hand-overs"),
    "away": gettext_lazy("absences"),
    "guidance": gettext_lazy("transfers"),
    "declined": gettext_lazy("declined transfers"),
    "meeting": gettext_lazy("meetings to close"),
    "unsent": gettext_lazy("minutes to send"),
}
OF_A_MEETING = {
    "minutes": (gettext_lazy("Answer the minutes of %(day)s"), "minutes"),
    "meeting": (gettext_lazy("Close the meeting of %(day)s, or call it off"), "meeting_detail"),
    "unsent": (gettext_lazy("Send the minutes of %(day)s"), "minutes"),
}


@dataclass(frozen=True)
class Group:
    """Lines of one urgency. `first` are shown at once, the others folded."""

    key: str
    label: str
    lines: list[WorklistLine]

    @property
    def first(self) -> list[WorklistLine]:
        return self.lines if len(self.lines) <= UNFOLDED + 1 else self.lines[:UNFOLDED]

    @property
    def folded(self) -> list[WorklistLine]:
        return self.lines[len(self.first) :]


def grouped(lines: list[WorklistLine]) -> list[Group]:
    """The lines by how urgent they are. Groups without a line are left out.

    Of what is late comes first what others wait for, then what is late longest; last stands what
    waits for others, the longest silent first.
    """
    today = timezone.localdate()
    sunday = today + timedelta(days=6 - today.weekday())
    own = [line for line in lines if not line.by]
    timed = [line for line in own if line.has_term]
    groups = (
        Group(
            "late",
            _("Late"),
            sorted((line for line in timed if line.on < today), key=lambda line: not line.waits),
        ),
        Group("today", _("Today"), [line for line in timed if line.on == today]),
        Group("asked", _("Asked of you"), [line for line in own if not line.has_term]),
        Group("week", _("This week"), [line for line in timed if today < line.on <= sunday]),
        Group("later", _("Later"), [line for line in timed if line.on > sunday]),
        Group("others", _("Waits for others"), [line for line in lines if line.by]),
    )
    return [group for group in groups if group.lines]


@dataclass(frozen=True)
class Worklist:
    """The lines of a worker; and whether there are more than were looked up."""

    lines: list[WorklistLine]
    is_cut: bool


def worklist(
    clearance: Clearance, teams: dict[int, Team], most: int = MOST, only: str = ""
) -> Worklist:
    """What waits for this worker, the soonest first, and what she waits for; of what has a day, of
    what has none and of what others do so many at most. `only`: of one kind."""
    if not clearance.sees_cases:
        return Worklist([], is_cut=False)
    rows = waiting(_outcomes(clearance, teams), most, only)
    untimed = sum(row.kind in WITHOUT_TERM for row in rows)
    asked = [row for row in asked_of_others(most) if row.kind == (only or row.kind)]
    is_cut = most in (untimed, len(rows) - untimed, len(asked))
    return Worklist(_Lines(clearance, teams, rows, asked).all(), is_cut)


def line_of(
    clearance: Clearance, teams: dict[int, Team], kind: str, reference: UUID
) -> WorklistLine | None:
    """This line of the worker's list, or an action or task of her team that just left it. None if
    there is neither."""
    rows = waiting(_outcomes(clearance, teams), WHOLE, kind)
    row = next((row for row in rows if row.reference == reference), None)
    if row is None and kind in WORK:
        work = WORK[kind].objects.filter(reference=reference).first()
        if work is not None and work.to_team_id in clearance.teams:
            row = Waiting(
                kind, reference, work.case_id, work.what, work.due_on, work.author_team_id
            )
    lines = _Lines(clearance, teams, [row], []).all() if row else []
    return lines[0] if lines else None


def _outcomes(clearance: Clearance, teams: dict[int, Team]) -> list[str]:
    """Outcomes that this worker's teams are competent to confirm."""
    kinds = {teams[team].organisation.kind for team in clearance.teams if team in teams}
    return [outcome for outcome, competent in COMPETENT.items() if kinds & set(competent)]


class _Lines:
    """The lines of one worker, with all that they say looked up together."""

    def __init__(
        self,
        clearance: Clearance,
        teams: dict[int, Team],
        rows: list[Waiting],
        asked: list[Asked],
    ) -> None:
        self.clearance, self.teams, self.rows, self.asked = clearance, teams, rows, asked
        keys = {row.case_id for row in rows if row.case_id} | {row.case_id for row in asked}
        cases = Case.objects.select_related("pilot", "progress").in_bulk(keys)
        self.readers = {key: CaseReader(clearance, case, teams) for key, case in cases.items()}
        kinds = (
            ValueKind.NAME,
            ValueKind.DEATH_DATE,
            ValueKind.BIRTH_DATE,
            ValueKind.NATIONALITY,
        )
        self.values = leading_values(cases, kinds)
        terms = [cases[r.case_id] for r in rows if r.kind == "term" and r.case_id in cases]
        self.facts = facts_of(terms)
        self.works: dict[UUID, Work] = {}
        for kind, model in WORK.items():
            if wanted := [row.reference for row in rows if row.kind == kind]:
                self.works |= {w.reference: w for w in model.objects.filter(reference__in=wanted)}
        self.members: dict[int, list[Membership]] = {}
        for row in colleagues({w.to_team_id for w in self.works.values() if isinstance(w, Task)}):
            if row.team_id is not None and row.user_id != clearance.user_id:
                self.members.setdefault(row.team_id, []).append(row)

    def all(self) -> list[WorklistLine]:
        own = [line for row in self.rows if (line := self._line(row))]
        return [*own, *(line for row in self.asked if (line := self._asked(row)))]

    def _person(self, reader: CaseReader) -> tuple[str, str]:
        """Name, and year of birth and nationality."""
        values = self.values.get(reader.case.pk, {})
        name = called(values.get(ValueKind.NAME, ""), ValueKind.DEATH_DATE in values)
        code = values.get(ValueKind.NATIONALITY, "")
        under = [values.get(ValueKind.BIRTH_DATE, "")[:4], nationality_name(code) if code else ""]
        return name or reader.case.number, ", ".join(filter(None, under))

    def _line(self, row: Waiting) -> WorklistLine | None:
        if row.kind in OF_A_MEETING:
            text, page = OF_A_MEETING[row.kind]
            what = str(text) % {"day": date_format(date.fromisoformat(row.what), "j F")}
            address = reverse(f"casework:{page}", args=[row.reference])
            return WorklistLine(
                row.kind, row.reference, "", "", what, None, row.due_on, address,
                due_on=row.due_on, latest=self._latest(row.kind, row.due_on),
            )  # fmt: skip
        reader = self.readers.get(row.case_id or 0)
        if reader is None:
            return None
        case, on = reader.case, row.due_on
        name, under = self._person(reader)
        if row.kind == "term":
            term = next(iter(deadlines_of(self.facts[case.pk])), None)
            # what the case has now, whatever was worked out before
            if term is None or term.on > timezone.localdate() + NEAR:
                return None
            what, page, on = term.what, where(case, term.page), term.on
        else:
            what, page = _words(row, case)
        asked_by = row.asked_by if row.asked_by not in self.clearance.teams else None
        work = self.works.get(row.reference)
        if work is not None:
            work.case = case
        moves = work is not None and can_mend(reader, work)
        members = self.members.get(work.to_team_id, []) if isinstance(work, Task) else []
        return WorklistLine(
            row.kind,
            row.reference,
            name,
            under,
            what,
            case,
            on,
            page,
            waits=reader.label(asked_by) if asked_by else "",
            work=work,
            due_on=row.due_on,
            ticks=work is not None and can_answer(reader, work),
            moves=moves,
            latest=self._latest(row.kind, on, moves=moves),
            colleagues=tuple(members),
        )

    def _latest(self, kind: str, on: date, *, moves: bool = False) -> date | None:
        today = timezone.localdate()
        if moves:
            return today + FAR
        if kind == "declined":
            return on + HEARD_FOR - timedelta(days=1)
        if kind in WITHOUT_TERM or kind in WORK and on <= today:
            return today + A_WEEK
        return on if on > today else None

    def _asked(self, row: Asked) -> WorklistLine | None:
        reader = self.readers.get(row.case_id)
        if reader is None:
            return None
        name, under = self._person(reader)
        what = row.what
        if row.kind in ASKED:
            what = str(ASKED[row.kind])
        page = reverse(
            "casework:record_detail",
            args=[reader.case.reference, row.kind, row.reference],
        )
        return WorklistLine(
            row.kind, row.reference, name, under, capfirst(what), reader.case, row.since, page,
            by=reader.label(row.of),
        )  # fmt: skip


def kinds_among(lines: Iterable[WorklistLine]) -> list[tuple[str, str]]:
    """The kinds of these lines, to choose one: code and words."""
    present = {line.kind for line in lines}
    return [(kind, str(label)) for kind, label in KIND_LABELS.items() if kind in present]


def _words(row: Waiting, case: Case) -> tuple[str, str]:
    """Text of a waiting item, and address where it is done."""
    if row.kind in ("action", "task"):
        return row.what, reverse("casework:action_done", args=[case.reference, row.reference])
    label, page = WAITS[row.kind]
    if page == "stays":
        return str(label), where(case, page)
    if page == "agenda_item":
        return str(label), reverse("casework:agenda_item", args=[row.reference])
    if page in ("claim_answer", "transfer", "exit_confirm"):
        return str(label), reverse(f"casework:{page}", args=[case.reference])
    if page == "record_add":
        return str(label), reverse("casework:record_add", args=[case.reference, "dossier"])
    return str(label), reverse(
        "casework:record_answer", args=[case.reference, row.kind, row.reference]
    )
