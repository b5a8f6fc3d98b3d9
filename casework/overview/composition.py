"""What each kind of team finds on a case page: one table. What it does and keeps first, in this
order; then what others share with it, in the order of their panels. Whether a row is there at all
the database decided."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise

from casework.cases.case_reader import CaseReader
from casework.dossiers import perms
from casework.dossiers.kinds import KINDS, PANELS, STEPS_OF, headline
from casework.dossiers.presentation import age_warning, ends_on, is_over, record_url
from casework.dossiers.record_kind import (
    AVIM,
    CARE,
    COA,
    DTV,
    IND,
    IOM,
    LEGAL,
    MUNICIPAL,
    NGO,
    SHELTER,
    Owner,
    RecordKind,
)
from casework.records.models import Addressed, Record
from casework.register.enums import ValueKind
from governance.access.clearance import Clearance
from partners.organisations.enums import OrganisationKind, TeamFunction

OWN_WORK: dict[Owner, tuple[str, ...]] = {
    MUNICIPAL: ("stay", "allowance", "hand_over", "signal", "contact", "reachability", "procedure"),
    NGO:       ("contact", "reachability", "limitation", "stay", "signal"),
    LEGAL:     ("legal_aid", "contact"),
    CARE:      ("limitation", "medical", "consent", "signal"),
    SHELTER:   ("stay", "signal"),
    IND:       ("dossier", "procedure", "residence_title", "document", "signal"),
    DTV:       ("dossier", "departure_plan", "contact", "travel_document", "mediation", "signal"),
    AVIM:      ("research", "supervision", "signal", "document"),
    IOM:       ("return_support", "contact"),
    COA:       ("hand_over",),
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    title: str
    record: Record
    on: object
    until: date | None
    is_over: bool  # its period has passed; the record stands
    source: str
    age: str | Promise
    warning: str | Promise
    page: str
    steps: list["Row"]
    add_step: str


@dataclass(frozen=True)
class Panel:
    kind: RecordKind
    rows: list[Row]
    add: str  # the address of the form, or nothing
    own: bool  # rows of this reader's teams; else of others


def own_work(reader: CaseReader) -> list[str]:
    """The kinds of record this worker's teams in this case keep, in the order of the table."""
    result: dict[str, None] = {}
    for seat in reader.clearance.seats:
        if seat.team in reader.case.team_ids and seat.team in reader.teams:
            team = reader.teams[seat.team]
            kind = OrganisationKind(team.organisation.kind)
            kind = OrganisationKind.NGO if kind == OrganisationKind.SHELTER_OPERATOR else kind
            result |= dict.fromkeys(OWN_WORK.get((kind, TeamFunction(team.function)), ()))
    return list(result)


def panels(reader: CaseReader, records: dict[str, list[Record]]) -> tuple[list[Panel], list[Panel]]:
    """Panels of own work and panels of what others share. A panel of own work is shown even if
    empty when the worker may add to it; a shared panel only with rows in it."""

    def panel(slug: str, *, own: bool) -> Panel:
        kind = KINDS[slug]
        rows = [
            _row(reader, record, kind, records)
            for record in records[slug]
            if not record.ended_at and is_of(reader.clearance, record) == own
        ]
        rows.sort(key=lambda row: row.is_over)
        adds = own and kind.added_here and perms.adding_team(reader, kind) is not None
        page = reverse("casework:record_add", args=[reader.case.reference, slug]) if adds else ""
        if adds and slug == "contact":  # it is written on the page itself
            page = "#contact"
        return Panel(kind, rows, page, own)

    first = own_work(reader)
    mine = [panel(slug, own=True) for slug in dict.fromkeys((*first, *PANELS))]
    shared = [panel(slug, own=False) for slug in PANELS]
    return [p for p in mine if p.rows or p.add and p.kind.slug in first], [
        p for p in shared if p.rows
    ]


def is_of(clearance: Clearance, record: Record) -> bool:
    """Whether a record is a reader's own: written by a team of hers, on its behalf, or asked of
    it."""
    asked = record.to_team_id if isinstance(record, Addressed) else None
    return bool({record.author_team_id, record.source_team_id, asked} & clearance.teams)


def _row(
    reader: CaseReader,
    record: Record,
    kind: RecordKind,
    records: dict[str, list[Record]],
) -> Row:
    steps, add_step = [], ""
    if step_kind := STEPS_OF.get(kind.slug):
        steps = [
            _row(reader, step, step_kind, records)
            for step in records[step_kind.slug]
            if getattr(step, f"{step_kind.parent}_id") == record.pk and not step.ended_at
        ]
        if step_kind.added_here and perms.can_change(reader, record):
            page = reverse("casework:record_add", args=[reader.case.reference, step_kind.slug])
            add_step = f"{page}?bij={record.reference}"
            add_step += (
                "&namens=1" if record.source_team_id else ""
            )  # a step of what a partner supplied is its too
    return Row(
        headline(record),
        record,
        getattr(record, kind.happened),
        ends_on(record),
        is_over(record),
        reader.label(record.source_id),
        age_warning(record, reader.case.pilot),
        kind.warning(record) if kind.warning else "",
        kind.page(record) if kind.page else record_url(reader.case, kind.slug, record.reference),
        steps,
        add_step,
    )


def current(records: list[Record]) -> list[Any]:
    return [record for record in records if record.ended_at is None]


def corrections(reader: CaseReader, records: dict[str, list[Record]]) -> list[tuple[Record, str]]:
    """Requests to correct something that wait for one of this worker's teams, with who asks."""
    return [
        (record, reader.label(record.author_team_id))
        for record in [*records["correction"], *records["hand_over"]]
        if perms.can_answer(reader, record)
    ]


def work(reader: CaseReader, records: dict[str, list[Record]]) -> dict[str, Any]:
    """Panels of records: of her own teams, and what others share with them."""
    own, shared = panels(reader, records)
    return {
        "own": own,
        "shared": shared,
        "adds_household": perms.adding_team(reader, KINDS["relation"]) is not None,
        # A contact is written on the page itself.
        "begins": [p for p in own if p.add and not p.rows and p.kind.slug != "contact"],
        "corrections": corrections(reader, records),
        "supplies": [
            (kind, variant, label)
            for kind in perms.suppliable(reader)
            for variant, label in (
                ValueKind.choices if kind.slug == "identity_value" else [("", kind.label)]
            )
        ],
    }
