"""Names, dates, numbers and nationalities as people write them."""

from contextlib import suppress
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from hypothesis import example, given
from hypothesis import strategies as st

from casework.register.values import (
    clean_name,
    clean_v_number,
    display,
    name_key,
    nationalities,
    nationality_choices,
    parse_partial_date,
)

GOOD_NAMES = [
    ("Tesfay", "Tesfay"), ("  Jan   de  Vries ", "Jan de Vries"), ("ተስፋይ ሃብተ", "ተስፋይ ሃብተ"), ("محمد", "محمد"),
    ("O'Neill-Van der Meer", "O'Neill-Van der Meer"), ("José\u200b María", "José María"), ("Anna\tMaria\n", "Anna Maria"),
    ("\u202eevil", "evil"), ("李", "李"), ("نام‌خانوادگی", "نام‌خانوادگی"),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "kept"), GOOD_NAMES)
def test_names_of_any_script_are_kept(typed, kept):
    assert clean_name(typed) == kept


@pytest.mark.parametrize(
    "typed", ["", "  ", "123", "\u200b\u200b", "😀", "Jan 😀", "-", "x" * 201, "\x00\x01"]
)
def test_what_is_no_name_is_refused(typed):
    with pytest.raises(ValidationError):
        clean_name(typed)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("José", "jose"),
        ("O'Neill", "o neill"),
        ("Al-Jubouri", "al jubouri"),
        ("Yıldırım", "yildirim"),
        ("Łukasz", "lukasz"),
    ],
)
def test_names_are_compared_without_accents_and_hyphens(one, other):
    assert name_key(one) == name_key(other)


@given(st.text(max_size=80))
@example("İ")
def test_a_key_is_its_own_key(text):
    assert name_key(name_key(text)) == name_key(text)


@given(st.text(max_size=300))
def test_whatever_is_typed_is_a_name_or_a_clear_refusal(text):
    try:
        kept = clean_name(text)
    except ValidationError:
        return
    assert 0 < len(kept) <= 200
    assert kept == clean_name(kept)


GOOD_DATES = [
    ("12-03-1985", "1985-03-12"), ("1-3-1985", "1985-03-01"), ("03-1985", "1985-03"), ("1985", "1985"),
    ("00-00-1985", "1985"), ("00-03-1985", "1985-03"), ("1985-03-12", "1985-03-12"), ("12/03/1985", "1985-03-12"),
    ("29-02-2000", "2000-02-29"), (" 1985 ", "1985"),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "kept"), GOOD_DATES)
def test_dates_are_kept_as_far_as_they_are_known(typed, kept):
    assert parse_partial_date(typed) == kept


BAD_DATES = [
    ("31-02-1990", "date_unreal"), ("12-13-1990", "date_unreal"), ("00-00-0000", "date_early"), ("1899", "date_early"),
    ("01-01-2999", "date_future"), ("2999", "date_future"), ("12-00-1985", "date_format"), ("morgen", "date_format"),
    ("12-03-85", "date_format"), ("١٢-٠٣-١٩٨٥x", "date_format"),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "code"), BAD_DATES)
def test_each_wrong_date_gets_its_own_message(typed, code):
    with pytest.raises(ValidationError) as refused:
        parse_partial_date(typed)
    assert refused.value.code == code


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2026, 1, 1)))
def test_a_full_date_survives_being_written_and_read(day):
    assert (
        parse_partial_date(f"{day:%d-%m-%Y}")
        == parse_partial_date(day.isoformat())
        == day.isoformat()
    )


@given(st.text(max_size=40))
def test_no_typed_date_breaks_the_page(text):
    with suppress(ValidationError):
        parse_partial_date(text)


@pytest.mark.parametrize(
    "typed", ["1234567890", "1234 567 890", "12.34.56.78.90", " 1234567890 ", "0000000001"]
)
def test_ten_digits_with_spaces_are_a_v_number(typed):
    assert len(clean_v_number(typed)) == 10


@pytest.mark.parametrize(
    "typed", ["123456789", "12345678901", "12345abcde", "V123456789", "１２３４５６７８９０"]
)
def test_anything_else_is_not(typed):
    with pytest.raises(ValidationError):
        clean_v_number(typed)


def test_table_32_is_whole():
    table = nationalities()
    assert len(table) > 200
    assert table["0001"][0] == "Nederlandse"
    assert table["0084"][1] == "Eritrean"
    assert all(len(code) == 4 and dutch and english for code, (dutch, english, _) in table.items())
    assert [code for code, _ in nationality_choices()[:2]] == ["0000", "0499"]
    assert "0065" not in dict(nationality_choices())  # ended: no new claims of it


def test_months_keep_their_names():
    """A word of ours that is also a month, such as "May", once gave everybody born in it another
    one."""
    months = (
        "januari februari maart april mei juni juli augustus september oktober november december"
    )
    shown = [display("birth_date", f"1985-{number:02}-12").split()[1] for number in range(1, 13)]
    assert shown == months.split()


def test_values_are_shown_in_words():
    assert display("birth_date", "1985-03-12") == "12 maart 1985"
    assert display("birth_date", "1985-03") == "maart 1985"
    assert display("birth_date", "1985") == "1985"
    assert display("v_number", "2345678901") == "2345 678 901"
    assert (display("sex", "woman"), display("language", "ti")) == ("vrouw", "Tigrinya")
