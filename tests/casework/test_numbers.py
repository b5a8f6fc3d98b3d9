"""Case numbers: they count nothing, notice a typing error, and are found by their end."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from casework.cases.numbers import check_digit, clean_case_number
from casework.models import Case
from governance.access.clearance import acting_as
from lvv.urls import urlpatterns
from tests import factories as make

DIGITS = st.text("0123456789", min_size=10, max_size=10)


@given(DIGITS, st.integers(0, 10), st.integers(1, 9))
def test_each_wrong_digit_shows(digits, place, by):
    whole = digits + check_digit(digits)
    wrong = whole[:place] + str((int(whole[place]) + by) % 10) + whole[place + 1 :]
    assert check_digit(wrong[:-1]) != wrong[-1]


@given(DIGITS, st.integers(0, 9))
def test_two_neighbours_exchanged_show(digits, place):
    whole = digits + check_digit(digits)
    wrong = whole[:place] + whole[place + 1] + whole[place] + whole[place + 2 :]
    assert wrong == whole or check_digit(wrong[:-1]) != wrong[-1]


def test_a_number_is_read_as_people_write_it():
    whole = "2026483905"
    last = check_digit(whole)
    kept = f"2026-483905{last}"
    for text in (kept, f"2026 483 905 {last}", f"2026.483.905.{last}", f" 2026483905{last} "):
        assert clean_case_number(text) == kept
    assert clean_case_number("2026-000123") == "2026-000123"  # one from before
    assert clean_case_number("Tesfay 7") == "Tesfay 7"
    assert clean_case_number("2700000001") == "2700000001"  # a V-number
    with pytest.raises(ValidationError, match="cijfer"):
        clean_case_number(f"2026-483906{last}")


@pytest.mark.django_db
def test_numbers_of_the_database_have_the_check_digit_and_no_order(cast):
    with acting_as(cast.owner):
        numbers = Case.objects.next_numbers(300)
    assert len(set(numbers)) == 300
    assert all(clean_case_number(number) == number for number in numbers)
    assert all(re.fullmatch(r"\d{4}-\d{7}", number) for number in numbers)
    assert numbers not in (sorted(numbers), sorted(numbers, reverse=True))


@pytest.mark.django_db
def test_the_last_four_digits_find_a_case_in_sight_and_a_typing_error_is_said(client, cast):
    number = cast.case.number
    search = reverse("casework:case_search")

    def found(text):
        return [row.number for row in client.post(search, {"q": text}).context["rows"]]

    client.act_as(cast.owner)
    assert number in found(number[-4:])
    assert number in found(number.replace("-", " "))
    cast.other_case.number = number[:-5] + "9" + number[-4:]
    cast.other_case.save()
    assert cast.other_case.number not in found(number[-4:])  # out of sight
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    page = client.post(search, {"q": wrong}).text
    assert "Een cijfer van dit casusnummer klopt niet" in page


def addresses(patterns):
    for one in patterns:
        yield str(one.pattern)
        yield from addresses(getattr(one, "url_patterns", []))


def test_nothing_serial_stands_in_an_address():
    found = [text for text in addresses(urlpatterns) if "<int:" in text]
    assert found == ["keys/<int:pk>/"]  # of the sign-in package: one's own passkeys


@pytest.mark.django_db
def test_the_page_of_a_case_bears_no_serial_key(client, cast):
    row = make.InvolvementFactory(case=cast.case, team=make.TeamFactory(pilot=cast.pilot))
    page = client.act_as(cast.owner).get(
        reverse("casework:case_detail", args=[cast.case.reference])
    )
    assert f'"p{row.pk}"' not in page.text
    assert f"/{row.pk}/" not in page.text
