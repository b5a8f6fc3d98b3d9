"""The calendar of the law: on which days a statutory term ends, and which terms move at all."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from casework.journey import guards as g
from casework.journey.calendar import (
    easter,
    holidays,
    is_ordinary,
    remedy_until,
    statutory_end,
)
from casework.journey.deadlines import deadlines_of, stay_ends
from casework.journey.facts import Decided, Facts, Left, Ruling
from casework.models import FormalDecision
from governance.law.models import Term
from tests import factories as make
from tests.casework.journeys import Journey, Room, six_weeks
from tests.casework.test_true_days import Held, ago

SIX_WEEKS = Term(6, "week", "Awb 6:7")
DAYS = st.dates(date(2014, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    ("runs_to", "ends"),
    [
        (date(2026, 11, 27), date(2026, 11, 27)),  # a Friday
        (date(2027, 1, 9), date(2027, 1, 11)),  # a Saturday
        (date(2027, 1, 10), date(2027, 1, 11)),  # a Sunday
        (date(2026, 12, 25), date(2026, 12, 28)),  # a Friday, with a weekend after it
        (date(2026, 12, 26), date(2026, 12, 28)),
        (date(2027, 1, 1), date(2027, 1, 4)),
        (date(2027, 3, 26), date(2027, 3, 30)),  # Good Friday to the Tuesday after Easter
        (date(2027, 4, 27), date(2027, 4, 28)),  # King's Day
        (date(2036, 4, 26), date(2036, 4, 28)),  # King's Day, since the 27th is a Sunday
        (date(2025, 4, 26), date(2025, 4, 28)),
        (date(2029, 4, 26), date(2029, 4, 26)),  # the day before King's Day
        (date(2026, 5, 5), date(2026, 5, 6)),  # every year, not each fifth
        # Ascension is the day after, a decree names the Friday, and then it is weekend
        (date(2027, 5, 5), date(2027, 5, 10)),
        (date(2026, 5, 14), date(2026, 5, 18)),  # Ascension and the Friday of the decree
        (date(2029, 5, 11), date(2029, 5, 11)),  # a Friday after Ascension without a decree
        (date(2026, 5, 25), date(2026, 5, 26)),  # Whit Monday
        (date(2026, 12, 24), date(2026, 12, 24)),
        (date(2026, 12, 31), date(2026, 12, 31)),
    ],
)
def test_a_statutory_term_ends_on_the_next_ordinary_day(runs_to, ends):
    assert statutory_end(runs_to) == ends


@pytest.mark.parametrize(
    ("known", "ends"),
    [
        (date(2026, 11, 30), date(2027, 1, 11)),  # forty-two days, the first of which is 1 December
        (date(2026, 11, 27), date(2027, 1, 8)),
        (date(2026, 11, 13), date(2026, 12, 28)),  # 25-12 is a holiday
        (date(2026, 11, 14), date(2026, 12, 28)),
        (date(2027, 3, 16), date(2027, 4, 28)),
    ],
)
def test_six_weeks_begin_on_the_day_after_it_was_made_known(known, ends):
    assert remedy_until(known, SIX_WEEKS) == ends


@pytest.mark.parametrize(
    "sunday",
    [
        date(2000, 4, 23),
        date(2008, 3, 23),
        date(2011, 4, 24),
        date(2019, 4, 21),
        date(2024, 3, 31),
        date(2025, 4, 20),
        date(2026, 4, 5),
        date(2027, 3, 28),
        date(2038, 4, 25),
        date(2049, 4, 18),
        date(2076, 4, 19),
    ],
)
def test_easter(sunday):
    assert easter(sunday.year) == sunday


@given(day=DAYS)
def test_a_term_never_ends_earlier_nor_many_days_later_nor_on_such_a_day(day):
    end = statutory_end(day)
    assert timedelta() <= end - day <= timedelta(days=5)
    assert end.weekday() < 5
    assert end not in holidays(end.year)
    assert statutory_end(end) == end
    assert not any(is_ordinary(day + timedelta(days=n)) for n in range((end - day).days))


@given(day=DAYS)
def test_who_is_told_later_has_no_less_time(day):
    assert remedy_until(day, SIX_WEEKS) >= day + timedelta(days=42)
    assert remedy_until(day + timedelta(days=1), SIX_WEEKS) >= remedy_until(day, SIX_WEEKS)


SATURDAY = date(2027, 1, 9)
REFUSED = Facts(
    today=SATURDAY,
    state="not_admitted",
    formal=(
        Decided(kind="refused", on=date(2026, 11, 27), objection_until=SATURDAY, article="Awb 6:7"),
    ),
)


@pytest.mark.parametrize(("days", "over"), [(0, False), (1, False), (2, False), (3, True)])
def test_t15_a_term_that_was_written_down_as_a_saturday_runs_to_the_monday(days, over):
    facts = replace(REFUSED, today=SATURDAY + timedelta(days=days))
    missing = g.remedies_exhausted(facts)
    assert (missing is None) is over
    if not over:
        assert "11 januari 2027 (Awb 6:7, Atw 1)" in missing.sentence


def test_t15_an_appeal_is_possible_until_the_monday_after_christmas():
    ruling = Ruling(date(2026, 11, 10), "appeal", date(2026, 11, 13), SIX_WEEKS)
    facts = replace(REFUSED, formal=(), rulings=(ruling,), today=date(2026, 12, 28))
    assert g.appeal_until(facts) == (date(2026, 12, 28), "Awb 6:7")
    assert "28 december 2026 (Awb 6:7, Atw 1)" in g.remedies_exhausted(facts).sentence
    assert g.remedies_exhausted(replace(facts, today=date(2026, 12, 29))) is None


def test_what_was_agreed_and_no_statute_sets_moves_on_no_holiday():
    dossiers = dict.fromkeys(("ind", "dtv"), date(2026, 12, 11))
    assert Facts(today=SATURDAY, dossiers=dossiers).rest_ends == date(2026, 12, 25)
    stay = Facts(today=SATURDAY, admitted_on=date(2026, 6, 26), maximum_stay_months=6)
    assert stay_ends(stay) == date(2026, 12, 26)
    exited = Facts(
        today=SATURDAY,
        state="in_aftercare",
        left=Left(on=date(2026, 9, 26), reason="", outcome="", belongs_to="durable"),
    )
    assert [term.on for term in deadlines_of(exited)] == [date(2026, 12, 26)]


@pytest.mark.parametrize(
    ("facts", "ends", "runs", "over"),
    [
        (
            Facts(
                today=SATURDAY,
                state="rest_period",
                dossiers=dict.fromkeys(("ind", "dtv"), date(2026, 12, 11)),
            ),
            date(2026, 12, 25),
            "De rusttermijn eindigt",
            "De rusttermijn is voorbij",
        ),
        (REFUSED, date(2027, 1, 12), "Bezwaar en beroep eindigen", "kunnen niet meer"),
    ],
)
def test_a_term_that_runs_is_not_said_to_be_over(facts, ends, runs, over):
    for days, says, not_this in ((-1, runs, over), (0, over, runs), (30, over, runs)):
        [term] = deadlines_of(replace(facts, today=ends + timedelta(days=days)))
        assert term.on == ends
        assert says in term.what
        assert not_this not in term.what


@pytest.mark.django_db
def test_a_formal_decision_is_made_known_by_issuing_its_letter(journey):
    journey.to_conference()
    journey.room.decide("not_admitted")
    today = timezone.localdate()
    page = journey.get("coordinator", "formal_decision_add")
    assert page.context["form"]["objection_until"].value() == six_weeks(today)
    assert journey.formal("refused", decided_on=0).status_code == 302
    decision = FormalDecision.objects.get()
    assert (decision.known_on, decision.known_by) == (today, "")
    assert decision.objection_until == six_weeks(today)
    shown = journey.get("coordinator", "formal_decision", decision.reference).text
    assert "Bekendgemaakt op" in shown
    assert "Awb 6:7, Atw 1" in shown


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["not_admitted", "admitted"])
def test_another_term_to_object_than_the_laws_is_questioned_before_the_letter(journey, kind):
    journey.to_conference()
    journey.room.decide(kind)
    formal = "refused"
    if kind == "admitted":
        assert journey.formal("admitted").status_code == 302
        formal = "ended"
    by_law = six_weeks(timezone.localdate())
    for days in (1, (by_law - timezone.localdate()).days - 1, 60):
        answer = journey.formal(formal, objection_until=days)
        assert answer.status_code == 400, days
        assert f"{g.format_day(by_law)} (Awb 6:7, Atw 1)" in answer.text
        assert 'name="other_term"' in answer.text
    assert journey.formal(formal, objection_until="").status_code == 400
    letter = journey.formal(formal, objection_until=60, other_term="on", letter=None)
    assert letter.status_code == 200
    assert 'name="other_term" value="True"' in letter.text
    assert 'name="other_term"' not in journey.formal(formal, letter=None).text
    assert journey.formal(formal, objection_until=60, other_term="True").status_code == 302
    kept = FormalDecision.objects.get(kind=formal)
    assert kept.objection_until == timezone.localdate() + timedelta(days=60)


@pytest.mark.django_db
def test_a_letter_that_was_sent_elsewhere_made_the_decision_known_on_its_own_day(client, pilot):
    journey = Journey(client, pilot, referred_on=ago(90), registered_on=ago(0))
    journey.done("ngo", "intake", begun_on=-85)
    journey.fill_intake()
    journey.request_dossiers(on=-80)
    journey.deliver("ind", on=-70)
    journey.deliver("dtv", on=-68)
    room = Held(journey, -50)
    assert room.add().status_code == 302
    assert room.decide("not_admitted").status_code == 302
    known = {"decided_on": -49, "effective_on": -49, "known_on": -48, "known_by": "Z-2026-117"}
    by_law = f"{six_weeks(ago(48)):%d-%m-%Y}"
    for wrong, sentence in (
        ({"known_on": -50}, "vóór het besluit"),
        ({"known_on": 1}, "toekomst"),
        ({"known_by": ""}, "te vinden"),
        ({"known_on": ""}, "op welke dag"),
        ({"objection_until": 60}, "Volgens de wet"),
    ):
        answer = journey.formal("refused", **{"objection_until": by_law, **known, **wrong})
        assert answer.status_code == 400, wrong
        assert sentence in answer.text
    letter = journey.formal("refused", **known, objection_until=by_law, letter=None)
    assert "maak de tekst hieronder er gelijk aan" in letter.text
    proposed = f"{six_weeks(ago(0)):%d-%m-%Y}"  # left as it stood on the page
    assert journey.formal("refused", **known, objection_until=proposed).status_code == 302
    decision = FormalDecision.objects.get()
    assert (decision.decided_on, decision.known_on) == (ago(49), ago(48))
    assert decision.objection_until == six_weeks(ago(48))
    assert "Z-2026-117" in journey.get("coordinator", "formal_decision", decision.reference).text


@pytest.mark.django_db
def test_no_decision_is_known_before_it_was_taken(journey):
    with pytest.raises(IntegrityError, match="formal_decision_known_after_it_was_taken"):
        make.RECORDS["formaldecision"](
            case=journey.case,
            author_team=journey.teams["municipality"],
            decided_on=ago(1),
            known_on=ago(2),
        )


@pytest.mark.django_db
def test_a_meeting_on_a_holiday_is_asked_about_before_it_is_planned(journey, on_day):
    on_day(date(2026, 12, 1))
    room = Room(journey)
    asked = room.plan(on="25-12-2026", anyway="")
    assert asked.status_code == 400
    assert "vrijdag 25 december 2026" in asked.text
    assert room.plan(on="25-12-2026", anyway="on").status_code == 302
    assert room.plan(on="19-12-2026", anyway="").status_code == 400  # a Saturday
    weekly = room.plan(on="18-12-2026", every="1", times="3", anyway="")
    assert "vrijdag 25 december 2026, vrijdag 1 januari 2027" in weekly.text
