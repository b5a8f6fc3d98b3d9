"""The case conference: planning, agenda, positions, decisions and what follows from them, minutes; who sees which item."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from casework.journey.guards import add_months
from casework.journey.moving import settle
from casework.models import (
    Action,
    AgendaItem,
    Case,
    ConferenceDecision,
    IdentityValue,
    Involvement,
    Meeting,
    Position,
    Scenario,
    Task,
)
from governance.access.clearance import acting_as
from governance.access.enums import Category
from governance.convenants.enums import Cell
from governance.models import Convenant
from tests import factories as make
from tests.casework.journeys import Journey, Room
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


def test_t5_a_case_goes_into_the_conference_when_its_rest_is_over_and_it_stands_on_an_agenda(room):
    assert room.journey.case.state == "rest_period"
    assert room.add().status_code == 302
    assert room.journey.case.state == "in_conference"
    assert room.journey.case.history.latest().history_change_reason == "T5"


def test_t5_before_the_rest_is_over_it_waits_on_the_agenda_and_goes_in_when_the_meeting_opens(journey, on_day):
    journey.to_rest(on=-5)
    room = Room(journey, days=12)
    room.add()
    assert journey.case.state == "rest_period"
    refused = journey.step("coordinator", "conference")
    assert refused.status_code == 409
    assert "rusttermijn loopt tot" in refused.text
    on_day(timezone.localdate() + timedelta(days=12))
    room.open()
    assert journey.case.state == "in_conference"


def test_t5_is_not_for_a_caseworker_nor_for_another_pilots_coordinator(room):
    for who in ("municipality", "ngo", "ind", "dtv"):
        assert room.add(who=who).status_code == 403, who
    stranger = make.MembershipFactory(
        team=make.TeamFactory(organisation__kind="municipality", pilot__name="Elders"), role="coordinator"
    ).user
    room.journey.workers["stranger"] = stranger
    assert room.add(who="stranger").status_code == 404


def test_t6_early_admission_is_a_setting_and_sets_no_scenario(journey):
    journey.intake()
    room = Room(journey)
    room.add(teams=("ngo",))
    assert journey.case.state == "intake"
    journey.pilot.pilot.early_admission = True
    journey.pilot.pilot.save()
    assert journey.step("coordinator", "early").status_code == 302
    assert journey.case.state == "in_conference"
    # Lists do not say to the police that the departure service takes part: that could be because of a place (R7).
    make.InvolvementFactory(case=journey.case, team=journey.teams["avim"])
    make.InvolvementFactory(case=journey.case, team=journey.teams["dtv"], ground="made_known")
    for who, names in (("ngo", True), ("avim", False)):
        for page in ("/casussen/?tab=all", "/casussen/?tab=all&partner=dtv"):
            shown = journey.client.act_as(journey.workers[who]).get(page).text
            row = shown.split("Hiwot Reiziger")[1].split("</tr>")[0] if "Hiwot Reiziger" in shown else ""
            assert ("DTV" in row) is names, (who, page)
    # Nor does the page that says who sees what; once the dossiers were asked for, it does.
    for who, names in (("ngo", True), ("avim", False)):
        assert (journey.teams["dtv"].label in journey.get(who, "case_why").text) is names, who
    value = IdentityValue.objects.filter(case=journey.case).first()
    record = ("record_detail", "identity_value", value.reference)
    assert journey.teams["dtv"].label not in journey.get("avim", *record).text
    assert journey.teams["dtv"].label in journey.get("ngo", *record).text
    row = Involvement.objects.get(case=journey.case, team=journey.teams["dtv"])
    row.ground = "dossier_request"
    row.save()
    assert journey.teams["dtv"].label in journey.get("avim", "case_why").text
    room.open()
    answer = room.decide("scenario_set", scenario="return_home")
    assert answer.status_code == 400
    assert "Geen scenario tijdens de rusttermijn" in answer.text
    assert room.decide("admitted").status_code == 302


def test_an_item_is_seen_by_the_teams_it_is_for_and_the_police_sees_only_its_own(room, client, pilot):
    for team in ("avim", "legal"):
        make.InvolvementFactory(
            case=room.journey.case, team=pilot.teams[team], ground="legal_aid" if team == "legal" else "cooperation"
        )
    room.add()
    for who, status in {"ngo": 200, "ind": 200, "dtv": 200, "coordinator": 200, "avim": 404, "legal": 404}.items():
        assert room.see(who).status_code == status, who
    position = {"preparation": "Dossier bevat een paspoort.", "stance": "agree", "reasons": ""}
    assert room.to("ind", "position_take", room.item.reference, **position).status_code == 302
    assert "Dossier bevat een paspoort." in room.see("dtv").text
    room.open()
    room.decide("admitted")
    with acting_as(pilot.workers["avim"]):
        assert not AgendaItem.objects.exists()
        assert not Position.objects.exists()
        assert not ConferenceDecision.objects.exists()
    with acting_as(pilot.workers["legal"]):  # reads decisions by the matrix, and no item she does not attend
        assert not AgendaItem.objects.exists()
        assert ConferenceDecision.objects.exists()
    room.item.shared_team_ids = sorted([*room.item.shared_team_ids, pilot.teams["avim"].pk])
    room.item.save()
    with acting_as(pilot.workers["avim"]):
        assert AgendaItem.objects.get() == room.item
        assert Position.objects.count() == 1
        assert ConferenceDecision.objects.count() == 1
    assert room.see("avim").status_code == 200


def test_a_partner_says_where_it_stands_and_an_objection_has_reasons(room):
    room.add()
    refused = room.to("dtv", "position_take", room.item.reference, stance="object", reasons="", preparation="")
    assert refused.status_code == 400
    assert "Schrijf waarom uw team bezwaar heeft." in refused.text
    room.to("dtv", "position_take", room.item.reference, stance="object", reasons="Eerst onderzoek.", preparation="")
    room.to("dtv", "position_take", room.item.reference, stance="agree", reasons="", preparation="Akkoord na overleg")
    position = Position.objects.get()
    assert (position.stance, position.author_team) == ("agree", room.journey.teams["dtv"])
    assert position.history.count() == 2
    page = room.see("ngo").text
    assert "geen antwoord" in page  # the others have not answered
    assert room.to("avim", "position_take", room.item.reference, stance="agree").status_code == 404


def test_the_chair_writes_down_what_a_team_says_that_writes_nothing_itself(room, pilot):
    make.InvolvementFactory(case=room.journey.case, team=pilot.teams["avim"])
    room.add(teams=("ngo", "avim"))
    room.open()
    said = {"b-source_team": str(pilot.teams["avim"].pk), "b-stance": "agree", "b-reasons": "Onderzoek loopt."}
    assert room.to("coordinator", "position_behalf", room.item.reference, **said).status_code == 302
    position = Position.objects.get()
    assert position.source_team == pilot.teams["avim"]
    assert "Onderzoek loopt." in room.see("avim").text
    assert room.to("ngo", "position_behalf", room.item.reference, **said).status_code == 403


def test_r5_an_exceptional_admission_names_its_reason_and_the_body_that_decided(room):
    room.add()
    room.open()
    assert room.decide("admitted_exceptionally", reasons="").status_code == 400
    assert room.decide("admitted_exceptionally", body="steering_group", reasons="Ernstig ziek.").status_code == 302
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
        ("return_home", timezone.localdate()), ("legalisation", None),
    ]  # fmt: skip
    assert Scenario.objects.get(until=None).decision.scenario == "legalisation"


def test_commitments_become_actions_and_a_question_a_task_of_its_owner(room):
    room.add()
    room.open()
    ind, dtv = (room.journey.teams[name].pk for name in ("ind", "dtv"))
    assert room.decide("commitments_set").status_code == 400
    refused = room.decide("commitments_set", **{f"what_{ind}": "Stukken opvragen", f"due_{ind}": ""})
    assert refused.status_code == 400
    both = {f"what_{ind}": "Stukken opvragen", f"due_{ind}": 10, f"what_{dtv}": "Ambassade bellen", f"due_{dtv}": 20}
    both = {name: day(value) if type(value) is int else value for name, value in both.items()}
    assert room.decide("commitments_set", **both).status_code == 302
    assert set(Action.objects.values_list("to_team", "what")) == {
        (ind, "Stukken opvragen"), (dtv, "Ambassade bellen")
    }  # fmt: skip
    assert room.decide("research_question", reasons="Bestaat het paspoort?").status_code == 400
    room.decide("research_question", reasons="Bestaat het paspoort?", owner_team=str(dtv), due_on=15)
    task = Task.objects.get()
    assert (task.to_team_id, task.what) == (dtv, "Bestaat het paspoort?")
    assert Case.objects.get(pk=room.journey.case.pk).term_on  # the day it is due


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
    assert room.journey.post("dtv", "action_done", task.reference, act="mine").status_code == 403
    assert room.journey.post("colleague", "action_done", task.reference, act="mine").status_code == 302
    assert waits_for() == {"colleague"}
    assert f"Opgepakt door {colleague}" in room.journey.get("ind", "action_done", task.reference).text
    left = colleague.memberships.get()
    left.until = timezone.localdate()
    left.save()
    assert waits_for() == {"ind"}


def test_a_deferral_leaves_the_case_where_it_is_with_a_day_to_look_again(room):
    room.add()
    room.open()
    assert room.decide("deferred").status_code == 400
    assert room.decide("deferred", due_on=21).status_code == 302
    assert room.journey.case.state == "in_conference"
    assert room.journey.case.term_on == timezone.localdate() + timedelta(days=21)


def test_decisions_are_taken_by_the_chair_while_the_meeting_is_under_way(room):
    room.add()
    assert room.decide("admitted").status_code == 403  # not opened
    room.open()
    for who in ("municipality", "ngo", "ind"):
        assert room.to(who, "agenda_decide", room.item.reference, kind="admitted", reasons="x").status_code == 403
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
    assert room.to("coordinator", "meeting_cancel", room.meeting.reference, because="Ziekte").status_code == 302
    assert not AgendaItem.objects.current().exists()
    assert "Ziekte" in room.see("ngo", "meeting_detail", room.meeting.reference).text


def test_r7_who_has_a_place_and_was_never_discussed_stands_on_the_list_of_coordinator_and_dtv(room, pilot):
    case = room.journey.case
    make.StayFactory(case=case, kind="dwelling", author_team=pilot.teams["municipality"])
    for who, status in {"coordinator": 200, "dtv": 200, "ngo": 403, "ind": 403}.items():
        answer = room.journey.client.act_as(pilot.workers[who]).get("/lso/niet-besproken/")
        assert answer.status_code == status, who
        assert ("Hiwot Reiziger" in answer.text) is (status == 200)
    room.add()
    room.open()
    assert room.to("coordinator", "agenda_change", room.item.reference, "besproken").status_code == 302
    answer = room.journey.client.act_as(pilot.workers["dtv"]).get("/lso/niet-besproken/")
    assert "Hiwot Reiziger" not in answer.text


def test_an_agenda_is_proposed_from_cases_that_need_it(room):
    page = room.see("coordinator", "meeting_detail", room.meeting.reference).text
    assert "Hiwot Reiziger" in page
    assert "De rusttermijn is voorbij" in page
    room.add()
    assert (
        room.see("coordinator", "meeting_detail", room.meeting.reference).text.count("De rusttermijn is voorbij") == 0
    )
    assert "Kan worden besproken" not in room.see("ngo", "meeting_detail", room.meeting.reference).text


def proposed(journey, days=0):
    """Why this case is offered for a meeting so many days from now; None if it is not."""
    room = Room(journey, days)
    page = room.see("coordinator", "meeting_detail", room.meeting.reference)
    return next((row.why for row in page.context["proposals"] if row.case == journey.case), None)


def test_an_agenda_is_proposed_from_who_has_a_place_and_was_never_discussed(journey):
    assert proposed(journey) is None
    make.StayFactory(case=journey.case, author_team=journey.teams["municipality"], ground="before_decision")
    assert proposed(journey) == "not_yet_discussed"


def test_an_agenda_is_proposed_from_a_review_date(journey):
    journey.to_conference()
    journey.room.decide("deferred", due_on=20)
    journey.room.close()
    assert proposed(journey, 19) is None
    assert proposed(journey, 20) == "review"


def test_an_agenda_is_proposed_from_the_end_of_a_term(client, pilot):
    pilot.pilot.maximum_stay_months = 6
    pilot.pilot.save()
    journey = Journey(client, pilot)
    journey.to_admitted()
    journey.room.close()
    ends = add_months(timezone.localdate(), 6)
    assert proposed(journey, (ends - timezone.localdate()).days - 1) is None
    assert proposed(journey, (ends - timezone.localdate()).days) == "end_of_term"


def test_an_agenda_is_proposed_from_an_escalation_whose_answer_is_due(journey):
    journey.to_guidance()
    journey.room.close()
    make.Escalation.objects.create(
        case=journey.case, author_team=journey.teams["municipality"], author=journey.workers["coordinator"], level="mrt",
        question="Is zij haalbaar?", answer_due_on=timezone.localdate() + timedelta(days=10),
    )  # fmt: skip
    settle(journey.case)
    assert proposed(journey, 9) is None
    assert proposed(journey, 10) == "escalation"


def test_members_of_a_household_share_a_place_and_each_gets_a_decision(room, pilot):
    brother = Journey(room.journey.client, pilot)
    brother.to_rest()
    make.RECORDS["relation"](
        case=room.journey.case, author_team=pilot.teams["municipality"], other=brother.case.person, other_name=""
    )
    room.add(household=[brother.case.pk])
    items = list(AgendaItem.objects.order_by("pk"))
    assert {item.place for item in items} == {1}
    room.open()
    for item in items:
        answer = room.to("coordinator", "agenda_decide", item.reference, kind="admitted", reasons="Samen.", body="lso")
        assert answer.status_code == 302
    assert ConferenceDecision.objects.count() == 2


def test_the_screen_in_the_room_holds_no_more_than_the_room_needs(room):
    room.add()
    room.to(
        "ngo", "position_take", room.item.reference, stance="agree", reasons="", preparation="Geheime voorbereiding"
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
    assert pilot.teams["legal"].label not in room.journey.client.get(f"/lso/plannen/{pilot.pilot.slug}/").text


def test_a_shelter_operator_at_the_table_is_named_only_to_who_may_know_of_a_place(room, pilot):
    """It sits there by choice, not by default; the police and a guest read the item without learning where she sleeps."""
    operator = make.TeamFactory(
        organisation=make.OrganisationFactory(name="Opvang Zuidpoort", kind="shelter_operator"), pilot=pilot.pilot
    )
    reads = dict.fromkeys((Category.IDENTITY, Category.CONTACT_SHELTER), Cell.READ)
    agreement(pilot.pilot, {operator: {**reads, Category.CONFERENCE: Cell.WRITE}}, kind="municipal_decision")
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


def test_a_chair_changes_an_item_before_it_is_discussed(room, pilot):
    make.InvolvementFactory(case=room.journey.case, team=pilot.teams["avim"])
    room.add(teams=("ngo", "ind"))
    room.to("ind", "position_take", room.item.reference, stance="agree", reasons="", preparation="Akkoord.")
    change = {"question": "Mag zij blijven?", "teams": [pilot.teams["ngo"].pk, pilot.teams["avim"].pk], "version": 1}
    for who, status in (("municipality", 403), ("ind", 403), ("avim", 404)):
        assert room.to(who, "item_change", room.item.reference, **change).status_code == status, who
    assert room.to("coordinator", "item_change", room.item.reference, **change | {"question": ""}).status_code == 400
    assert room.to("coordinator", "item_change", room.item.reference, **change).status_code == 302
    assert room.to("coordinator", "item_change", room.item.reference, **change).status_code == 409  # from before
    assert "Mag zij blijven?" in room.see("avim").text
    assert room.see("ind").status_code == 404  # not at this item any more; what it brought stays
    assert Position.objects.get().preparation == "Akkoord."
    room.open()
    room.decide("admitted")
    assert room.to("coordinator", "item_change", room.item.reference, **change | {"version": 3}).status_code == 403


def test_a_meeting_that_was_not_held_hides_no_case_and_waits_for_its_chair(journey, on_day):
    journey.to_rest(on=0)
    room = Room(journey, days=10)
    room.add()
    over = "De rusttermijn is voorbij"
    on_day(timezone.localdate() + timedelta(days=15))
    assert over in journey.client.act_as(journey.workers["coordinator"]).get("/").text
    assert "Sluit het overleg van" in room.journey.client.act_as(room.journey.workers["coordinator"]).get("/").text
    assert "Sluit het overleg van" not in room.journey.client.act_as(room.journey.workers["municipality"]).get("/").text
    later = Room(room.journey, days=1)
    assert "Hiwot Reiziger" in room.see("coordinator", "meeting_detail", later.meeting.reference).text
    room.to("coordinator", "meeting_cancel", room.meeting.reference, because="Niet gehouden")
    assert "Sluit het overleg van" not in room.journey.client.act_as(room.journey.workers["coordinator"]).get("/").text


def test_minutes_that_were_not_sent_wait_for_the_chair_and_a_decision_is_of_the_day_of_its_meeting(room, on_day):
    room.add()
    room.open()
    day_of = timezone.localdate()
    on_day(day_of + timedelta(days=1))  # written up the next morning
    room.decide("admitted")
    assert ConferenceDecision.objects.get().decided_on == day_of
    room.close()
    assert "Verstuur het verslag van" in room.journey.client.act_as(room.journey.workers["coordinator"]).get("/").text
    room.to("coordinator", "meeting_act", room.meeting.reference, "versturen")
    assert "Verstuur het verslag van" not in room.journey.client.get("/").text


def test_ending_is_proposed_only_of_who_is_admitted(room):
    room.add()
    room.open()
    assert room.decide("termination_proposed").status_code == 400
    room.decide("admitted")
    room.journey.formal("admitted")
    assert room.decide("termination_proposed", reasons="Werkt niet mee.").status_code == 302
    assert "Neem het formele besluit tot beëindiging" in Task.objects.get(rule="termination_proposed").what
    assert room.journey.formal("ended").status_code == 302
    assert Task.objects.get(rule="termination_proposed").answer == "done"


def test_a_moment_is_taken_once_and_years_too_far_ahead_are_refused(journey):
    room = Room(journey)
    again = {"on": room.meeting.on.strftime("%d-%m-%Y"), "begins_at": f"{room.meeting.begins_at:%H:%M}", "every": "0",
             "times": "", "teams": [journey.teams["municipality"].pk]}  # fmt: skip
    journey.client.act_as(journey.workers["coordinator"])
    url = f"/lso/plannen/{journey.pilot.pilot.slug}/"
    taken = journey.client.post(url, again)
    assert taken.status_code == 400
    assert "al een overleg op dit moment" in taken.text
    far = journey.client.post(url, {**again, "on": "31-12-9999", "every": "4", "times": "26"})
    assert far.status_code == 400
    assert "te ver vooruit" in far.text


def test_r27_a_meeting_is_held_under_the_convenant_of_its_day_and_not_before_it(journey, on_day):
    journey.to_rest()
    room = Room(journey, days=5)
    room.add()
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
    newer = make.ConvenantFactory(pilot=journey.pilot.pilot, version=2, in_force_from=day_of, replaces=old)
    for row in old.parties.all():
        newer.parties.create(organisation=row.organisation, signed_on=row.signed_on)
    for cell in old.cells.all():
        cell.pk, cell.content_object = None, newer
        cell.save()
    room.open()
    room.meeting.refresh_from_db()
    assert room.meeting.convenant == newer


def test_the_chair_moves_an_item_up_and_a_household_moves_together(room):
    room.add()
    first = room.item
    others = []
    for place, name in ((2, "Tweede"), (3, "Derde"), (3, "Zus Derde")):
        case = make.CaseFactory(
            lead_team=room.journey.teams["municipality"], involve=[room.journey.teams["ngo"]], named=name,
            state="in_conference",
        )  # fmt: skip
        others.append(make.RECORDS["agendaitem"](
            case=case, author_team=first.author_team, meeting=room.meeting, place=place,
            visibility="selected_partners", shared_team_ids=first.shared_team_ids,
        ))  # fmt: skip
    assert "Verplaats omhoog" in room.see("coordinator", reference=others[1].reference).text
    assert room.to("ngo", "agenda_change", others[1].reference, "omhoog").status_code == 403
    assert room.to("coordinator", "agenda_change", others[1].reference, "omhoog").status_code == 302
    order = AgendaItem.objects.filter(meeting=room.meeting).order_by("place", "pk")
    assert list(order) == [first, others[1], others[2], others[0]]
    assert room.to("coordinator", "agenda_change", first.reference, "omhoog").status_code == 302
    assert AgendaItem.objects.filter(meeting=room.meeting).order_by("place", "pk").first() == first


def test_r7_who_was_discussed_without_the_departure_service_is_on_nobodys_list(room, pilot):
    case = room.journey.case
    make.StayFactory(case=case, kind="dwelling", author_team=pilot.teams["municipality"])
    room.add(teams=("ngo",))
    room.open()
    assert "Hiwot Reiziger" in room.journey.client.act_as(pilot.workers["dtv"]).get("/lso/niet-besproken/").text
    assert room.to("coordinator", "agenda_change", room.item.reference, "besproken").status_code == 302
    assert room.see("dtv").status_code == 404  # the item itself is not hers
    for who in ("coordinator", "dtv"):
        answer = room.journey.client.act_as(pilot.workers[who]).get("/lso/niet-besproken/")
        assert "Hiwot Reiziger" not in answer.text, who


def test_the_tasks_of_a_decision_are_done_with_the_act_they_ask_for(room):
    room.add()
    room.open()
    room.decide("escalate_mrt")
    room.decide("exit_confirmed")
    assert Task.objects.filter(answer="").count() == 2
    journey = room.journey
    journey.done("coordinator", "escalation", act="ask", level="mrt", question="Wat nu?", answer_due_on=20,
                 skipped_because="")  # fmt: skip
    assert list(Task.objects.filter(answer="").values_list("rule", flat=True)) == ["exit_confirmed"]
    assert journey.propose(reason="left_own_request", outcome="unknown_destination").status_code == 302
    assert not Task.objects.filter(answer="").exists()


def test_who_came_and_who_did_not_stands_in_the_minutes(room):
    room.add()
    room.open()
    ind, dtv = (room.meeting.teams.get(team=room.journey.teams[name]) for name in ("ind", "dtv"))
    url = f"/lso/{room.meeting.reference}/aanwezig/"
    assert room.journey.client.act_as(room.journey.workers["ngo"]).post(url, {"present": ind.pk}).status_code == 403
    assert (
        room.journey.client.act_as(room.journey.workers["coordinator"]).post(url, {"present": ind.pk}).status_code
        == 302
    )
    ind.refresh_from_db()
    dtv.refresh_from_db()
    assert (ind.present, dtv.present) == (True, False)
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", room.see("ngo", "minutes", room.meeting.reference).text))
    assert f"{ind.team.label} aanwezig" in page
    assert f"{dtv.team.label} afwezig" in page
