"""The formal decision: who decides, under which mandate, what follows, and the letter that never
changes."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from casework.journey.facts import fact_of
from casework.journey.guards import add_months
from casework.models import Case, FormalDecision, LetterTemplate, Procedure, Task
from governance.access.clearance import acting_as
from governance.models import Draft, MandateDecision
from tests import factories as make
from tests.casework.journeys import Journey, at, sent, six_weeks
from tests.casework.ten_teams import day

pytestmark = pytest.mark.django_db


@pytest.fixture
def journey(in_conference, client, pilot):
    return in_conference.again(client, pilot)


def test_t7_r6_admission_needs_the_conference_and_a_formal_decision_under_a_mandate(journey):
    refused = journey.formal("admitted")
    assert refused.status_code == 400
    assert "LSO heeft niet besloten de persoon toe te laten" in refused.text
    assert not FormalDecision.objects.exists()
    journey.room.decide("admitted")
    assert Task.objects.get().answer == ""
    assert journey.formal("admitted", effective_on=2).status_code == 302
    decision = FormalDecision.objects.get()
    assert journey.case.state == "admitted"
    assert fact_of(journey.case).admitted_on == timezone.localdate() + timedelta(days=2)
    assert (decision.function, decision.mandate.title) == ("burgemeester", "Mandaatbesluit 0")
    assert decision.conference_decision.kind == "admitted"
    assert Task.objects.get().answer == "done"  # what the decision asked for


def test_t8_a_refusal_has_reasons_and_remedies(journey):
    journey.room.decide("not_admitted")
    for name in ("reasons", "remedies", "function"):
        assert journey.formal("refused", **{name: ""}).status_code == 400, name
    assert journey.formal("admitted").status_code == 400
    assert journey.formal("refused").status_code == 302
    assert journey.case.state == "not_admitted"
    until = six_weeks(timezone.localdate())
    assert journey.case.progress.deadline_on == until + timedelta(days=1)


def test_r6_a_mandate_that_had_ended_or_is_of_another_pilot_gives_nothing(journey):
    journey.room.decide("admitted")
    today = timezone.localdate()
    ended = make.mandate(journey.pilot.pilot, in_force_until=today)
    answer = journey.formal("admitted", mandate=ended)
    assert answer.status_code == 400
    assert "geldt niet op de dag van het besluit" in answer.text
    elsewhere = make.mandate(make.PilotFactory(), title="Elders")
    assert journey.formal("admitted", mandate=elsewhere).status_code == 400
    assert not FormalDecision.objects.exists()
    assert (
        journey.formal("admitted", mandate=ended, decided_on=-1, effective_on=-1).status_code == 400
    )  # before the LSO


def test_in_municipal_mode_the_college_decides_in_its_own_name(journey):
    journey.room.decide("admitted")
    assert journey.formal("admitted", function="college").status_code == 400
    journey.pilot.pilot.municipal_mode = True
    journey.pilot.pilot.save()
    assert journey.formal("admitted", function="college").status_code == 302
    decision = FormalDecision.objects.get()
    assert decision.mandate is None
    assert decision.function.startswith("college")


@pytest.mark.parametrize("who", ["municipality", "ngo", "ind", "dtv"])
def test_only_the_coordinator_takes_a_formal_decision(journey, who):
    journey.room.decide("admitted")
    assert journey.formal("admitted", who=who).status_code == 403


def test_the_letter_is_filled_in_mended_and_kept_as_it_left(journey, pilot):
    LetterTemplate.objects.create(
        pilot=pilot.pilot,
        kind="admitted",
        version=1,
        text="<p>Beste {naam}, {redenen}</p>",
        in_force_from=timezone.localdate(),
    )
    journey.room.decide("admitted")
    first = journey.formal("admitted", reasons="Wegens <b>alles</b>.", letter=None)
    assert first.status_code == 200
    assert "Beste Hiwot Reiziger" in first.text
    assert "&amp;lt;b&amp;gt;alles" in first.text  # what people write is text in the letter
    assert not FormalDecision.objects.exists()
    sent = journey.formal("admitted", letter="<p onclick='x()'>Zo.</p><script>alert(1)</script>")
    assert sent.status_code == 302
    decision = FormalDecision.objects.get()
    assert decision.letter == "<p>Zo.</p>"
    assert decision.template.version == 1
    page = journey.get("coordinator", "formal_decision", decision.reference)
    assert "<p>Zo.</p>" in page.text
    LetterTemplate.objects.create(
        pilot=pilot.pilot,
        kind="admitted",
        version=2,
        text="Anders",
        in_force_from=timezone.localdate(),
    )
    assert "<p>Zo.</p>" in journey.get("ngo", "formal_decision", decision.reference).text
    for who in ("legal", "avim", "iom"):
        assert journey.get(who, "formal_decision", decision.reference).status_code == 404


def test_a_mended_letter_is_not_lost_by_going_back_or_when_the_case_moved_on(journey):
    journey.room.decide("admitted")
    mended = "<p>Met de hand verbeterd.</p>"
    back = journey.formal("admitted", back="1", letter=mended).text
    kept = {
        name: unescape(re.search(f'name="{name}" value="([^"]*)"', back)[1])
        for name in ("mended", "mended_for")
    }
    assert kept["mended"] == mended
    same = journey.formal(
        "admitted", letter=None, **kept
    )  # the same decision: her own letter again
    assert same.context["letter"].initial["letter"] == mended
    other = journey.formal(
        "admitted", letter=None, reasons="Anders.", **kept
    )  # another: made anew, with hers beside it
    assert "Anders." in other.context["letter"].initial["letter"]
    assert other.context["former"] == mended
    journey.client.get(at(journey.case, "formal_decision_add"))
    again = journey.formal("admitted", letter=None)  # also when she comes back later
    assert again.context["letter"].initial["letter"] == mended
    make.in_state(journey.case, "admitted")  # by a colleague
    gone = journey.formal("admitted", letter="<p>Nog beter.</p>")
    assert gone.status_code == 400
    assert "kan dit besluit niet worden genomen" in gone.text
    kept = Draft.objects.filter(
        owner=journey.workers["coordinator"], key=f"formal:{journey.case.reference}"
    ).latest("saved_at")
    assert kept.fields["letter"] == ["<p>Nog beter.</p>"]
    assert not FormalDecision.objects.exists()
    # It names her, and drafts outlive the access to a case: it is not told apart from its page.
    told = journey.client.get(reverse("governance:draft_detail", args=[kept.reference])).text
    assert "Nog beter" not in told
    assert "De brief die u aanpaste is ook bewaard" in told
    assert kept.fields["reasons"][0] in told


def test_r27_a_decision_keeps_the_versions_under_which_it_was_taken(journey, pilot):
    make.CriteriaFactory(pilot=pilot.pilot)
    journey.room.decide("admitted")
    journey.formal("admitted")
    decision = FormalDecision.objects.get()
    assert decision.criteria.version == 1
    make.CriteriaFactory(pilot=pilot.pilot, version=2)
    decision.refresh_from_db()
    assert decision.criteria.version == 1
    assert decision.conference_decision.convenant == journey.room.meeting.convenant


def test_t9_an_objection_that_was_upheld_brings_her_back_to_the_conference(journey):
    journey.room.decide("not_admitted")
    journey.formal("refused")
    reopened = journey.post(
        "coordinator",
        "case_reopen",
        ground="upheld",
        on=0,
        because="x",
        version=journey.case.progress.version,
    )
    assert reopened.status_code == 400  # nothing was upheld yet
    objection = {
        "kind": "objection_lvv_decision",
        "applied_on": 0,
        "result": "pending",
        "checked_on": 0,
        "visibility": "permitted_partners",
        "representative": "",
        "result_on": "",
    }
    journey.done("municipality", "record_add", "procedure", **objection)
    procedure = Procedure.objects.get()
    assert procedure.formal_decision == FormalDecision.objects.get()
    refused = journey.step("coordinator", "dismiss")
    assert "loopt nog een bezwaar" in refused.text
    journey.done(
        "municipality",
        "record_change",
        "procedure",
        procedure.reference,
        **objection | {"result": "upheld", "result_on": 0, "version": 1},
    )
    answer = journey.post(
        "coordinator",
        "case_reopen",
        ground="upheld",
        on=0,
        because="Gegrond.",
        version=journey.case.progress.version,
    )
    assert answer.status_code == 302
    assert journey.case.state == "in_conference"
    refusal = FormalDecision.objects.get()
    assert (refusal.annulled_on, refusal.annulled_because) == (
        timezone.localdate(),
        "Een bezwaar of beroep is gegrond: Gegrond.",
    )
    assert journey.formal("admitted").status_code == 400  # the conference decides anew first


@pytest.mark.parametrize("ruled", ["upheld", "dismissed"])
def test_an_appeal_after_an_objection_that_was_dismissed_is_pending_until_it_is_ruled_on(
    journey, on_day, ruled
):
    """The objection is over, the appeal is a stage of it: the case is not archived meanwhile,
    and an appeal that was upheld brings her back (T9, T15)."""
    journey.room.decide("not_admitted")
    journey.formal("refused")
    on_day(timezone.localdate() + timedelta(days=10))
    objection = {
        "kind": "objection_lvv_decision",
        "applied_on": 0,
        "result": "dismissed",
        "result_on": 0,
        "known_on": 0,
        "checked_on": 0,
        "visibility": "permitted_partners",
        "representative": "",
    }
    journey.done("municipality", "record_add", "procedure", **objection)
    page = (
        at(journey.case, "record_add", "procedure_step")
        + f"?bij={Procedure.objects.get().reference}"
    )

    def stage(**fields):
        journey.client.act_as(journey.workers["municipality"])
        answer = journey.client.post(
            page, sent({"happened_on": 0, "result": "", "remark": "", **fields})
        )
        assert answer.status_code == 302, answer.text[:2000]

    on_day(six_weeks(timezone.localdate()))
    assert (
        "Beroep is mogelijk tot en met" in journey.step("coordinator", "dismiss").text
    )  # objection no longer is
    stage(stage="appeal")
    stage(
        stage="interim_relief", result="upheld"
    )  # she may stay meanwhile: that is not yet a ruling on the appeal
    assert "loopt nog een bezwaar" in journey.step("coordinator", "dismiss").text
    again = {"ground": "upheld", "on": 0, "because": "Beroep gegrond."}
    assert journey.case.progress.deadline_on is None  # nothing to archive meanwhile
    assert (
        journey.post(
            "coordinator", "case_reopen", **again, version=journey.case.progress.version
        ).status_code
        == 400
    )
    stage(stage="appeal", result=ruled)
    if ruled == "upheld":
        answer = journey.post(
            "coordinator", "case_reopen", **again, version=journey.case.progress.version
        )
        assert answer.status_code == 302
        assert journey.case.state == "in_conference"
        return
    stage(stage="higher_appeal")
    assert "loopt nog een bezwaar" in journey.step("coordinator", "dismiss").text
    stage(stage="higher_appeal", result="dismissed")
    assert journey.step("coordinator", "dismiss").status_code == 302


def test_a_decision_that_is_sent_twice_is_taken_once(journey):
    assert journey.room.decide("admitted").status_code == 302
    again = journey.room.decide("admitted")
    assert again.status_code == 409
    assert "is dit al besloten" in again.text
    assert Task.objects.filter(rule="admitted").count() == 1
    for _number in range(2):  # of questions there may be several
        team = str(journey.teams["dtv"].pk)
        assert (
            journey.room.decide("research_question", owner_team=team, due_on=10).status_code == 302
        )
    assert (
        journey.room.decide("deferred", review_on=10).status_code == 302
    )  # who thinks again says something else first
    assert journey.room.decide("admitted").status_code == 302
    journey.formal("admitted")
    assert journey.formal("ended").status_code == 302
    again = journey.formal("ended")
    assert again.status_code == 409
    assert "al besloten dat het verblijf eindigt" in again.text
    journey.room.decide("extension")
    assert journey.formal("extended", until=90).status_code == 302
    assert journey.formal("ended").status_code == 302  # another ending than the one before


def test_an_ending_that_a_ruling_undid_is_set_aside_and_she_stays(journey):
    journey.room.decide("admitted")
    journey.formal("admitted")
    journey.formal("ended")
    ending = FormalDecision.objects.get(kind="ended")
    said = {"because": "Bezwaar gegrond.", "annulled_on": 0, "version": ending.version}
    for who in ("municipality", "ngo", "ind"):
        assert journey.post(who, "formal_decision", ending.reference, **said).status_code == 403, (
            who
        )
    assert (
        journey.post(
            "coordinator", "formal_decision", ending.reference, **said | {"because": ""}
        ).status_code
        == 400
    )
    assert (
        journey.post(
            "coordinator", "formal_decision", ending.reference, **said | {"version": 7}
        ).status_code
        == 409
    )
    assert (
        journey.post("coordinator", "formal_decision", ending.reference, **said).status_code == 302
    )
    ending.refresh_from_db()
    assert (ending.annulled_on, ending.annulled_because) == (
        timezone.localdate(),
        "Bezwaar gegrond.",
    )
    assert journey.case.state == "admitted"
    assert (
        journey.post("coordinator", "formal_decision", ending.reference, **said).status_code == 403
    )  # once
    journey.propose(reason="house_rules_breach", outcome="trajectory_ended")
    assert journey.confirm().status_code == 409  # there is no ending it could cite
    assert journey.formal("ended").status_code == 302
    assert journey.confirm().status_code == 302


def test_an_exit_cites_the_ending_that_stands_when_it_is_confirmed(journey):
    journey.room.decide("admitted")
    journey.formal("admitted")
    journey.formal("ended")
    journey.propose(reason="house_rules_breach", outcome="trajectory_ended")
    journey.room.decide("extension")
    journey.formal("extended", until=90)
    journey.formal("ended", reasons="Opnieuw.")
    assert journey.confirm().status_code == 302
    assert journey.exit().formal_decision.reasons == "Opnieuw."


def test_t9_new_facts_are_enough_but_a_newer_open_case_is_in_the_way(journey):
    journey.room.decide("not_admitted")
    journey.formal("refused")
    newer = make.CaseFactory(lead_team=journey.teams["municipality"], person=journey.case.person)
    refused = journey.post(
        "coordinator",
        "case_reopen",
        ground="new",
        on=0,
        because="Ziek.",
        version=journey.case.progress.version,
    )
    assert refused.status_code == 409
    kept = Draft.objects.get(key__startswith="reopen:")
    assert kept.fields["because"] == ["Ziek."]  # and comes back
    assert "nieuwere, open casus" in refused.text
    make.in_state(newer, "not_admitted")
    journey.done(
        "coordinator",
        "case_reopen",
        ground="new",
        on=0,
        because="Ziek.",
        version=journey.case.progress.version,
        draft_from=kept.stamp,
    )
    assert journey.case.state == "in_conference"
    assert FormalDecision.objects.get().annulled_because == "Er zijn nieuwe feiten: Ziek."
    assert not Draft.objects.filter(key__startswith="reopen:").exists()
    page = journey.get("municipality", "case_detail").text
    assert "geldt niet meer: Er zijn nieuwe feiten: Ziek." in page  # on its line of the story


def test_t15_a_refused_case_is_archived_when_the_remedies_are_over(journey, on_day):
    journey.room.decide("not_admitted")
    journey.formal("refused")
    refused = journey.step("coordinator", "dismiss")
    assert refused.status_code == 409
    assert "Bezwaar is mogelijk tot en met" in refused.text
    stay = make.StayFactory(case=journey.case, author_team=journey.teams["municipality"])
    on_day(six_weeks(timezone.localdate()) + timedelta(days=1))
    assert "verblijf is nog niet beëindigd" in journey.step("coordinator", "dismiss").text
    stay.until = stay.since
    stay.save()
    assert journey.step("ngo", "dismiss").status_code == 403
    assert journey.step("coordinator", "dismiss").status_code == 302
    assert journey.case.state == "archived"


def test_t15_a_refusal_says_until_when_objection_is_possible_and_is_not_archived_before(journey):
    journey.room.decide("not_admitted")
    refused = journey.formal("refused", objection_until="")
    assert refused.status_code == 400
    assert "tot wanneer bezwaar" in refused.text
    assert journey.formal("refused").status_code == 302
    early = journey.step("coordinator", "dismiss")
    assert early.status_code == 409
    assert "Bezwaar is mogelijk tot" in early.text


def test_r16_the_maximum_stay_is_a_setting_and_an_extension_needs_the_conference(client, pilot):
    pilot.pilot.maximum_stay_months = 6
    pilot.pilot.save()
    journey = Journey(client, pilot)
    journey.to_guidance()
    assert journey.case.progress.deadline_on == add_months(timezone.localdate(), 6)
    refused = journey.formal("extended", until=300)
    assert refused.status_code == 409
    assert "R16" in refused.text
    journey.room.decide("extension", reasons="Paspoort komt eraan.")
    early = journey.formal("extended", until=300, decided_on=-1, mandate=make.mandate(pilot.pilot))
    assert early.status_code == 409
    assert "kan niet ouder zijn" in early.text
    assert journey.formal("extended", until="").status_code == 400
    assert journey.formal("extended", until=300).status_code == 302
    assert journey.case.progress.deadline_on == timezone.localdate() + timedelta(days=300)
    assert (
        journey.formal("extended", until=400).status_code == 409
    )  # one decision carries one extension


def test_an_objection_is_against_the_decision_on_whose_page_it_is_recorded(journey):
    journey.room.decide("admitted")
    journey.formal("admitted")
    first = FormalDecision.objects.get()
    journey.formal("ended")
    page = journey.get("coordinator", "formal_decision", first.reference).text
    address = re.search(r'href="([^"]*\?tegen=[^"]*)"', page)[1]
    form = journey.client.get(address).context["form"]
    assert form["kind"].value() == "objection_lvv_decision"
    said = {
        "kind": "objection_lvv_decision",
        "applied_on": 0,
        "result": "pending",
        "checked_on": 0,
        "visibility": "permitted_partners",
        "result_on": "",
        "representative": "",
    }
    assert journey.client.post(address, sent(said)).status_code == 302
    assert Procedure.objects.get().formal_decision == first
    journey.done("coordinator", "record_add", "procedure", **said)
    assert (
        Procedure.objects.order_by("pk").last().formal_decision.kind == "ended"
    )  # without a page: the newest


def test_a_mandate_decision_opens_no_case(journey, pilot):
    make.mandate(pilot.pilot)
    stranger = make.MembershipFactory(team=make.TeamFactory(organisation__kind="municipality")).user
    with acting_as(stranger):
        assert MandateDecision.objects.exists()  # everybody may know which holds
        assert not Case.objects.exists()
    assert not hasattr(MandateDecision, "cells")
    before = {name: open_to(user) for name, user in pilot.workers.items()}
    MandateDecision.objects.all().delete()
    assert {name: open_to(user) for name, user in pilot.workers.items()} == before


def open_to(user):
    with acting_as(user) as clearance:
        return {seat.team: (seat.reads, seat.writes) for seat in clearance.seats}


def test_mandate_decisions_are_recorded_once_and_never_changed(journey, pilot):
    journey.client.act_as(journey.workers["coordinator"])
    form = {
        "title": "Mandaatbesluit LVV 2019",
        "source": "Staatscourant 2019, 18281",
        "pilots": [pilot.pilot.pk],
        "functions": "burgemeester\nwethouder zorg",
        "in_force_from": day(-500),
        "in_force_until": "",
    }
    assert journey.client.post("/convenanten/mandaten/", form).status_code == 302
    assert (
        journey.client.post(
            "/convenanten/mandaten/", {**form, "in_force_until": day(-501)}
        ).status_code
        == 400
    )
    made = MandateDecision.objects.get()
    assert made.functions == ["burgemeester", "wethouder zorg"]
    assert list(made.pilots.all()) == [pilot.pilot]
    journey.client.act_as(journey.workers["ngo"])
    assert "Mandaatbesluit LVV 2019" in journey.client.get("/convenanten/mandaten/").text
    assert journey.client.post("/convenanten/mandaten/", form).status_code == 403


def test_letters_of_a_pilot_get_versions(journey, pilot):
    url = f"/lso/brieven/{pilot.pilot.slug}/?soort=refused"
    journey.client.act_as(journey.workers["coordinator"])
    assert journey.client.post(url, {"text": "<p>Nee.</p><script>x</script>"}).status_code == 302
    assert LetterTemplate.objects.get().text == "<p>Nee.</p>"
    # What is typed of one letter is kept for that letter, and comes back.
    key = journey.client.get(url).context["draft_key"]
    kept = {"draft_key": key, "form_page": url, "text": "<p>Half geschreven.</p>"}
    assert journey.client.post(reverse("governance:draft_save"), kept).status_code == 200
    assert "Half geschreven" in journey.client.get(url).text
    assert "Half geschreven" not in journey.client.get(url.replace("refused", "admitted")).text
    assert journey.client.act_as(journey.workers["ngo"]).post(url, {"text": "x"}).status_code == 403


def test_r16_an_admission_is_no_longer_than_the_maximum_stay(client, pilot):
    pilot.pilot.maximum_stay_months = 6
    pilot.pilot.save()
    journey = Journey(client, pilot)
    journey.to_conference()
    journey.room.decide("admitted")
    refused = journey.formal("admitted", until=400)
    assert refused.status_code == 400
    assert "Langer dan de maximale duur" in refused.text
    assert journey.formal("admitted", until=100).status_code == 302


def test_what_a_worker_does_not_read_is_not_taken_for_nothing(journey, pilot):
    """A pilot whose matrix hides shelter from the municipality: her exit cannot be confirmed
    past a hidden stay."""
    stay = make.StayFactory(case=journey.case, author_team=pilot.teams["ngo"])
    assert journey.propose().status_code == 302
    cells = pilot.teams["municipality"].group.convenantgroupobjectpermission_set
    cells.filter(permission__codename__endswith="_contact_shelter").delete()
    refused = journey.confirm()
    assert refused.status_code == 409
    assert "berust op “bereikbaarheid en opvang”" in refused.text
    assert stay.is_running
