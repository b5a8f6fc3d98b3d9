"""Every state has a way on, for somebody; what cannot be says why, before it is filled in."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.formats import date_format

from casework.journey.guards import add_months
from casework.models import ConferenceDecision, Meeting, Task
from tests import factories as make
from tests.casework.journeys import Journey, Room

pytestmark = pytest.mark.django_db


@pytest.fixture
def conference(in_conference, client, pilot):
    """A case in the conference, whose meeting is under way."""
    return in_conference.again(client, pilot)


def test_minutes_are_not_sent_before_it_is_recorded_who_was_there(conference):
    room = conference.room
    room.decide("admitted")
    room.close()
    assert "aanwezig" in room.act("versturen").headers["Location"]
    assert Meeting.objects.get(pk=room.meeting.pk).minutes_sent_on is None
    assert room.attend("ngo", "ind").status_code == 302
    room.act("versturen")
    assert Meeting.objects.get(pk=room.meeting.pk).minutes_sent_on == timezone.localdate()


def test_attendance_is_mended_with_a_reason_until_the_partners_have_answered(conference, on_day):
    room = conference.room
    room.decide("admitted")
    room.close()
    room.attend("ngo")
    room.act("versturen")
    assert room.attend("ngo", "ind").status_code == 400  # without a reason
    assert room.meeting.teams.get(team=conference.teams["ind"]).present is False
    on_day(timezone.localdate() + timedelta(days=3))
    assert room.attend("ngo", "ind", because="IND belde in.").status_code == 302
    assert room.meeting.teams.get(team=conference.teams["ind"]).present is True
    meeting = Meeting.objects.select_related("pilot").get(pk=room.meeting.pk)
    term = timedelta(days=meeting.pilot.minutes_term_days)
    assert meeting.minutes_due_on == timezone.localdate() + term
    waits = f"Reageer op het verslag van {date_format(meeting.on, 'j F')}"
    assert waits in room.journey.client.act_as(conference.workers["ind"]).get("/").text  # anew
    room.to("ind", "minutes", meeting.reference, answer="agreed", remark="")
    assert waits not in room.journey.client.act_as(conference.workers["ind"]).get("/").text
    assert "IND belde in." in room.see("ngo", "minutes", meeting.reference).text
    on_day(meeting.minutes_due_on + timedelta(days=1))
    assert room.attend("ngo", because="Toch niet.").status_code == 403


def test_a_conference_of_one_decides_nothing_and_its_minutes_say_who_sat_there(conference):
    room = conference.room
    room.meeting.refresh_from_db()
    room.meeting.quorum = 3  # as the pilot had it when the meeting began
    room.meeting.save()
    assert "minstens 3 organisaties" in room.see("coordinator").text
    refused = room.decide("admitted")
    assert refused.status_code == 409
    assert "minstens 3 organisaties" in refused.text
    assert not ConferenceDecision.objects.filter(item=room.item).exists()
    room.attend("ngo")  # with the municipality two
    assert room.decide("admitted").status_code == 409
    room.attend("ngo", "ind")
    assert room.decide("admitted").status_code == 302
    assert "3 organisaties aan tafel" in room.see("ngo", "minutes", room.meeting.reference).text


def test_in_municipal_mode_the_municipality_decides_alone_from_registration_on(client, pilot):
    pilot.pilot.municipal_mode, pilot.pilot.quorum = True, 3
    pilot.pilot.save()
    journey = Journey(client, pilot)
    for row in journey.case.involvements.filter(team=pilot.teams["ngo"]):
        row.until = timezone.localdate()
        row.save()
    journey.case.refresh_from_db()
    page = journey.get("coordinator", "case_detail").text
    assert "In het LSO behandelen" in page
    assert "eerdere dossiers" not in page  # there are none
    room = Room(journey)
    assert room.add(teams=()).status_code == 302
    room.open()
    assert journey.case.state == "in_conference"
    assert room.decide("admitted").status_code == 302


def test_a_check_that_fails_sets_a_term_and_asks_who_follows_the_outcome(guided, on_day):
    guided.leave()
    assert guided.step("municipality", "aftercare").status_code == 302
    left = guided.exit().exited_on
    on_day(add_months(left, 3))
    check = {
        "months": "3", "checked_on": 0, "result": "does_not_hold",
        "outcome": "unknown_destination", "how": "gebeld",
    }  # fmt: skip
    guided.done("municipality", "check_add", **check)
    asked = Task.objects.get(rule="failed_check")
    assert asked.to_team == guided.teams["dtv"]
    assert asked.shared_team_ids == [guided.teams["dtv"].pk]
    assert asked.due_on == timezone.localdate() + timedelta(days=14)
    assert "hield de uitkomst geen stand" in guided.get("municipality", "case_detail").text
    follows = guided.get(
        "dtv", "case_detail"
    )  # the question is theirs, the term the team's that leads
    assert follows.status_code == 200
    assert "bepaal met wie de uitkomst volgt" not in follows.text
    guided.case.refresh_from_db()
    assert guided.case.progress.deadline_on == timezone.localdate() + timedelta(days=14)
    on_day(add_months(left, 6))
    guided.done(
        "municipality", "check_add", **check | {"months": "6", "result": "holds", "outcome": ""}
    )
    assert guided.case.progress.deadline_on == add_months(left, 12)


def test_r26_a_liaison_whose_own_team_takes_part_does_not_advise(conference):
    conference.room.decide("escalate_mrt", reasons="Geen overeenstemming.")
    ask = {
        "level": "mrt", "question": "Kan deze persoon terug?", "answer_due_on": 14,
        "skipped_because": "", "asked_on": 0,
    }  # fmt: skip
    conference.done("coordinator", "escalation_ask", **ask)
    silent = make.MembershipFactory(team=conference.teams["ind"]).user  # wrote nothing here
    elsewhere = make.MembershipFactory(team=make.TeamFactory(organisation__kind="ind")).user
    refused = conference.post("coordinator", "escalation_member", username=silent.username)
    assert refused.status_code == 400
    assert "had al eerder met de casus te maken" in refused.text
    conference.done("coordinator", "escalation_member", username=elsewhere.username)


def test_r26_the_question_is_offered_once_the_conference_decided_to_put_it(conference):
    before = conference.get("coordinator", "escalation").text
    assert "Het LSO besluit eerst" in before
    assert 'name="question"' not in before
    conference.room.decide("escalate_mrt", reasons="Geen overeenstemming.")
    assert 'name="question"' in conference.get("coordinator", "escalation").text


def test_a_formal_decision_that_the_step_would_refuse_is_refused_at_its_field(conference):
    early = conference.formal("admitted")
    assert early.status_code == 400
    assert "kind" in early.context["form"].errors
    conference.room.decide("admitted")
    wrong = conference.formal("refused")
    assert "kind" in wrong.context["form"].errors
    older = conference.formal("admitted", decided_on=-1)
    assert older.status_code == 400
    assert "kan niet ouder zijn" in older.text
    assert "decided_on" in older.context["form"].errors
    assert conference.formal("admitted").status_code == 302


def test_an_objection_is_never_older_than_what_it_is_against(conference):
    conference.room.decide("not_admitted")
    assert conference.formal("refused").status_code == 302
    objection = {
        "kind": "objection_lvv_decision", "applied_on": -1, "result": "pending", "checked_on": 0,
        "visibility": "permitted_partners", "representative": "", "result_on": "",
    }  # fmt: skip
    refused = conference.post("coordinator", "record_add", "procedure", **objection)
    assert refused.status_code == 400
    assert "applied_on" in refused.context["form"].errors
    conference.done("coordinator", "record_add", "procedure", **objection | {"applied_on": 0})
