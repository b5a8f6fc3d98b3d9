"""Rules that no single room owns, each by its number, and the terms of a journey on the day
before and on the day."""

from collections import Counter
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.utils import timezone

from casework.dossiers.cautions import NO_FAULT, RESIDENCE, cautions
from casework.journey.acts import notify_team_members
from casework.journey.facts import fact_of
from casework.models import Confirmation, Involvement
from governance.law.enums import ProcedureKind
from governance.models import MandateDecision
from partners.models import Membership, OutboxMessage, User
from tests import factories as make
from tests.casework.journeys import sent, six_weeks
from tests.casework.ten_teams import page_of

pytestmark = pytest.mark.django_db
BESIDE, STATELESS = "gaan niet samen", "neemt dat verzoek niet in behandeling"
MINOR = "minderjarig en verblijft in de voorziening"


def warns(journey, who):
    """Which of the three warnings this worker reads on the case page."""
    page = journey.get(who, "case_detail").text
    return {sentence for sentence in (BESIDE, STATELESS, MINOR) if sentence in page}


def test_r4_registered_sheltered_admitted_and_in_guidance_are_days_of_their_own(journey):
    case = journey.case
    assert (fact_of(case).admitted_on, fact_of(case).guidance_from, case.left_on) == (
        None,
        None,
        None,
    )
    stay = make.StayFactory(
        case=case,
        author_team=journey.teams["ngo"],
        since=timezone.localdate() - timedelta(days=50),
        until=None,
    )
    journey.to_admitted()
    case.refresh_from_db()
    assert fact_of(case).admitted_on == timezone.localdate()
    assert fact_of(case).guidance_from is None  # admitted is not yet in guidance
    assert (case.registered_on, stay.since) == (
        timezone.localdate() - timedelta(days=60),
        timezone.localdate() - timedelta(days=50),
    )
    counted = Counter(case.steps_taken.values_list("state", flat=True))
    assert (counted["registered"], counted["admitted"], counted["in_guidance"]) == (1, 1, 0)


def test_r15_warns_of_a_mediation_beside_a_procedure_for_residence_whoever_reads_both(journey):
    make.RECORDS["procedure"](
        case=journey.case, author_team=journey.teams["ind"], kind="regular_family_life"
    )
    assert warns(journey, "municipality") == set()
    mediation = make.RECORDS["mediation"](case=journey.case, author_team=journey.teams["dtv"])
    assert warns(journey, "municipality") == {BESIDE}
    make.InvolvementFactory(case=journey.case, team=journey.teams["care"], ground="care")
    assert (
        warns(journey, "care") == set()
    )  # it does not read departure: nothing tells it of the mediation
    mediation.result, mediation.result_on = "failed", timezone.localdate()
    mediation.save()
    assert warns(journey, "municipality") == set()


def test_r15_warns_of_a_petition_about_statelessness_beside_an_undecided_asylum_application(
    journey,
):
    make.RECORDS["procedure"](
        case=journey.case, author_team=journey.teams["ind"], kind="statelessness"
    )
    assert warns(journey, "ngo") == set()
    asylum = make.RECORDS["procedure"](
        case=journey.case, author_team=journey.teams["ind"], kind="repeat_asylum"
    )
    assert warns(journey, "ngo") == {STATELESS}
    asylum.result, asylum.result_on = "rejected", timezone.localdate()
    asylum.save()
    assert warns(journey, "ngo") == set()


def test_r15_warns_of_a_minor_in_the_facility_and_blocks_nothing(journey, on_day):
    today = timezone.localdate()
    born = date(today.year - 18, today.month, 28 if today.day == 29 else today.day) + timedelta(
        days=40
    )
    make.NameFactory(
        case=journey.case,
        author_team=journey.teams["municipality"],
        kind="birth_date",
        value=str(born),
    )
    assert warns(journey, "municipality") == set()  # no place in the facility
    make.StayFactory(case=journey.case, author_team=journey.teams["ngo"], until=None)
    assert warns(journey, "municipality") == {MINOR}
    on_day(born.replace(year=born.year + 18))  # eighteen today
    assert warns(journey, "municipality") == set()


def test_r15_nothing_is_warned_of_without_records():
    assert (
        cautions(
            {slug: [] for slug in ("procedure", "mediation", "stay", "relation")},
            "",
            date(2026, 2, 28),
        )
        == []
    )


def test_r28_nothing_says_removable_because_of_code_98(journey):
    def pages():
        return [
            journey.get(who, name).text
            for who in ("municipality", "dtv", "avim", "ind")
            for name in ("case_detail", "case_why")
        ]

    for team in ("dtv", "avim", "ind"):
        make.InvolvementFactory(case=journey.case, team=journey.teams[team])
    states = [
        journey.get(who, "case_detail").context["next_steps"] for who in ("municipality", "dtv")
    ]
    title = make.RECORDS["residencetitle"](
        case=journey.case, author_team=journey.teams["ind"], code="98"
    )
    for page in pages():
        for word in ("verwijderbaar", "removable", "uitzetbaar"):
            assert word not in page.casefold()
    journey.case.refresh_from_db()
    assert journey.case.state == "registered"
    assert [
        journey.get(who, "case_detail").context["next_steps"] for who in ("municipality", "dtv")
    ] == states
    said = journey.client.act_as(journey.workers["ind"]).get(
        page_of(journey.case) + f"dossier/residence_title/{title.reference}/"
    )
    assert "betekent niet dat" in said.text


def due(journey, who, what):
    """Whether this waits for her, and whether it is due: None, False or True."""
    rows = [
        row
        for row in journey.client.act_as(journey.workers[who]).get("/").context["worklist"]
        if row.case == journey.case and what in row.what
    ]
    return rows[0].on <= timezone.localdate() if rows else None


def on_the_day(journey, on_day, day, what, who="municipality", while_it_runs=None):
    on_day(day - timedelta(days=1))
    assert due(journey, who, while_it_runs or what) is False
    on_day(day)
    assert due(journey, who, what) is True
    on_day(day + timedelta(days=400))
    assert due(journey, who, what) is True  # it does not pass by itself


def test_t6_r8_the_end_of_the_rest_period_is_a_task_and_moves_nothing(journey, on_day):
    journey.to_rest(on=-4)
    ends = timezone.localdate() - timedelta(days=4) + timedelta(days=14)
    on_the_day(journey, on_day, ends, "rusttermijn is voorbij", while_it_runs="rusttermijn eindigt")
    journey.case.refresh_from_db()
    assert journey.case.state == "rest_period"


def test_r16_the_end_of_the_stay_is_a_task_on_29_february_too(journey, on_day):
    on_day(date(2027, 8, 29))
    journey.pilot.pilot.maximum_stay_months = 6
    journey.pilot.pilot.save()
    journey.case.registered_on = date(2027, 6, 1)
    journey.case.save()
    journey.to_guidance()
    assert fact_of(journey.case).admitted_on == date(2027, 8, 29)
    on_the_day(journey, on_day, date(2028, 2, 29), "maximale duur eindigt")
    journey.case.refresh_from_db()
    assert journey.case.state == "in_guidance"


@pytest.mark.parametrize(
    "text",
    [
        "2026-10-24T21:59Z",
        "2026-10-24T22:00Z",
        "2026-10-25T22:59Z",
        "2026-10-25T23:00Z",  # the clock goes back
        "2027-03-27T22:59Z",
        "2027-03-27T23:00Z",
        "2027-03-28T21:59Z",
        "2027-03-28T22:00Z",  # it goes forward
        "2028-02-28T22:59Z",
        "2028-02-28T23:00Z",
        "2028-02-29T23:00Z",
    ],
)
def test_today_is_the_same_day_in_sql_and_python_when_the_clock_changes(monkeypatch, text):
    """The definition itself, with an instant in the place of now."""
    instant = datetime.fromisoformat(text)
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'access_today'")
        defined = cursor.fetchone()[0]
        assert "now()" in defined
        cursor.execute(defined.replace("now()", "%s::timestamptz"), [instant])
        in_sql = cursor.fetchone()[0]
    monkeypatch.setattr(timezone, "now", lambda: instant)
    assert timezone.localdate() == in_sql
    assert in_sql == instant.astimezone(ZoneInfo("Europe/Amsterdam")).date()


def test_a_review_by_the_conference_is_a_task_over_the_change_to_summer_time(journey, on_day):
    on_day(date(2027, 2, 28))
    journey.case.registered_on = date(2026, 12, 1)
    journey.case.save()
    journey.to_conference()
    assert journey.room.decide("deferred", review_on="28-03-2027").status_code == 302
    journey.room.close()
    on_the_day(journey, on_day, date(2027, 3, 28), "LSO bekijkt")


def test_t15_the_term_for_objection_is_a_task(journey, on_day):
    journey.to_conference()
    assert journey.room.decide("not_admitted").status_code == 302
    assert journey.formal("refused").status_code == 302
    day = six_weeks(timezone.localdate()) + timedelta(days=1)
    on_the_day(
        journey,
        on_day,
        day,
        "Bezwaar en beroep kunnen niet meer",
        while_it_runs="Bezwaar en beroep eindigen",
    )
    journey.case.refresh_from_db()
    assert journey.case.state == "not_admitted"


def test_r12_each_check_is_a_task_on_its_own_day(journey, on_day):
    on_day(date(2027, 11, 30))
    journey.case.registered_on = date(2027, 10, 1)
    journey.case.save()
    journey.to_exit()
    on_the_day(journey, on_day, date(2028, 2, 29), "3 maanden later")


def test_every_kind_of_procedure_is_known_to_the_rule():
    others = {
        "dublin",
        "medical_postponement",
        "statelessness",
        "lift_entry_ban",
        "objection_lvv_decision",
    }
    assert {kind.value for kind in NO_FAULT | RESIDENCE} == {
        kind.value for kind in ProcedureKind
    } - others


def test_a_mandate_that_ended_is_a_new_version_and_nothing_is_decided_under_either(journey):
    mandate = make.mandate(journey.pilot.pilot)
    today = timezone.localdate()
    form = {
        "title": mandate.title,
        "source": "",
        "pilots": [str(journey.pilot.pilot.pk)],
        "functions": "Wethouder",
        "in_force_from": "01-01-2020",
        "in_force_until": today.strftime("%d-%m-%Y"),
    }
    chair = journey.client.act_as(journey.workers["coordinator"])
    assert chair.post("/convenanten/mandaten/", sent(form)).status_code == 302
    journey.to_conference()
    assert journey.room.decide("admitted").status_code == 302
    ended = MandateDecision.objects.get(title=mandate.title, version=2)
    for choice in (mandate, ended):
        refused = journey.formal("admitted", mandate=choice)
        assert refused.status_code == 400
        assert "geldt niet op de dag van het besluit" in refused.text
    elsewhere = make.PilotFactory()
    mandate.pilots.add(elsewhere)  # of which nobody said that it ended
    assert list(MandateDecision.objects.in_force(today, elsewhere)) == [mandate]


@pytest.mark.parametrize(
    ("slug", "fields"),
    [
        (
            "procedure",
            {
                "kind": "repeat_asylum",
                "applied_on": "01-02-1980",
                "result": "pending",
                "checked_on": 0,
            },
        ),
        ("residence_title", {"code": "98", "since": "31-12-1989", "checked_on": 0}),
    ],
)
def test_nothing_happened_to_her_before_she_was_born(journey, slug, fields):
    make.InvolvementFactory(case=journey.case, team=journey.teams["ind"])
    make.NameFactory(case=journey.case, kind="birth_date", value="1990")
    refused = journey.post("ind", "record_add", slug, **fields, visibility="permitted_partners")
    assert refused.status_code == 400
    assert "vóór de geboortedatum" in refused.text
    later = {
        name: value.replace("1980", "1990").replace("31-12-1989", "01-01-1990")
        if isinstance(value, str)
        else value
        for name, value in fields.items()
    }
    assert (
        journey.post(
            "ind", "record_add", slug, **later, visibility="permitted_partners"
        ).status_code
        == 302
    )


def test_no_allowance_goes_on_after_she_left(guided):
    guided.leave()
    money = {"amount": "60", "period": "week", "since": -5, "visibility": "permitted_partners"}
    for until in ("", 3):
        refused = guided.post("municipality", "record_add", "allowance", **money, until=until)
        assert "dit eindigt uiterlijk dan" in refused.text, until
    assert (
        guided.post("municipality", "record_add", "allowance", **money, until=0).status_code == 302
    )


def test_no_place_goes_on_or_begins_after_she_left(guided):
    guided.leave()
    stay = {
        "kind": "dwelling",
        "ground": "admitted",
        "since": -5,
        "visibility": "permitted_partners",
    }
    for until in ("", 3):
        refused = guided.post("municipality", "record_add", "stay", **stay, until=until)
        assert refused.status_code == 400, until
        assert "dit eindigt uiterlijk dan" in refused.text
    assert guided.post("municipality", "record_add", "stay", **stay, until=0).status_code == 302


def test_who_claims_an_outcome_does_not_confirm_it_for_another_team_of_hers(journey):
    both = journey.workers["municipality"]
    make.MembershipFactory(team=journey.teams["dtv"], user=both)
    journey.to_exit()
    answer = {"result": "confirmed", "said_on": 0, "evidence": "vertrekstaat"}
    assert journey.post("municipality", "claim_answer", **answer).status_code == 403
    assert journey.post("dtv", "claim_answer", **answer).status_code == 302


def test_r11_onward_migration_is_confirmed_on_documentary_evidence_too(guided):
    guided.leave(outcome="onward_migration")
    own = guided.teams["municipality"]
    answer = {
        "result": "confirmed",
        "said_on": 0,
        "evidence": "verblijfsvergunning elders",
        "source_team": str(own.pk),
        "received_on": 0,
        "received_document": "kopie van de vergunning",
    }
    assert guided.post("municipality", "claim_answer", **answer).status_code == 403
    guided.done("coordinator", "claim_answer", **answer)
    found = Confirmation.objects.get()
    assert (found.author_team, found.source_team, found.received_document) == (
        own,
        None,
        "kopie van de vergunning",
    )


def test_r20_the_coordinator_records_a_partners_answer_also_where_an_ngo_leads(guided):
    guided.leave()
    guided.case.lead_team = guided.teams["ngo"]
    guided.case.save()
    answer = {
        "result": "confirmed",
        "said_on": 0,
        "evidence": "vertrekstaat",
        "received_on": 0,
        "received_document": "brief",
        "source_team": str(guided.teams["dtv"].pk),
    }
    guided.done("coordinator", "claim_answer", **answer)
    assert Confirmation.objects.get().author_team == guided.teams["municipality"]


def test_r11_a_return_is_not_confirmed_by_the_municipality_itself(guided):
    guided.leave()
    answer = {
        "result": "confirmed",
        "said_on": 0,
        "evidence": "brief",
        "received_on": 0,
        "received_document": "brief",
        "source_team": str(guided.teams["municipality"].pk),
    }
    assert guided.post("coordinator", "claim_answer", **answer).status_code in (400, 403)


def test_a_proposed_exit_waits_for_the_coordinator(guided):
    assert guided.propose().status_code == 302
    assert due(guided, "coordinator", "Uitstroom bevestigen") is True
    assert due(guided, "municipality", "Uitstroom bevestigen") is None
    assert guided.confirm().status_code == 302
    assert due(guided, "coordinator", "Uitstroom bevestigen") is None


def test_r26_the_answer_to_an_escalation_waits_for_the_coordinator_on_its_day(journey, on_day):
    journey.to_conference()
    assert journey.room.decide("escalate_mrt").status_code == 302
    journey.done(
        "coordinator",
        "escalation_ask",
        level="mrt",
        question="Wat nu?",
        asked_on=0,
        answer_due_on=20,
        skipped_because="",
    )
    on_the_day(
        journey, on_day, timezone.localdate() + timedelta(days=20), "opschaling", who="coordinator"
    )


def test_the_next_item_is_the_next_member_of_the_household(journey):
    journey.to_conference()
    first = journey.room.item
    member = make.CaseFactory(
        lead_team=journey.teams["municipality"],
        involve=[journey.teams["ngo"]],
        named="Zus Reiziger",
        state="in_conference",
    )
    second = make.RECORDS["agendaitem"](
        case=member,
        author_team=first.author_team,
        meeting=first.meeting,
        place=first.place,
        visibility="selected_partners",
        shared_team_ids=first.shared_team_ids,
    )
    screen = journey.room.see("coordinator", "agenda_room", first.reference)
    assert f"/lso/punt/{second.reference}/scherm/" in screen.text
    assert 'data-go="ArrowRight"' in screen.text
    back = journey.room.see("coordinator", "agenda_room", second.reference)
    assert 'data-go="ArrowLeft"' in back.text
    assert 'data-go="ArrowRight"' not in back.text


def test_a_term_waits_for_the_coordinator_where_another_team_leads_or_nobody_manages_the_case_any_more(
    client, pilot
):
    coordinator, ngo = pilot.workers["coordinator"], pilot.workers["ngo"]
    pilot.pilot.maximum_stay_months = 6
    pilot.pilot.save()
    left = make.MembershipFactory(team=pilot.teams["ngo"], until=timezone.localdate()).user
    said = {
        "lead_team": pilot.teams["ngo"],
        "involve": [pilot.teams["municipality"]],
        "named": "Hiwot Reiziger",
        "days": {"admitted": timezone.localdate() - timedelta(days=200)},
        "state": "in_guidance",
        "deadline_on": timezone.localdate() - timedelta(days=18),
    }
    case = make.CaseFactory(case_manager=ngo, **said)
    for manager, waits_for in ((ngo, ngo), (None, coordinator), (left, coordinator)):
        case.case_manager = manager
        case.save()
        for worker in (ngo, coordinator, pilot.workers["municipality"]):
            page = client.act_as(worker).get("/").text
            assert ("De maximale duur eindigt" in page) is (worker == waits_for), (manager, worker)
    case.case_manager = ngo
    make.in_state(case, "in_conference")
    assert "Vraag de dossiers op" in client.act_as(coordinator).get("/").text


def test_r21_who_works_there_no_more_is_told_nothing_of_the_case(journey):
    make.InvolvementFactory(case=journey.case, team=journey.teams["dtv"])
    for name in ("ngo", "dtv"):
        row = Involvement.objects.get(case=journey.case, team=journey.teams[name])
        row.worker = journey.workers[name]
        row.save()
    left = Membership.objects.get(user=journey.workers["ngo"])
    left.until = timezone.localdate()
    left.save()
    journey.case.refresh_from_db()
    OutboxMessage.objects.all().delete()
    notify_team_members(journey.case, by=SimpleNamespace(user=journey.workers["coordinator"]))
    assert set(OutboxMessage.objects.values_list("user", flat=True)) == {
        journey.workers["dtv"].pk,
        journey.workers["municipality"].pk,
    }
    User.objects.filter(pk=journey.workers["dtv"].pk).update(is_active=False)
    OutboxMessage.objects.all().delete()
    notify_team_members(journey.case, by=SimpleNamespace(user=journey.workers["coordinator"]))
    assert [row.user for row in OutboxMessage.objects.all()] == [journey.workers["municipality"]]
