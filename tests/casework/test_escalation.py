"""R26: a question above the conference: its level, who contributes, who advises and may read,
and what became of it."""

import re
from datetime import timedelta

import pytest
from django.db import ProgrammingError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from casework.models import Case, Escalation, EscalationPart, ReviewMember
from governance.access.clearance import acting_as
from governance.models import Draft
from tests import factories as make
from tests.casework.journeys import Held
from tests.written_once import stands

pytestmark = pytest.mark.django_db


@pytest.fixture
def journey(in_conference, client, pilot):
    return in_conference.again(client, pilot)


def ask(journey, who="coordinator", **changes):
    fields = {
        "level": "mrt",
        "question": "Kan zij terug zonder paspoort?",
        "asked_on": 0,
        "answer_due_on": 21,
        "skipped_because": "",
        **changes,
    }
    return journey.post(who, "escalation_ask", **fields)


def complete_team(journey):
    """Everybody a review team consists of; returns the last."""
    members = [member(kind) for kind in ("municipality", "ngo", "ind", "ind", "dtv")]
    for user in members:
        assert admit(journey, user).status_code == 302
    return members[-1]


@pytest.fixture
def asked(journey):
    journey.room.decide("escalate_mrt", reasons="Geen overeenstemming.")
    assert ask(journey).status_code == 302
    return Escalation.objects.get()


def member(kind, **changes):
    return make.MembershipFactory(team=make.TeamFactory(organisation__kind=kind), **changes).user


def admit(journey, user):
    return journey.post("coordinator", "escalation_member", username=user.username)


def test_r26_a_question_needs_the_decision_of_the_conference_and_a_skipped_level_a_reason(journey):
    refused = ask(journey)
    assert refused.status_code == 409
    assert "niet besloten" in refused.text
    journey.room.decide("escalate_steering", reasons="Te lang.")
    assert (
        ask(journey, level="steering_group").status_code == 400
    )  # past the review team, without a word
    assert (
        ask(journey, level="steering_group", answer_due_on=0, skipped_because="x").status_code
        == 400
    )
    for who in ("municipality", "ngo", "ind"):
        assert (
            ask(
                journey, who=who, level="steering_group", skipped_because="MRT was er al."
            ).status_code
            == 403
        ), who
    assert ask(journey, level="steering_group", skipped_because="MRT was er al.").status_code == 302
    assert journey.case.progress.deadline_on is not None
    journey.room.decide("escalate_steering", reasons="Nog eens.")
    assert ask(journey, level="programme_council").status_code == 403  # one question at a time


def test_a_question_is_recorded_on_its_day_between_the_decision_and_today(journey):
    journey.room = Held(journey, -9)
    assert journey.room.add().status_code == 302
    decided = journey.room.decide("escalate_mrt", reasons="Geen overeenstemming.")
    assert decided.status_code == 302
    for day, words in ((1, "in de toekomst"), (-10, "niet eerder gesteld"), ("", "welke dag")):
        refused = ask(journey, asked_on=day)
        assert refused.status_code == 400, day
        assert words in refused.text, day
    assert ask(journey, asked_on=-9).status_code == 302
    complete_team(journey)
    advice = {"advice": "Terugkeer is mogelijk.", "version": 1}
    early = journey.post("coordinator", "escalation_advice", advised_on=-10, **advice)
    assert early.status_code == 400
    journey.done("coordinator", "escalation_advice", advised_on=-3, **advice)


def test_each_form_of_the_page_keeps_a_text_of_its_own(journey, asked):
    """What is typed as a contribution is no draft of the advice, and sending one leaves the other."""
    journey.client.act_as(journey.workers["coordinator"])
    kept = reverse("governance:draft_save")
    page = reverse("casework:escalation", args=[journey.case.reference])
    forms = re.findall(
        r'name="form_token" value="([^"]+)">\s*<input type="hidden" name="draft_key" value="([^"]+)"',
        journey.client.get(page).text,
    )
    tokens, keys = zip(*forms, strict=True)
    assert len(forms) == len(set(tokens)) == len(set(keys)) > 3
    for token, key in forms:
        typed = {"form_token": token, "draft_key": key, "form_page": page, "text": key}
        assert journey.client.post(kept, typed).status_code == 200
    assert Draft.objects.count() == len(forms)
    refused = journey.post("coordinator", "escalation_advice", advice="", draft_key=keys[2])
    assert refused.status_code == 400
    assert len(set(re.findall(r'name="form_token" value="([^"]+)"', refused.text))) == len(forms)
    assert Draft.objects.count() == len(forms)


def test_all_partners_complete_one_form(journey, asked):
    for who in ("ngo", "ind", "dtv"):
        journey.done(who, "escalation_part", text=f"Inbreng van {who}.")
    late = journey.post("ind", "escalation_part", text="Te laat.")
    assert late.status_code == 409
    form = journey.get("ind", "escalation").context["forms"]["part"]
    assert (form.version, form["text"].value()) == (1, "Te laat.")  # put back
    journey.done("ind", "escalation_part", text="Andere inbreng.", version="1")
    assert EscalationPart.objects.count() == 3
    page = journey.get("dtv", "escalation").text
    assert "Andere inbreng." in page
    assert "Inbreng van ngo." in page
    assert journey.get("avim", "escalation").status_code == 404


def test_a_member_of_the_review_team_reads_one_case_until_the_answer_and_no_longer(
    journey, asked, on_day
):
    outsider = member("ind")
    journey.workers["outsider"] = outsider
    with acting_as(outsider):
        assert not Case.objects.exists()
    assert admit(journey, outsider).status_code == 302
    page = journey.get("outsider", "escalation")
    assert "Kan zij terug zonder paspoort?" in page.text
    with acting_as(outsider):
        assert list(Case.objects.all()) == [journey.case]
    assert journey.post("outsider", "escalation_advice", advice="x", version=1).status_code == 403
    on_day(asked.answer_due_on + timedelta(days=1))
    with acting_as(outsider):
        assert not Case.objects.exists()


def test_access_ends_when_the_conference_has_answered_the_advice(journey, asked):
    outsider = complete_team(journey)
    journey.done(
        "coordinator", "escalation_advice", advice="Ja, met een LP.", advised_on=0, version=1
    )
    # Of a review team the conference itself says in a meeting whether it follows it.
    assert (
        journey.post(
            "coordinator",
            "escalation_answer",
            adopted="yes",
            reasons="",
            adopted_on=0,
            version=2,
        ).status_code
        == 403
    )
    assert (
        "Het LSO besluit of het advies wordt gevolgd"
        in journey.get("coordinator", "escalation").text
    )
    assert journey.room.decide("mrt_advice_adopted").status_code == 302
    with acting_as(outsider):
        assert not Case.objects.exists()
    row = Escalation.objects.get()
    assert (row.adopted, row.adopted_on) == (True, timezone.localdate())
    grant = row.case.personal_grants.get(user=outsider)
    assert [past.until for past in grant.history.order_by("history_id")][-1] == row.adopted_on


@pytest.mark.parametrize("how", ["contact", "author"])
def test_who_had_to_do_with_the_case_before_does_not_advise(journey, asked, pilot, how):
    colleague = make.MembershipFactory(team=pilot.teams["ind"]).user
    if how == "contact":
        row = journey.case.involvements.get(team=pilot.teams["ind"])
        row.worker = colleague
        row.save()
        row.worker = None
        row.save()
    else:
        make.RECORDS["procedure"](
            case=journey.case, author_team=pilot.teams["ind"], author=colleague
        )
    refused = admit(journey, colleague)
    assert refused.status_code == 400
    assert "eerder met de casus te maken" in refused.text
    assert not ReviewMember.objects.exists()
    assert admit(journey, member("avim")).status_code == 400
    assert admit(journey, member("ngo")).status_code == 302


def test_the_database_lets_in_nobody_whom_the_page_would_not(journey, asked, pilot):
    """Whatever the web asks: a seat of these kinds, and no more than there are (R26)."""
    both = make.MembershipFactory(team=pilot.teams["ind"]).user
    ngo = make.MembershipFactory(team=pilot.teams["ngo"], user=both).organisation
    make.RECORDS["procedure"](case=journey.case, author_team=pilot.teams["ind"], author=both)
    state = make.MembershipFactory(team=pilot.teams["coa"])
    helper = make.MembershipFactory(team=pilot.teams["ngo"])
    police = make.MembershipFactory(team=pilot.teams["ngo"])
    make.MembershipFactory(team=pilot.teams["avim"], user=police.user)

    def let_in(user, organisation, seats=1):
        with acting_as(journey.workers["coordinator"]), connection.cursor() as cursor:
            cursor.execute(
                "SELECT escalation_admit(%s, %s, %s, %s, 'proef')",
                [asked.pk, user.pk, organisation.pk, seats],
            )
            return cursor.fetchone()[0]

    assert let_in(both, ngo) is False  # of a service, whatever she would sit here for
    for user, organisation, seats in (
        (state.user, state.organisation, 1),
        (police.user, police.organisation, 1),
        (helper.user, helper.organisation, 0),
        (helper.user, state.organisation, 1),
    ):
        with pytest.raises(ProgrammingError, match="nobody is let in"), transaction.atomic():
            let_in(user, organisation, seats)
    assert not ReviewMember.objects.exists()
    assert let_in(helper.user, helper.organisation) is True


def test_not_following_the_advice_is_decided_with_reasons_in_the_conference(journey, asked):
    assert (
        journey.room.decide("mrt_advice_not_adopted", reasons="Anders.").status_code == 409
    )  # no advice yet
    complete_team(journey)
    journey.done("coordinator", "escalation_advice", advice="Nee.", advised_on=0, version=1)
    assert (
        journey.room.decide(
            "mrt_advice_not_adopted", reasons="De ambassade is gesloten."
        ).status_code
        == 302
    )
    row = Escalation.objects.get()
    assert (row.adopted, row.adopted_reasons) == (False, "De ambassade is gesloten.")


def test_advice_is_written_from_the_version_that_was_seen(journey, asked):
    complete_team(journey)
    said = {"advice": "Ja.", "advised_on": 0}
    journey.done("coordinator", "escalation_extend", answer_due_on=30, version=1)
    assert journey.post("coordinator", "escalation_advice", **said, version=1).status_code == 409
    journey.done("coordinator", "escalation_advice", **said, version=2)


def test_a_review_team_advises_when_it_is_complete_and_takes_nobody_besides(journey, asked):
    said = {"advice": "Ja.", "advised_on": 0, "version": 1}
    for kind in ("ngo", "municipality", "dtv", "ind"):
        assert admit(journey, member(kind)).status_code == 302
    refused = journey.post(
        "coordinator", "escalation_advice", **said
    )  # two of the immigration service
    assert refused.status_code == 409
    assert "nog niet compleet: IND." in refused.text
    assert admit(journey, member("ind")).status_code == 302
    for kind in ("ngo", "municipality", "dtv", "ind"):
        too_many = member(kind)
        assert "al genoeg leden" in admit(journey, too_many).text, kind
        with acting_as(too_many):
            assert not Case.objects.exists()
    early = journey.post("coordinator", "escalation_advice", **said | {"advised_on": -1})
    assert "Deze dag ligt vóór de vraag." in early.text
    journey.done("coordinator", "escalation_advice", **said)


def test_a_level_above_decides_itself_on_days_that_fit_and_not_without_reasons(journey):
    journey.room.decide("escalate_steering", reasons="Te lang.")
    ask(journey, level="steering_group", skipped_because="MRT was er al.")
    journey.done("coordinator", "escalation_advice", advice="Nee.", advised_on=0, version=1)
    answer = {
        "adopted": "no",
        "reasons": "Zij vertrekt.",
        "adopted_on": 0,
        "version": 2,
    }
    assert (
        journey.post("coordinator", "escalation_answer", **answer | {"reasons": ""}).status_code
        == 400
    )
    assert (
        "vóór het advies"
        in journey.post("coordinator", "escalation_answer", **answer | {"adopted_on": -1}).text
    )
    journey.done("coordinator", "escalation_answer", **answer)
    assert Escalation.objects.get().adopted is False


def test_a_member_let_in_by_mistake_reads_no_further_and_the_others_do(journey, asked):
    wrong, right = member("ngo"), member("municipality")
    for user in (wrong, right):
        admit(journey, user)
    row = ReviewMember.objects.get(user=wrong)
    for who in ("municipality", "ngo", "dtv"):
        assert (
            journey.post(who, "escalation_dismiss", member=str(row.user_id)).status_code == 403
        ), who
    journey.done("coordinator", "escalation_dismiss", member=str(row.user_id))
    for user, reads in ((wrong, False), (right, True)):
        with acting_as(user):
            assert Case.objects.exists() is reads
    assert (
        journey.post("coordinator", "escalation_dismiss", member=str(row.user_id)).status_code
        == 404
    )
    assert ReviewMember.objects.advising().get().user == right
    row.refresh_from_db()
    assert row.admitted_by == row.left_by == journey.workers["coordinator"]
    page = journey.get("municipality", "escalation").text
    assert str(wrong) in page
    assert "toegang beëindigd op" in page
    later = timezone.now()
    stands(row, user=right, admitted_at=later, admitted_by=right, left_at=later, left_by=right)
    assert admit(journey, wrong).status_code == 302  # let in again, by another row
    assert ReviewMember.objects.advising().filter(user=wrong).exclude(pk=row.pk).exists()


def test_more_time_is_more_time_for_who_advises_and_a_question_withdrawn_ends_it(
    journey, asked, on_day
):
    reader = member("ngo")
    admit(journey, reader)
    assert (
        journey.post("coordinator", "escalation_extend", answer_due_on=400, version=1).status_code
        == 400
    )
    assert (
        journey.post("coordinator", "escalation_extend", answer_due_on=20, version=1).status_code
        == 400
    )
    journey.done("coordinator", "escalation_extend", answer_due_on=40, version=1)
    on_day(timezone.localdate() + timedelta(days=30))
    with acting_as(reader):
        assert Case.objects.exists()
    assert journey.post("ngo", "escalation_withdraw", version=2).status_code == 403
    assert journey.post("coordinator", "escalation_withdraw", version=1).status_code == 409
    journey.done("coordinator", "escalation_withdraw", version=2)
    with acting_as(reader):
        assert not Case.objects.exists()
    assert not Escalation.objects.current().exists()


@pytest.mark.parametrize("kind", ["avim", "ministry", "vng"])
def test_who_also_works_for_police_ministry_or_vng_does_not_advise(journey, asked, kind):
    both = member("ngo")
    if kind == "avim":
        make.MembershipFactory(team=make.TeamFactory(organisation__kind=kind), user=both)
    else:
        office = make.OrganisationFactory(kind=kind)
        make.MembershipFactory(
            office=True, team=None, organisation=office, role="analyst", user=both
        )
    assert admit(journey, both).status_code == 400


def test_r26_who_had_to_do_with_her_in_an_earlier_case_does_not_advise(journey, asked):
    team = journey.teams["municipality"]
    before = make.CaseFactory(person=journey.case.person, state="archived", lead_team=team)
    elsewhere = make.CaseFactory(person=journey.case.person, state="archived")
    colleague, stranger = member("ind"), member("ind")
    make.RECORDS["procedure"](case=before, author=colleague)
    make.RECORDS["procedure"](case=elsewhere, author=stranger)
    assert "eerder met de casus te maken" in admit(journey, colleague).text
    assert (
        admit(journey, stranger).status_code == 302
    )  # that she is known elsewhere nobody here is told (R1)


def test_an_exit_ends_what_was_still_asked_and_who_was_to_advise_reads_no_further(journey, asked):
    reader = member("ngo")
    admit(journey, reader)
    journey.done(
        "municipality",
        "exit_propose",
        exited_on=0,
        reason="left_own_request",
        outcome="not_established",
    )
    with acting_as(reader):
        assert Case.objects.exists()
    assert journey.confirm().status_code == 302
    assert journey.case.state == "exited"
    with acting_as(reader):
        assert not Case.objects.exists()
    row = Escalation.objects.get()
    assert (row.end_reason, row.version) == ("over", 2)


def test_no_question_is_put_of_somebody_who_left(journey):
    journey.room.decide("escalate_mrt", reasons="Geen overeenstemming.")
    journey.propose(reason="left_own_request", outcome="not_established")
    assert journey.confirm().status_code == 302
    assert ask(journey).status_code == 403
    assert not Escalation.objects.exists()
