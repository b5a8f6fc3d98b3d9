"""The day on which something happened and the day on which it was recorded are two facts."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from casework.conference.decision_acts import TASK_DAYS
from casework.journey.facts import fact_of
from casework.models import (
    Action,
    AgendaItem,
    Case,
    ConferenceDecision,
    FormalDecision,
    Involvement,
    Position,
    StepTaken,
    Task,
)
from governance.access.clearance import acting_as
from tests import factories as make
from tests.casework.journeys import Held, Journey, ago, held, passed
from tests.casework.test_register import URL, typed

pytestmark = pytest.mark.django_db


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


def test_the_request_for_dossiers_says_what_is_missing_while_the_intake_runs(journey):
    journey.done("ngo", "intake", begun_on=-50)
    page = journey.get("ngo", "dossiers_request")
    assert page.status_code == 200
    assert "De intake is nog niet afgerond." in page.text


def test_a_passage_of_last_months_is_recorded_in_one_sitting_on_its_own_days(client, pilot):
    journey = Journey(client, pilot, referred_on=ago(90), registered_on=ago(0))
    journey.done("ngo", "intake", begun_on=-85)
    journey.fill_intake()
    journey.request_dossiers(on=-80)
    journey.deliver("ind", on=-70)
    journey.deliver("dtv", on=-68)
    room = Held(journey, -50)
    assert room.add().status_code == 302
    assert room.decide("admitted").status_code == 302
    assert room.decide("scenario_set", scenario="return_home").status_code == 302
    formal = {"decided_on": -49, "effective_on": -48}
    assert journey.formal("admitted", **formal).status_code == 302
    journey.done("ngo", "plan", what="Paspoort", to_team=str(journey.teams["ngo"].pk), due_on=30)
    assert journey.step("municipality", "guidance", on=-49).status_code == 409
    assert journey.step("municipality", "guidance", on=-45).status_code == 302
    assert journey.propose(exited_on=-46).status_code == 400
    assert journey.propose(exited_on=-10).status_code == 302
    assert journey.confirm().status_code == 302
    assert steps_of(journey.case) == {
        "T1": ago(90), "T2": ago(85), "T3": ago(80), "T4": ago(68), "T5": ago(50), "T7": ago(48),
        "T10": ago(45), "T11": ago(10),
    }  # fmt: skip
    assert (journey.case.left_on, journey.case.progress.since) == (ago(10), ago(10))
    decision = ConferenceDecision.objects.filter(case=journey.case).first()
    assert (decision.decided_on, decision.convenant_id) == (ago(50), room.meeting.convenant_id)
    with acting_as(journey.workers["municipality"]):
        facts = fact_of(journey.case)
    assert (facts.admitted_on, facts.guidance_from) == (ago(48), ago(45))
    # What it opened to others is open from today.
    began = Involvement.objects.filter(case=journey.case, team=journey.teams["dtv"])
    assert set(began.values_list("since", flat=True)) == {timezone.localdate()}


def test_a_meeting_recorded_afterwards_keeps_the_days_that_were_agreed_there(client, pilot):
    journey = Journey(client, pilot, referred_on=ago(90), registered_on=ago(0))
    journey.to_rest(on=-30)
    room = Held(journey, -12)
    assert room.add().status_code == 302
    early = room.decide("deferred", review_on=-12)
    assert early.status_code == 400
    assert "vóór het LSO" in early.text
    assert room.decide("deferred", review_on=-5).status_code == 302
    ngo = journey.teams["ngo"].pk
    promise = {f"what_{ngo}": "Paspoort aanvragen", f"due_{ngo}": -13}
    assert room.decide("commitments_set", **promise).status_code == 400
    assert room.decide("commitments_set", **promise | {f"due_{ngo}": -3}).status_code == 302
    action = Action.objects.get(case=journey.case)
    assert (action.agreed_on, action.due_on) == (ago(12), ago(3))
    assert ConferenceDecision.objects.filter(case=journey.case, review_on=ago(5)).exists()


def test_who_dies_before_the_admission_takes_effect_leaves_on_the_true_day(journey):
    journey.to_conference()
    journey.room.decide("admitted")
    assert journey.formal("admitted", effective_on=20).status_code == 302
    assert journey.propose(exited_on=-1).status_code == 400  # decided today
    died = {"reason": "deceased", "outcome": "deceased", "exited_on": 0}
    assert journey.propose(**died).status_code == 302
    assert journey.confirm().status_code == 302
    assert steps_of(journey.case)["T7"] == ago(-20)
    assert (journey.case.state, journey.case.left_on) == ("exited", ago(0))
    page = journey.get("coordinator", "case_detail").text
    assert "Twee dagen gaan niet samen" not in page
    step = StepTaken.objects.get(case=journey.case, number="T11")
    fields = {"on": -1, "why": "Een dag eerder.", "version": step.version}
    early = journey.post("coordinator", "step_day", step.reference, **fields)
    assert early.status_code == 400
    assert "het besluit tot toelating" in early.text
    assert "Kijk bij: " in early.text


def test_a_meeting_is_recorded_afterwards_by_its_chair_on_a_day_with_a_convenant(journey):
    for day, sentence in ((0, "Een LSO van vandaag"), (-400, "geen convenant"), (1, "toekomst")):
        answer = held(journey, day)
        assert answer.status_code == 400, day
        assert sentence in answer.text
    assert held(journey, -5).status_code == 302
    assert "op dit tijdstip al" in held(journey, -5).text
    page = f"/lso/vastleggen/{journey.pilot.pilot.slug}/"
    for who in ("municipality", "ngo", "avim"):
        assert journey.client.act_as(journey.workers[who]).get(page).status_code == 404, who


def test_in_a_meeting_before_the_rest_period_ended_no_scenario_was_set(journey):
    journey.to_rest(on=-30)
    early = Held(journey, -20)
    assert early.add().status_code == 302
    assert journey.case.state == "rest_period"  # which ended on the day minus sixteen
    assert early.decide("scenario_set", scenario="return_home").status_code == 400
    before = Held(journey, -61)
    assert before.add().status_code == 409  # nobody had referred her


def test_what_was_written_down_for_a_partner_says_so_until_it_agrees(journey):
    journey.to_rest()
    room = Held(journey, -5)
    room.add()
    said = {"b-source_team": str(journey.teams["ind"].pk), "b-stance": "agree"}
    assert room.to("coordinator", "position_behalf", room.item.reference, **said).status_code == 302
    assert Position.objects.get().said_on == ago(5)
    words = "vastgelegd door de gemeente"
    assert words in room.see("dtv").text
    room.decide("deferred", reasons="Eerst meer weten.", review_on=14)
    room.close()
    room.send_minutes("ind", "dtv")
    pages = ("minutes", room.meeting.reference)
    assert words in room.see("dtv", *pages).text
    room.to("ind", "minutes", room.meeting.reference, answer="objected", remark="Zo niet.")
    assert words in room.see("dtv", *pages).text
    room.to("ind", "minutes", room.meeting.reference, answer="agreed", remark="")
    assert words not in room.see("dtv", *pages).text


def test_the_police_reads_of_a_past_meeting_once_a_partner_agreed_that_it_was_there(
    journey, on_day
):
    journey.to_rest()
    make.InvolvementFactory(case=journey.case, team=journey.teams["avim"])
    room = Held(journey, -5, teams=("municipality", "ngo", "ind", "dtv", "avim"))
    assert room.add(teams=("ngo", "ind", "dtv", "avim")).status_code == 302
    room.decide("deferred", reasons="Eerst meer weten.", review_on=14)

    def reads():
        with acting_as(journey.workers["avim"]):
            return {
                model.objects.exists()
                for kind in (AgendaItem, ConferenceDecision)
                for model in (kind, kind.history.model)
            }

    assert reads() == {False}
    assert room.see("avim").status_code == 404
    room.close()
    room.send_minutes("municipality", "ngo", "avim")
    assert reads() == {False}
    minutes = room.meeting.reference
    room.to("avim", "minutes", minutes, answer="agreed", remark="")  # not by itself
    room.to("coordinator", "minutes", minutes, answer="agreed", remark="")  # nor the municipality
    assert reads() == {False}
    room.to("ngo", "minutes", minutes, answer="agreed", remark="")
    assert reads() == {True}
    # That the police was there was changed: who agreed before it said nothing of that.
    room.attend("municipality", "ngo", "avim", "ind", because="IND was er ook.")
    assert reads() == {False}
    on_day(timezone.localdate() + timedelta(days=1))
    room.to("ngo", "minutes", minutes, answer="agreed", remark="")
    assert reads() == {True}
    assert room.see("avim").status_code == 200


def test_the_end_of_a_stay_says_when_it_was_recorded(journey):
    stay = make.StayFactory(
        case=journey.case, author_team=journey.teams["municipality"], since=ago(40), until=None
    )

    def said():
        story = journey.get("municipality", "case_detail").context["events"]
        return [event.recorded_later for event in story if event.title == "Verblijf beëindigd"]

    assert said() == []
    stay.refresh_from_db()
    stay.until = ago(9)
    stay.save()
    assert said() == [ago(0)]
    recorded = timezone.now() - timedelta(days=5)
    stay.history.filter(until=ago(9)).update(history_date=recorded)
    stay.version += 1
    stay.save()  # another version of the same end
    assert said() == [ago(5)]


# ------------------------------------------------- what was undone, set aside or completed before


def story(journey, who="municipality"):
    events = journey.get(who, "case_detail").context["events"]
    return [(event.title, event.on, event.recorded_later) for event in events]


def objection(**changes):
    return {
        "kind": "objection_lvv_decision",
        "applied_on": -7,
        "result": "upheld",
        "result_on": -3,
        "known_on": -3,
        "checked_on": 0,
        "visibility": "permitted_partners",
        "representative": "",
        **changes,
    }


def test_a_case_goes_back_to_the_conference_on_the_day_of_the_ruling(journey):
    journey.to_rest()
    room = Held(journey, -9)
    assert room.add().status_code == 302
    assert room.decide("not_admitted").status_code == 302
    assert journey.formal("refused", decided_on=-8, effective_on=-8).status_code == 302
    journey.done("municipality", "record_add", "procedure", **objection())
    again = {"ground": "upheld", "because": "Bezwaar gegrond."}
    for day, status, sentence in (
        ("", 400, "op welke dag"),
        (1, 400, "in de toekomst"),
        (-4, 400, "gegrond verklaard op"),
    ):
        version = journey.case.progress.version
        answer = journey.post("coordinator", "case_reopen", **again, on=day, version=version)
        assert answer.status_code == status, day
        assert sentence in answer.text, day
    early = journey.post(
        "coordinator", "case_reopen", on=-9, **again | {"ground": "new"}, version=version
    )
    assert early.status_code == 409  # before it was refused
    journey.done("coordinator", "case_reopen", on=-3, **again, version=version)
    refusal = journey.case.progress
    assert (refusal.state, refusal.since) == ("in_conference", ago(3))
    assert steps_of(journey.case)["T9"] == ago(3)
    assert ("Status: in LSO", ago(3), ago(0)) in story(journey)
    assert ("Het formele besluit geldt niet meer", ago(3), ago(0)) in story(journey)


def test_an_exit_is_undone_on_the_day_of_the_ruling_and_opens_nothing_before_today(client, pilot):
    journey = passed(client, pilot, decided=40, guided=40)
    ending = {"decided_on": -14, "effective_on": -12, "objection_until": f"{ago(-60):%d-%m-%Y}"}
    assert journey.formal("ended", other_term="on", **ending).status_code == 302
    journey.leave(exited_on=-10, reason="house_rules_breach", outcome="trajectory_ended")
    undo = {"undone": "annulled", "undone_reason": "Uitspraak.", "version": journey.exit().version}
    for day, status in (("", 400), (1, 400), (-11, 409)):
        answer = journey.post("coordinator", "exit_undo", **undo, undone_on=day)
        assert answer.status_code == status, day
    before = set(Involvement.objects.filter(case=journey.case).values_list("pk", flat=True))
    left = journey.exit()
    journey.done("coordinator", "exit_undo", **undo, undone_on=-4)
    left.refresh_from_db()
    assert left.undone_on == steps_of(journey.case)["T16"] == journey.case.progress.since == ago(4)
    ended = FormalDecision.objects.get(case=journey.case, kind="ended")
    assert ended.annulled_on == ago(4)
    began = Involvement.objects.filter(case=journey.case).exclude(pk__in=before)
    assert set(began.values_list("since", flat=True)) == {ago(0)}
    step = StepTaken.objects.get(case=journey.case, number="T16")
    corrected = {"on": -5, "why": "Uitspraak van een dag eerder.", "version": step.version}
    journey.done("coordinator", "step_day", step.reference, **corrected)
    ended.refresh_from_db()
    left.refresh_from_db()
    assert left.undone_on == ended.annulled_on == journey.case.progress.since == ago(5)


def test_a_decision_to_end_is_set_aside_on_the_day_of_the_ruling(client, pilot):
    journey = passed(client, pilot, decided=40, guided=40)
    ending = {"decided_on": -14, "effective_on": -12, "objection_until": f"{ago(-60):%d-%m-%Y}"}
    assert journey.formal("ended", other_term="on", **ending).status_code == 302
    row = FormalDecision.objects.get(case=journey.case, kind="ended")
    aside = {"because": "Bezwaar gegrond.", "version": row.version}
    for day, sentence in ((1, "in de toekomst"), (-15, "vóór het besluit"), ("", "op welke dag")):
        answer = journey.post(
            "coordinator", "formal_decision", row.reference, **aside, annulled_on=day
        )
        assert answer.status_code == 400, day
        assert sentence in answer.text, day
    journey.done("coordinator", "formal_decision", row.reference, **aside, annulled_on=-6)
    row.refresh_from_db()
    assert row.annulled_on == ago(6)
    assert ("Het formele besluit geldt niet meer", ago(6), ago(0)) in story(journey)


def test_an_intake_was_complete_on_its_own_day_and_is_read_from_today(client, pilot):
    journey = Journey(client, pilot, referred_on=ago(90), registered_on=ago(0))
    journey.done("ngo", "intake", begun_on=-85)
    journey.fill_intake(but="afronden")
    intake = journey.intake_now()
    assert intake.interviewed_on == ago(50)
    fields = {"visibility": "own_organisation", "version": intake.version}
    for day, sentence in (
        (1, "in de toekomst"),
        (-86, "vóór het begin van de intake"),
        (-51, "vóór het gesprek"),
        ("", "op welke dag"),
    ):
        answer = journey.post("ngo", "intake_page", "afronden", completed_on=day, **fields)
        assert answer.status_code == 400, day
        assert sentence in answer.text, day
    journey.done("ngo", "intake_page", "afronden", completed_on=-45, **fields)
    intake.refresh_from_db()
    assert intake.completed_on == ago(45)
    assert ("De intake is afgerond", ago(45), ago(0)) in story(journey)
    late = StepTaken.objects.get(case=journey.case, number="T2")
    answer = journey.post(
        "ngo", "step_day", late.reference, on=-44, why="Verkeerd.", version=late.version
    )
    assert answer.status_code == 400  # it was complete before that


def test_lists_tell_when_somebody_was_referred_and_not_when_it_was_typed(client, pilot):
    """And who looks for the last thirty days finds by that day."""
    journey = Journey(client, pilot, referred_on=ago(40), registered_on=ago(0))
    client = journey.client.act_as(journey.workers["municipality"])
    page = reverse("casework:case_list")
    text = client.get(page + "?tab=all").text
    assert journey.case.number in text
    assert f'<time datetime="{ago(40).isoformat()}">' in text
    assert journey.case.number not in client.get(page + "?tab=all&since=30").text


def test_what_a_decision_asks_counts_from_the_day_it_was_taken(journey):
    """Not from the day on which the meeting was recorded."""
    journey.to_rest(on=-30)
    room = Held(journey, -4)
    assert room.add().status_code == 302
    assert room.decide("admitted").status_code == 302
    task = Task.objects.get(case=journey.case, rule="admitted")
    assert task.set_on == ago(4)
    assert task.due_on == ago(4) + timedelta(days=TASK_DAYS)


def test_the_story_tells_when_a_decision_was_made_known(journey):
    journey.to_rest(on=-30)
    journey.room = Held(journey, -4)
    assert journey.room.add().status_code == 302
    assert journey.room.decide("admitted").status_code == 302
    assert journey.formal("admitted", decided_on=-3, effective_on=-3).status_code == 302
    text = journey.get("municipality", "case_detail").text
    assert "Het formele besluit is bekendgemaakt" in text
