"""Several dossiers at once, by the service or on its behalf (R20)."""

import uuid

import pytest
from django.urls import reverse

from casework.models import DossierRequest, ServiceDossier
from tests import factories as make
from tests.casework.journeys import Journey, sent
from tests.casework.ten_teams import day

pytestmark = pytest.mark.django_db
PAGE = reverse("casework:dossiers_deliver")


@pytest.fixture
def three(client, pilot):
    found = []
    for _number in range(3):
        journey = Journey(client, pilot)
        journey.interviewed()
        journey.request_dossiers()
        found.append(journey)
    return found


def answers(journeys, service, results, **more):
    asked = [
        DossierRequest.objects.get(case=journey.case, of=service).reference for journey in journeys
    ]
    rows = {f"{key}-result": result for key, result in zip(asked, results, strict=True)}
    days = {f"{key}-delivered_on": -30 for key in asked}
    return sent({**rows, **days, **more})


def deliver(client, worker, form, behalf=""):
    return client.act_as(worker).post(PAGE + behalf, form)


def states(journeys):
    for journey in journeys:
        journey.case.refresh_from_db()
    return [journey.case.state for journey in journeys]


def test_a_service_answers_for_several_cases_and_each_moves_on_its_own(client, pilot, three):
    answer = deliver(client, pilot.workers["ind"], answers(three, "ind", ["complete", "none", ""]))
    assert answer.status_code == 302
    said = {
        row.case_id: (row.result, row.completed_on is not None, row.author_team)
        for row in ServiceDossier.objects.all()
    }
    ind = pilot.teams["ind"]
    assert said == {
        three[0].case.pk: ("complete", True, ind),
        three[1].case.pk: ("none", False, ind),
    }
    assert states(three) == ["awaiting_dossiers"] * 3
    # Of the other service the second one comes: who has both begins the rest period (T4).
    assert (
        deliver(client, pilot.workers["dtv"], answers(three, "dtv", ["complete"] * 3)).status_code
        == 302
    )
    assert states(three) == ["rest_period", "rest_period", "awaiting_dossiers"]
    shown = client.act_as(pilot.workers["ind"]).get(PAGE).text
    assert three[2].case.number in shown
    assert three[0].case.number not in shown


def test_one_that_is_wrong_keeps_all_from_being_saved_and_the_page_says_which(client, pilot, three):
    asked = DossierRequest.objects.get(case=three[1].case, of="ind").reference
    form = answers(three, "ind", ["complete"] * 3) | {
        f"{asked}-delivered_on": day(-45)
    }  # before it was asked for
    answer = deliver(client, pilot.workers["ind"], form)
    assert answer.status_code == 400
    assert f"{three[1].case.number}: " in answer.text
    assert f"{three[0].case.number}: " not in answer.text
    assert not ServiceDossier.objects.exists()
    assert deliver(client, pilot.workers["ind"], sent({})).status_code == 400  # nothing chosen


def test_on_its_behalf_the_coordinator_names_the_document_once(client, pilot, three):
    coordinator = pilot.workers["coordinator"]
    form = answers(three, "ind", ["complete", "complete", ""])
    assert (
        deliver(client, coordinator, form, "?namens=ind").status_code == 400
    )  # without the document
    form = answers(
        three,
        "ind",
        ["complete", "complete", ""],
        received_on=-3,
        received_document="lijst van de IND",
    )
    assert deliver(client, coordinator, form, "?namens=ind").status_code == 302
    rows = ServiceDossier.objects.values_list("case_id", "of", "source_team", "received_document")
    ind = pilot.teams["ind"].pk
    assert set(rows) == {(journey.case.pk, "ind", ind, "lijst van de IND") for journey in three[:2]}


@pytest.mark.parametrize("who", ["avim", "ngo", "municipality", "iom", "dtv", "elsewhere"])
def test_nobody_else_delivers_for_a_service(client, pilot, three, who):
    there = make.TeamFactory(organisation__kind="municipality", pilot__name="Elders")
    pilot.workers["elsewhere"] = make.MembershipFactory(team=there, role="coordinator").user
    form = answers(three, "ind", ["complete"] * 3, received_on=-3, received_document="brief")
    for behalf in ("", "?namens=ind"):
        answer = deliver(client, pilot.workers[who], form, behalf)
        assert answer.status_code == (
            403 if who == "elsewhere" else 400
        )  # there is no agreement in that pilot
        assert who in ("dtv", "elsewhere") or answer.context["rows"] == []
    assert not ServiceDossier.objects.exists()


def test_what_a_colleague_delivered_meanwhile_is_told_and_not_delivered_twice(client, pilot, three):
    form = answers(three, "ind", ["complete", "complete", "complete"])
    three[0].deliver("ind")
    answer = deliver(client, pilot.workers["ind"], form)
    assert answer.status_code == 302
    assert ServiceDossier.objects.filter(of="ind").count() == 3
    shown = client.get(PAGE).text
    assert "2 dossiers vastgelegd" in shown
    assert f"Iemand was u voor: voor {three[0].case.number}" in shown
    alone = deliver(client, pilot.workers["ind"], form | {"form_token": str(uuid.uuid4())})
    assert alone.status_code == 400
    assert all(journey.case.number in alone.text for journey in three)


def test_whom_it_is_not_asked_of_is_told_nothing_false(client, pilot, three):
    asked = three[0].case.number
    assert (
        asked in client.act_as(pilot.workers["coordinator"]).get(PAGE).text
    )  # the first service, on its behalf
    other = client.act_as(pilot.workers["ngo"]).get(PAGE).text
    assert "Bij uw team zijn geen dossiers opgevraagd" in other
    three[0].propose(reason="application_withdrawn", outcome="other_none")
    three[0].confirm()
    assert asked not in client.act_as(pilot.workers["coordinator"]).get(PAGE).text
