"""Names by sound, agreement of values, weights; what candidates the database offers; the quality
on planted doubles."""

import json

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from bench import doubles
from casework.records.enums import EndReason
from casework.register.doubles import candidates, compare, identities_of, likely_doubles
from casework.register.matching import (
    COMPARERS,
    WEIGHTS,
    Agreement,
    Identity,
    agreements,
    compare_birth_dates,
    compare_names,
    compare_numbers,
    is_likely,
    likely_agreements,
    swapped,
    take_apart,
    weight,
)
from casework.register.sounds import sounds
from governance.access.clearance import acting_as
from governance.access.enums import Category
from governance.convenants.enums import Cell
from tests import factories as make
from tests.conftest import agreement

A = Agreement
ALIKE = [
    ("Mohamed", "Muhammad"), ("Mohamed", "Mohammad"), ("Mohamed", "محمد"), ("Yusuf", "Youssef"), ("Yusuf", "Joesoef"),
    ("Ahmed", "Achmed"), ("Rachid", "Rashid"), ("Jamal", "Djamal"), ("Fatima", "Fatimah"), ("Qasim", "Kasim"), ("Zeresghi", "Zerezghi"),
    ("al-Khatib", "Khatib"), ("Тимур", "Timur"), ("Georgios", "Giorgios"), ("Abdullah", "Abdoulla"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_spellings_of_one_name_sound_the_same(one, other):
    assert sounds(one) == sounds(other) != []


@pytest.mark.parametrize(
    ("one", "other"), [("Mohamed", "Mahmoud Ali"), ("Selam", "Salim Haddad"), ("Yonas", "Tesfay")]
)
def test_other_names_do_not(one, other):
    assert sounds(one) != sounds(other)


def test_sounds_survive_anything():
    for odd in ("", "x" * 10_000, "''''", "😀", "%_\\", "陈伟", "ተስፋይ", "al"):
        assert isinstance(sounds(odd), list)


NAMES = [
    ("Selam Berhane", "selam  berhane", A.SAME), ("Selam Berhane", "Berhane Selam", A.SAME),
    ("Mohamed Ali", "Muhammad Ali", A.ALIKE), ("Tesfay Markerson", "Tesfai Markersen", A.ALIKE),
    ("Selam Berhane", "Selam Tekle", A.PARTLY), ("Selam", "Selam Berhane", A.PARTLY),
    ("Selam Berhane", "Selam Tekle Berhane", A.WITHIN),
    ("Selam Berhane", "Yonas Tekle", A.OTHER), ("", "Selam", A.MISSING),
]  # fmt: skip
DATES = [
    ("1985-03-12", "1985-03-12", A.SAME), ("1985-03-12", "1985-12-03", A.SWAPPED), ("1985-03-12", "1985-03-13", A.NEAR),
    ("1985-03-12", "1985", A.PARTLY), ("1985-03", "1985-03-12", A.PARTLY), ("1985", "1985", A.PARTLY),
    ("1985-03-12", "1990-07-01", A.OTHER), ("1985", "1986-01-01", A.OTHER), ("", "1985", A.MISSING),
]  # fmt: skip
NUMBERS = [
    ("2345678901", "2345678901", A.SAME), ("2345678901", "2345678902", A.NEAR), ("2345678901", "2345678910", A.NEAR),
    ("2345678901", "2999999999", A.OTHER), ("", "2345678901", A.MISSING),
]  # fmt: skip


@pytest.mark.parametrize(
    ("compare", "one", "other", "expected"),
    [(compare_names, take_apart(one), take_apart(other), how) for one, other, how in NAMES]
    + [(compare_birth_dates, *row) for row in DATES]
    + [(compare_numbers, *row) for row in NUMBERS],
)
def test_how_far_two_values_agree(compare, one, other, expected):
    assert compare(one, other) == expected
    assert compare(other, one) == expected


WORDS = st.sampled_from(
    ["Mohamed", "Muhammad", "Selam", "Tesfay", "Tesfai", "Ali", "al-Khatib", "محمد", ""]
)
BORN = st.sampled_from(["1985-03-12", "1985-12-03", "1985", "1986-03-12", "1985-03"])
SAID = st.builds(
    Identity,
    st.lists(st.builds(" ".join, st.lists(WORDS, min_size=1, max_size=3)), max_size=2),
    st.lists(BORN, max_size=2),
    st.lists(st.sampled_from(["0084", "0314"]), max_size=2),
    st.lists(st.sampled_from(["man", "woman"]), max_size=1),
    st.lists(st.sampled_from(["2345678901", "2345678902"]), max_size=1),
)


@given(SAID, SAID)
def test_weights_are_symmetric(one, other):
    assert agreements(one, other) == agreements(other, one)


@given(SAID, SAID)
def test_names_are_left_out_only_where_they_cannot_matter(one, other):
    agreed = agreements(one, other)
    assert likely_agreements(one, other) == (agreed if is_likely(agreed) else None)


@given(SAID)
def test_what_is_missing_says_nothing(one):
    assert weight(agreements(one, Identity())) == 0


@given(SAID, SAID, st.sampled_from(sorted(COMPARERS)))
def test_better_agreement_in_a_field_never_weighs_less(one, other, name):
    agreed = agreements(one, other)
    if agreed[name] != A.MISSING:
        better = {**agreed, name: A.SAME}
        assert weight(better) >= weight(agreed)


def test_weights_fall_with_agreement():
    for levels in WEIGHTS.values():
        values = [levels[level] for level in Agreement if level in levels]
        assert values == sorted(values, reverse=True)


def test_exchanged_dates():
    assert swapped("1985-03-12") == "1985-12-03"
    assert swapped("1985-03-25") == ""
    assert swapped("1985") == ""


def test_quality_on_planted_doubles():
    """A small register of another seed; the figures of the large ones stand in docs/matching.md."""
    register, again = doubles.generate(7, persons=3000, doubles=400)
    blocks = doubles.Blocks(register)
    found = shown = 0
    for truth in again:
        for n in blocks.candidates(truth.facts):
            if is_likely(agreements(register[n], doubles.at_the_desk(truth.facts))):
                shown += 1
                found += n == truth.person
    assert found / len(again) >= 0.95
    assert found / shown >= 0.95


def recorded(case, facts):
    for kind, values in (("birth_date", facts.birth_dates), ("v_number", facts.v_numbers)):
        for value in values:
            make.NameFactory(case=case, kind=kind, value=value)


@pytest.mark.django_db
def test_the_database_offers_the_candidates_the_rules_name(cast):
    """Brute force over every pair of a small register against match_candidates()."""
    register, again = doubles.generate(5, persons=60, doubles=30)
    cases = []
    for facts in register:
        case = make.CaseFactory(lead_team=cast.municipal, named=facts.names[0])
        recorded(case, facts)
        cases.append(case.pk)
    blocks = doubles.Blocks(register)
    with acting_as(cast.owner):
        for truth in again:
            expected = {cases[n] for n in blocks.candidates(truth.facts)}
            assert set(candidates([truth.facts])[0]) & set(cases) == expected
            assert {c.case_id for c in compare(truth.facts, identities_of(cases))} >= {
                c.case_id for c in likely_doubles(truth.facts)
            } & set(cases)
    with acting_as(cast.stranger):
        for truth in again:
            assert not set(candidates([truth.facts])[0]) & set(cases)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "facts",
    [
        Identity(["Verborgen Persoon"]),
        Identity(["Werborgen Persoon"], ["1985-03-12"]),
        Identity([], [], [], [], ["2777777777"]),
    ],
)
def test_nobody_out_of_sight_is_a_candidate(cast, facts):
    hidden = make.CaseFactory(lead_team=cast.municipal, named="Verborgen Persoon")
    make.NameFactory(case=hidden, kind="birth_date", value="1985-03-12")
    make.NameFactory(case=hidden, kind="v_number", value="2777777777")
    with acting_as(cast.owner):
        assert hidden.pk in candidates([facts])[0]
    for asker in (cast.partner, cast.stranger):
        with acting_as(asker):
            assert candidates([facts]) == [[]]
    silent = make.TeamFactory(
        organisation__kind="coa", pilot=cast.pilot
    )  # takes part, reads no identity
    agreement(cast.pilot, {silent: {Category.OUTCOME: Cell.READ}}, kind="ngo_agreement")
    make.InvolvementFactory(case=hidden, team=silent)
    with acting_as(make.MembershipFactory(team=silent).user), connection.cursor() as cursor:
        asked = [
            {
                "row": 0,
                "names": ["prsn", "vrbrgn"],
                "born": ["1985-03-12"],
                "numbers": ["2777777777"],
            }
        ]
        cursor.execute("SELECT * FROM match_candidates(%s, 100)", [json.dumps(asked)])
        assert cursor.fetchall() == []


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["Selam Berhane", "Muhammad Aly"])
def test_a_value_that_ended_is_no_longer_a_candidate(cast, value):
    row = make.NameFactory(case=cast.case, value="Mohamed Ali")
    with acting_as(cast.owner):
        assert (cast.case.pk in candidates([Identity(["Muhammad Aly"])])[0]) is True
    row.refresh_from_db()
    row.end(EndReason.MISTAKE)
    with acting_as(cast.owner):
        assert cast.case.pk not in candidates([Identity(["Muhammad Aly"])])[0]
