"""Other ways into the conference than by a rest period: early (T6), with the dossiers of before
(T17), municipal mode."""

from datetime import timedelta

import pytest
from django.utils import timezone

from casework.models import DossierRequest
from governance.convenants.enums import ConvenantKind
from governance.convenants.template_convenant import make_from_model
from tests import factories as make
from tests.casework.journeys import Journey, Room

pytestmark = pytest.mark.django_db


def again(journey, **case):
    """She left and comes back: a new case of the same person, in which nobody asked for
    dossiers."""
    journey.propose(
        reason="left_own_request", outcome="unknown_destination", explanation="Vertrokken."
    )
    answer = journey.confirm()
    assert answer.status_code == 302, answer.text[:3000]
    journey.case = make.CaseFactory(
        person=journey.case.person,
        lead_team=journey.teams["municipality"],
        case_manager=journey.workers["municipality"],
        involve=[journey.teams["ngo"]],
        named="Hiwot Reiziger",
        **case,
    )
    make.BriefingFactory(case=journey.case, author_team=journey.teams["municipality"])


def to_guidance(journey):
    room = Room(journey)
    assert room.add(teams=("ngo",)).status_code == 302
    room.open()
    assert room.decide("admitted").status_code == 302
    assert journey.formal("admitted").status_code == 302
    assert room.decide("scenario_set", scenario="return_home").status_code == 302
    journey.done(
        "ngo", "plan", what="Paspoort aanvragen", to_team=str(journey.teams["ngo"].pk), due_on=30
    )
    return journey.step("municipality", "guidance")


def test_t17_a_case_goes_in_with_the_dossiers_of_before_which_keep_their_days(journey):
    journey.to_rest(on=-20)
    again(journey)
    answer = journey.step("coordinator", "take-over")
    assert answer.status_code == 302, answer.text[:3000]
    assert journey.case.state == "in_conference"
    assert journey.case.progress.history.latest().history_change_reason == "T17"
    assert "Vraag de dossiers op" not in journey.get("municipality", "case_detail").text
    assert to_guidance(journey).status_code == 302
    assert journey.case.state == "in_guidance"


def test_t17_the_rest_period_of_before_still_runs(journey):
    journey.to_rest(on=-5)
    again(journey)
    assert journey.step("coordinator", "take-over").status_code == 302
    room = Room(journey)
    room.add(teams=("ngo",))
    room.open()
    refused = room.decide("scenario_set", scenario="return_home")
    assert refused.status_code == 400
    assert "Geen scenario tijdens de rusttermijn" in refused.text


def test_t17_is_refused_without_a_case_before_and_to_who_does_not_lead(journey):
    assert journey.step("coordinator", "take-over").status_code == 409  # there was no case before
    journey.to_rest(on=-20)
    again(journey)
    for who in ("municipality", "ngo"):
        assert journey.step(who, "take-over").status_code == 403, who
    assert journey.case.state == "registered"


def test_t17_old_dossiers_are_asked_for_again(journey, on_day):
    journey.to_rest(on=-20)
    again(journey)
    on_day(timezone.localdate() + timedelta(days=165))
    refused = journey.step("coordinator", "take-over")
    assert refused.status_code == 409
    assert "ouder dan de overnametermijn" in refused.text
    assert journey.case.state == "registered"


def test_t6_the_dossiers_are_asked_for_after_an_early_admission_and_then_the_rest_begins(
    journey, on_day
):
    journey.pilot.pilot.early_admission = True
    journey.pilot.pilot.save()
    journey.intake()
    assert journey.step("coordinator", "early").status_code == 302
    room = Room(journey)
    room.add(teams=("ngo",))
    room.open()
    assert room.decide("admitted").status_code == 302
    assert journey.formal("admitted").status_code == 302
    assert (
        "Vraag de dossiers op"
        in journey.client.act_as(journey.workers["municipality"]).get("/").text
    )
    journey.done("ngo", "dossiers_request", requested_on=0)
    assert journey.case.state == "admitted"  # asking moves nothing
    assert DossierRequest.objects.filter(case=journey.case).count() == 2
    for service in ("ind", "dtv"):
        journey.deliver(service, on=0)
    assert room.decide("scenario_set", scenario="return_home").status_code == 400
    on_day(timezone.localdate() + timedelta(days=14))
    later = Room(journey)
    later.add(teams=("ngo",))
    later.open()
    assert later.decide("scenario_set", scenario="return_home").status_code == 302


def test_t18_a_case_from_a_list_that_waits_for_dossiers_gets_them_asked_for_and_goes_on(
    client, pilot
):
    journey = Journey(client, pilot, state="awaiting_dossiers")
    page = journey.get("coordinator", "case_detail").text
    assert "Onbekend uit eerdere stappen" in page
    journey.done("ngo", "dossiers_request", requested_on=-20)
    assert journey.case.state == "awaiting_dossiers"
    for service in ("ind", "dtv"):
        journey.deliver(service, on=-15)
    assert journey.case.state == "rest_period"
    gaps = (
        journey.get("coordinator", "case_detail")
        .text.partition("Onbekend uit eerdere stappen")[2]
        .partition("</section>")[0]
    )
    assert "geen intake" in gaps
    assert "dossiers" not in gaps


def test_t6_a_case_whose_intake_somebody_else_still_writes_came_from_no_list(journey):
    journey.pilot.pilot.early_admission = True
    journey.pilot.pilot.save()
    journey.done("ngo", "intake", begun_on=-5)  # until it is complete only its own team reads it
    assert journey.step("coordinator", "early").status_code == 302
    assert "Onbekend uit eerdere stappen" not in journey.get("coordinator", "case_detail").text


def test_municipal_mode_needs_neither_dossiers_nor_rest_and_meets_under_the_municipal_decision(
    journey,
):
    pilot = journey.pilot.pilot
    pilot.municipal_mode = True
    pilot.save()
    decision = make_from_model(pilot, ConvenantKind.MUNICIPAL_DECISION)
    decision.agreed_on = decision.in_force_from = timezone.localdate() - timedelta(days=9)
    decision.save()
    decision.parties.update(signed_on=decision.agreed_on)
    assert journey.step("coordinator", "take-over").status_code == 302
    assert journey.case.state == "in_conference"
    room = Room(journey)
    room.add(teams=("ngo",))
    room.open()
    assert room.decide("scenario_set", scenario="return_home").status_code == 302
    assert room.meeting.convenant.kind in (
        ConvenantKind.CONVENANT,
        ConvenantKind.MUNICIPAL_DECISION,
    )
    assert "Vraag de dossiers op" not in journey.get("municipality", "case_detail").text
