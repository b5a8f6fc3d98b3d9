"""Whether an outcome is confirmed by who can know, and whether it holds: claims, checks,
aftercare (R11 to R13)."""

from datetime import date

import pytest
from django.utils import timezone

from casework.journey.acts import StepRefused
from casework.journey.guards import add_months
from casework.models import (
    Confirmation,
    FollowUpCheck,
)
from casework.outcomes.acts import answer_claim, record_check, take_back_checks
from governance.access.clearance import acting_as
from tests import factories as make
from tests.casework.journeys import LAPSED, involved

pytestmark = pytest.mark.django_db


@pytest.fixture
def journey(guided):
    return guided


def test_r11_a_durable_outcome_is_confirmed_by_the_competent_partner_only(journey):
    journey.leave()
    claim = {"result": "confirmed", "said_on": 0, "evidence": "uitreisbewijs van vandaag"}
    assert "nog niet bevestigd" in journey.get("coordinator", "exit").text
    for who in ("municipality", "ngo", "ind"):
        assert journey.post(who, "claim_answer", **claim).status_code in (403, 404), who
    assert journey.post("dtv", "claim_answer", **claim | {"evidence": ""}).status_code == 400
    assert journey.post("dtv", "claim_answer", **claim | {"said_on": -1}).status_code == 400
    journey.done("dtv", "claim_answer", **claim)
    assert Confirmation.objects.get().author_team == journey.teams["dtv"]


def test_r11_r20_an_answer_on_paper_is_recorded_on_behalf_of_the_partner(journey):
    journey.leave(outcome="legalisation_asylum")
    dtv, ind = (str(journey.teams[name].pk) for name in ("dtv", "ind"))
    claim = {
        "result": "confirmed",
        "said_on": 0,
        "evidence": "beschikking",
        "received_on": 0,
        "received_document": "brief",
    }
    assert (
        journey.post("coordinator", "claim_answer", **claim, source_team=dtv).status_code == 400
    )  # not competent
    journey.done("coordinator", "claim_answer", **claim, source_team=ind)
    assert Confirmation.objects.get().source_team == journey.teams["ind"]


def test_t12_r12_a_durable_outcome_is_checked_after_3_6_and_12_months(journey, on_day):
    journey.leave()
    assert journey.step("coordinator", "archive").status_code == 409
    assert journey.step("coordinator", "aftercare").status_code == 403  # the case manager does
    assert journey.step("municipality", "aftercare").status_code == 302
    begun = timezone.localdate()
    assert journey.case.progress.deadline_on == add_months(begun, 3)
    check = {
        "months": "3",
        "checked_on": 0,
        "result": "holds",
        "outcome": "",
        "how": "gebeld met haar zus",
    }
    early = journey.post("municipality", "check_add", **check)
    assert early.status_code == 400
    assert "Deze controle is voor" in early.text
    for months, result in ((3, "holds"), (6, "does_not_hold")):
        on_day(add_months(begun, months))
        fields = {**check, "months": str(months), "result": result}
        if result == "does_not_hold":
            assert journey.post("municipality", "check_add", **fields).status_code == 400
            fields["outcome"] = "unknown_destination"
        journey.done("municipality", "check_add", **fields)
    refused = journey.step("coordinator", "close")
    assert "na 12 maanden" in refused.text
    assert "bevestigd noch weerlegd" in refused.text
    on_day(add_months(begun, 12))
    journey.done(
        "dtv", "check_add", **{**check, "months": "12", "result": "unknown", "how": "onvindbaar"}
    )
    assert journey.step("coordinator", "close").status_code == 409
    journey.done(
        "coordinator",
        "exit",
        unconfirmed_because="DT&V kan het niet nagaan.",
        version=journey.exit().version,
    )
    assert journey.step("coordinator", "close").status_code == 302
    assert journey.case.state == "archived"
    assert journey.exit().outcome == "independent_return"  # the claim stays as it was
    assert FollowUpCheck.objects.get(months=6).outcome == "unknown_destination"
    assert involved(journey) == {"municipality"}


def test_r13_a_semi_durable_outcome_that_became_durable_is_a_check_beside_it_and_the_exit_keeps_its_class(
    journey, on_day
):
    journey.leave(reason="moved_to_state_reception", outcome="repeat_asylum_reception")
    journey.step("municipality", "aftercare")
    on_day(add_months(journey.exit().exited_on, 3))
    check = {
        "months": "3",
        "checked_on": 0,
        "result": "holds",
        "how": "beschikking",
        "lapsed_because": "",
    }
    journey.done(
        "ind", "check_add", **check, outcome="legalisation_asylum"
    )  # who follows it says so itself
    assert FollowUpCheck.objects.get().outcome == "legalisation_asylum"
    assert journey.exit().classed.belongs_to == "semi_durable"
    assert "egalisering, asiel" in journey.get("coordinator", "exit").text
    on_day(add_months(journey.exit().exited_on, 6))
    journey.done(
        "municipality", "check_add", **check | {"months": "6"}, outcome="unknown_destination"
    )
    assert FollowUpCheck.objects.get(months=6).outcome == ""  # what holds became nothing worse


def test_months_are_counted_by_the_calendar():
    assert add_months(date(2024, 11, 30), 3) == date(2025, 2, 28)
    assert add_months(date(2023, 11, 30), 3) == date(2024, 2, 29)
    assert add_months(date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert add_months(date(2026, 12, 31), 6) == date(2027, 6, 30)


def test_the_same_check_is_recorded_once(journey):
    journey.leave()
    journey.done("municipality", "check_add", **LAPSED)
    assert (
        journey.post("municipality", "check_add", **LAPSED).status_code == 400
    )  # it is no choice any more
    assert FollowUpCheck.objects.filter(months=3).count() == 1


def test_t14_who_died_in_aftercare_is_not_checked_any_more_and_her_case_can_be_archived(journey):
    journey.leave()
    journey.step("municipality", "aftercare")
    for without in (
        {"lapsed_because": ""},
        {"lapsed_because": "new_case"},
    ):  # she has no newer case
        assert journey.post("municipality", "check_add", **LAPSED | without).status_code == 400
    journey.done("municipality", "check_add", **LAPSED)
    checks = FollowUpCheck.objects.filter(exit=journey.exit()).values_list(
        "months", "result", "lapsed_because"
    )
    assert set(checks) == {(months, "lapsed", "deceased") for months in (3, 6, 12)}
    assert journey.case.progress.deadline_on is None
    journey.done("dtv", "claim_answer", result="confirmed", said_on=0, evidence="eigen register")
    assert journey.step("coordinator", "close").status_code == 302


def test_a_check_recorded_by_mistake_is_taken_back_by_its_team_and_is_to_be_done_again(journey):
    journey.leave()
    journey.step("municipality", "aftercare")
    journey.done("municipality", "check_add", **LAPSED)
    check = FollowUpCheck.objects.get(months=6)
    assert "de persoon is overleden" in journey.get("municipality", "exit").text
    for who in ("ngo", "dtv", "ind"):
        assert journey.post(who, "check_take_back", check=check.reference).status_code in (
            403,
            404,
        ), who
    journey.done("municipality", "check_take_back", check=check.reference)
    assert not FollowUpCheck.objects.current().exists()  # all that lapsed together
    assert journey.case.progress.deadline_on == add_months(timezone.localdate(), 3)
    journey.done("municipality", "check_add", **LAPSED)
    assert FollowUpCheck.objects.current().count() == 3


def test_a_check_is_not_recorded_on_an_exit_that_was_undone_meanwhile(journey):
    journey.leave()
    found = journey.exit()
    said = {"undone": "error", "undone_on": 0, "undone_reason": "Vergissing."}
    journey.done("coordinator", "exit_undo", **said, version=found.version)
    with acting_as(journey.workers["municipality"]) as by, pytest.raises(StepRefused):
        record_check(
            found,
            {"months": 3, "result": "holds"},
            by=by,
            author_team=journey.teams["municipality"].pk,
        )
    with acting_as(journey.workers["dtv"]) as by, pytest.raises(StepRefused):
        answer_claim(found, {"result": "confirmed"}, by=by, author_team=journey.teams["dtv"].pk)


def test_no_check_is_recorded_or_taken_back_in_a_case_that_was_archived_meanwhile(journey):
    journey.leave()
    journey.done("municipality", "check_add", **LAPSED)
    found, check = journey.exit(), FollowUpCheck.objects.get(months=3)
    make.in_state(journey.case, "archived")
    with acting_as(journey.workers["municipality"]) as by:
        with pytest.raises(StepRefused, match="gearchiveerd"):
            take_back_checks(found, [check.reference])
        with pytest.raises(StepRefused, match="gearchiveerd"):
            record_check(found, {"months": 3}, by=by, author_team=journey.teams["municipality"].pk)
    check.refresh_from_db()
    assert check.ended_at is None


def test_t14_who_is_back_in_a_new_case_is_not_checked_any_more(journey):
    journey.leave()
    back = LAPSED | {"lapsed_because": "new_case", "how": "opnieuw aangemeld"}
    elsewhere = make.TeamFactory(organisation__kind="municipality", pilot__name="Elders")
    make.CaseFactory(lead_team=elsewhere, person=journey.case.person, state="exited")
    assert (
        journey.post("municipality", "check_add", **back).status_code == 400
    )  # that is nobody's to tell here
    make.CaseFactory(lead_team=journey.teams["municipality"], person=journey.case.person)
    journey.done("municipality", "check_add", **back)
    assert FollowUpCheck.objects.filter(lapsed_because="new_case").count() == 3


def test_the_same_answer_to_a_claim_is_given_once_and_another_stands_beside_it(journey):
    journey.leave()
    said = {"result": "confirmed", "said_on": 0, "evidence": "vertrekstaat 12"}
    journey.done("dtv", "claim_answer", **said)
    again = journey.post("dtv", "claim_answer", **said)
    assert again.status_code == 409
    assert "Dit antwoord is al gegeven." in again.text
    assert "vertrekstaat 12" in journey.get("dtv", "claim_answer").text  # what she typed comes back
    journey.done(
        "dtv", "claim_answer", **said | {"evidence": "vertrekstaat 21"}
    )  # the right paper after all
    assert Confirmation.objects.count() == 2
