"""People who belong together, and minors."""

import uuid
from datetime import date, timedelta

import pytest
from django.db import ProgrammingError, transaction
from django.urls import reverse
from django.utils import timezone

from casework.models import (
    Case,
    Relation,
)
from casework.register.values import may_be_minor
from governance.access.clearance import acting_as
from tests import factories as make
from tests.casework.ten_teams import adding, day, page_of, record_page, typed

pytestmark = pytest.mark.django_db


def test_members_of_a_household_show_as_far_as_the_reader_sees_them(client, pilot):
    relation = make.RECORDS["relation"](
        case=pilot.case,
        author_team=pilot.teams["municipality"],
        other=pilot.other.person,
        other_name="",
        kind="child",
    )
    shown = client.act_as(pilot.workers["municipality"]).get(page_of(pilot.case)).text
    assert "Buiten Beeld" in shown
    for name in ("ngo", "ind", "dtv"):  # they do not take part in the other one's case
        assert (
            "Buiten Beeld" not in client.act_as(pilot.workers[name]).get(page_of(pilot.case)).text
        )
        assert client.get(record_page(pilot.case, relation)).status_code == 404
    with acting_as(pilot.workers["ngo"]), pytest.raises(ProgrammingError), transaction.atomic():
        type(relation).objects.create(
            case=pilot.case,
            author_team=pilot.teams["ngo"],
            author=pilot.workers["ngo"],
            kind="child",
            other_id=pilot.other.person_id,
        )


def test_a_relation_is_made_by_the_number_of_a_case_in_sight(client, pilot):
    form = {"kind": "child", "since": 0, "other_name": ""}
    url = adding(pilot.case, "relation")
    client.act_as(pilot.workers["ngo"])
    assert client.post(url, typed(form, other_number=pilot.other.number)).status_code == 400
    assert (
        client.post(url, typed(form, other_number=pilot.case.number)).status_code == 400
    )  # with herself
    client.act_as(pilot.workers["municipality"])
    assert (
        client.post(
            url, typed(form, other_number=pilot.other.number, visibility="permitted_partners")
        ).status_code
        == 302
    )


def household(**changes):
    form = {
        "referrer": "Wijkteam",
        "referred_on": day(-1),
        "told_on": day(-1),
        "language": "ti",
        "rows": "4",
        "lid0-name": "Moeder Eerste",
        "lid0-birth_date": "1985",
        "lid0-nationality": "0084",
        "lid1-name": "Kind Tweede",
        "lid1-birth_date": (timezone.localdate() - timedelta(days=3000)).strftime("%d-%m-%Y"),
        "lid1-relation": "child",
        "lid1-responsible": "0",
        "form_token": str(uuid.uuid4()),
        "draft_key": f"household:{uuid.uuid4()}",
    }
    return {**form, **changes}


def test_a_household_is_registered_in_one_step_one_record_each(client, pilot):
    url = reverse("casework:register_household")
    client.act_as(pilot.workers["municipality"])
    assert client.get(url, follow=True).status_code == 200
    form = household()
    done = client.post(url, form)
    assert done.status_code == 302
    assert client.post(url, form).url == done.url
    mother, child = Case.objects.order_by("-pk")[:2][::-1]
    assert mother.person != child.person
    relation = Relation.objects.get(case=child)
    assert (relation.other, relation.kind, relation.is_responsible) == (
        mother.person,
        "parent",
        True,
    )
    assert Relation.objects.get(case=mother).kind == "child"
    page = client.get(page_of(child)).text
    assert "Moeder Eerste" in page
    assert "verantwoordelijk voor deze minderjarige" in page


BAD_HOUSEHOLDS = [
    {"lid0-name": ""},
    {"lid1-relation": ""},
    {"lid1-responsible": ""},
    {"lid1-responsible": "1"},
    {"lid1-responsible": "2"},
    {"lid1-name": ""},
    {"referrer": ""},
    {"lid0-birth_date": "morgen"},
    {"rows": "0", "lid0-name": ""},
]


@pytest.mark.parametrize("change", BAD_HOUSEHOLDS)
def test_bad_households(client, pilot, change):
    before = Case.objects.count()
    answer = client.act_as(pilot.workers["municipality"]).post(
        reverse("casework:register_household"), household(**change)
    )
    assert answer.status_code == 400
    assert Case.objects.count() == before


def test_more_rows_keep_what_was_typed(client, pilot):
    client.act_as(pilot.workers["municipality"])
    page = client.post(reverse("casework:register_household"), household(more="1"))
    assert page.status_code == 200
    assert "lid5-name" in page.text
    assert "Vul de naam in" not in page.text  # nothing was sent yet, so nothing is refused
    assert "Kind Tweede" in page.text


def test_a_minor_alone_names_a_guardian(client, pilot):
    born = (timezone.localdate() - timedelta(days=4000)).strftime("%d-%m-%Y")
    form = {
        "name": "Alleen Gekomen",
        "other_names": "",
        "birth_date": born,
        "nationality": "0084",
        "second_nationality": "",
        "v_number": "",
        "referrer": "Politie",
        "referred_on": day(),
        "told_on": day(),
        "language": "ti",
        "guardian": "",
        "form_token": str(uuid.uuid4()),
        "draft_key": f"register:{uuid.uuid4()}",
    }
    url = reverse("casework:register_person")
    client.act_as(pilot.workers["municipality"])
    assert client.post(url, form).status_code == 400
    assert client.post(url, {**form, "guardian": "Nidos"}).status_code == 302
    relation = Relation.objects.get()
    assert (relation.kind, relation.other_name, relation.is_responsible) == (
        "guardian",
        "Nidos",
        True,
    )


def test_who_may_be_a_minor():
    today = date(2026, 11, 22)
    for born, minor in (
        ("2008-11-22", False),
        ("2008-11-23", True),
        ("2008-11", True),
        ("2008", True),
        ("2007", False),
        ("2008-10", False),
        ("", False),
    ):
        assert may_be_minor(born, today) is minor, born


def test_an_empty_row_between_members_changes_nobodys_responsible(client, pilot):
    form = household(
        **{
            "lid1-name": "",
            "lid1-birth_date": "",
            "lid1-relation": "",
            "lid1-responsible": "",
            "lid2-name": "Kind Derde",
            "lid2-birth_date": household()["lid1-birth_date"],
            "lid2-relation": "child",
            "lid2-responsible": "0",
        }
    )
    url = reverse("casework:register_household")
    client.act_as(pilot.workers["municipality"])
    assert (
        client.post(url, {**form, "lid2-responsible": "1"}).status_code == 400
    )  # nobody is in that row
    assert client.post(url, form).status_code == 302
    mother, child = Case.objects.order_by("-pk")[:2][::-1]
    assert Relation.objects.get(case=child).other == mother.person


def test_all_rows_of_a_household_come_back(client, pilot):
    client.act_as(pilot.workers["municipality"])
    key = f"household:{uuid.uuid4()}"
    form = household(
        **{"rows": "8", "lid6-name": "Zevende Kind", "lid6-relation": "child", "draft_key": key}
    )
    assert client.post(reverse("governance:draft_save"), form).status_code == 200
    page = client.get(
        reverse("casework:register_household"), {"concept": key.partition(":")[2]}
    ).text
    assert "Zevende Kind" in page
