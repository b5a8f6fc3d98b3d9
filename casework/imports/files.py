"""From an uploaded file to rows of text: XLSX and CSV as people make them, and a clear answer to
everything else. Counted while it is unpacked: what holds more than a list is refused before it is
understood."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from xml.parsers import expat

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from openpyxl import load_workbook  # type: ignore[import-untyped]

MOST_BYTES = 10 * 2**20
MOST_SHEET = 10 * 2**20  # unpacked
MOST_UNPACKED = 100 * 2**20
MOST_TEXTS = 10 * 2**20  # the texts of all cells, which are kept in memory
MOST_PARTS = 500
MOST_ELEMENTS = 1_000_000  # of all parts together
MOST_CELLS = 300_000  # of a sheet, empty ones too
MOST_CELLS_IN_A_ROW = 256
MOST_ROWS_OF_A_SHEET = 100_000  # empty ones too: formatting often reaches far below a list
MOST_ROWS = 10_000
MOST_COLUMNS = 60
MOST_CELL = 2_000
HEADER_WITHIN = 10  # the first rows, in which the header is sought
MUCH = _("The file unpacks to far more than a list holds. Save the list anew.")
WIDE = _("The list has more than 60 columns. Leave out what is not needed.")
DAMAGED = _("The file is damaged. Open it in your own program and save it anew.")
NO_LIST = _("This is no list. Save it as .xlsx or .csv.")
A_SHEET_OF_MUCH = _(
    "A sheet holds far more than a list. Copy the list, without empty rows and columns, to a "
    "workbook of its own."
)


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


def look(content: bytes) -> None:
    """Raises Unreadable for what its size or its first bytes show to be no list."""
    if len(content) > MOST_BYTES:
        raise Unreadable(_("The file is larger than 10 MB. Split it."))
    if not content.strip():
        raise Unreadable(_("The file is empty."))
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable(
            _("This is an old or protected Excel file. Save it as .xlsx without a password.")
        )
    if content.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8", b"\x1f\x8b", b"{\\rtf")):
        raise Unreadable(NO_LIST)


def read_lines(content: bytes) -> list[Line]:
    """The rows of the first sheet, empty ones left out. Raises Unreadable with a reason for
    people."""
    look(content)
    lines: list[Line] = []
    empty = texts = 0
    for line in _xlsx(content) if content.startswith(b"PK\x03\x04") else _csv(content):
        if len(line.cells) > MOST_COLUMNS:
            if any(line.cells[MOST_COLUMNS:]):
                raise Unreadable(WIDE)
            del line.cells[MOST_COLUMNS:]
        if any(len(cell) > MOST_CELL for cell in line.cells):
            raise Unreadable(
                _(
                    "A cell has more than 2,000 characters. This does not look like a list of "
                    "people."
                )
            )
        texts += sum(map(len, line.cells))  # a text that stands in the file once can be in each
        if texts > MOST_TEXTS:
            raise Unreadable(MUCH)
        empty = empty + 1 if line.is_empty else 0
        if empty > MOST_ROWS:  # formatting down to the last row a sheet can have
            break
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
                raise Unreadable(MUCH)
            names = {part.filename.lower() for part in parts}
            if any("vbaproject" in name or "macrosheet" in name for name in names):
                raise Unreadable(_("The file has macros. Save it as .xlsx without macros."))
            if "[content_types].xml" not in names or "xl/workbook.xml" not in names:
                raise Unreadable(NO_LIST)
            counted = _counted(archive)
        book = load_workbook(counted, read_only=True, data_only=False, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS + 1), 1):
            cells = [_text(cell.value) for cell in row]
            while cells and not cells[-1]:
                cells.pop()
            yield Line(number, cells, [n for n, cell in enumerate(row) if cell.data_type == "f"])
    except (Unreadable, MemoryError):
        raise
    except Exception as error:  # a library's own errors for a broken file are many
        raise Unreadable(DAMAGED) from error


def _counted(archive: zipfile.ZipFile) -> io.BytesIO:
    """The same workbook with nothing in it but XML that was counted, whatever its other parts are
    called."""
    count, out = Count(), io.BytesIO()
    with zipfile.ZipFile(out, "w") as result:
        for part in archive.infolist():
            if part.filename.lower().endswith((".xml", ".rels")):
                with archive.open(part) as old, result.open(part.filename, "w") as new:
                    count.begin(part.filename)
                    while piece := old.read(2**16):
                        count.add(piece)
                        new.write(piece)
                    count.add(b"", last=True)
    return out


class Count:
    """How much stands in the parts of a workbook. Raises Unreadable at the first thing too many."""

    def __init__(self) -> None:
        self.elements = 0

    def begin(self, part: str) -> None:
        self.bytes = self.rows = self.cells = self.in_row = 0
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._element
        self._parser.StartDoctypeDeclHandler = self._doctype

    def add(self, piece: bytes, *, last: bool = False) -> None:
        self.bytes += len(piece)
        self._parser.Parse(piece, last)
        if self.rows and self.bytes > MOST_SHEET:
            raise Unreadable(A_SHEET_OF_MUCH)

    def _doctype(self, *_declared: object) -> None:
        raise Unreadable(_("The file is damaged or was made to do harm. Save the list anew."))

    def _element(self, name: str, _attributes: object) -> None:
        name = name.rpartition(":")[2]
        self.elements += 1
        if self.elements > MOST_ELEMENTS:
            raise Unreadable(MUCH)
        if name == "c" and self.rows:  # a list of formulas has such elements too, and no rows
            self.cells += 1
            self.in_row += 1
            if self.in_row > MOST_CELLS_IN_A_ROW:
                raise Unreadable(WIDE)
        elif name == "row":
            self.rows += 1
            self.in_row = 0
        elif name == "mergeCell":
            raise Unreadable(
                _(
                    "There are merged cells in the list. Unmerge them, so that each row "
                    "stands by itself."
                )
            )
        if self.cells > MOST_CELLS or self.rows > MOST_ROWS_OF_A_SHEET:
            raise Unreadable(A_SHEET_OF_MUCH)


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
    first = next((line for line in io.StringIO(text, newline="") if line.strip()), "")
    delimiter = max(";,\t|", key=first.count)
    csv.field_size_limit(MOST_BYTES)
    width = 0  # of the row that is being read, which may go on over many lines

    def counted() -> Iterator[str]:
        nonlocal width
        for line in io.StringIO(text, newline=""):
            width += 1 + line.count(delimiter)
            if width > MOST_CELLS_IN_A_ROW:
                raise Unreadable(WIDE)
            yield line

    try:
        for number, row in enumerate(csv.reader(counted(), delimiter=delimiter), 1):
            width = 0
            yield Line(number, [_text(cell) for cell in row])
    except csv.Error as error:
        raise Unreadable(DAMAGED) from error


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
        raise Unreadable(NO_LIST)
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
