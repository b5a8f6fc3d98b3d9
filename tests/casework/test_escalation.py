"""R26: a question above the conference: its level, who contributes, who advises and may read, and what became of it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from casework.models import Case, Escalation, EscalationPart, ReviewMember
from governance.access.clearance import acting_as
from tests import factories as make
from tests.casework.journeys import Journey

pytestmark = pytest.mark.django_db


@pytest.fixture
def journey(client, pilot):
    made = Journey(client, pilot)
    made.to_conference()
    return made


def ask(journey, who="coordinator", **changes):
    fields = {"act": "ask", "level": "mrt", "question": "Kan zij terug zonder paspoort?", "answer_due_on": 21,
              "skipped_because": "", **changes}  # fmt: skip
    return journey.post(who, "escalation", **fields)


@pytest.fixture
def asked(journey):
    journey.room.decide("escalate_mrt", reasons="Geen overeenstemming.")
    assert ask(journey).status_code == 302
    return Escalation.objects.get()


def member(kind, **changes):
    return make.MembershipFactory(team=make.TeamFactory(organisation__kind=kind), **changes).user


def admit(journey, user):
    return journey.post("coordinator", "escalation", act="member", username=user.username)


def test_r26_a_question_needs_the_decision_of_the_conference_and_a_skipped_level_a_reason(journey):
    refused = ask(journey)
    assert refused.status_code == 409
    assert "niet besloten" in refused.text
    journey.room.decide("escalate_steering", reasons="Te lang.")
    assert ask(journey, level="steering_group").status_code == 400  # past the review team, without a word
    assert ask(journey, level="steering_group", answer_due_on=0, skipped_because="x").status_code == 400
    for who in ("municipality", "ngo", "ind"):
        assert ask(journey, who=who, level="steering_group", skipped_because="MRT was er al.").status_code == 403, who
    assert ask(journey, level="steering_group", skipped_because="MRT was er al.").status_code == 302
    assert journey.case.term_on is not None
    journey.room.decide("escalate_steering", reasons="Nog eens.")
    assert ask(journey, level="programme_council").status_code == 403  # one question at a time


def test_all_partners_complete_one_form(journey, asked):
    for who in ("ngo", "ind", "dtv"):
        journey.done(who, "escalation", act="part", text=f"Inbreng van {who}.")
    journey.done("ind", "escalation", act="part", text="Andere inbreng.")
    assert EscalationPart.objects.count() == 3
    page = journey.get("dtv", "escalation").text
    assert "Andere inbreng." in page
    assert "Inbreng van ngo." in page
    assert journey.get("avim", "escalation").status_code == 404


def test_a_member_of_the_review_team_reads_one_case_until_the_answer_and_no_longer(journey, asked, on_day):
    outsider = member("ind")
    journey.workers["outsider"] = outsider
    with acting_as(outsider):
        assert not Case.objects.exists()
    assert admit(journey, outsider).status_code == 302
    page = journey.get("outsider", "escalation")
    assert "Kan zij terug zonder paspoort?" in page.text
    with acting_as(outsider):
        assert list(Case.objects.all()) == [journey.case]
    assert journey.post("outsider", "escalation", act="advice", advice="x", version=1).status_code == 403
    on_day(asked.answer_due_on + timedelta(days=1))
    with acting_as(outsider):
        assert not Case.objects.exists()


def test_access_ends_when_the_conference_has_answered_the_advice(journey, asked):
    outsider = member("dtv")
    admit(journey, outsider)
    journey.done("coordinator", "escalation", act="advice", advice="Ja, met een LP.", version=1)
    journey.done("coordinator", "escalation", act="answer", adopted="yes", reasons="", version=2)
    with acting_as(outsider):
        assert not Case.objects.exists()
    row = Escalation.objects.get()
    assert (row.adopted, row.adopted_on) == (True, timezone.localdate())
    assert [past.until for past in row.case.personal_grants.get().history.order_by("history_id")][-1] == row.adopted_on


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
        make.RECORDS["procedure"](case=journey.case, author_team=pilot.teams["ind"], author=colleague)
    refused = admit(journey, colleague)
    assert refused.status_code == 400
    assert "eerder met de casus te maken" in refused.text
    assert not ReviewMember.objects.exists()
    assert admit(journey, member("avim")).status_code == 400
    assert admit(journey, member("ngo")).status_code == 302


def test_not_following_the_advice_needs_reasons_here_and_in_the_conference(journey, asked):
    assert journey.room.decide("mrt_advice_not_adopted", reasons="Anders.").status_code == 409  # no advice yet
    journey.done("coordinator", "escalation", act="advice", advice="Nee.", version=1)
    refused = journey.post("coordinator", "escalation", act="answer", adopted="no", reasons="", version=2)
    assert refused.status_code == 400
    assert journey.room.decide("mrt_advice_not_adopted", reasons="De ambassade is gesloten.").status_code == 302
    row = Escalation.objects.get()
    assert (row.adopted, row.adopted_reasons) == (False, "De ambassade is gesloten.")


def test_advice_is_written_from_the_version_that_was_seen(journey, asked):
    journey.done("coordinator", "escalation", act="advice", advice="Ja.", version=1)
    assert (
        journey.post("coordinator", "escalation", act="answer", adopted="yes", reasons="", version=1).status_code == 409
    )
