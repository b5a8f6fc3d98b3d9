"""From the registration to the rest period: the intake page by page, the dossiers, and who may
see and do what."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from casework.models import (
    CriteriaList,
    Intake,
    IntakeReport,
    Involvement,
    LetterTemplate,
    MedicalLimitation,
)
from governance.access.clearance import acting_as
from governance.models import Draft
from partners.models import OutboxMessage
from tests import factories as make
from tests.casework.journeys import Journey, Room, sent
from tests.casework.ten_teams import day

pytestmark = pytest.mark.django_db


@pytest.fixture
def journey(client, pilot):
    make.CriteriaFactory(pilot=pilot.pilot)
    return Journey(client, pilot)


def test_t2_the_intake_begins_and_is_of_its_team_until_it_is_complete(journey):
    journey.done("ngo", "intake", begun_on=-50)
    assert journey.case.state == "intake"
    assert journey.case.progress.history.latest().history_change_reason == "T2"
    for who, status in (("ngo", 200), ("coordinator", 404), ("dtv", 404)):
        assert journey.get(who, "intake_page", "gesprek").status_code == status, who
    assert journey.get("municipality", "intake_page", "gesprek").status_code == 404


def test_t2_is_refused_to_who_does_no_intakes_and_before_the_registration(journey):
    for who in ("ind", "legal", "avim"):
        assert journey.post(who, "intake", begun_on=0).status_code == 404, who  # takes no part
    early = journey.post("ngo", "intake", begun_on=-61)
    assert early.status_code == 400
    assert "Deze dag ligt vóór de verwijzing." in early.text
    journey.case.refresh_from_db()
    assert journey.case.state == "registered"


def test_pages_are_kept_and_a_colleague_goes_on_where_it_stopped(journey):
    journey.done("ngo", "intake", begun_on=-50)
    journey.done(
        "ngo",
        "intake_page",
        "gesprek",
        version=1,
        interviewed_on=-49,
        interpreter="no",
        informed="on",
        present="broer",
    )
    colleague = make.MembershipFactory(team=journey.teams["ngo"]).user
    journey.workers["colleague"] = colleague
    assert journey.get("colleague", "intake").url.endswith("/intake/situatie/")
    page = journey.get("colleague", "intake_page", "gesprek")
    assert re.search(r"<h1[^>]*>Gesprek</h1>", page.text)
    assert "broer" in page.text
    assert str(journey.workers["ngo"]) in page.text  # who kept it last
    # The first one still has her page open: what she sends is shown again, and nothing of it is
    # lost.
    more = {"wishes": "Een vaste plek.", "needs": "Rust."}
    journey.done(
        "colleague", "intake_page", "situatie", version=2, living="Bij haar broer.", **more
    )
    late = journey.post("ngo", "intake_page", "situatie", version=2, living="In de opvang.", **more)
    assert late.status_code == 409
    assert "In de opvang." in late.text
    assert IntakeReport.objects.get().living == "Bij haar broer."
    journey.done("ngo", "intake_page", "situatie", version=3, living="In de opvang.", **more)
    assert IntakeReport.objects.get().living == "In de opvang."


@pytest.mark.parametrize(
    ("page", "field"),
    [
        ("gesprek", "present"),
        ("situatie", "living"),
        ("situatie", "wishes"),
        ("beperking", "take_account_of"),
        ("criteria", "remark_0"),
        ("afronden", "share_purpose"),
    ],
)
def test_what_is_typed_on_a_page_is_kept_restored_on_return_never_sent_and_discarded_on_request(
    journey, page, field
):
    journey.done("ngo", "intake", begun_on=-50)
    if page == "afronden":
        journey.fill_intake(but="afronden")
    before = Intake.history.count(), IntakeReport.history.count(), MedicalLimitation.objects.count()
    shown = journey.get("ngo", "intake_page", page)
    typed = {
        **{
            name: unescape(re.search(f'name="{name}" value="([^"]*)"', shown.text)[1])
            for name in ("draft_key", "form_page", "form_token")
        },
        field: "Half getypt",
    }
    assert journey.client.post(reverse("governance:draft_save"), typed).status_code == 200
    again = journey.get("ngo", "intake_page", page).text
    assert "Half getypt" in again
    assert "staat er weer" in again
    assert "Half getypt" not in journey.get("coordinator", "intake_page", page).text
    assert (
        Intake.history.count(),
        IntakeReport.history.count(),
        MedicalLimitation.objects.count(),
    ) == before
    discarded = journey.client.act_as(journey.workers["ngo"]).post(
        reverse("governance:draft_discard"), typed
    )
    assert discarded.url == typed["form_page"]
    assert "Half getypt" not in journey.client.get(discarded.url).text
    # A save that was under way when she discarded it does not bring it back.
    journey.client.post(reverse("governance:draft_save"), typed)
    assert not Draft.objects.exists()


def test_an_intake_is_complete_only_with_every_page_and_every_criterion(journey):
    journey.done("ngo", "intake", begun_on=-50)
    answer = journey.post(
        "ngo", "intake_page", "afronden", version=1, visibility="own_organisation"
    )
    assert answer.status_code == 400
    assert all(label in answer.text for label in ("Gesprek", "Situatie en behoeften", "Criteria"))
    refused = journey.post("ngo", "intake_page", "criteria", version=1, result_0="met")
    assert refused.status_code == 400
    journey.fill_intake()
    intake = journey.intake_now()
    assert intake.completed_on == timezone.localdate()
    assert [row["result"] for row in intake.results] == ["met", "met"]
    assert intake.criteria.version == 1


def test_what_she_told_is_read_by_whom_the_counsellor_chose_and_the_criteria_by_the_conference(
    journey,
):
    make.InvolvementFactory(case=journey.case, team=journey.teams["dtv"])
    journey.intake()
    for who, sees in (("ngo", True), ("municipality", False), ("dtv", False)):
        page = journey.get(who, "intake_report")
        assert page.status_code == 200
        assert ("Slaapt bij een vriend." in page.text) is sees, who
        assert "Heeft geen recht op rijksopvang" in page.text
    report = IntakeReport.objects.get()
    report.visibility = "permitted_partners"
    report.save()
    assert "Slaapt bij een vriend." in journey.get("dtv", "intake_report").text


def test_a_limitation_becomes_a_record_of_its_own_and_stands_nowhere_else(journey):
    journey.done("ngo", "intake", begun_on=-50)
    journey.done(
        "ngo", "intake_page", "beperking", version=1, limited="yes", take_account_of="geen trappen"
    )
    journey.done(
        "ngo",
        "intake_page",
        "beperking",
        version=2,
        limited="yes",
        take_account_of="geen hoge trappen",
    )
    limitation = MedicalLimitation.objects.get()
    assert (limitation.take_account_of, limitation.visibility) == (
        "geen hoge trappen",
        "own_organisation",
    )
    journey.post("ngo", "intake_page", "beperking", version=3, limited="yes")
    assert MedicalLimitation.objects.count() == 1


def test_after_a_limitation_is_asked_by_who_may_record_one_and_what_she_answered_comes_back(
    journey,
):
    journey.done("ngo", "intake", begun_on=-50)
    page = journey.get("ngo", "intake_page", "afronden").text
    assert "Beperking" in page
    journey.done(
        "ngo", "intake_page", "beperking", version=1, limited="yes", take_account_of="geen trappen"
    )
    assert 'value="geen trappen"' in journey.get("ngo", "intake_page", "beperking").text
    journey.done("ngo", "intake_page", "beperking", version=2, limited="no", take_account_of="")
    assert not MedicalLimitation.objects.current().exists()  # said by mistake; it stays to be read
    again = journey.get("ngo", "intake_page", "beperking").context["form"]
    assert again["limited"].value() == "no"
    assert "Gevraagd of er een beperking is" in journey.get("ngo", "intake_report").text


def test_an_intake_that_is_under_way_goes_on_when_the_case_goes_into_the_conference_early(journey):
    journey.pilot.pilot.early_admission = True
    journey.pilot.pilot.save()
    journey.done("ngo", "intake", begun_on=-50)
    Room(journey).add(teams=("ngo",))
    assert journey.case.state == "in_conference"
    journey.fill_intake()
    assert Intake.objects.get().completed_on == timezone.localdate()


def test_a_stopped_intake_makes_room_for_a_new_one(journey):
    journey.done("ngo", "intake", begun_on=-50)
    why = {"version": 1, "reason": "Zij wil nog nadenken."}
    early = journey.post("ngo", "intake_stop", stopped_on=-51, **why)
    assert "vóór het begin van de intake" in early.text
    journey.done("ngo", "intake_stop", stopped_on=-2, **why)
    story = journey.get("ngo", "case_detail").text
    assert "De intake is gestopt" in story
    stopped = Intake.objects.get()
    assert stopped.ended_at
    assert stopped.stopped_because == "Zij wil nog nadenken."
    assert stopped.stopped_on == journey.day(-2)
    assert journey.case.state == "intake"
    journey.done("municipality", "intake", begun_on=-20)
    assert Intake.objects.count() == 2


def test_t3_asks_both_services_and_they_take_part_from_then_on(journey):
    early = journey.post("ngo", "dossiers_request", requested_on=-40)
    assert early.status_code == 409
    assert "De intake is nog niet afgerond." in early.text
    journey.intake()
    with acting_as(journey.workers["ind"]):
        assert not type(journey.case).objects.filter(pk=journey.case.pk).exists()
    OutboxMessage.objects.all().delete()
    journey.request_dossiers()
    assert journey.case.state == "awaiting_dossiers"
    involved = set(
        Involvement.objects.in_force().filter(case=journey.case).values_list("team", flat=True)
    )
    assert {journey.teams["ind"].pk, journey.teams["dtv"].pk} < involved
    assert journey.get("ind", "case_detail").status_code == 200
    told = OutboxMessage.objects.get()
    assert (
        told.user == journey.workers["municipality"]
    )  # her case manager; who acts is not told of it
    assert journey.case.number in told.subject
    assert "Hiwot" not in told.subject + told.body
    assert journey.post("ngo", "dossiers_request", requested_on=-40).status_code == 409  # once


def test_t3_whom_it_hides_that_dtv_knows_of_a_place_it_is_named_from_the_request_on(journey):
    """DT&V was told of a place; who may not know of it learns that DT&V takes part when its dossier
    is asked for, and nothing of before."""
    dtv, worker = journey.teams["dtv"], journey.workers["dtv"]
    make.InvolvementFactory(case=journey.case, team=dtv, ground="made_known", worker=worker)
    make.InvolvementFactory(case=journey.case, team=journey.teams["avim"])
    journey.intake()
    assert dtv.label not in journey.get("avim", "case_why").text
    journey.request_dossiers()
    for who in ("avim", "ngo"):
        assert dtv.label in journey.get(who, "case_why").text, who
    now = Involvement.objects.in_force().get(case=journey.case, team=dtv)
    assert (now.ground, now.since, now.worker) == ("dossier_request", timezone.localdate(), worker)
    with acting_as(journey.workers["avim"]):
        assert list(Involvement.objects.filter(team=dtv)) == [now]


def test_t3_is_refused_before_she_was_told_and_with_a_criterion_open(journey):
    make.Briefing.objects.filter(case=journey.case).delete()
    journey.intake()
    found = journey.intake_now()
    found.results = found.results[:1]  # one of two
    found.save()
    answer = journey.post("ngo", "dossiers_request", requested_on=-40)
    assert answer.status_code == 409
    assert "nog niet verteld" in answer.text
    assert "Nog niet elk lokaal criterium is getoetst." in answer.text
    assert not Involvement.objects.filter(case=journey.case, team=journey.teams["ind"]).exists()


def test_what_was_not_known_yet_of_a_criterion_is_filled_in_later_by_the_same_team(journey):
    """Until she is admitted, under the list of then, and nothing else of the intake is written
    again."""
    journey.done("ngo", "intake", begun_on=-50)
    journey.fill_intake(results="unknown")
    make.CriteriaFactory(pilot=journey.pilot.pilot, version=2, criteria=["Iets anders"])
    page = journey.get("ngo", "intake_report")
    assert "Aanvullen wat nog niet bekend was" in page.text
    assert (
        "Aanvullen wat nog niet bekend was" not in journey.get("municipality", "intake_report").text
    )
    assert journey.get("ngo", "intake_page", "situatie").status_code == 403
    assert journey.get("municipality", "intake_page", "criteria").status_code == 403
    seen = journey.get("ngo", "intake_page", "criteria")
    assert "Iets anders" not in seen.text
    journey.done(
        "ngo",
        "intake_page",
        "criteria",
        version=journey.intake_now().version,
        result_0="met",
        result_1="not_met",
    )
    found = journey.intake_now()
    assert [row["result"] for row in found.results] == ["met", "not_met"]
    assert (found.criteria.version, found.completed_on) == (1, timezone.localdate())
    assert "Aanvullen wat nog niet bekend was" not in journey.get("ngo", "intake_report").text
    # What is known stays as it was said; and who comes later is told, with her text.
    journey.done(
        "ngo",
        "intake_page",
        "criteria",
        version=journey.intake_now().version,
        result_0="not_met",
        result_1="met",
    )
    assert [row["result"] for row in journey.intake_now().results] == ["met", "not_met"]
    late = journey.post(
        "ngo", "intake_page", "criteria", version=found.version - 1, result_0="met", result_1="met"
    )
    assert late.status_code == 409


def test_t4_r8_the_later_dossier_begins_the_rest_period(journey):
    journey.intake()
    journey.request_dossiers()
    journey.deliver("ind", on=-35)
    assert journey.case.state == "awaiting_dossiers"
    journey.deliver("dtv", result="none", on=-20)
    assert journey.case.state == "rest_period"
    assert journey.case.progress.deadline_on == timezone.localdate() - timedelta(
        days=6
    )  # fourteen days after the later one


def test_t4_a_dossier_recorded_on_its_behalf_counts_until_the_service_says_itself(journey):
    journey.intake()
    journey.request_dossiers()
    journey.deliver("dtv", on=-20)
    page = at_supply(journey, "ind", on=-10)
    assert page.status_code == 302
    assert journey.case.state == "rest_period"
    assert journey.case.progress.deadline_on == timezone.localdate() + timedelta(days=4)
    journey.deliver("ind", on=-30)  # its own word
    assert journey.case.progress.deadline_on == timezone.localdate() - timedelta(days=6)


def at_supply(journey, service, on):
    journey.client.act_as(journey.workers["coordinator"])
    url = f"/casussen/{journey.case.reference}/dossier/dossier/nieuw/?namens=1"
    answer = journey.client.post(
        url,
        {
            "source_team": journey.teams[service].pk,
            "received_on": day(0),
            "received_document": "brief",
            "result": "complete",
            "delivered_on": day(on),
            "completed_on": "",
            "remark": "",
        },
    )
    journey.case.refresh_from_db()
    return answer


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"delivered_on": -41}, "vóór het verzoek"),
        ({"delivered_on": 1}, "in de toekomst"),
        ({"delivered_on": -10, "completed_on": -11}, "vóór de levering"),
        ({"result": "none", "completed_on": -1}, "nooit compleet"),
    ],
)
def test_a_dossier_has_days_that_fit(journey, changes, sentence):
    journey.intake()
    journey.request_dossiers()
    fields = {"result": "complete", "delivered_on": -5, "completed_on": "", "remark": "", **changes}
    answer = journey.post("ind", "record_add", "dossier", **fields)
    assert answer.status_code == 400
    assert sentence in answer.text


def test_a_service_delivers_only_its_own_dossier_and_only_what_was_asked_for(journey):
    make.InvolvementFactory(case=journey.case, team=journey.teams["ind"])
    answer = journey.post(
        "ind",
        "record_add",
        "dossier",
        result="complete",
        delivered_on=-1,
        completed_on="",
        remark="",
    )
    assert answer.status_code == 400
    assert "niet opgevraagd" in answer.text
    assert (
        journey.post("ngo", "record_add", "dossier", result="complete", delivered_on=-1).status_code
        == 403
    )


def test_the_list_before_the_conference_says_what_each_case_waits_for(journey):
    journey.client.act_as(journey.workers["ngo"])
    page = journey.client.get("/intake/")
    assert "Hiwot Reiziger" in page.text
    journey.intake()
    assert (
        "niet allebei opgevraagd"
        in journey.client.act_as(journey.workers["ngo"]).get("/intake/").text
    )
    assert "Hiwot" not in journey.client.act_as(journey.workers["ind"]).get("/intake/").text


def test_criteria_get_a_new_version_and_none_changes(journey):
    url = f"/intake/criteria/{journey.pilot.pilot.slug}/"
    journey.client.act_as(journey.workers["coordinator"])
    new = {"criteria": "Eerste\n\nTweede  regel", "in_force_from": day(0)}
    assert journey.client.post(url, new).status_code == 302
    versions = make.CriteriaList.objects.filter(pilot=journey.pilot.pilot)
    assert [row.version for row in versions] == [2, 1]
    assert versions[0].criteria == ["Eerste", "Tweede regel"]
    assert journey.client.post(url, {**new, "in_force_from": day(-1)}).status_code == 400
    assert journey.client.post(url, {**new, "criteria": "x\n" * 13}).status_code == 400
    assert journey.client.act_as(journey.workers["ngo"]).get(url).status_code == 200
    assert journey.client.post(url, new).status_code == 403


@pytest.mark.parametrize(
    ("model", "url", "form"),
    [
        (CriteriaList, "/intake/criteria/modelstad/", {"criteria": "Eerste", "in_force_from": 0}),
        (
            LetterTemplate,
            "/lso/brieven/modelstad/?soort=refused",
            {"text": "<p>Geachte, zo is besloten.</p>"},
        ),
    ],
)
def test_of_two_who_write_the_next_version_at_once_the_second_is_told(
    journey, monkeypatch, model, url, form
):
    real = model.objects.create

    def somebody_was_first(**row):
        real(**row)
        return real(**row)

    monkeypatch.setattr(model.objects, "create", somebody_was_first)
    answer = journey.client.act_as(journey.workers["coordinator"]).post(url, sent(form))
    assert answer.status_code == 400
    assert "een nieuwe versie geschreven" in answer.text
    assert not model.objects.filter(pilot=journey.pilot.pilot, version=2).exists()
