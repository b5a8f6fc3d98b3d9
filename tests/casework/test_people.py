"""What is true of people: who died, who is a minor, what they are and what they speak."""

from decimal import Decimal

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from casework.models import IdentityValue, Relation
from casework.register.doubles import identities_of
from governance.access.clearance import acting_as
from lvv.common.forms import AmountField
from tests import factories as make
from tests.casework.journeys import LAPSED, sent

pytestmark = pytest.mark.django_db


def value(journey, kind, **fields):
    said = {"status": "claimed", "said_on": 0, "visibility": "permitted_partners", **fields}
    journey.client.act_as(journey.workers["municipality"])
    page = reverse("casework:record_add", args=[journey.case.reference, "identity_value"])
    return journey.client.post(f"{page}?soort={kind}", sent(said))


def test_who_died_is_called_so_wherever_the_name_stands_and_new_work_is_questioned(guided):
    case, who = guided.case, guided.client.act_as(guided.workers["municipality"])
    assert "(overleden)" not in who.get("/casussen/").text
    assert value(guided, "death_date", value="12-11-2026").status_code == 302
    words = "Hiwot Reiziger (overleden)"
    pages = [
        "/casussen/",
        reverse("casework:case_detail", args=[case.reference]),
        reverse("casework:exit", args=[case.reference]),
    ]
    for page in pages:
        assert words in who.get(page).text, page
    assert "12 november 2026" in who.get(pages[1]).text
    assert all("nog nodig" in who.get(page).text for page in pages[1:])
    found = who.post(reverse("casework:case_search"), {"q": "Hiwot Reiziger"}).text
    assert words in found
    assert value(guided, "death_date", value="01-01-2040").status_code == 400


def test_aftercare_is_not_offered_of_who_died(guided):
    guided.leave(reason="deceased", outcome="deceased")
    steps = guided.get("municipality", "case_detail").context["next_steps"]
    assert "T12" not in {row.step.number for row in steps}


def deaths(journey):
    rows = IdentityValue.objects.filter(case=journey.case, kind="death_date")
    return [(row.value, row.status, row.author_team) for row in rows]


def test_an_exit_of_who_died_records_the_day_of_death_with_the_personal_data(guided):
    case, team = guided.case, guided.teams["municipality"]
    assert "died_on" in guided.get("municipality", "exit_propose").context["form"].fields
    wrong = guided.propose(reason="deceased", outcome="deceased", died_on="01-01-2040")
    assert wrong.status_code == 400
    assert guided.propose(died_on="2026").status_code == 302  # who lives has no day of death
    assert deaths(guided) == []
    guided.done("municipality", "exit_withdraw", version=guided.exit().version)
    guided.leave(reason="deceased", outcome="deceased")
    today = timezone.localdate().isoformat()
    assert deaths(guided) == [(today, "claimed", team)]
    who = guided.client.act_as(guided.workers["municipality"])
    for page in ("case_detail", "exit"):
        page = reverse(f"casework:{page}", args=[case.reference])
        assert "Hiwot Reiziger (overleden)" in who.get(page).text


def test_a_check_that_lapses_by_death_asks_for_its_day_unless_one_is_recorded(guided):
    guided.leave()
    unsaid = guided.post("municipality", "check_add", **LAPSED | {"died_on": ""})
    assert unsaid.status_code == 400
    assert "datum van overlijden" in unsaid.text
    guided.done("municipality", "check_add", **LAPSED | {"died_on": "11-2026"})
    assert deaths(guided) == [("2026-11", "claimed", guided.teams["municipality"])]


def test_a_day_of_death_that_is_recorded_is_not_asked_again(guided):
    assert value(guided, "death_date", value="12-11-2026").status_code == 302
    assert "died_on" not in guided.get("municipality", "exit_propose").context["form"].fields
    guided.leave(reason="deceased", outcome="deceased", died_on="2026")
    assert [row[0] for row in deaths(guided)] == ["2026-11-12"]


def test_what_became_of_who_turns_out_to_have_died_asks_for_the_day_of_death(guided):
    guided.propose(reason="left_own_request", outcome="not_established")
    guided.confirm()
    found = {"outcome": "deceased", "explanation": "Gemeld door familie.", "evidence": ""}
    fields = found | {"evidence_on": "", "version": guided.exit().version}
    assert guided.post("coordinator", "exit_establish", **fields).status_code == 400
    guided.done("coordinator", "exit_establish", **fields, died_on="10-11-2026")
    assert deaths(guided) == [("2026-11-10", "claimed", guided.teams["municipality"])]


def test_who_turns_out_to_be_a_minor_raises_the_question_who_is_responsible(journey):
    year = timezone.localdate().year
    asks = "wie is verantwoordelijk"
    assert asks not in journey.get("municipality", "case_detail").text
    assert value(journey, "birth_date", value=f"01-06-{year - 16}").status_code == 302
    assert asks in journey.get("municipality", "case_detail").text
    make.RECORDS["relation"](
        case=journey.case, author_team=journey.teams["municipality"], kind="guardian"
    )
    assert Relation.objects.filter(case=journey.case).exists()
    assert asks not in journey.get("municipality", "case_detail").text


def test_x_and_unknown_are_two_things_and_neither_speaks_against_a_match(journey):
    page = reverse("casework:record_add", args=[journey.case.reference, "identity_value"])
    form = journey.client.act_as(journey.workers["municipality"]).get(f"{page}?soort=sex")
    offered = [key for key, _label in form.context["form"].fields["value"].choices]
    assert offered == ["", "woman", "man", "x", "unknown"]
    for sex in ("x", "unknown"):
        assert value(journey, "sex", value=sex).status_code == 302
    with acting_as(journey.workers["municipality"]):
        known = identities_of([journey.case.pk])[journey.case.pk]
    assert known.sexes == []
    assert set(IdentityValue.objects.filter(kind="sex").values_list("value", flat=True)) == {
        "x", "unknown",
    }  # fmt: skip


def test_a_language_that_is_on_no_list_is_kept_as_people_call_it(journey):
    assert value(journey, "language", value="other").status_code == 400
    assert value(journey, "language", value="other", language="Bilen").status_code == 302
    assert IdentityValue.objects.get(kind="language").value == "Bilen"
    person = reverse("casework:person_detail", args=[journey.case.person.reference])
    assert "Bilen" in journey.client.get(person).text


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("62,50", "62.50"), ("62.50", "62.50"), ("€ 62,5", "62.50"), ("62", "62"), ("1.250", "1250"),
        ("1.250,75", "1250.75"), ("1 250,-", "1250"), ("52,--", "52"), ("EUR 52", "52"),
        ("52 euro", None), ("1,2,3", None), ("12.5000", None), ("-5", None),
    ],
)  # fmt: skip
def test_amounts_are_read_as_people_write_them(written, amount):
    field = AmountField(max_digits=7, decimal_places=2)
    if amount is None:
        with pytest.raises(ValidationError):
            field.clean(written)
    else:
        assert field.clean(written) == Decimal(amount)


def test_an_amount_is_shown_again_as_it_is_written_here():
    class One(forms.Form):
        amount = AmountField(max_digits=7, decimal_places=2, initial=Decimal("1250.5"))

    assert 'value="1250,50"' in str(One()["amount"])
