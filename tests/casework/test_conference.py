"""The case conference: planning, positions, decisions and what follows from them, attendance;
who sits at the table."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from casework.models import (
    Action,
    AgendaItem,
    Case,
    ConferenceDecision,
    Meeting,
    Position,
    Scenario,
    Task,
)
from governance.access.enums import Category
from governance.convenants.enums import Cell
from governance.models import Convenant
from tests import factories as make
from tests.casework.journeys import Room
from tests.casework.ten_teams import day
from tests.conftest import agreement

pytestmark = pytest.mark.django_db


def test_a_series_is_planned_all_or_nothing_under_the_convenant_of_each_day(journey):
    room = Room(journey)
    assert room.plan(on=7, every="2", times="3").status_code == 302
    assert Meeting.objects.count() == 4
    convenant = Convenant.objects.get(pilot=journey.pilot.pilot, kind="convenant")
    assert {meeting.convenant for meeting in Meeting.objects.all()} == {convenant}
    convenant.in_force_until = timezone.localdate() + timedelta(days=30)
    convenant.save()
    refused = room.plan(on=20, every="1", times="3")
    assert refused.status_code == 400
    assert "geen convenant" in refused.text
    assert Meeting.objects.count() == 4
    assert room.plan(on=-1).status_code == 400
    journey.client.act_as(journey.workers["municipality"])
    assert journey.client.get(f"/lso/plannen/{journey.pilot.pilot.slug}/").status_code == 404


def test_a_partner_says_where_it_stands_and_an_objection_has_reasons(room):
    room.add()
    refused = room.to(
        "dtv", "position_take", room.item.reference, stance="object", reasons="", preparation=""
    )
    assert refused.status_code == 400
    assert "Schrijf waarom uw team bezwaar heeft." in refused.text
    room.to(
        "dtv",
        "position_take",
        room.item.reference,
        stance="object",
        reasons="Eerst onderzoek.",
        preparation="",
    )
    room.to(
        "dtv",
        "position_take",
        room.item.reference,
        stance="agree",
        reasons="",
        preparation="Akkoord na overleg",
        version="1",
    )
    position = Position.objects.get()
    assert (position.stance, position.author_team) == ("agree", room.journey.teams["dtv"])
    assert position.history.count() == 2
    page = room.see("ngo").text
    assert "geen antwoord" in page  # the others have not answered
    assert room.to("avim", "position_take", room.item.reference, stance="agree").status_code == 404


def test_what_a_colleague_said_of_an_item_is_not_overwritten_unseen(room, pilot):
    room.add()
    room.open()
    behalf = {"b-source_team": str(pilot.teams["ind"].pk), "b-stance": "agree"}
    own = {"stance": "agree", "version": ""}
    for who, act, before, words in (
        ("dtv", "position_take", own, "preparation"),
        ("coordinator", "position_behalf", behalf, "b-preparation"),
    ):
        said = {words: "Akkoord."} | before
        assert room.to(who, act, room.item.reference, **said).status_code == 302
        late = room.to(who, act, room.item.reference, **said | {words: "Te laat."})
        assert late.status_code == 409, who
        assert "Te laat." in room.see(who).text  # put back in the form
        assert not Position.objects.filter(preparation="Te laat.").exists()
        seen = {"version": "1", f"version-{pilot.teams['ind'].pk}": "1"}
        again = room.to(who, act, room.item.reference, **said | {words: "Nu wel."} | seen)
        assert again.status_code == 302, who
    assert set(Position.objects.values_list("preparation", flat=True)) == {"Nu wel."}
    assert f'name="version-{pilot.teams["ind"].pk}" value="2"' in room.see("coordinator").text


def test_the_chair_writes_down_what_a_team_says_that_writes_nothing_itself(room, pilot):
    make.InvolvementFactory(case=room.journey.case, team=pilot.teams["avim"])
    room.add(teams=("ngo", "avim"))
    room.open()
    said = {
        "b-source_team": str(pilot.teams["avim"].pk),
        "b-stance": "agree",
        "b-reasons": "Onderzoek loopt.",
    }
    assert room.to("coordinator", "position_behalf", room.item.reference, **said).status_code == 302
    position = Position.objects.get()
    assert position.source_team == pilot.teams["avim"]
    assert "Onderzoek loopt." in room.see("avim").text
    assert room.to("ngo", "position_behalf", room.item.reference, **said).status_code == 403


def test_r5_an_exceptional_admission_names_its_reason_and_the_body_that_decided(room):
    room.add()
    room.open()
    assert room.decide("admitted_exceptionally", reasons="").status_code == 400
    assert (
        room.decide(
            "admitted_exceptionally", body="steering_group", reasons="Ernstig ziek."
        ).status_code
        == 302
    )
    decision = ConferenceDecision.objects.get()
    assert (decision.body, decision.reasons) == ("steering_group", "Ernstig ziek.")
    assert decision.convenant == room.meeting.convenant  # R27
    task = Task.objects.get()
    assert task.to_team == room.journey.teams["municipality"]


def test_r8_r9_one_scenario_after_the_rest_period_and_a_change_keeps_the_former_one(room):
    room.add()
    room.open()
    assert room.decide("scenario_set").status_code == 400  # which?
    assert room.decide("scenario_changed", scenario="legalisation").status_code == 400  # none yet
    assert room.decide("scenario_set", scenario="return_home").status_code == 302
    assert room.decide("scenario_set", scenario="legalisation").status_code == 400
    assert room.decide("scenario_changed", scenario="legalisation").status_code == 302
    assert list(Scenario.objects.order_by("pk").values_list("scenario", "until")) == [
        ("return_home", timezone.localdate()),
        ("legalisation", None),
    ]
    assert Scenario.objects.get(until=None).decision.scenario == "legalisation"


def test_commitments_become_actions_and_a_question_a_task_of_its_owner(room):
    room.add()
    room.open()
    ind, dtv = (room.journey.teams[name].pk for name in ("ind", "dtv"))
    assert room.decide("commitments_set").status_code == 400
    refused = room.decide(
        "commitments_set", **{f"what_{ind}": "Stukken opvragen", f"due_{ind}": ""}
    )
    assert refused.status_code == 400
    both = {
        f"what_{ind}": "Stukken opvragen",
        f"due_{ind}": 10,
        f"what_{dtv}": "Ambassade bellen",
        f"due_{dtv}": 20,
    }
    both = {name: day(value) if type(value) is int else value for name, value in both.items()}
    assert room.decide("commitments_set", **both).status_code == 302
    assert set(Action.objects.values_list("to_team", "what")) == {
        (ind, "Stukken opvragen"),
        (dtv, "Ambassade bellen"),
    }
    assert room.decide("research_question", reasons="Bestaat het paspoort?").status_code == 400
    room.decide(
        "research_question", reasons="Bestaat het paspoort?", owner_team=str(dtv), due_on=15
    )
    task = Task.objects.get()
    assert (task.to_team_id, task.what) == (dtv, "Bestaat het paspoort?")
    case = Case.objects.get(pk=room.journey.case.pk)
    assert (
        case.progress.deadline_on == case.progress.since
    )  # a question is not yet a day to look again: it stands on no agenda
    room.decide(
        "research_question", reasons="En de akte?", owner_team=str(dtv), due_on=15, review_on=20
    )
    case.refresh_from_db()
    assert case.progress.deadline_on == timezone.localdate() + timedelta(days=20)


def test_who_carries_a_decision_out_is_who_can_and_has_a_day(room):
    """What follows from an admission the municipality does, whoever leads the case; of others
    the conference says who."""
    teams = room.journey.teams
    room.journey.case.lead_team = teams["ngo"]
    room.journey.case.save()
    room.add(teams=("ind", "dtv"))
    room.open()
    assert (
        "Kies wie het uitvoert"
        in room.decide("scenario_set", scenario="return_home", due_on=9).text
    )
    late = room.decide("scenario_set", scenario="return_home", owner_team=str(teams["dtv"].pk))
    assert "Vul in op welke dag het uiterlijk klaar moet zijn" in late.text
    assert not Task.objects.exists()
    room.decide(
        "scenario_set",
        scenario="return_home",
        reasons="Reisdocument regelen.",
        owner_team=str(teams["dtv"].pk),
        due_on=9,
    )
    assert Task.objects.get().to_team == teams["dtv"]
    refused = room.decide("admitted", owner_team=str(teams["ind"].pk), due_on=9)
    assert "alleen het team dat voorzit of de regie voert" in refused.text
    assert room.decide("admitted").status_code == 302
    assert Task.objects.get(rule="admitted").to_team == teams["municipality"]
    assert ConferenceDecision.objects.get(kind="admitted").owner_team == teams["municipality"]
    assert room.journey.formal("admitted").status_code == 302
    assert Task.objects.get(rule="admitted").answer == "done"


def test_a_team_whose_name_tells_carries_nothing_out_also_where_it_leads(room):
    """All at the table read who does what follows: of an exit the team that leads, unless that
    is the night shelter."""
    teams = room.journey.teams
    room.add()
    room.open()
    for lead, named in (("ngo", "ngo"), ("shelter", "municipality")):
        room.journey.case.refresh_from_db()
        room.journey.case.lead_team = teams[lead]
        room.journey.case.save()
        room.decide(
            "exit_confirmed", reasons=f"Vertrokken, zegt {lead}.", due_on=5 if lead == "ngo" else 6
        )
        decision = ConferenceDecision.objects.filter(kind="exit_confirmed").first()
        assert decision.owner_team == teams[named], lead
        assert (
            Task.objects.filter(rule="exit_confirmed").order_by("-pk").first().to_team
            == teams[named]
        )


def test_two_chairs_decide_one_after_the_other(room):
    """Who decides from an item as it was before somebody else decided is told so, and keeps her
    text."""
    room.add()
    room.open()
    seen = room.item.version
    assert room.decide("admitted").status_code == 302
    late = room.decide("not_admitted", reasons="Toch niet.", version=seen)
    assert late.status_code == 409
    assert "Toch niet." in room.see("coordinator").text
    room.journey.formal("admitted")
    moved = room.decide("not_admitted", reasons="Nu niet meer.")
    assert moved.status_code == 400  # not among what can be decided of somebody who was admitted
    assert [row.kind for row in ConferenceDecision.objects.all()] == ["admitted"]


def test_a_task_that_somebody_takes_on_waits_for_her_until_she_leaves_the_team(room):
    room.add()
    room.open()
    ind = room.journey.teams["ind"]
    room.decide("research_question", reasons="Welk paspoort?", owner_team=str(ind.pk), due_on=10)
    task = Task.objects.get(to_team=ind)
    colleague = make.MembershipFactory(team=ind).user
    room.journey.workers["colleague"] = colleague
    worklists = {name: room.journey.workers[name] for name in ("ind", "colleague")}

    def waits_for():
        return {
            name
            for name, user in worklists.items()
            if "Welk paspoort?" in room.journey.client.act_as(user).get("/").text
        }

    assert waits_for() == {"ind", "colleague"}
    mine = {"act": "mine", "version": task.version}
    assert room.journey.post("dtv", "action_done", task.reference, **mine).status_code == 403
    assert room.journey.post("colleague", "action_done", task.reference, **mine).status_code == 302
    assert waits_for() == {"colleague"}
    assert (
        f"Opgepakt door {colleague}" in room.journey.get("ind", "action_done", task.reference).text
    )
    left = colleague.memberships.get()
    left.until = timezone.localdate()
    left.save()
    assert waits_for() == {"ind"}


def test_a_deferral_leaves_the_case_where_it_is_with_a_day_to_look_again(room):
    room.add()
    room.open()
    assert room.decide("deferred").status_code == 400
    assert room.decide("deferred", review_on=21).status_code == 302
    assert room.journey.case.state == "in_conference"
    assert room.journey.case.progress.deadline_on == timezone.localdate() + timedelta(days=21)


def test_decisions_are_taken_by_the_chair_while_the_meeting_is_under_way(room):
    room.add()
    assert room.decide("admitted").status_code == 403  # not opened
    room.open()
    for who in ("municipality", "ngo", "ind"):
        assert (
            room.to(
                who, "agenda_decide", room.item.reference, kind="admitted", reasons="x"
            ).status_code
            == 403
        )
    room.decide("admitted")
    room.close()
    assert room.decide("not_admitted").status_code == 403


def test_what_was_not_discussed_is_taken_off_when_the_meeting_closes(room):
    room.add()
    room.open()
    room.close()
    room.item.refresh_from_db()
    assert room.item.ended_at
    assert room.journey.case.state == "in_conference"
    assert room.see("ngo").status_code == 404


def test_a_cancelled_meeting_lets_its_cases_go(room):
    room.add()
    assert (
        room.to(
            "coordinator", "meeting_cancel", room.meeting.reference, because="Ziekte"
        ).status_code
        == 302
    )
    assert not AgendaItem.objects.current().exists()
    assert "Ziekte" in room.see("ngo", "meeting_detail", room.meeting.reference).text


def test_the_screen_in_the_room_holds_no_more_than_the_room_needs(room):
    room.add()
    room.to(
        "ngo",
        "position_take",
        room.item.reference,
        stance="agree",
        reasons="",
        preparation="Geheime voorbereiding",
    )
    screen = room.see("coordinator", "agenda_room").text
    assert "Hiwot Reiziger" in screen
    assert "Geheime voorbereiding" not in screen
    assert 'data-go="Escape"' in screen


def test_legal_aid_care_and_shelter_do_not_sit_at_the_table(room, pilot):
    for name, ground in (("legal", "legal_aid"), ("care", "care"), ("shelter", "stay")):
        make.InvolvementFactory(case=room.journey.case, team=pilot.teams[name], ground=ground)
    page = room.journey.get("coordinator", "agenda_add").text
    assert pilot.teams["dtv"].label in page
    for name in ("legal", "care", "shelter"):
        assert pilot.teams[name].label not in page
        assert room.add(teams=(name,)).status_code == 400
    room.journey.client.act_as(pilot.workers["coordinator"])
    assert (
        pilot.teams["legal"].label
        not in room.journey.client.get(f"/lso/plannen/{pilot.pilot.slug}/").text
    )


def test_a_shelter_operator_at_the_table_is_named_only_to_who_may_know_of_a_place(room, pilot):
    """It sits there by choice, not by default; the police and a guest read the item without
    learning where she sleeps."""
    operator = make.TeamFactory(
        organisation=make.OrganisationFactory(name="Opvang Zuidpoort", kind="shelter_operator"),
        pilot=pilot.pilot,
    )
    reads = dict.fromkeys((Category.IDENTITY, Category.CONTACT_SHELTER), Cell.READ)
    agreement(
        pilot.pilot,
        {operator: {**reads, Category.CONFERENCE: Cell.WRITE}},
        kind="municipal_decision",
    )
    pilot.workers["operator"] = make.MembershipFactory(team=operator).user
    pilot.teams["operator"] = operator
    for team in (operator, pilot.teams["avim"]):
        make.InvolvementFactory(case=room.journey.case, team=team)
    form = room.journey.get("coordinator", "agenda_add").context["form"]
    assert operator.pk in dict(form.fields["teams"].choices)
    assert operator.pk not in form.fields["teams"].initial
    assert room.add(teams=("ngo", "avim", "operator")).status_code == 302
    said = {"stance": "agree", "reasons": "Er is een bed.", "preparation": ""}
    assert room.to("operator", "position_take", room.item.reference, **said).status_code == 302
    room.open()
    decide = room.see("coordinator").context["decide_form"]
    assert operator.pk not in dict(decide.fields["owner_team"].choices)
    for who, knows in (("coordinator", True), ("ngo", True), ("avim", False)):
        page = room.see(who).text
        assert ("Zuidpoort" in page) is knows, who
        assert "Er is een bed." in page, who
        assert ("Zuidpoort" in room.see(who, "agenda_room").text) is knows, who
    assert "een andere partner" in room.see("avim").text


def test_a_meeting_that_was_not_held_hides_no_case_and_waits_for_its_chair(journey, on_day):
    journey.to_rest(on=0)
    room = Room(journey, days=10)
    room.add()
    over = "De rusttermijn is voorbij"
    on_day(timezone.localdate() + timedelta(days=15))
    assert over in journey.client.act_as(journey.workers["coordinator"]).get("/").text
    assert (
        "Sluit het LSO van"
        in room.journey.client.act_as(room.journey.workers["coordinator"]).get("/").text
    )
    assert (
        "Sluit het LSO van"
        not in room.journey.client.act_as(room.journey.workers["municipality"]).get("/").text
    )
    later = Room(room.journey, days=1)
    assert (
        "Hiwot Reiziger" in room.see("coordinator", "meeting_detail", later.meeting.reference).text
    )
    room.to("coordinator", "meeting_cancel", room.meeting.reference, because="Niet gehouden")
    assert (
        "Sluit het LSO van"
        not in room.journey.client.act_as(room.journey.workers["coordinator"]).get("/").text
    )


def test_minutes_that_were_not_sent_wait_for_the_chair_and_a_decision_is_of_the_day_of_its_meeting(
    room, on_day
):
    room.add()
    room.open()
    day_of = timezone.localdate()
    on_day(day_of + timedelta(days=1))  # written up the next morning
    room.decide("admitted")
    assert ConferenceDecision.objects.get().decided_on == day_of
    room.close()
    assert (
        "Verstuur het verslag van"
        in room.journey.client.act_as(room.journey.workers["coordinator"]).get("/").text
    )
    room.send_minutes("ngo")
    assert "Verstuur het verslag van" not in room.journey.client.get("/").text


def test_ending_is_proposed_only_of_who_is_admitted(room):
    room.add()
    room.open()
    assert room.decide("termination_proposed").status_code == 400
    room.decide("admitted")
    room.journey.formal("admitted")
    assert room.decide("termination_proposed", reasons="Werkt niet mee.").status_code == 302
    assert (
        "Formeel besluit tot beëindiging nemen"
        in Task.objects.get(rule="termination_proposed").what
    )
    assert room.journey.formal("ended").status_code == 302
    assert Task.objects.get(rule="termination_proposed").answer == "done"


def test_r27_a_meeting_is_held_under_the_convenant_of_its_day_and_not_before_it(journey, on_day):
    journey.to_rest()
    room = Room(journey, days=5)
    room.add()
    page = reverse("casework:meeting_detail", args=[room.meeting.reference])
    ahead = room.journey.client.act_as(journey.workers["coordinator"]).get(page)
    assert "U kunt dit LSO openen op" in ahead.text
    assert "LSO openen</span>" not in ahead.text
    room.open()
    room.meeting.refresh_from_db()
    assert room.meeting.opened_at is None  # it is not today
    old = Convenant.objects.get(pilot=journey.pilot.pilot, kind="convenant")
    day_of = timezone.localdate() + timedelta(days=5)
    old.in_force_until = day_of
    old.save()
    on_day(day_of)
    unseen = room.to("coordinator", "meeting_act", room.meeting.reference, "openen")
    assert unseen.status_code == 404  # and nothing is in force
    newer = make.ConvenantFactory(
        pilot=journey.pilot.pilot, version=2, in_force_from=day_of, replaces=old
    )
    for row in old.parties.all():
        newer.parties.create(organisation=row.organisation, signed_on=row.signed_on)
    for cell in old.cells.all():
        cell.pk, cell.content_object = None, newer
        cell.save()
    room.open()
    room.meeting.refresh_from_db()
    assert room.meeting.convenant == newer


def test_the_tasks_of_a_decision_are_done_with_the_act_they_ask_for(room):
    room.add()
    room.open()
    room.decide("escalate_mrt")
    room.decide("exit_confirmed")
    assert Task.objects.filter(answer="").count() == 2
    journey = room.journey
    journey.done(
        "coordinator",
        "escalation_ask",
        level="mrt",
        question="Wat nu?",
        asked_on=0,
        answer_due_on=20,
        skipped_because="",
    )
    assert list(Task.objects.filter(answer="").values_list("rule", flat=True)) == ["exit_confirmed"]
    assert (
        journey.propose(reason="left_own_request", outcome="unknown_destination").status_code == 302
    )
    assert not Task.objects.filter(answer="").exists()


def test_who_came_and_who_did_not_stands_in_the_minutes(room):
    room.add()
    room.open()
    ind, dtv = (room.meeting.teams.get(team=room.journey.teams[name]) for name in ("ind", "dtv"))
    assert (
        room.to("ngo", "meeting_attendance", room.meeting.reference, present="").status_code == 403
    )
    assert room.attend("ind").status_code == 302
    ind.refresh_from_db()
    dtv.refresh_from_db()
    assert (ind.present, dtv.present) == (True, False)
    page = re.sub(
        r"\s+",
        " ",
        re.sub(r"<[^>]+>", " ", room.see("ngo", "minutes", room.meeting.reference).text),
    )
    assert f"{ind.team.label} aanwezig" in page
    assert f"{dtv.team.label} afwezig" in page
