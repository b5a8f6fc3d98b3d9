"""Files that are read as lists: every way one can be wrong, and what its cells are understood to
say."""

import io
import zipfile
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from casework.imports.columns import find_header, understand
from casework.imports.files import MOST_ROWS, Line, Unreadable, read_lines
from casework.imports.models import Import
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
    lines = read_lines("lijst.csv", content)
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
    lines = read_lines("lijst.xlsx", xlsx(rows))
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
    assert answer.status_code == 400
    assert "De lijst is niet ingelezen" in answer.text
    assert not Import.objects.exists()


def test_a_sheet_formatted_to_its_last_row_is_read_and_ends():
    def far(sheet):
        sheet.cell(row=1_048_576, column=1).value = None
        sheet.cell(row=1_048_576, column=1).number_format = "0"

    lines = read_lines("lijst.xlsx", xlsx([HEAD, *GOOD], far))
    assert len(lines) == 4


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
        read_lines("x.xlsx", BROKEN["cut off"])
    assert "openpyxl" not in str(caught.value)
