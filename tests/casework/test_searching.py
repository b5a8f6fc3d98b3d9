"""Searching: by name, number, birth and nationality, within what one may see; each match says
why it is there."""

import pytest
from django.urls import reverse

from casework.cases.search import search
from casework.links.acts import judge
from casework.models import Case
from casework.register.enums import ClashAnswer
from governance.access.clearance import acting_as
from tests import factories as make

pytestmark = pytest.mark.django_db
URL = reverse("casework:case_search")


@pytest.fixture
def known(cast):
    for case, born, nation in (
        (cast.case, "1988-04-09", "0084"),
        (cast.other_case, "1988-04-09", "0084"),
    ):
        make.NameFactory(case=case, kind="birth_date", value=born, author_team=case.lead_team)
        make.NameFactory(case=case, kind="nationality", value=nation, author_team=case.lead_team)
    return cast


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"q": "Tesfay Markerson"}, ["zelfde naam"]),
        ({"q": "Tesfai Marckerson"}, ["naam lijkt erop"]),
        ({"q": "arkers"}, ["de naam bevat dit"]),
        ({"born": "09-04-1988"}, ["zelfde geboortedatum"]),
        ({"born": "04-09-1988"}, ["dag en maand van geboorte verwisseld"]),
        ({"born": "1988"}, ["zelfde geboortejaar"]),
        (
            {"q": "Tesfay", "born": "1988", "nationality": "0084"},
            ["zelfde geboortejaar", "zelfde nationaliteit"],
        ),
    ],
)
def test_a_match_explains_itself_and_stays_in_sight(client, known, asked, words):
    shown = client.act_as(known.owner).post(URL, asked)
    assert [row.number for row in shown.context["rows"]] == [known.case.number]
    for word in words:
        assert word in shown.text, word
    assert known.other_case.number not in shown.text


def test_somebody_of_a_common_name_is_found_by_her_birth(client, known, monkeypatch):
    """However many others of that name come first; and the page says when it shows not
    everybody."""
    monkeypatch.setattr("casework.cases.search.MOST_NARROWED", 5)
    for _n in range(27):
        make.CaseFactory(lead_team=known.municipal, named="Aster Markerson")
    client.act_as(known.owner)
    for asked in (
        {"q": "arkers", "born": "09-04-1988"},
        {"q": "Tesfai Marckerson", "born": "04-09-1988"},
    ):
        shown = client.post(URL, asked)
        assert shown.context["rows"][0].number == known.case.number, asked
    assert "er zijn misschien meer personen" in client.post(URL, {"q": "arkers"}).text
    assert "er zijn misschien meer personen" not in client.post(URL, {"q": known.case.number}).text


@pytest.mark.parametrize(
    "asked",
    [
        {"q": "Tesfay", "born": "1990"},
        {"q": "Tesfay", "nationality": "0052"},
        {"born": "01-01-1970"},
        {"q": "%%"},
    ],
)
def test_what_contradicts_is_left_out(client, known, asked):
    shown = client.act_as(known.owner).post(URL, asked)
    assert shown.status_code == 200
    assert not shown.context["rows"]


@pytest.mark.parametrize(
    "asked",
    [
        {"nationality": "0084"},
        {"born": "31-02-1988"},
        {"born": "'; DROP TABLE"},
        {"q": "x", "nationality": "9999"},
        {"born": "x" * 10_000},
    ],
)
def test_nobody_leafs_through_people_and_nonsense_is_answered(client, known, asked):
    shown = client.act_as(known.owner).post(URL, asked)
    assert shown.status_code == 400
    assert not shown.context["rows"]
    assert client.post(URL, {"q": "x" * 10_000}).status_code == 200


def test_a_value_kept_within_another_team_finds_nobody(client, known):
    hidden = make.NameFactory(
        case=known.case, value="Verborgen Naam", author_team=known.partner_team
    )
    hidden.refresh_from_db()
    hidden.visibility = "own_organisation"
    hidden.save()
    assert not client.act_as(known.owner).post(URL, {"q": "Verborgen"}).context["rows"]
    assert client.act_as(known.partner).post(URL, {"q": "Verborgen"}).context["rows"]


def test_what_is_linked_is_found_with_it(known):
    second = make.CaseFactory(lead_team=known.municipal, named="Heel Anders")
    with acting_as(known.owner):
        judge(known.case.person, second.person, ClashAnswer.SAME, "gelijk")
        found = search("Tesfay")
        assert found.keys == [known.case.pk, second.pk]
    with acting_as(known.partner):  # takes part in the first only
        assert search("Tesfay").keys == [known.case.pk]
        assert Case.objects.count() == 1
