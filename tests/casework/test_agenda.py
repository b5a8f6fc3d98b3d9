"""The agenda of a conference: which cases need it, who sees an item, and when its case goes in
(T5 to T7, R7)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from casework.journey.acts import refresh_deadline
from casework.journey.guards import add_months
from casework.models import (
    AgendaItem,
    ConferenceDecision,
    IdentityValue,
    Involvement,
    Position,
)
from governance.access.clearance import acting_as
from tests import factories as make
from tests.casework.journeys import Journey, Room

pytestmark = pytest.mark.django_db


def test_t5_a_case_goes_into_the_conference_when_its_rest_is_over_and_it_stands_on_an_agenda(room):
    assert room.journey.case.state == "rest_period"
    assert room.add().status_code == 302
    assert room.journey.case.state == "in_conference"
    assert room.journey.case.progress.history.latest().history_change_reason == "T5"


def test_t5_before_the_rest_is_over_it_waits_on_the_agenda_and_goes_in_when_the_meeting_opens(
    journey, on_day
):
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
        team=make.TeamFactory(organisation__kind="municipality", pilot__name="Elders"),
        role="coordinator",
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
    # Lists do not say to the police that the departure service takes part: that could be because of
    # a place (R7).
    make.InvolvementFactory(case=journey.case, team=journey.teams["avim"])
    make.InvolvementFactory(case=journey.case, team=journey.teams["dtv"], ground="made_known")
    for who, names in (("ngo", True), ("avim", False)):
        for page in ("/casussen/?tab=all", "/casussen/?tab=all&partner=dtv"):
            shown = journey.client.act_as(journey.workers[who]).get(page).text
            row = (
                shown.split("Hiwot Reiziger")[1].split("</tr>")[0]
                if "Hiwot Reiziger" in shown
                else ""
            )
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


def test_an_item_is_seen_by_the_teams_it_is_for_and_the_police_sees_only_its_own(
    room, client, pilot
):
    for team in ("avim", "legal"):
        make.InvolvementFactory(
            case=room.journey.case,
            team=pilot.teams[team],
            ground="legal_aid" if team == "legal" else "cooperation",
        )
    room.add()
    for who, status in {
        "ngo": 200,
        "ind": 200,
        "dtv": 200,
        "coordinator": 200,
        "avim": 404,
        "legal": 404,
    }.items():
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
    with acting_as(
        pilot.workers["legal"]
    ):  # reads decisions by the matrix, and no item she does not attend
        assert not AgendaItem.objects.exists()
        assert ConferenceDecision.objects.exists()
    room.item.shared_team_ids = sorted([*room.item.shared_team_ids, pilot.teams["avim"].pk])
    room.item.save()
    with acting_as(pilot.workers["avim"]):
        assert AgendaItem.objects.get() == room.item
        assert Position.objects.count() == 1
        assert ConferenceDecision.objects.count() == 1
    assert room.see("avim").status_code == 200


def test_r7_who_has_a_place_and_was_never_discussed_stands_on_the_list_of_coordinator_and_dtv(
    room, pilot
):
    case = room.journey.case
    make.StayFactory(case=case, kind="dwelling", author_team=pilot.teams["municipality"])
    for who, status in {"coordinator": 200, "dtv": 200, "ngo": 403, "ind": 403}.items():
        answer = room.journey.client.act_as(pilot.workers[who]).get("/lso/niet-besproken/")
        assert answer.status_code == status, who
        assert ("Hiwot Reiziger" in answer.text) is (status == 200)
    room.add()
    room.open()
    assert (
        room.to("coordinator", "agenda_change", room.item.reference, "besproken").status_code == 302
    )
    answer = room.journey.client.act_as(pilot.workers["dtv"]).get("/lso/niet-besproken/")
    assert "Hiwot Reiziger" not in answer.text


def test_an_agenda_is_proposed_from_cases_that_need_it(room):
    page = room.see("coordinator", "meeting_detail", room.meeting.reference).text
    assert "Hiwot Reiziger" in page
    assert "De rusttermijn is voorbij" in page
    room.add()
    assert (
        room.see("coordinator", "meeting_detail", room.meeting.reference).text.count(
            "De rusttermijn is voorbij"
        )
        == 0
    )
    assert (
        "Kan worden besproken" not in room.see("ngo", "meeting_detail", room.meeting.reference).text
    )


def test_what_was_not_discussed_waits_for_another_agenda(journey):
    """Taken off when the meeting closes, or with a meeting that is called off: the case is
    offered again at once."""
    journey.to_conference()
    assert proposed(journey) is None  # it stands on one
    journey.room.close()
    assert journey.case.state == "in_conference"
    assert proposed(journey) == "admission"
    assert (
        "De casus staat op geen agenda"
        in journey.client.act_as(journey.workers["municipality"]).get("/").text
    )
    again = Room(journey, 5)
    again.add()
    assert proposed(journey, 6) is None
    again.to("coordinator", "meeting_cancel", again.meeting.reference, because="Ziekte")
    assert proposed(journey, 6) == "admission"


def proposed(journey, days=0):
    """Why this case is offered for a meeting so many days from now; None if it is not."""
    room = Room(journey, days)
    page = room.see("coordinator", "meeting_detail", room.meeting.reference)
    return next((row.why for row in page.context["proposals"] if row.case == journey.case), None)


def test_an_agenda_is_proposed_from_who_has_a_place_and_was_never_discussed(journey):
    assert proposed(journey) is None
    make.StayFactory(
        case=journey.case, author_team=journey.teams["municipality"], ground="before_decision"
    )
    assert proposed(journey) == "not_yet_discussed"


def test_who_is_admitted_without_a_scenario_is_proposed_and_waits_for_the_coordinator(journey):
    journey.to_admitted()
    journey.room.close()
    assert proposed(journey) == "review"
    waits = "Het LSO kan het scenario vaststellen"
    for who in ("coordinator", "municipality"):
        assert waits in journey.client.act_as(journey.workers[who]).get("/").text, who


def test_an_agenda_is_proposed_from_a_review_date(journey):
    journey.to_conference()
    journey.room.decide("deferred", review_on=20)
    journey.room.close()
    assert proposed(journey, 19) is None
    assert proposed(journey, 20) == "review"


def test_an_agenda_is_proposed_from_the_end_of_a_term(client, pilot):
    pilot.pilot.maximum_stay_months = 6
    pilot.pilot.save()
    journey = Journey(client, pilot)
    journey.to_guidance()
    journey.room.close()
    ends = add_months(timezone.localdate(), 6)
    assert proposed(journey, (ends - timezone.localdate()).days - 1) is None
    assert proposed(journey, (ends - timezone.localdate()).days) == "end_of_term"


def test_an_agenda_is_proposed_from_an_escalation_whose_answer_is_due(journey):
    journey.to_guidance()
    journey.room.close()
    make.Escalation.objects.create(
        case=journey.case,
        author_team=journey.teams["municipality"],
        author=journey.workers["coordinator"],
        level="mrt",
        question="Is zij haalbaar?",
        answer_due_on=timezone.localdate() + timedelta(days=10),
    )
    refresh_deadline(journey.case)
    assert proposed(journey, 9) is None
    assert proposed(journey, 10) == "escalation"


def test_members_of_a_household_share_a_place_and_each_gets_a_decision(room, pilot):
    brother = Journey(room.journey.client, pilot)
    brother.to_rest()
    make.RECORDS["relation"](
        case=room.journey.case,
        author_team=pilot.teams["municipality"],
        other=brother.case.person,
        other_name="",
    )
    room.add(household=[brother.case.reference])
    items = list(AgendaItem.objects.order_by("pk"))
    assert {item.place for item in items} == {1}
    room.open()
    for item in items:
        answer = room.to(
            "coordinator",
            "agenda_decide",
            item.reference,
            kind="admitted",
            reasons="Samen.",
            body="lso",
            version=item.version,
        )
        assert answer.status_code == 302
    assert ConferenceDecision.objects.count() == 2


def test_a_chair_changes_an_item_before_it_is_discussed(room, pilot):
    make.InvolvementFactory(case=room.journey.case, team=pilot.teams["avim"])
    room.add(teams=("ngo", "ind"))
    room.to(
        "ind",
        "position_take",
        room.item.reference,
        stance="agree",
        reasons="",
        preparation="Akkoord.",
    )
    change = {
        "question": "Mag zij blijven?",
        "teams": [pilot.teams["ngo"].pk, pilot.teams["avim"].pk],
        "version": 1,
    }
    for who, status in (("municipality", 403), ("ind", 403), ("avim", 404)):
        assert room.to(who, "item_change", room.item.reference, **change).status_code == status, who
    assert (
        room.to(
            "coordinator", "item_change", room.item.reference, **change | {"question": ""}
        ).status_code
        == 400
    )
    assert room.to("coordinator", "item_change", room.item.reference, **change).status_code == 302
    late = change | {"question": "Of toch niet?"}
    assert (
        room.to("coordinator", "item_change", room.item.reference, **late).status_code == 409
    )  # from before
    assert (
        "Of toch niet?" in room.see("coordinator", "item_change").text
    )  # what she typed comes back
    assert "Mag zij blijven?" in room.see("avim").text
    assert room.see("ind").status_code == 404  # not at this item any more; what it brought stays
    assert Position.objects.get().preparation == "Akkoord."
    room.open()
    room.decide("admitted")
    assert (
        room.to(
            "coordinator", "item_change", room.item.reference, **change | {"version": 3}
        ).status_code
        == 403
    )


def test_a_moment_is_taken_once_and_years_too_far_ahead_are_refused(journey):
    room = Room(journey)
    again = {
        "on": room.meeting.on.strftime("%d-%m-%Y"),
        "begins_at": f"{room.meeting.begins_at:%H:%M}",
        "anyway": "on",
        "every": "0",
        "times": "",
        "teams": [journey.teams["municipality"].pk],
    }
    journey.client.act_as(journey.workers["coordinator"])
    url = f"/lso/plannen/{journey.pilot.pilot.slug}/"
    taken = journey.client.post(url, again)
    assert taken.status_code == 400
    assert "op dit tijdstip al een LSO" in taken.text
    far = journey.client.post(url, {**again, "on": "31-12-9999", "every": "4", "times": "26"})
    assert far.status_code == 400
    assert "te ver vooruit" in far.text


def test_the_chair_moves_an_item_up_and_a_household_moves_together(room):
    room.add()
    first = room.item
    others = []
    for place, name in ((2, "Tweede"), (3, "Derde"), (3, "Zus Derde")):
        case = make.CaseFactory(
            lead_team=room.journey.teams["municipality"],
            involve=[room.journey.teams["ngo"]],
            named=name,
            state="in_conference",
        )
        others.append(
            make.RECORDS["agendaitem"](
                case=case,
                author_team=first.author_team,
                meeting=room.meeting,
                place=place,
                visibility="selected_partners",
                shared_team_ids=first.shared_team_ids,
            )
        )
    assert "omhoog verplaatsen" in room.see("coordinator", reference=others[1].reference).text
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
    assert (
        "Hiwot Reiziger"
        in room.journey.client.act_as(pilot.workers["dtv"]).get("/lso/niet-besproken/").text
    )
    assert (
        room.to("coordinator", "agenda_change", room.item.reference, "besproken").status_code == 302
    )
    assert room.see("dtv").status_code == 404  # the item itself is not hers
    for who in ("coordinator", "dtv"):
        answer = room.journey.client.act_as(pilot.workers[who]).get("/lso/niet-besproken/")
        assert "Hiwot Reiziger" not in answer.text, who
