"""The day on which something happened and the day on which it was recorded are two facts."""

from datetime import timedelta

import pytest
from django.utils import timezone

from casework.models import Case, Involvement, StepTaken
from tests.casework.journeys import Journey
from tests.casework.test_register import URL, typed

pytestmark = pytest.mark.django_db


def ago(days):
    return timezone.localdate() - timedelta(days=days)


def steps_of(case):
    return dict(StepTaken.objects.filter(case=case).values_list("number", "on"))


def test_somebody_is_registered_with_the_day_she_was_referred_on(client, cast):
    form = typed(referred_on=f"{ago(19):%d-%m-%Y}")
    assert client.act_as(cast.owner).post(URL, form).status_code == 302
    case = Case.objects.latest("pk")
    assert (case.referred_on, case.registered_on) == (ago(19), timezone.localdate())
    assert (case.progress.since, steps_of(case)) == (ago(19), {"T1": ago(19)})
    assert set(Involvement.objects.filter(case=case).values_list("since", flat=True)) == {
        timezone.localdate()
    }  # a past day opens nothing in the past
    page = client.get(case_page(case)).text
    assert page.count("vastgelegd") >= 2  # beside the day, and in the story
    late = typed(referred_on=f"{ago(-1):%d-%m-%Y}")
    assert client.post(URL, late).status_code == 400


def case_page(case):
    return f"/casussen/{case.reference}/"


def test_what_happened_before_it_was_registered_is_recorded_from_the_day_of_the_referral(
    client, pilot
):
    journey = Journey(client, pilot, referred_on=ago(60), registered_on=ago(1))
    refused = journey.post("ngo", "intake", begun_on=-61)
    assert refused.status_code == 400
    assert "vóór de verwijzing" in refused.text
    journey.to_rest()
    assert journey.case.state == "rest_period"
    expected = {"T1": ago(60), "T2": ago(50), "T3": ago(40), "T4": ago(30)}
    assert steps_of(journey.case) == expected
    assert journey.case.progress.since == ago(30)


def test_a_step_is_taken_on_its_day_and_on_none_that_is_impossible(journey):
    journey.to_admitted()
    journey.room.decide("scenario_set", scenario="return_home")
    journey.done("ngo", "plan", what="Paspoort", to_team=str(journey.teams["ngo"].pk), due_on=30)
    for day in (1, ""):
        assert journey.step("municipality", "guidance", on=day).status_code == 400
    early = journey.step("municipality", "guidance", on=-1)  # admitted today
    assert early.status_code == 409
    assert "sinds" in early.text
    assert journey.case.state == "admitted"
    assert journey.step("municipality", "guidance").status_code == 302
    assert journey.case.progress.since == timezone.localdate()


def test_a_wrong_day_of_referral_is_corrected_and_the_old_one_kept(journey):
    page = journey.get("municipality", "case_referral")
    assert page.status_code == 200
    fields = {"referrer": "Wijkteam Zuid", "why": "Verkeerd overgenomen."}
    version = journey.case.version
    for day, sentence in ((1, "toekomst"), (-59, "na de aanmelding")):
        wrong = journey.post(
            "municipality", "case_referral", referred_on=day, version=version, **fields
        )
        assert wrong.status_code == 400
        assert sentence in wrong.text
    journey.done("municipality", "case_referral", referred_on=-70, version=version, **fields)
    assert (journey.case.referred_on, journey.case.registered_on) == (ago(70), ago(60))
    past = journey.case.history.latest()
    assert (past.history_change_reason, past.prev_record.referred_on) == (fields["why"], ago(60))
    assert journey.case.progress.since == ago(70)
    again = journey.post(
        "municipality", "case_referral", referred_on=-71, version=version, **fields
    )
    assert again.status_code == 409
    assert journey.post("ngo", "case_referral", **fields).status_code == 403
    assert journey.get("avim", "case_referral").status_code == 404
    journey.interviewed()
    later = {**fields, "version": journey.case.version}
    journey.case.registered_on = ago(0)
    journey.case.save()
    after = journey.post("municipality", "case_referral", referred_on=-49, **later)
    assert "na het begin van de intake" in after.text
