"""A wrong day of a decision, of a meeting or of a completed intake is corrected by who recorded it,
with what rests on it, and the old day is kept and told."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from casework.journey.facts import fact_of
from casework.journey.guards import format_day
from casework.models import (
    AgendaItem,
    ConferenceDecision,
    FormalDecision,
    Intake,
    Involvement,
    Meeting,
    Scenario,
    StepTaken,
)
from governance.access.clearance import acting_as
from tests import factories as make
from tests.casework.journeys import Held, Journey, Room, ago, passed, sent, six_weeks

pytestmark = pytest.mark.django_db
WHY = "Verkeerd overgenomen van papier."


def correct(journey, who, record, kind, **changes):
    record.refresh_from_db()
    fields = {"why": WHY, "version": record.version, **changes}
    return journey.post(who, "record_days", kind, record.reference, **fields)


def corrected(journey, who="municipality"):
    """What the story says of days that stood there before."""
    events = journey.get(who, "case_detail").context["events"]
    return " ".join(sentence for event in events for sentence in event.corrected)


@pytest.fixture
def refused(journey):
    journey.to_rest()
    journey.room = Held(journey, -9)
    assert journey.room.add().status_code == 302
    assert journey.room.decide("not_admitted").status_code == 302
    known = {"known_on": -6, "known_by": "Z-12", "objection_until": f"{six_weeks(ago(6)):%d-%m-%Y}"}
    answer = journey.formal("refused", decided_on=-8, effective_on=-8, **known)
    assert answer.status_code == 302, answer.text[:3000]
    return journey


def test_the_day_a_refusal_was_made_known_is_corrected_and_the_term_follows(refused):
    row = FormalDecision.objects.get(case=refused.case)
    assert row.objection_until == six_weeks(ago(6))
    days = {"known_on": -3, "effective_on": -8}
    for who in ("municipality", "ngo", "ind"):
        assert correct(refused, who, row, "formal_decision", **days).status_code == 403, who
    assert refused.get("avim", "record_days", "formal_decision", row.reference).status_code == 404
    page = refused.get("coordinator", "record_days", "formal_decision", row.reference)
    assert "Bekendgemaakt op" in page.text
    assert "Besloten op" not in page.text  # the day of the step, which is corrected with it
    for known, sentence in ((1, "in de toekomst"), (-9, "vóór het besluit"), (-6, "staan er al")):
        answer = correct(
            refused, "coordinator", row, "formal_decision", **days | {"known_on": known}
        )
        assert answer.status_code == 400, known
        assert sentence in answer.text, known
    assert (
        correct(refused, "coordinator", row, "formal_decision", why="", **days).status_code == 400
    )
    assert correct(refused, "coordinator", row, "formal_decision", **days).status_code == 302
    row.refresh_from_db()
    assert (row.known_on, row.objection_until) == (ago(3), six_weeks(ago(3)))
    assert refused.case.progress.deadline_on == six_weeks(ago(3)) + timedelta(days=1)
    story = corrected(refused)
    assert f"Bekendgemaakt op: vastgelegd als {format_day(ago(6))}" in story
    assert WHY in story
    stale = days | {"known_on": -4, "version": 1}
    late = correct(refused, "coordinator", row, "formal_decision", **stale)
    assert late.status_code == 409


def test_a_term_that_the_decision_sets_itself_stays_when_the_day_is_corrected(refused):
    row = FormalDecision.objects.get(case=refused.case)
    row.objection_until = ago(-90)
    row.save()
    days = {"known_on": -3, "effective_on": -8}
    assert correct(refused, "coordinator", row, "formal_decision", **days).status_code == 302
    row.refresh_from_db()
    assert row.objection_until == ago(-90)


def test_the_days_of_an_ending_are_corrected_and_the_exit_is_judged_by_them(client, pilot):
    journey = passed(client, pilot, decided=40, guided=40)
    ending = {"decided_on": -14, "effective_on": -12, "objection_until": f"{ago(-60):%d-%m-%Y}"}
    assert journey.formal("ended", other_term="on", **ending).status_code == 302
    row = FormalDecision.objects.get(case=journey.case, kind="ended")
    days = {"decided_on": -14, "known_on": 0, "effective_on": -12}

    def change(**more):
        return correct(journey, "coordinator", row, "formal_decision", **days | more)

    assert "vóór het besluit" in change(effective_on=-15).text
    assert "ander besluit" in change(decided_on=-41).text  # before the admission was decided
    opened = set(Involvement.objects.values_list("pk", "since"))
    assert change(decided_on=-20, effective_on=-18).status_code == 302
    row.refresh_from_db()
    assert (row.decided_on, row.effective_on) == (ago(20), ago(18))
    assert set(Involvement.objects.values_list("pk", "since")) == opened
    days |= {"decided_on": -20, "effective_on": -18}
    journey.leave(exited_on=-15, reason="house_rules_breach", outcome="trajectory_ended")
    late = change(effective_on=-10)
    assert late.status_code == 400
    assert "gaan niet samen" in late.text
    assert change(effective_on=-16).status_code == 302
    assert f"vastgelegd als {format_day(ago(18))}" in corrected(journey)


def test_the_day_a_decision_to_end_was_set_aside_is_corrected(client, pilot):
    journey = passed(client, pilot, decided=40, guided=40)
    ending = {"decided_on": -14, "effective_on": -12, "objection_until": f"{ago(-60):%d-%m-%Y}"}
    assert journey.formal("ended", other_term="on", **ending).status_code == 302
    row = FormalDecision.objects.get(case=journey.case, kind="ended")
    aside = {"because": "Bezwaar gegrond.", "annulled_on": -6, "version": row.version}
    journey.done("coordinator", "formal_decision", row.reference, **aside)
    days = {"decided_on": -14, "known_on": 0, "effective_on": -12, "annulled_on": -15}
    wrong = correct(journey, "coordinator", row, "formal_decision", **days)
    assert "vóór het besluit" in wrong.text
    days["annulled_on"] = -7
    assert correct(journey, "coordinator", row, "formal_decision", **days).status_code == 302
    row.refresh_from_db()
    assert row.annulled_on == ago(7)
    assert f"vastgelegd als {format_day(ago(6))}" in corrected(journey)


def test_a_mandate_that_did_not_hold_yet_refuses_an_earlier_day(client, pilot):
    journey = passed(client, pilot, decided=40, guided=40)
    mandate = make.mandate(journey.pilot.pilot)
    mandate.in_force_from = ago(15)
    mandate.save()
    ending = {"decided_on": -14, "effective_on": -12, "objection_until": f"{ago(-60):%d-%m-%Y}"}
    assert journey.formal("ended", other_term="on", **ending).status_code == 302
    row = FormalDecision.objects.get(case=journey.case, kind="ended")
    days = {"decided_on": -16, "known_on": 0, "effective_on": -12}
    wrong = correct(journey, "coordinator", row, "formal_decision", **days)
    assert "mandaatbesluit" in wrong.text


def test_the_day_of_a_decision_of_the_conference_takes_what_rests_on_it_along(
    journey, on_day, monkeypatch
):
    journey.to_rest()
    journey.room = room = Room(journey)
    room.add()
    later = timezone.localtime() + timedelta(days=2)
    on_day(timezone.localdate(later))
    room.open()  # two days after it was held
    monkeypatch.setattr("django.utils.timezone.localtime", lambda _moment=None, _zone=None: later)
    assert room.attend("municipality", "ngo", "ind").status_code == 302
    assert room.decide("admitted").status_code == 302
    set_ = {"scenario": "return_home"}
    assert room.decide("scenario_set", **set_).status_code == 302
    row = ConferenceDecision.objects.get(case=journey.case, kind="scenario_set")
    meeting = room.meeting.on
    assert row.decided_on == meeting + timedelta(days=2)
    early = correct(journey, "coordinator", row, "decision", decided_on=-3)
    assert "LSO is gehouden op" in early.text
    swapped = correct(journey, "coordinator", row, "decision", decided_on=-1)
    assert "ander besluit" in swapped.text  # the admission, decided before it
    first = ConferenceDecision.objects.get(case=journey.case, kind="admitted")
    assert correct(journey, "municipality", first, "decision", decided_on=-1).status_code == 403
    assert correct(journey, "coordinator", first, "decision", decided_on=-1).status_code == 302
    assert correct(journey, "coordinator", row, "decision", decided_on=-1).status_code == 302
    row.refresh_from_db()
    scenario = Scenario.objects.get(case=journey.case)
    assert row.decided_on == scenario.since == meeting + timedelta(days=1)
    assert f"vastgelegd als {format_day(meeting + timedelta(days=2))}" in corrected(journey)


def meeting_day(journey, who, room, on, **changes):
    room.meeting.refresh_from_db()
    fields = {"on": on, "why": WHY, "version": room.meeting.version, **changes}
    page = reverse("casework:meeting_day", args=[room.meeting.reference])
    return journey.client.act_as(journey.workers[who]).post(page, sent(fields))


def test_a_meeting_recorded_on_a_wrong_day_is_corrected_with_all_that_was_decided(client, pilot):
    journey = Journey(client, pilot, referred_on=ago(90), registered_on=ago(0))
    journey.to_rest(on=-40)
    journey.room = room = Held(journey, -9)
    assert room.add().status_code == 302
    assert room.decide("admitted").status_code == 302
    assert room.decide("scenario_set", scenario="return_home").status_code == 302
    decision = ConferenceDecision.objects.filter(case=journey.case).first()
    page = journey.get("coordinator", "record_days", "decision", decision.reference)
    assert page.status_code == 302  # one meeting has one day
    assert page.url == reverse("casework:meeting_day", args=[room.meeting.reference])
    for who, status in (("ngo", 403), ("municipality", 403)):
        assert meeting_day(journey, who, room, -11).status_code == status, who
    for day, sentence in (
        (1, "in de toekomst"),
        (0, "Een LSO van vandaag"),
        (-9, "staat er al"),
        (-27, "gaan niet samen"),  # within the rest period
    ):
        answer = meeting_day(journey, "coordinator", room, day)
        assert answer.status_code == 400, day
        assert sentence in answer.text, day
    assert meeting_day(journey, "coordinator", room, -11, why="").status_code == 400
    assert meeting_day(journey, "coordinator", room, -11).status_code == 302
    journey.case.refresh_from_db()
    assert Meeting.objects.get().on == AgendaItem.objects.get().happened_on == ago(11)
    decided = ConferenceDecision.objects.values_list("decided_on", flat=True)
    assert set(decided) == {ago(11)}
    assert Scenario.objects.get().since == ago(11)
    assert StepTaken.objects.get(number="T5").on == journey.case.progress.since == ago(11)
    with acting_as(journey.workers["coordinator"]):
        assert fact_of(journey.case).scenario_since == ago(11)
    story = corrected(journey)
    assert story.count(f"vastgelegd als {format_day(ago(9))}") >= 3  # step, item and decisions
    journey.client.act_as(journey.workers["ngo"])
    minutes = journey.client.get(reverse("casework:minutes", args=[room.meeting.reference])).text
    assert f"gehouden op {format_day(ago(9))}" in minutes
    assert WHY in minutes
    assert meeting_day(journey, "coordinator", room, -12, version=1).status_code == 409


def test_a_planned_meeting_has_no_day_to_correct(room):
    room.journey.room = room
    assert meeting_day(room.journey, "coordinator", room, -2).status_code == 403


def test_the_day_on_which_an_intake_was_completed_is_corrected_by_its_team(client, pilot):
    journey = Journey(client, pilot, referred_on=ago(90), registered_on=ago(0))
    journey.done("ngo", "intake", begun_on=-85)
    journey.fill_intake()
    row = Intake.objects.get(case=journey.case)
    for who in ("municipality", "coordinator"):
        assert correct(journey, who, row, "intake", completed_on=-40).status_code == 403, who
    early = correct(journey, "ngo", row, "intake", completed_on=-51)
    assert "vóór het gesprek" in early.text
    assert correct(journey, "ngo", row, "intake", completed_on=-40).status_code == 302
    row.refresh_from_db()
    assert row.completed_on == ago(40)
    assert f"vastgelegd als {format_day(ago(0))}" in corrected(journey, "ngo")
