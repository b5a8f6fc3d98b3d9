"""How a case stands, for one reader: a few cells, and what is open by whom until when. From the
records that the page has loaded under the reader's own rights, and from nothing else."""

from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from casework.cases.case_reader import CaseReader
from casework.dossiers import perms
from casework.dossiers.enums import ProcedureResult
from casework.dossiers.kinds import KINDS
from casework.dossiers.presentation import is_over, record_url
from casework.journal.models import Contact
from casework.journey.ahead import NextStep, Running
from casework.journey.perms import leads
from casework.overview.composition import current
from casework.records.models import Record
from governance.access.enums import Category
from lvv.common.days import days_from_today

Records = dict[str, list[Record]]
TALKS = (Category.GUIDANCE, Category.DEPARTURE, Category.LEGAL_AID)


@dataclass(frozen=True)
class Cell:
    """One answer to "how does it stand?". It is there because the reader's team reads its kind of
    data, never because a record exists; empty, it says so, with a way to fill it for who may."""

    icon: str
    title: str
    value: str = ""
    more: str = ""
    page: str = ""
    fill: str = ""  # the address where it is filled in
    fill_words: str = ""


@dataclass(frozen=True)
class Open:
    """An action or a task that nobody has answered."""

    what: str
    who: str
    due_on: date
    page: str
    is_mine: bool

    @property
    def is_late(self) -> bool:
        return self.due_on < timezone.localdate()


def open_actions(reader: CaseReader, records: Records) -> list[Open]:
    """What is still to be done, the soonest first; of one's own teams before others'."""
    me = reader.clearance.user_id
    rows = [
        Open(
            row.what,
            _("you") if getattr(row, "worker_id", None) == me else reader.label(row.to_team_id),
            row.due_on,
            record_url(reader.case, slug, row.reference),
            row.to_team_id in reader.clearance.teams,
        )
        for slug in ("action", "task")
        for row in current(records[slug])
        if not row.answer
    ]
    return sorted(rows, key=lambda row: (not row.is_mine, row.due_on))


def situation(
    reader: CaseReader,
    records: Records,
    actions: list[Open],
    steps: list[NextStep],
    terms: list[Running],
) -> list[Cell]:
    """The cells that this reader's teams read something of."""
    reads = reader.reads
    return [
        *([_scenario(reader, records)] if reads(Category.CONFERENCE) else []),
        *([_stay(reader, records)] if reads(Category.CONTACT_SHELTER) else []),
        *([_procedure(reader, records)] if reads(Category.PROCEDURES) else []),
        _next(actions, steps, terms),
        *([_contact(reader, records)] if any(reads(kind) for kind in TALKS) else []),
        *([_conference(reader, records)] if reads(Category.CONFERENCE) else []),
    ]


def _since(day: date) -> str:
    return _("since %(day)s") % {"day": date_format(day, "j b Y")}


def _scenario(reader: CaseReader, records: Records) -> Cell:
    title, page = _("Scenario"), reverse("casework:plan", args=[reader.case.reference])
    row = next((row for row in current(records["scenario"]) if row.until is None), None)
    if row is None:
        return Cell("arrow-right", title, more=_("The conference sets it"))
    return Cell(
        "arrow-right",
        title,
        capfirst(row.get_scenario_display()),
        capfirst(_since(row.since)),
        page,
    )


def _stay(reader: CaseReader, records: Records) -> Cell:
    title = _("Stay")
    row = next((row for row in current(records["stay"]) if not is_over(row)), None)
    if row is None:
        return _empty(reader, "home", title, "stay")
    until = _("until %(day)s") % {"day": date_format(row.until, "j b Y")} if row.until else ""
    more = ", ".join(filter(None, (capfirst(_since(row.since)), until)))
    page = record_url(reader.case, "stay", row.reference)
    return Cell("home", title, capfirst(row.shelter_label), more, page)


def _procedure(reader: CaseReader, records: Records) -> Cell:
    title = _("Procedure")
    running = [
        row for row in current(records["procedure"]) if row.result == ProcedureResult.PENDING
    ]
    row = max(running, key=lambda row: (row.applied_on, row.pk), default=None)
    if row is None:
        return _empty(reader, "file-text", title, "procedure")
    steps = [s for s in current(records["procedure_step"]) if s.procedure_id == row.pk]
    last = max(steps, key=lambda step: (step.happened_on, step.pk), default=None)
    words = [row.get_kind_display(), *([last.get_stage_display()] if last else [])]
    day = last.happened_on if last else row.applied_on
    more = f"{capfirst(_since(day))}, {reader.label(row.source_id)}"
    page = record_url(reader.case, "procedure", row.reference)
    return Cell("file-text", title, capfirst(", ".join(words)), more, page)


def _next(actions: list[Open], steps: list[NextStep], terms: list[Running]) -> Cell:
    """What the reader's own team does next: its first action; else what a term asks by now; else a
    step that can be taken, a term to come, or a step that lacks something."""
    title = _("Next step")
    mine = next((row for row in actions if row.is_mine), None)
    if mine is not None:
        more = f"{date_format(mine.due_on, 'j b')}, {days_from_today(mine.due_on)}"
        return Cell("check", title, mine.what, more, mine.page)
    ready = next((step for step in steps if not step.missing), None)
    term = next((term for term in terms if term.is_due), None if ready else next(iter(terms), None))
    if term is not None:
        more = f"{date_format(term.on, 'j b')}, {days_from_today(term.on)}"
        return Cell("check", title, term.what, more, term.page)
    ready = ready or next(iter(steps), None)
    if ready is not None:
        more = "" if not ready.missing else str(ready.missing[0][0])
        return Cell("check", title, str(ready.name), more, ready.page)
    return Cell("check", title, more=_("No open step for your team"))


def _contact(reader: CaseReader, records: Records) -> Cell:
    title = _("Last contact")
    rows = current(records["contact"])
    last = max(rows, key=lambda row: (row.happened_on, row.pk), default=None)
    if last is None:
        return _empty(reader, "message", title, "contact")
    assert isinstance(last, Contact)
    ago = days_from_today(last.happened_on)
    more = f"{last.get_kind_display()}, {reader.label(last.source_id)}, {ago}"
    page = record_url(reader.case, "contact", last.reference)
    return Cell("message", title, date_format(last.happened_on, "l j F"), capfirst(more), page)


def _conference(reader: CaseReader, records: Records) -> Cell:
    title, today = _("Next conference"), timezone.localdate()
    rows = [
        row
        for row in current(records["agenda_item"])
        if row.discussed_at is None and row.happened_on >= today
    ]
    row = min(rows, key=lambda row: row.happened_on, default=None)
    if row is None:
        page = reverse("casework:agenda_add", args=[reader.case.reference])
        puts = reader.case.is_open and leads(reader)
        fill = {"fill": page, "fill_words": _("Put on an agenda")} if puts else {}
        return Cell("calendar-event", title, more=_("On no agenda"), **fill)
    page = reverse("casework:agenda_item", args=[row.reference])
    words = date_format(row.happened_on, "l j F")
    return Cell("calendar-event", title, words, capfirst(days_from_today(row.happened_on)), page)


def _empty(reader: CaseReader, icon: str, title: str, slug: str) -> Cell:
    """What is hidden reads as what is not there: for who writes it here the way to fill it in."""
    if perms.adding_team(reader, KINDS[slug]) is None:
        return Cell(icon, title, more=_("Not recorded, or not shared with your team"))
    page = "#contact"  # it is written on the page itself
    if slug != "contact":
        page = reverse("casework:record_add", args=[reader.case.reference, slug])
    return Cell(icon, title, fill=page, fill_words=_("Record it"))
