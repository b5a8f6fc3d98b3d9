"""A wrong day of a step is corrected and the old one kept; days that do not go together are found
by who reads both."""

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.utils import timezone

from casework.cases.progress import step_to
from casework.journey.deadlines import stay_ends
from casework.journey.facts import fact_of
from casework.journey.guards import add_months, format_day
from casework.models import (
    CorrectedDay,
    DossierRequest,
    Exit,
    FollowUpCheck,
    FormalDecision,
    Intake,
    Involvement,
    ServiceDossier,
    StepTaken,
)
from governance.access.clearance import acting_as
from governance.drafts.models import Draft
from governance.models import ConvenantGroupObjectPermission
from tests import factories as make
from tests.casework.journeys import Held, ago, passed
from tests.casework.ten_teams import page_of

pytestmark = pytest.mark.django_db
WHY = "Verkeerd overgenomen van papier."
WRONG = "Twee dagen gaan niet samen"


def step_of(journey, number):
    return StepTaken.objects.filter(case=journey.case, number=number).latest("pk")


def correct(journey, who, number, on, **changes):
    step = step_of(journey, number)
    fields = {"on": on, "why": WHY, "version": step.version, **changes}
    return journey.post(who, "step_day", step.reference, **fields)


def facts(journey, who="municipality"):
    with acting_as(journey.workers[who]):
        return fact_of(journey.case)


def test_a_corrected_day_keeps_the_old_one_and_the_story_says_so(journey):
    journey.interviewed()
    begun = step_of(journey, "T2")
    page = journey.get("ngo", "step_day", begun.reference)
    assert page.status_code == 200
    assert "intake" in page.text
    assert correct(journey, "ngo", "T2", -52).status_code == 302
    row = CorrectedDay.objects.get()
    assert (row.was_on, row.on, row.why, row.team) == (ago(50), ago(52), WHY, journey.teams["ngo"])
    begun.refresh_from_db()
    assert (begun.on, begun.version) == (ago(52), 2)
    intake = Intake.objects.get(case=journey.case)
    assert intake.begun_on == ago(52)
    assert intake.history.latest().prev_record.begun_on == ago(50)
    assert journey.case.progress.since == ago(52)
    story = journey.client.act_as(journey.workers["ind"])
    make.InvolvementFactory(case=journey.case, team=journey.teams["ind"])
    text = story.get(page_of(journey.case)).text
    assert f"vastgelegd als {format_day(ago(50))}" in text
    assert WHY in text
    assert "Dag corrigeren" not in text  # no step of the immigration service's
    assert "Dag corrigeren" in journey.get("ngo", "case_detail").text


def test_a_day_is_possible_only_between_the_steps_before_and_after_it(journey):
    journey.to_rest()
    for day, sentence in (
        (1, "in de toekomst"),
        (-61, "vóór de verwijzing"),
        (-39, "na “wacht op dossiers”"),
        (-50, "staat er al"),
    ):
        answer = correct(journey, "ngo", "T2", day)
        assert answer.status_code == 400, day
        assert sentence in answer.text, day
    early = correct(journey, "ngo", "T3", -51)
    assert early.status_code == 400
    assert "vóór “intake”" in early.text
    assert correct(journey, "ngo", "T3", -45).status_code == 302
    requests = DossierRequest.objects.filter(case=journey.case)
    assert set(requests.values_list("requested_on", flat=True)) == {ago(45)}
    assert correct(journey, "ngo", "T3", -45, why="").status_code == 400
    assert CorrectedDay.objects.count() == 1


def test_the_rest_period_follows_the_corrected_day_of_the_later_dossier(journey):
    journey.interviewed()
    journey.request_dossiers()
    journey.deliver("ind", on=-30)
    journey.deliver("dtv", on=-20)
    assert facts(journey).rest_ends == ago(6)
    assert correct(journey, "ind", "T4", -25).status_code == 403  # it was the other one's
    early = correct(journey, "dtv", "T4", -35)
    assert early.status_code == 400
    assert "latere dossier" in early.text
    assert correct(journey, "dtv", "T4", -24).status_code == 302
    assert facts(journey).rest_ends == ago(10)
    assert journey.case.progress.since == ago(24)
    assert journey.case.progress.deadline_on == ago(10)
    dossier = ServiceDossier.objects.get(case=journey.case, of="dtv")
    assert (dossier.delivered_on, dossier.version) == (ago(24), 2)


def test_of_two_dossiers_of_one_day_each_service_corrects_its_own(journey):
    journey.to_rest()  # both on day -30
    assert correct(journey, "dtv", "T4", -31).status_code == 400  # the other's is of day -30
    assert correct(journey, "dtv", "T4", -28).status_code == 302
    days = ServiceDossier.objects.filter(case=journey.case).values_list("of", "delivered_on")
    assert dict(days) == {"ind": ago(30), "dtv": ago(28)}
    assert facts(journey).rest_ends == ago(14)
    assert correct(journey, "coordinator", "T4", -27).status_code == 403  # R20


def test_the_maximum_stay_follows_the_corrected_admission(client, pilot):
    pilot.pilot.maximum_stay_months = 6
    pilot.pilot.save()
    journey = passed(client, pilot, decided=9, admitted=0, guided=0)
    decision = FormalDecision.objects.get(case=journey.case)
    assert stay_ends(facts(journey)) == add_months(ago(0), 6)
    assert correct(journey, "coordinator", "T7", -10).status_code == 400  # before it was decided
    assert correct(journey, "municipality", "T7", -5).status_code == 403
    assert correct(journey, "coordinator", "T7", -5).status_code == 302
    journey.case.pilot.refresh_from_db()
    assert stay_ends(facts(journey)) == add_months(ago(5), 6)
    decision.refresh_from_db()
    assert decision.effective_on == ago(5)
    assert "<p>Geachte" in decision.letter  # as it was sent
    assert journey.case.progress.state == "in_guidance"
    assert journey.case.progress.since == ago(0)  # another step's
    # the guidance comes after it, and no day of it opens anything in the past
    assert correct(journey, "municipality", "T10", -6).status_code == 400
    before = set(Involvement.objects.filter(case=journey.case).values_list("team", "since"))
    assert correct(journey, "municipality", "T10", -3).status_code == 302
    assert facts(journey).guidance_from == journey.case.progress.since == ago(3)
    assert before == set(Involvement.objects.filter(case=journey.case).values_list("team", "since"))


def test_the_checks_of_an_outcome_follow_the_corrected_exit(client, pilot):
    journey = passed(client, pilot, decided=85, guided=85)
    journey.leave(exited_on=-10)
    left = journey.exit()
    assert journey.case.progress.deadline_on == add_months(ago(10), 3)
    assert correct(journey, "municipality", "T11", -84).status_code == 403
    assert correct(journey, "coordinator", "T11", -86).status_code == 400
    assert correct(journey, "coordinator", "T11", -84).status_code == 302
    left.refresh_from_db()
    assert left.exited_on == journey.case.left_on == journey.case.progress.since == ago(84)
    assert left.classed is not None
    assert journey.case.progress.deadline_on == add_months(ago(84), 3)
    FollowUpCheck.objects.create(
        case=journey.case,
        exit=left,
        months=3,
        checked_on=ago(5),
        result="holds",
        how="Gebeld.",
        author_team=journey.teams["municipality"],
        author=journey.workers["municipality"],
    )
    late = correct(journey, "coordinator", "T11", -30)  # a check after three months, of day -5
    assert late.status_code == 400
    assert WRONG in late.text
    assert "Kijk bij: " in late.text
    assert Exit.objects.get(pk=left.pk).exited_on == ago(84)


def test_of_two_who_correct_a_day_at_once_the_second_keeps_the_text(journey):
    journey.interviewed()
    step = step_of(journey, "T2")
    assert correct(journey, "ngo", "T2", -52).status_code == 302
    second = journey.post("ngo", "step_day", step.reference, on=-53, why=WHY, version=1)
    assert second.status_code == 409
    kept = Draft.objects.get(key__startswith="stepday")
    assert kept.fields["why"] == [WHY] or kept.fields["why"] == WHY
    assert WHY in journey.get("ngo", "step_day", step.reference).text
    assert step_of(journey, "T2").on == ago(52)


def test_only_who_may_take_the_step_corrects_it_and_no_stranger_finds_it(journey):
    journey.to_rest()
    for number, who in (("T2", "ind"), ("T2", "municipality"), ("T3", "dtv"), ("T1", "ngo")):
        assert correct(journey, who, number, -49).status_code == 403, (number, who)
    assert journey.get("avim", "step_day", step_of(journey, "T2").reference).status_code == 404
    make.InvolvementFactory(case=journey.case, team=journey.teams["avim"])
    assert journey.get("avim", "step_day", step_of(journey, "T2").reference).status_code == 404


def test_the_database_keeps_the_day_that_stood_there(journey):
    journey.interviewed()
    step = step_of(journey, "T2")
    with acting_as(journey.workers["ngo"]):
        for change, refused in (
            ({"on": ago(52)}, IntegrityError),
            ({"state": "admitted"}, ProgrammingError),
            ({"recorded_at": timezone.now()}, ProgrammingError),
        ):
            with pytest.raises(refused), transaction.atomic():
                StepTaken.objects.filter(pk=step.pk).update(version=2, **change)
        row = CorrectedDay(
            case=journey.case,
            step=step,
            version=1,
            was_on=step.on,
            on=ago(52),
            why=WHY,
            team=journey.teams["municipality"],
            by=journey.workers["ngo"],
        )
        with pytest.raises(ProgrammingError), transaction.atomic():
            row.save()  # in the name of another team
        row.team = journey.teams["ngo"]
        row.save()
        step.on, step.version = ago(52), 2
        step.save(update_fields=["on", "version"])
        with pytest.raises(ProgrammingError), transaction.atomic():
            CorrectedDay.objects.update(why="anders")
    with acting_as(journey.workers["avim"]):
        assert not CorrectedDay.objects.exists()


def test_a_referral_that_is_corrected_keeps_its_old_day_in_the_story(journey):
    fields = {"referrer": "Wijkteam Zuid", "why": WHY, "version": journey.case.version}
    journey.done("municipality", "case_referral", referred_on=-70, **fields)
    assert step_of(journey, "T1").on == ago(70)
    text = journey.get("ngo", "case_detail").text
    assert f"vastgelegd als {format_day(ago(60))}" in text
    journey.case.registered_on = ago(0)
    journey.case.save()
    step_to(journey.case.progress, "T2", None, ago(50)).save()
    late = journey.post(
        "municipality",
        "case_referral",
        referred_on=-49,
        **fields | {"version": journey.case.version},
    )
    assert late.status_code == 400


def test_a_day_that_a_list_did_not_say_is_filled_in(journey):
    StepTaken.objects.filter(case=journey.case).delete()
    make.in_state(journey.case, "admitted")
    step = step_to(journey.case.progress, "T18", None, None)
    step.save()
    assert journey.get("ngo", "step_day", step.reference).status_code == 403
    assert correct(journey, "coordinator", "T18", -400).status_code == 302
    assert facts(journey).admitted_on == ago(400)
    assert journey.case.progress.since == ago(400)
    assert "zonder dag" in journey.get("coordinator", "case_detail").text


# ------------------------------------------------------------------ days that do not go together


def finds(journey, who):
    page = journey.client.act_as(journey.workers[who]).get(page_of(journey.case))
    assert page.status_code == 200, who
    return WRONG in page.text


def test_an_exit_before_a_stay_that_its_writer_does_not_read_is_found_by_who_reads_both(
    client, pilot
):
    journey = passed(client, pilot, decided=40, guided=40)
    journey.leave(exited_on=-2)
    for name in ("avim", "iom"):  # who read outcomes, and no stay
        make.InvolvementFactory(
            case=journey.case, team=journey.teams[name], worker=journey.workers[name]
        )
    readers = ("municipality", "dtv", "avim", "iom")
    assert [finds(journey, name) for name in readers] == [False] * 4
    make.StayFactory(
        case=journey.case, author_team=journey.teams["municipality"], since=ago(30), until=ago(1)
    )
    assert [finds(journey, name) for name in readers] == [True, True, False, False]


def test_a_contact_after_the_exit_is_found_by_who_reads_the_contact(client, pilot):
    journey = passed(client, pilot, decided=40, guided=40)
    journey.leave(exited_on=-5)
    contact = make.RECORDS["contact"](
        case=journey.case,
        author_team=journey.teams["municipality"],
        kind="guidance_talk",
        happened_on=ago(3),
        visibility="own_organisation",
    )
    assert [finds(journey, name) for name in ("municipality", "dtv")] == [True, False]
    contact.kind = "aftercare_contact"
    contact.save()
    assert not finds(journey, "municipality")


def test_who_does_not_read_a_later_step_corrects_a_day_past_it_without_a_hint(client, pilot):
    """Found by who reads both."""
    journey = passed(client, pilot, decided=9, admitted=8, guided=5)
    late = correct(journey, "coordinator", "T7", -3)
    assert late.status_code == 400
    assert "na “in begeleiding”" in late.text
    ConvenantGroupObjectPermission.objects.filter(
        group=journey.teams["municipality"].group, permission__codename__endswith="_guidance"
    ).delete()
    assert correct(journey, "coordinator", "T7", -3).status_code == 302
    assert not finds(journey, "coordinator")
    assert finds(journey, "ngo")
    assert not finds(journey, "ind")


def test_the_order_of_days_costs_the_page_no_statement(
    client, pilot, django_assert_max_num_queries
):
    journey = passed(client, pilot, decided=40, guided=40)
    journey.leave(exited_on=-2)

    def statements():
        journey.client.act_as(journey.workers["municipality"])
        with django_assert_max_num_queries(1000) as seen:
            journey.client.get(page_of(journey.case))
        return len(seen)

    contact = make.RECORDS["contact"]
    contact(case=journey.case, author_team=journey.teams["municipality"], happened_on=ago(3))
    one = statements()
    for _number in range(3):
        contact(case=journey.case, author_team=journey.teams["municipality"], happened_on=ago(1))
    assert finds(journey, "municipality")
    assert statements() == one


def test_a_team_that_joins_in_aftercare_is_not_told_on_which_day_the_case_was_left(client, pilot):
    journey = passed(client, pilot, decided=40, guided=40)
    journey.leave(exited_on=-5)
    make.StayFactory(
        case=journey.case, author_team=journey.teams["municipality"], since=ago(30), until=ago(3)
    )
    joined = make.InvolvementFactory(
        case=journey.case,
        team=journey.teams["shelter"],
        worker=journey.workers["shelter"],
        since=ago(2),
    )

    def typed(**fields):
        stay = {"kind": "dwelling", "location": "", "ground": "emergency", "since": -2}
        stay["visibility"] = "permitted_partners"
        return journey.post("shelter", "record_add", "stay", **stay | fields)

    def tells():
        assert typed(until="").status_code == 400
        texts = [journey.get("shelter", "case_detail"), typed(until=-1), typed(until="")]
        return [format_day(ago(5)) in answer.text for answer in texts]

    assert not finds(journey, "shelter")
    assert tells() == [False] * 3
    joined.since = ago(30)
    joined.save()
    make.Stay.objects.filter(case=journey.case, since=ago(2)).delete()
    assert finds(journey, "shelter")
    assert tells() == [True] * 3


def test_the_reason_for_correcting_an_exit_is_read_by_who_reads_the_exit(client, pilot):
    journey = passed(client, pilot, decided=40, guided=40)
    journey.leave(exited_on=-5)
    page = journey.get("coordinator", "step_day", step_of(journey, "T11").reference)
    assert "De reden wordt gelezen door" in page.text
    assert journey.teams["dtv"].label in page.text
    assert correct(journey, "coordinator", "T11", -6).status_code == 302
    assert journey.case.left_on == ago(6)
    reasons = journey.case.history.values_list("history_change_reason", flat=True)
    assert WHY not in reasons
    assert WHY in journey.exit().history.values_list("history_change_reason", flat=True)


def test_of_two_exits_of_one_day_the_one_of_the_step_is_corrected(client, pilot):
    journey = passed(client, pilot, decided=40, guided=40)
    journey.leave(exited_on=-10)
    first = journey.exit()
    undo = {
        "undone": "error",
        "undone_on": 0,
        "undone_reason": "Vergissing.",
        "version": first.version,
    }
    journey.done("coordinator", "exit_undo", **undo)
    journey.leave(exited_on=-10)
    second, steps = journey.exit(), StepTaken.objects.filter(case=journey.case, number="T11")
    old = steps.earliest("pk")
    answer = journey.post(
        "coordinator", "step_day", old.reference, on=-11, why=WHY, version=old.version
    )
    assert answer.status_code == 302
    days = dict(Exit.objects.filter(case=journey.case).values_list("pk", "exited_on"))
    assert days == {first.pk: ago(11), second.pk: ago(10)}
    assert journey.case.left_on == ago(10)
    assert correct(journey, "coordinator", "T11", -9).status_code == 302
    days = dict(Exit.objects.filter(case=journey.case).values_list("pk", "exited_on"))
    assert days == {first.pk: ago(11), second.pk: ago(9)}
    assert journey.case.left_on == ago(9)


def test_the_day_of_the_conference_is_corrected_but_not_into_the_rest_period(journey):
    journey.to_conference()
    early = correct(journey, "coordinator", "T5", -17)  # the rest period ended on day -16
    assert early.status_code == 400
    assert WRONG in early.text
    assert correct(journey, "municipality", "T5", -12).status_code == 403
    assert correct(journey, "coordinator", "T5", -12).status_code == 302
    assert journey.case.progress.since == ago(12)


def test_a_refusal_and_its_reopening_are_corrected_each_with_the_decision(journey):
    journey.to_rest()
    room = Held(journey, -9)
    assert room.add().status_code == 302
    assert room.decide("not_admitted").status_code == 302
    assert journey.formal("refused", decided_on=-5, effective_on=-5).status_code == 302
    early = correct(journey, "coordinator", "T8", -10)  # before the conference decided
    assert early.status_code == 400
    assert WRONG in early.text
    assert correct(journey, "coordinator", "T8", -6).status_code == 302
    refusal = FormalDecision.objects.get(case=journey.case)
    assert (refusal.decided_on, journey.case.progress.since) == (ago(6), ago(6))
    again = {
        "ground": "new",
        "on": 0,
        "because": "Nieuwe feiten.",
        "version": journey.case.progress.version,
    }
    journey.done("coordinator", "case_reopen", **again)
    assert correct(journey, "coordinator", "T9", -7).status_code == 400  # before the refusal
    assert correct(journey, "coordinator", "T9", -2).status_code == 302
    refusal.refresh_from_db()
    assert (refusal.decided_on, refusal.annulled_on) == (ago(6), ago(2))


def test_the_begin_of_the_aftercare_is_corrected_by_the_case_manager_after_the_exit(client, pilot):
    journey = passed(client, pilot, decided=40, guided=40)
    journey.leave(exited_on=-5)
    assert journey.step("municipality", "aftercare").status_code == 302
    assert correct(journey, "coordinator", "T12", -3).status_code == 403
    assert correct(journey, "municipality", "T12", -6).status_code == 400
    assert correct(journey, "municipality", "T12", -3).status_code == 302
    assert journey.case.progress.since == ago(3)
    assert journey.case.left_on == ago(5)
