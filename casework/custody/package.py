"""A dossier for who has no access here: one PDF that reads by itself, with every version of
every record in it as data, encrypted (AES-256). The words that open it and the code of its
receipt follow from the package and this installation's key, and stay the same until the receipt is
there."""

import json
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import PermissionDenied
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.template.loader import render_to_string
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from casework.cases.models import Case
from casework.cases.partners import visible_teams
from casework.cases.progress import CorrectedDay
from casework.custody.acts import NEVER_KEPT
from casework.custody.models import CustodyTransfer
from casework.dossiers.kinds import KINDS, headline
from casework.dossiers.presentation import lines
from casework.dossiers.rows import records_of, seen_by
from casework.records.models import Record
from casework.register.identity import leading_names
from governance.access.clearance import Clearance
from governance.printing.kinds import Contents, PrintoutKind
from governance.printing.pdf import FONTS, Sheet
from lvv.common.refusal import NotDone
from partners.organisations.enums import TeamFunction
from partners.organisations.models import Team

OF_CASE = ("number", "reference", "state", "referred_on", "registered_on", "left_on")
OF_STEP = ("number", "state", "on", "recorded_at")
OF_CORRECTION = ("step__number", "was_on", "on", "why", "recorded_at")
LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # 32, without what is easily misread


def _words(package: UUID, purpose: str, length: int) -> str:
    """Letters from a key of 256 bits, in groups of five: five bits each."""
    number = int.from_bytes(
        salted_hmac(f"casework.custody.{purpose}", str(package), algorithm="sha256").digest()
    )
    result = "".join(LETTERS[number >> 5 * place & 31] for place in range(length))
    return "-".join(result[start : start + 5] for start in range(0, length, 5))


def password_of(package: UUID) -> str:
    return _words(package, "password", 25)


def receipt_code(package: UUID) -> str:
    """Code that stands inside the package: knowing it proves that the package was opened."""
    return _words(package, "receipt", 10)


def is_receipt(package: UUID, text: str) -> bool:
    def plain(code: str) -> str:
        return "".join(letter for letter in code.upper() if letter.isalnum())

    return constant_time_compare(plain(text), plain(receipt_code(package)))


def _dossiers(clearance: Clearance, package: UUID) -> Contents:
    """The dossiers of one package, while it waits for its receipt. Raises NotDone if it does not,
    and PermissionDenied for who does not coordinate its pilot or read all of it."""
    rows = list(
        CustodyTransfer.objects.filter(package=package).select_related("pilot").order_by("number")
    )
    if not rows or not clearance.coordinates(rows[0].pilot_id):
        raise PermissionDenied
    if not waits(rows):
        raise NotDone
    cases = Case.objects.select_related("pilot", "person").in_bulk([row.case_id for row in rows])
    if len(cases) != len(rows):
        raise PermissionDenied
    teams = visible_teams(clearance)
    sheets = {f"{row.number}.pdf": dossier_sheet(row, cases[row.case_id], teams) for row in rows}
    return Contents(f"dossiers-{rows[0].pilot.slug}-{package}.zip", sheets)


def waits(rows: Sequence[CustodyTransfer]) -> bool:
    """True for a package that is neither received nor taken back."""
    return rows[0].handed_over_on is None and rows[0].taken_back_at is None


PACKAGE = PrintoutKind("package", _("Package of dossiers"), _dossiers, signed_in_anew=True)


def dossier_sheet(row: CustodyTransfer, case: Case, teams: dict[int, Team]) -> Sheet:
    """All that the municipality's team reads in this case, but legal aid and medical content
    (R17, R18)."""
    assert row.package
    team = next(
        (team for team in case.team_ids if team in teams and _directs(teams[team], case)), None
    )
    if team is None:
        raise PermissionDenied
    read = seen_by([case], team)
    records = {
        slug: [
            row
            for row in rows
            if (slug, row.reference) in read and row.record_category not in NEVER_KEPT
        ]
        for slug, rows in records_of([case]).items()
    }
    context = {
        "case": case,
        "row": row,
        "name": leading_names([case.pk]).get(case.pk, ""),
        "fonts": FONTS.values(),
        "code": receipt_code(row.package),
        "kinds": [
            (kind.label, [_shown(record, slug, teams) for record in records[slug]])
            for slug, kind in KINDS.items()
            if records[slug]
        ],
    }
    data = {
        "case": {name: getattr(case, name) for name in OF_CASE},
        "steps": list(case.steps_taken.values(*OF_STEP)),
        "corrected_days": list(CorrectedDay.objects.filter(case=case).values(*OF_CORRECTION)),
        "organisations": {
            team: teams[team].organisation.name
            for team in sorted({row.source_id for rows in records.values() for row in rows})
            if team in teams
        },
        "records": {slug: _versions(slug, records[slug]) for slug in KINDS if records[slug]},
    }
    page = render_to_string("casework/custody/dossier_pdf.html", context)
    attached = json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
    return Sheet(page, {"dossier.json": attached}, password_of(row.package))


def _shown(record: Record, slug: str, teams: dict[int, Team]) -> dict[str, Any]:
    kind = KINDS[slug]
    by = teams.get(
        record.source_id
    )  # by its organisation: outside, which kind of team took part tells too much
    return {
        "day": getattr(record, kind.happened),
        "what": headline(record),
        "by": by.organisation.name if by else "",
        "lines": lines(record, kind),
        "ended_at": record.ended_at,
        "why": record.get_end_reason_display() if record.end_reason else "",
    }


def _versions(slug: str, records: list[Record]) -> list[dict[str, Any]]:
    model = KINDS[slug].model
    past = model.history.filter(id__in=[record.pk for record in records])
    kept = ("history_date", "history_type", "history_change_reason", *_told(model))
    rows = list(past.order_by("id", "history_date", "history_id").values(*kept))
    for name, other in _links(model):
        keys = {row[name] for row in rows}
        references = dict(other._base_manager.filter(pk__in=keys).values_list("pk", "reference"))
        for row in rows:
            row[name] = references.get(row[name])
    return rows


def _links(model: type[Record]) -> Iterator[tuple[str, type[Record]]]:
    """Columns that hold the key of another record: the package names it by its reference, for keys
    would tell how many records there are in all pilots."""
    for field in model._meta.concrete_fields:
        if field.related_model and issubclass(field.related_model, Record):
            yield field.attname, field.related_model


def _told(model: type[Record]) -> Iterator[str]:
    """Columns of a record that the package includes: plain fields, team of the record, and other
    records. Accounts, places, partners and lists are left out: they belong to this installation, or
    would tell who else takes part, as what a sharing was for might."""
    for field in model._meta.concrete_fields:
        if field.name == "share_purpose":
            kept = False  # for those with whom it was shared
        elif field.related_model:
            kept = field.name in ("author_team", "source_team") or issubclass(
                field.related_model, Record
            )
        else:
            kept = not _holds_keys(field)
        if kept:
            yield field.attname


def _holds_keys(field: "models.Field[Any, Any]") -> bool:
    """True for a column whose numbers mean something in this installation alone: a key, or a list
    of numbers, which are always keys, such as those of teams."""
    numbers = isinstance(field, ArrayField) and isinstance(field.base_field, models.IntegerField)
    return field.primary_key or numbers


def _directs(team: Team, case: Case) -> bool:
    return (
        team.organisation_id == case.pilot.municipality_id and team.function == TeamFunction.GENERAL
    )
