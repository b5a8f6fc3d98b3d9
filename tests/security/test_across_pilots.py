"""Ways round the limit of what compares across pilots: each function that looks past the wall has
one, and none answers more than it says."""

import uuid
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from casework.dossiers.acts import add_record, end_record
from casework.known_elsewhere.views import ask
from casework.models import Clash, IdentityValue, Question
from casework.records.enums import EndReason
from casework.register.clashes import answer_clash, clashes_for
from casework.registration.acts import Claim, register
from governance.access.clearance import acting_as, current_clearance
from governance.access.enums import Category
from governance.convenants.enums import Allows, Cell
from governance.models import ConvenantArticle
from lvv.common.database import call
from partners.organisations.enums import Role
from tests import factories as make
from tests.conftest import agreement

pytestmark = pytest.mark.django_db
WHY = "Zegt eerder opgevangen te zijn"


@pytest.fixture
def two(cast):
    """Five people with a number there; a caseworker and two coordinators here."""
    pilot = make.PilotFactory(name="Verderop")
    team = make.TeamFactory(organisation=pilot.municipality, pilot=pilot)
    agreed = agreement(pilot, {team: dict.fromkeys(Category, Cell.WRITE)})
    for convenant in (cast.convenant, agreed):
        ConvenantArticle.objects.create(
            convenant=convenant, number="12", title="Elders", text="…", allows=Allows.HIT_NO_HIT
        )
    numbers = [str(2_700_000_000 + n) for n in range(12)]
    there = [make.CaseFactory(lead_team=team, named=f"Persoon Elders{n}") for n in range(12)]
    for case, number in zip(there, numbers, strict=True):
        make.NameFactory(case=case, kind="v_number", value=number, author_team=team)
    return SimpleNamespace(
        **vars(cast),
        numbers=numbers,
        there=there,
        team=team,
        colleague=cast.worker(cast.municipal, Role.COORDINATOR),
        coordinator_there=make.MembershipFactory(team=team, role=Role.COORDINATOR).user,
        officer_there=make.MembershipFactory(
            team=None, organisation=pilot.municipality, role=Role.PRIVACY_OFFICER
        ).user,
    )


def typed(two, number, *, by=None, case=None):
    """The number written down in her case, as the page does."""
    with acting_as(by or two.owner) as clearance:
        value = IdentityValue(case=case or two.case, kind="v_number", value=number)
        add_record(value, by=clearance, author_team=two.municipal.pk)
    return value


def known(two):
    with acting_as(two.owner):
        return ask(two.case.reference, WHY)


def told(user):
    with acting_as(user) as clearance:
        return clashes_for(clearance)


# ---------------------------------------------------------------- elsewhere_ask


def test_one_question_carries_one_number(two):
    for number in two.numbers[:5]:
        typed(two, number)
    current = IdentityValue.objects.current().filter(case=two.case, kind="v_number")
    assert [value.value for value in current] == [two.numbers[4]]
    _said, question = known(two)
    assert question.compared == 1


def test_the_database_holds_one_number_a_source_and_case(two):
    typed(two, two.numbers[0])
    with pytest.raises(IntegrityError), transaction.atomic():
        make.NameFactory(
            case=two.case, kind="v_number", value=two.numbers[1], author_team=two.municipal
        )


def test_a_number_on_behalf_of_another_source_is_not_asked_about_unless_it_leads(two):
    typed(two, "2999999999")
    make.NameFactory(
        case=two.case,
        kind="v_number",
        value=two.numbers[0],
        author_team=two.municipal,
        source_team=two.partner_team,
    )
    _said, question = known(two)
    assert question.pilots == []


def test_values_are_counted_and_not_questions(two):
    make.NameFactory(case=two.case, kind="birth_date", value="1988-04-09")
    typed(two, two.numbers[0])
    for _ in range(5):  # a number and a name with a day of birth: two of ten
        assert known(two)[0] == "asked"
    assert known(two)[0] == "too_many"
    other = make.CaseFactory(lead_team=two.municipal, named="Een Ander")  # nor by another case
    make.NameFactory(case=other, kind="v_number", value=two.numbers[1], author_team=two.municipal)
    with acting_as(two.owner):
        assert ask(other.reference, WHY)[0] == "too_many"
    assert sum(Question.objects.values_list("compared", flat=True)) == 10


def test_an_alias_and_an_ended_value_are_no_key(two):
    born = "1988-04-09"
    make.NameFactory(case=two.there[0], kind="birth_date", value=born, author_team=two.team)
    make.NameFactory(case=two.case, kind="birth_date", value=born)
    make.NameFactory(case=two.case, kind="alias", value="Persoon Elders0")
    with acting_as(two.owner) as clearance:
        value = IdentityValue(case=two.case, kind="v_number", value=two.numbers[0])
        add_record(value, by=clearance, author_team=two.municipal.pk)
        end_record(value, EndReason.MISTAKE)
    assert known(two)[1].pilots == []


# ---------------------------------------------------------------- register_clashes


def test_who_typed_the_number_is_told_of_no_clash(client, two):
    value = typed(two, two.numbers[0], by=two.coordinator)
    clash = Clash.objects.get()
    assert told(two.coordinator) == []
    page = reverse("casework:clash_detail", args=[clash.reference])
    assert client.act_as(two.coordinator).get(page).status_code == 404
    assert (
        client.post(
            reverse("casework:clash_answer", args=[clash.reference]),
            {"answer": "same", "form_token": str(uuid.uuid4())},
        ).status_code
        == 404
    )
    assert len(told(two.colleague)) == len(told(two.coordinator_there)) == 1
    with acting_as(two.coordinator_there):
        assert answer_clash(clash.reference, "not_same")
    assert len(told(two.coordinator)) == 1  # the other pilot said something of it
    assert value.case == two.case


def test_a_clash_goes_with_the_number_that_made_it(two):
    value = typed(two, two.numbers[0])
    assert len(told(two.coordinator)) == 1
    typed(two, two.numbers[1])  # another one instead
    assert [clash.other_pilot.name for clash in told(two.coordinator)] == ["Verderop"]
    assert Clash.objects.filter(withdrawn_at=None).get().older_case == two.there[1]
    with acting_as(two.owner):
        end_record(
            IdentityValue.objects.current().get(case=two.case, kind="v_number"), EndReason.MISTAKE
        )
    assert told(two.coordinator) == told(two.coordinator_there) == []
    assert Clash.objects.count() == 2  # and is counted
    typed(two, value.value)
    assert len(told(two.coordinator)) == 1


def test_what_both_have_settled_is_not_withdrawn(two):
    typed(two, two.numbers[0])
    clash = Clash.objects.get()
    for user in (two.coordinator, two.coordinator_there):
        with acting_as(user):
            assert answer_clash(clash.reference, "not_same")
    typed(two, "2999999999")
    clash.refresh_from_db()
    assert clash.withdrawn_at is None


def unusual(user):
    with acting_as(user), connection.cursor() as cursor:
        cursor.execute("SELECT worker, pilot, clashes FROM clashes_unusual(5)")
        return cursor.fetchall()


def test_many_clashes_of_one_worker_show_to_who_oversees_the_other_pilot(client, two):
    for number in two.numbers[:5]:
        typed(two, number)
    assert unusual(two.officer_there) == []
    with acting_as(two.owner) as clearance:  # also by registering, as a list does
        register(
            Claim(names=["Nog Iemand"], v_number=two.numbers[5], told_on=timezone.localdate()),
            by=clearance,
            team=two.municipal,
        )
    assert unusual(two.officer_there) == [(two.owner.name, two.pilot.name, 6)]
    page = client.act_as(two.officer_there).get(reverse("casework:readings")).text
    assert two.owner.name in page
    for other in (two.officer, two.coordinator, two.owner, two.coordinator_there, two.admin):
        assert unusual(other) == ([] if other != two.officer else unusual(two.officer))
    assert not any(two.owner.name == row[0] for row in unusual(two.coordinator))


def test_two_workers_are_counted_each(two):
    for number in two.numbers[:4]:
        typed(two, number)
    for number in two.numbers[4:8]:
        typed(two, number, by=two.coordinator)
    assert unusual(two.officer_there) == []


def test_the_functions_answer_nothing_of_a_case_that_is_not_hers(two):
    with acting_as(two.stranger):
        with pytest.raises(Exception, match="not your case"), transaction.atomic():
            call("register_clashes", two.case.pk)
        assert ask(two.case.reference, WHY)[0] == "refused"
        assert current_clearance() is not None


# ---------------------------------------------------------------- match_candidates, search_names


def test_candidates_and_names_are_of_cases_in_sight(two):
    number = two.numbers[0]
    with acting_as(two.owner), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM search_names('persoon elders', '{}', 200)")
        assert cursor.fetchone() == (0,)
        cursor.execute(
            "SELECT count(*) FROM match_candidates(%s, 200)",
            [f'[{{"numbers": ["{number}"], "births": [], "sounds": [], "keys": [], "years": []}}]'],
        )
        assert cursor.fetchone() == (0,)


def test_a_clash_between_is_made_by_judging_alone(two):
    """The web may not call it: it would be a third door."""
    people = [two.case.person_id], [two.there[0].person_id]
    denied = pytest.raises(Exception, match="permission denied")
    with acting_as(two.coordinator), denied, transaction.atomic():
        call("register_clash_between", *people, WHY)


def test_an_answer_does_not_outlive_the_number_it_was_given_about(two):
    typed(two, two.numbers[0], by=two.coordinator)
    clash = Clash.objects.get()
    with acting_as(two.coordinator_there):
        assert answer_clash(clash.reference, "same")
    typed(two, "2999999999", by=two.coordinator)
    typed(two, two.numbers[0], by=two.coordinator)
    clash.refresh_from_db()
    assert (clash.withdrawn_at, clash.newer_answer, clash.older_answer) == (None, "", "")
    assert told(two.coordinator) == []


def test_of_a_refused_case_one_asks_as_of_any_other_open_one(two):
    make.in_state(two.case, "not_admitted")
    typed(two, two.numbers[0])
    assert known(two)[0] == "asked"


def test_a_number_that_the_source_keeps_to_itself_refuses_none_on_its_behalf(two):
    own = make.NameFactory(
        case=two.case, kind="v_number", value="2111111111", author_team=two.partner_team
    )
    for visibility in ("own_organisation", "permitted_partners"):
        own.visibility = visibility
        own.save(update_fields=["visibility"])
        value = IdentityValue(
            case=two.case, kind="v_number", value="2222222222", source_team=two.partner_team
        )
        with acting_as(two.coordinator) as clearance:
            if visibility == "own_organisation":
                add_record(value, by=clearance, author_team=two.municipal.pk)
                continue
            with pytest.raises(ValidationError, match="zelf een V-nummer"):
                add_record(value, by=clearance, author_team=two.municipal.pk)
    current = IdentityValue.objects.current().filter(case=two.case, kind="v_number")
    assert set(current.values_list("value", flat=True)) >= {"2111111111", "2222222222"}
