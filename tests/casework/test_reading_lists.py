"""Files that are read as lists: every way one can be wrong, and what its cells are understood to
say."""

import html
import io
import zipfile
from datetime import date
from subprocess import CompletedProcess

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from casework.imports import files, reader
from casework.imports.acts import work_on_imports
from casework.imports.columns import find_header, understand
from casework.imports.files import MOST_ROWS, Line, Unreadable, read_lines
from casework.imports.models import Import, ImportFile
from tests.casework.test_importing import GOOD, HEAD, URL, semicolons, xlsx


def repacked(content, **parts):
    """The same workbook with some parts replaced or added."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.infolist():
            if part.filename not in parts:
                new.writestr(part, old.read(part))
        for name, text in parts.items():
            new.writestr(name, text)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_csv_as_programs_write_it(encoding, delimiter):
    content = f'Naam{delimiter}Geboren\r\n"Zoë, de{delimiter} Vries"{delimiter}1985\r\n\r\n'.encode(
        encoding
    )
    lines = read_lines(content)
    assert [line.cells for line in lines] == [
        ["Naam", "Geboren"],
        [f"Zoë, de{delimiter} Vries", "1985"],
    ]


def test_cells_of_a_workbook_become_the_text_a_person_sees():
    rows = [
        ["Naam", "Geboren", "Nummer", "Ja?"],
        ["Ali", date(1985, 3, 12), 123.0, True],
        ["", None, "=1+1", "x\x07y"],
    ]
    del rows[2][3]
    lines = read_lines(xlsx(rows))
    assert lines[1].cells == ["Ali", "12-03-1985", "123", "ja"]
    assert lines[2].formulas == [2]


BROKEN = {
    "empty": b"", "blank": b"  \n \n", "picture": b"\x89PNG\r\n" + b"x" * 50, "pdf": b"%PDF-1.7 x", "old excel": b"\xd0\xcf\x11\xe0" + b"x" * 90,
    "binary": b"abc\x00def", "zip that is no workbook": repacked(xlsx([HEAD]), **{"[Content_Types].xml": "x"}),
    "cut off": xlsx([HEAD, *GOOD])[:900],
    "macros": repacked(xlsx([HEAD, *GOOD]), **{"xl/vbaProject.bin": b"x"}),
    "entities": repacked(xlsx([HEAD, *GOOD]), **{"xl/sharedStrings.xml": '<!DOCTYPE x [<!ENTITY a "b">]><sst/>'}),
    "entities in two bytes": repacked(
        xlsx([HEAD, *GOOD]), **{"xl/sharedStrings.xml": '<!DOCTYPE x [<!ENTITY a "b">]><sst/>'.encode("utf-16")}
    ),
    "a book of texts": repacked(xlsx([HEAD, *GOOD]), **{"xl/sharedStrings.xml": b"0" * (21 * 2**20)}),
    "bomb": repacked(xlsx([HEAD, *GOOD]), **{"xl/media/a.xml": b"0" * (101 * 2**20)}),
    "many parts": repacked(xlsx([HEAD]), **{f"xl/media/{n}.bin": b"x" for n in range(600)}),
    "merged cells": xlsx([HEAD, *GOOD], lambda sheet: sheet.merge_cells("A2:B2")),
    "only a header": semicolons([HEAD]), "too many rows": semicolons([HEAD, *([["Ali"]] * (MOST_ROWS + 20))]),
    "too many columns": semicolons([[str(n) for n in range(80)], ["x"] * 80]),
    "a cell like a book": semicolons([HEAD, ["x" * 3000]]), "too large": b"x" * (11 * 2**20),
    "wrong mark": b"\xff\xfe" + b"odd",
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.django_db
def test_broken_and_hostile_files_get_a_clear_answer(client, cast, name):
    upload = SimpleUploadedFile("lijst.xlsx", BROKEN[name])
    answer = client.act_as(cast.owner).post(URL, {"file": upload})
    if answer.status_code == 302:  # more than its first bytes had to be read
        work_on_imports()
        upload = Import.objects.get()
        assert upload.state == "refused"
        assert not ImportFile.objects.exists()
        answer = client.get(answer["Location"])
        assert upload.stopped in html.unescape(answer.text)
        assert "fout" not in upload.stopped
    else:
        assert answer.status_code == 400
        assert "De lijst is niet ingelezen" in answer.text
        assert not Import.objects.exists()


def test_a_sheet_formatted_to_its_last_row_is_read_and_ends():
    def far(sheet):
        sheet.cell(row=1_048_576, column=1).value = None
        sheet.cell(row=1_048_576, column=1).number_format = "0"

    lines = read_lines(xlsx([HEAD, *GOOD], far))
    assert len(lines) == 4


CELL, START = (
    "<c/>",
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">',
)
UNPACKING = {  # what a small file unpacks to, and how much of that is looked at
    "a row of a million cells": ("<row>" + CELL * 1_000_000 + "</row>", {"in_row": 257}),
    "two million rows": ("<row/>" * 2_000_000, {"rows": 100_001}),
    "many rows of empty cells": (("<row>" + CELL * 60 + "</row>") * 9_990, {"cells": 300_001}),
    "a book in a sheet": ("<row>" + "<f>" + "x" * 2**20 * 11 + "</f></row>", {"rows": 1}),
    "elements": ("<row><c/></row><x/>" + "<x/>" * 1_000_000, {"elements": 1_000_001}),
}


@pytest.mark.parametrize("name", UNPACKING)
@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/worksheets/other.xml"])
def test_what_a_file_unpacks_to_is_counted_before_it_is_understood(monkeypatch, name, part):
    sheet, looked_at = UNPACKING[name]
    monkeypatch.setattr(files, "load_workbook", lambda *_args, **_more: pytest.fail("understood"))
    counts = []
    monkeypatch.setattr(files, "Count", lambda real=files.Count: counts.append(real()) or counts[0])
    text = f"{START}<sheetData>{sheet}</sheetData></worksheet>"
    content = repacked(xlsx([HEAD, *GOOD]), **{part: text})
    assert len(content) < 50_000
    with pytest.raises(Unreadable):
        read_lines(content)
    for what, number in looked_at.items():
        assert getattr(counts[0], what) == number
    assert counts[0].elements <= files.MOST_ELEMENTS + 1
    assert counts[0].bytes <= files.MOST_SHEET + 2**16


def test_a_sheet_by_another_name_is_not_there():
    book = xlsx([HEAD, *GOOD])
    links = zipfile.ZipFile(io.BytesIO(book)).read("xl/_rels/workbook.xml.rels").decode()
    sheet = f"{START}<sheetData><row>{CELL * 1_000_000}</row></sheetData></worksheet>"
    links = links.replace("worksheets/sheet1.xml", "worksheets/sheet1.bin")
    parts = {"xl/_rels/workbook.xml.rels": links, "xl/worksheets/sheet1.bin": sheet}
    with pytest.raises(Unreadable) as caught:
        read_lines(repacked(book, **parts))
    assert caught.value.message == files.DAMAGED


def test_a_long_text_in_every_cell_is_too_much(monkeypatch):
    monkeypatch.setattr(files, "MOST_TEXTS", 50_000)
    with pytest.raises(Unreadable):
        read_lines(xlsx([HEAD, *([["x" * 1000]] * 60)]))


@pytest.mark.parametrize("line", [";" * 300, '"\n";' * 300], ids=["one line", "many lines"])
def test_a_row_of_csv_is_counted_while_it_is_read(monkeypatch, line):
    made = []
    monkeypatch.setattr(files, "_text", lambda cell: made.append(cell) or cell)
    with pytest.raises(Unreadable):
        read_lines(f"Naam;Geboren\n{line}".encode())
    assert made == ["Naam", "Geboren"]


def test_empty_rows_below_a_list_are_not_read_to_their_end(monkeypatch):
    monkeypatch.setattr(files, "MOST_ROWS", 20)
    numbers = []
    monkeypatch.setattr(
        files, "Line", lambda *said, real=Line: numbers.append(said[0]) or real(*said)
    )
    assert len(read_lines(b"Naam\nAli\n" + b"\n" * 1000)) == 2
    assert max(numbers) == 23


def test_a_file_is_read_in_another_process_with_little_memory_and_time(monkeypatch):
    content = semicolons([HEAD, *GOOD])
    assert reader.read_apart(content) == read_lines(content)
    large = semicolons([HEAD, *([["Ali", "x" * 200]] * 9_000)])
    assert len(reader.read_apart(large)) == 9_001
    monkeypatch.setattr(reader, "MOST_MEMORY", 2**20)
    with pytest.raises(Unreadable):
        reader.read_apart(large)
    monkeypatch.undo()
    monkeypatch.setattr(reader, "MOST_SECONDS", 0)
    with pytest.raises(Unreadable):
        reader.read_apart(content)


def test_who_reads_a_file_knows_none_of_the_secrets(monkeypatch):
    given = {}

    def run(_command, **more):
        given.update(more)
        return CompletedProcess([], 0, b'{"lines": []}')

    monkeypatch.setattr("subprocess.run", run)
    monkeypatch.setenv("DATABASE_URL", "postgresql://x")
    assert reader.read_apart(b"x") == []
    assert given["timeout"] == reader.MOST_SECONDS
    assert set(given["env"]) <= {"PATH", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE"}


def test_of_two_rows_of_texts_the_finer_one_is_the_header():
    lines = [
        Line(1, ["Lijst van de opvang", "", ""]),
        Line(2, ["Persoon", "", "Opvang"]),
        Line(3, ["Naam", "Geboren", "In opvang sinds"]),
        Line(4, ["Ali", "1985", "01-02-2026"]),
    ]
    assert find_header(lines) == 2
    assert find_header([Line(1, ["a", "b"]), Line(2, ["Ali", "1985"])]) == 0


# ------------------------------------------------------------------ cells


MAPPING = {
    "name": 0,
    "birth_date": 1,
    "nationality": 2,
    "v_number": 3,
    "state": 4,
    "told_on": 5,
    "language": 6,
    "guardian": 7,
}


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        (["", "1985"], 0, "geen naam"),
        (["Ali", "31-02-1985"], 1, "bestaat niet"),
        (["Ali", "31133"], 1, "kaal getal"),
        (["Ali", "", "Marsiaanse"], 2, "landelijke tabel"),
        (["Ali", "", "", "123456789"], 3, "nul"),
        (["Ali", "", "", "12"], 3, "tien cijfers"),
        (["Ali", "", "", "", "gesloten"], 4, "open casus"),
        (["Ali", "", "", "", "in begeleiding"], 4, "coördinator"),
        (["Ali", "", "", "", "", "01-02-2026"], 6, "taal"),
        (["Ali", "", "", "", "", "morgen"], 5, "datum"),
        (["Ali", "2015"], 7, "minderjarig"),
        (["💥", "1985"], 0, "letter"),
        (["x" * 300, "1985"], 0, "tekens"),
    ],
)
def test_what_is_wrong_with_a_row_is_said_by_cell(cells, column, words):
    _said, problems = understand(cells, [], MAPPING, takes_over=False)
    assert any(where == column and words in text for where, text in problems), problems


def test_a_formula_is_not_taken_for_a_value():
    said, problems = understand(["=A1", "1985"], [0], MAPPING, takes_over=False)
    assert "name" not in said
    assert [column for column, _words in problems] == [0]


def test_readable_errors_name_no_library():
    with pytest.raises(Unreadable) as caught:
        read_lines(BROKEN["cut off"])
    assert "openpyxl" not in str(caught.value)
