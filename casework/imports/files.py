"""From an uploaded file to rows of text: XLSX and CSV as people make them, and a clear answer to
everything else."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from openpyxl import load_workbook  # type: ignore[import-untyped]

MOST_BYTES = 10 * 2**20
MOST_UNPACKED = 100 * 2**20
MOST_TEXTS = 20 * 2**20  # the texts of all cells, which are kept in memory
MOST_PARTS = 500
MOST_ROWS = 10_000
MOST_COLUMNS = 60
MOST_CELL = 2_000
HEADER_WITHIN = 10  # the first rows, in which the header is sought


class Unreadable(Exception):
    """Why a file cannot be read, in words for who uploaded it."""

    def __init__(self, message: str | Promise) -> None:
        super().__init__(str(message))
        self.message = message


@dataclass
class Line:
    number: int  # as the file counts, from 1
    cells: list[str]
    formulas: list[int] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not any(self.cells)


def read_lines(name: str, content: bytes) -> list[Line]:
    """The rows of the first sheet, empty ones left out. Raises Unreadable with a reason for
    people."""
    if len(content) > MOST_BYTES:
        raise Unreadable(_("The file is larger than 10 MB. Split it."))
    if not content.strip():
        raise Unreadable(_("The file is empty."))
    if content.startswith(b"PK\x03\x04"):
        rows = _xlsx(content)
    elif content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable(
            _("This is an old or protected Excel file. Save it as .xlsx without a password.")
        )
    elif content.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8", b"\x1f\x8b", b"{\\rtf")):
        raise Unreadable(_("This is no list. Save it as .xlsx or .csv."))
    else:
        rows = _csv(content)
    lines = []
    for line in rows:
        if len(line.cells) > MOST_COLUMNS:
            if any(line.cells[MOST_COLUMNS:]):
                raise Unreadable(
                    _("The list has more than 60 columns. Leave out what is not needed.")
                )
            del line.cells[MOST_COLUMNS:]
        if any(len(cell) > MOST_CELL for cell in line.cells):
            raise Unreadable(
                _(
                    "A cell has more than 2,000 characters. This does not look like a list of "
                    "people."
                )
            )
        if not line.is_empty:
            lines.append(line)
        if len(lines) > MOST_ROWS + HEADER_WITHIN:
            raise Unreadable(_("The list has more than 10,000 rows. Split it."))
    if not lines:
        raise Unreadable(_("There is nothing in the list."))
    return lines


def _xlsx(content: bytes) -> Iterator[Line]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            texts = sum(
                part.file_size for part in parts if part.filename.lower() == "xl/sharedstrings.xml"
            )
            if (
                len(parts) > MOST_PARTS
                or texts > MOST_TEXTS
                or sum(part.file_size for part in parts) > MOST_UNPACKED
            ):
                raise Unreadable(
                    _("The file unpacks to far more than a list holds. Save the list anew.")
                )
            names = {part.filename.lower() for part in parts}
            if any("vbaproject" in name or "macrosheet" in name for name in names):
                raise Unreadable(_("The file has macros. Save it as .xlsx without macros."))
            if "[content_types].xml" not in names or "xl/workbook.xml" not in names:
                raise Unreadable(_("This is no list. Save it as .xlsx or .csv."))
            merged = False
            for part in parts:
                if part.filename.lower().endswith((".xml", ".rels")):
                    result = _words_in(archive, part, (b"<!DOCTYPE", b"<!ENTITY", b"<mergeCell "))
                    if result & {b"<!DOCTYPE", b"<!ENTITY"}:
                        raise Unreadable(
                            _("The file is damaged or was made to do harm. Save the list anew.")
                        )
                    merged = merged or (part.filename.startswith("xl/worksheets/") and bool(result))
            if merged:
                raise Unreadable(
                    _(
                        "There are merged cells in the list. Unmerge them, so that each row "
                        "stands by itself."
                    )
                )
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        empty = 0
        for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS + 1), 1):
            cells = [_text(cell.value) for cell in row]
            while cells and not cells[-1]:
                cells.pop()
            line = Line(number, cells, [n for n, cell in enumerate(row) if cell.data_type == "f"])
            empty = 0 if not line.is_empty else empty + 1
            if empty > MOST_ROWS:  # formatting down to the last row a sheet can have
                return
            yield line
    except Unreadable:
        raise
    except Exception as error:  # a library's own errors for a broken file are many
        raise Unreadable(
            _("The file is damaged. Open it in your own program and save it anew.")
        ) from error


def _words_in(
    archive: zipfile.ZipFile, part: zipfile.ZipInfo, words: Sequence[bytes]
) -> set[bytes]:
    """Words of these that occur in an archive part, whose characters may be one or two bytes wide.
    The part is read piece by piece, never as a whole."""
    result: set[bytes] = set()
    before = b""
    with archive.open(part) as stream:
        while piece := stream.read(2**20):
            text = before + piece.replace(b"\x00", b"")
            result.update(word for word in words if word in text)
            before = text[-max(map(len, words)) :]
    return result


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "ja" if value else "nee"
    if isinstance(value, datetime | date):
        return f"{value.day:02}-{value.month:02}-{value.year:04}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return re.sub(r"[\x00-\x08\x0b-\x1f]", "", str(value)).strip()


def _csv(content: bytes) -> Iterator[Line]:
    text = _decoded(content)
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(";,\t|", key=first.count)
    csv.field_size_limit(MOST_BYTES)
    try:
        for number, row in enumerate(
            csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 1
        ):
            yield Line(number, [_text(cell) for cell in row])
    except csv.Error as error:
        raise Unreadable(
            _("The file is damaged. Open it in your own program and save it anew.")
        ) from error


def _decoded(content: bytes) -> str:
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if content.startswith(mark):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError as error:
                raise Unreadable(
                    _("The characters of this file cannot be read. Save it as CSV UTF-8.")
                ) from error
    if b"\x00" in content:
        raise Unreadable(_("This is no list. Save it as .xlsx or .csv."))
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:  # as Excel on Windows writes it
        return content.decode("cp1252")
    except UnicodeDecodeError as error:
        raise Unreadable(
            _("The characters of this file cannot be read. Save it as CSV UTF-8.")
        ) from error
