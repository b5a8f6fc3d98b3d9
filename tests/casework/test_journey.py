"""The table of steps and its guards: pure functions of the facts, and the document that is made
from them."""

import ast
import uuid
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.urls import resolve
from hypothesis import given
from hypothesis import strategies as st

from casework.cases.enums import OPEN_STATES, CaseState
from casework.journey import guards as g
from casework.journey.addresses import where
from casework.journey.deadlines import deadlines_of, next_deadline
from casework.journey.diagram import DOCUMENT, journey_document
from casework.journey.facts import Decided, Facts, Left, Ruling
from casework.journey.gaps import gaps_of
from casework.journey.steps import STEPS, steps, steps_from
from governance.law.models import Term
from lvv.common.env import BASE_DIR

TODAY = date(2026, 11, 22)
NOTHING = Facts(today=TODAY)
DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))


def decided(kind, on=TODAY, **more):
    return Decided(kind=kind, on=on, **more)


def left(**more):
    return Left(
        **{
            "on": TODAY,
            "reason": "left_own_request",
            "outcome": "trajectory_ended",
            "belongs_to": "none",
            **more,
        }
    )


def test_what_is_missing_leads_to_a_page_that_is_there():
    """Every page a refusal names: by the guards themselves and by the acts."""
    case, named = SimpleNamespace(reference=uuid.uuid4()), set()
    for path in (BASE_DIR / "casework").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "Missing"
            )
            if called and len(node.args) == 2 and isinstance(node.args[1], ast.Constant):
                named.add(node.args[1].value)
    assert len(named) > 12
    for page in sorted(named):
        assert resolve(where(case, page).partition("#")[0]), page


# For each guard: facts with which it is satisfied, and facts in which just that is missing.
CASES = {
    g.informed: (replace(NOTHING, informed=True), NOTHING),
    g.intake_complete: (replace(NOTHING, intake_done=TODAY), replace(NOTHING, intake_begun=TODAY)),
    g.criteria_checked: (NOTHING, replace(NOTHING, criteria_missing=1)),
    g.dossiers_requested: (
        replace(NOTHING, requested={"ind": TODAY, "dtv": TODAY}), replace(NOTHING, requested={"ind": TODAY}),
    ),
    g.dossiers_in: (
        replace(NOTHING, dossiers={"ind": TODAY, "dtv": TODAY}), replace(NOTHING, dossiers={"dtv": TODAY}),
    ),
    g.rest_over: (
        replace(NOTHING, dossiers=dict.fromkeys(("ind", "dtv"), TODAY - timedelta(days=14))),
        replace(NOTHING, dossiers=dict.fromkeys(("ind", "dtv"), TODAY - timedelta(days=13))),
    ),
    g.on_agenda: (replace(NOTHING, agenda=TODAY), NOTHING),
    g.early_admission: (replace(NOTHING, municipal=True), NOTHING),
    g.conference_admitted: (
        replace(NOTHING, decisions=(decided("deferred"), decided("admitted_exceptionally"))),
        replace(NOTHING, decisions=(decided("admitted"), decided("deferred"))),
    ),
    g.conference_refused: (replace(NOTHING, decisions=(decided("not_admitted"),)), NOTHING),
    g.no_newer_open_case: (replace(NOTHING, newer_case=True), replace(NOTHING, newer_open_case=True)),
    g.not_handed_over: (NOTHING, replace(NOTHING, handed_over=True)),
    g.accepted_elsewhere: (
        replace(NOTHING, left=left(outcome="moved_to_other_pilot"), accepted_elsewhere=TODAY),
        replace(NOTHING, left=left(outcome="moved_to_other_pilot")),
    ),
    g.no_newer_case: (NOTHING, replace(NOTHING, newer_case=True)),
    g.new_ground: (
        replace(NOTHING, formal=(decided("refused", TODAY),), upheld=TODAY),
        replace(NOTHING, formal=(decided("refused", TODAY),), upheld=TODAY - timedelta(days=1)),
    ),
    g.scenario_set: (
        replace(NOTHING, scenario="return_home", scenario_since=TODAY,
                dossiers=dict.fromkeys(("ind", "dtv"), TODAY - timedelta(days=14))),
        replace(NOTHING, scenario="return_home", scenario_since=TODAY,
                dossiers=dict.fromkeys(("ind", "dtv"), TODAY - timedelta(days=13))),
    ),
    g.has_commitment: (replace(NOTHING, actions=1), NOTHING),
    g.has_manager: (replace(NOTHING, managed=True), NOTHING),
    g.exit_proposed: (replace(NOTHING, left=left()), NOTHING),
    g.stay_ended: (replace(NOTHING, left=left(), stay_until=TODAY), replace(NOTHING, left=left(), stay_since=TODAY)),
    g.ending_decided: (
        replace(NOTHING, state="admitted", left=left(reason="house_rules_breach"), formal=(decided("ended"),)),
        replace(NOTHING, state="admitted", left=left(reason="house_rules_breach"),
                formal=(decided("ended", annulled=True),)),
    ),
    g.durable: (replace(NOTHING, left=left(belongs_to="semi_durable")), replace(NOTHING, left=left())),
    g.without_solution: (replace(NOTHING, left=left()), replace(NOTHING, left=left(belongs_to="undecided"))),
    g.no_open_task: (NOTHING, replace(NOTHING, open_tasks=1)),
    g.checks_recorded: (replace(NOTHING, checks=dict.fromkeys((3, 6, 12), "holds")), replace(NOTHING, checks={3: "holds"})),
    g.claim_answered: (
        replace(NOTHING, left=left(belongs_to="durable"), claim="refuted"), replace(NOTHING, left=left(belongs_to="durable")),
    ),
    g.remedies_exhausted: (
        replace(NOTHING, formal=(decided("refused", objection_until=TODAY - timedelta(days=2)),)),
        replace(NOTHING, formal=(decided("refused", objection_until=TODAY - timedelta(days=1)),)),
    ),
    g.no_running_stay: (replace(NOTHING, stay_until=TODAY), replace(NOTHING, stay_until=TODAY + timedelta(days=1))),
    g.dossiers_of_before: (
        replace(NOTHING, earlier_dossiers=dict.fromkeys(("ind", "dtv"), date(2026, 5, 23))),
        replace(NOTHING, earlier_dossiers=dict.fromkeys(("ind", "dtv"), date(2026, 5, 22))),
    ),
}  # fmt: skip


def test_who_was_admitted_for_longer_since_is_not_ended():
    ends = replace(NOTHING, state="admitted", left=left(reason="house_rules_breach"))
    assert (
        g.ending_decided(replace(ends, formal=(decided("ended"), decided("extended")))) is not None
    )
    assert g.ending_decided(replace(ends, formal=(decided("extended"), decided("ended")))) is None


@pytest.mark.parametrize("guard", CASES, ids=lambda guard: guard.__name__)
def test_a_guard_is_satisfied_or_says_what_is_missing(guard):
    satisfied, missing = CASES[guard]
    assert guard(satisfied) is None
    said = guard(missing)
    assert said is not None
    assert str(said.sentence).endswith(".")


def test_every_guard_of_the_table_is_tried():
    used = {
        guard
        for step in steps()
        for guard in step.guards
        if not guard.__name__.startswith("formally_")
    }
    assert used == set(CASES)


@pytest.mark.parametrize("kind", ["admitted", "refused"])
def test_a_formal_decision_follows_that_of_the_conference(kind):
    guard = g.formally(kind)
    assert guard(NOTHING) is not None
    assert guard(replace(NOTHING, formal=(decided(kind),))) is None
    assert guard(replace(NOTHING, formal=(decided(kind, annulled=True),))) is not None
    other = "refused" if kind == "admitted" else "admitted"
    assert guard(replace(NOTHING, formal=(decided(kind), decided(other)))) is not None
    older = replace(
        NOTHING,
        formal=(decided(kind, TODAY - timedelta(days=1)),),
        decisions=(decided("admitted"),),
    )
    assert guard(older) is not None


@given(ind=DAYS, dtv=DAYS, today=DAYS)
def test_r8_the_rest_lasts_fourteen_days_from_the_later_dossier_over_summer_time_and_leap_days(
    ind, dtv, today
):
    facts = Facts(today=today, dossiers={"ind": ind, "dtv": dtv})
    assert facts.rest_ends == max(ind, dtv) + timedelta(days=14)
    assert facts.rested == ((today - max(ind, dtv)).days >= 14)
    assert (g.rest_over(facts) is None) == facts.rested


@given(day=DAYS, months=st.integers(0, 24))
def test_months_later_is_the_same_day_or_the_last_of_a_shorter_month(day, months):
    later = g.add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later + timedelta(days=1)).day == 1 and later.day < day.day


@given(today=DAYS, since=DAYS)
def test_a_term_that_passed_stays_until_somebody_acts(today, since):
    """Nothing moves by the clock: whatever the day, the same facts give the same terms."""
    facts = Facts(today=today, state="rest_period", dossiers=dict.fromkeys(("ind", "dtv"), since))
    assert next_deadline(facts) == next_deadline(replace(facts, today=today + timedelta(days=400)))


def test_every_state_but_the_last_has_a_way_on():
    for state in CaseState:
        assert bool(steps_from(state)) is (state != CaseState.ARCHIVED), state
    assert set(STEPS["T11"].sources) == {*OPEN_STATES, CaseState.NOT_ADMITTED}


def test_terms_come_in_order_and_r12_asks_one_check_at_a_time():
    facts = replace(
        NOTHING, state="exited", left=left(on=TODAY, belongs_to="durable"), checks={3: "holds"}
    )
    assert [(term.rule, term.on) for term in deadlines_of(facts)] == [
        ("R12", g.add_months(TODAY, 6))
    ]


def test_the_document_is_what_the_table_says():
    assert DOCUMENT.read_text(encoding="utf-8") == journey_document(), (
        "run manage.py journey_document"
    )


@pytest.mark.parametrize(
    ("ended", "asks"),
    [
        (date(2026, 2, 27), False),
        (date(2026, 2, 28), True),
        (date(2027, 2, 28), True),
        (date(2027, 3, 1), False),
    ],
)
def test_r13_a_repeat_application_is_followed_for_twelve_months_and_no_day_longer(ended, asks):
    went = left(on=date(2026, 2, 28), outcome="repeat_asylum_reception", belongs_to="semi_durable")
    facts = replace(
        NOTHING, today=date(2027, 6, 1), state="in_aftercare", left=went, repeat_ended=ended
    )
    assert ("R13" in {term.rule for term in deadlines_of(facts)}) is asks


def test_t18_of_a_case_from_a_list_each_gap_of_the_way_before_is_a_finding():
    def said(**facts):
        return {str(gap.sentence) for gap in gaps_of(replace(NOTHING, **facts))}

    assert said(state="registered") == said(state="intake") == set()
    counts = [len(said(state=state)) for state in OPEN_STATES[2:]]
    assert counts == [3, 4, 4, 7, 10]
    assert len(said(state="in_guidance", intake_begun=TODAY)) == 9
    assert said(state="exited") == set()
    days = dict.fromkeys(("ind", "dtv"), TODAY - timedelta(days=30))
    known = {
        "informed": True,
        "requested": days,
        "dossiers": days,
        "admitted_on": TODAY,
        "managed": True,
        "actions": 1,
        "decisions": (decided("admitted"),),
        "formal": (decided("admitted"),),
        "scenario": "return_home",
        "scenario_since": TODAY,
    }
    assert (
        len(said(state="in_guidance", **known)) == 1
    )  # the intake, which is not made up afterwards
    without = {"requested": {}, "dossiers": {}, "municipal": True}  # which asks for no dossiers
    assert len(said(state="in_guidance", **known | without)) == 1


IN_CONFERENCE = replace(
    NOTHING,
    state="in_conference",
    since=TODAY - timedelta(days=5),
    requested={"ind": TODAY, "dtv": TODAY},
)
RESTED = dict.fromkeys(("ind", "dtv"), TODAY - timedelta(days=30))


@pytest.mark.parametrize(
    ("facts", "rule", "on"),
    [
        (
            IN_CONFERENCE,
            "R5",
            -5,
        ),  # taken off, called off, discussed without a decision: it stands on no agenda
        (replace(IN_CONFERENCE, agenda=TODAY), None, 0),
        (
            replace(IN_CONFERENCE, decisions=(decided("admitted"),)),
            None,
            0,
        ),  # the formal decision is a task of its own
        (
            replace(
                IN_CONFERENCE,
                decisions=(decided("not_admitted", key=1),),
                formal=(decided("refused", rests=1, annulled=True),),
            ),
            "R5",
            -5,
        ),  # T9: the conference decides anew
        (
            replace(
                IN_CONFERENCE, decisions=(decided("deferred", review=TODAY + timedelta(days=9)),)
            ),
            "LSO",
            9,
        ),
        (
            replace(
                IN_CONFERENCE,
                decisions=(
                    decided(
                        "deferred", TODAY - timedelta(days=20), review=TODAY - timedelta(days=9)
                    ),
                ),
                discussed=TODAY - timedelta(days=9),
            ),
            "R5",
            -5,
        ),  # looked at again, and nothing was decided
        (replace(IN_CONFERENCE, escalated_until=TODAY + timedelta(days=9)), "R26", 9),
        (
            replace(IN_CONFERENCE, escalated_until=TODAY + timedelta(days=9), advised=TODAY),
            "R26",
            0,
        ),  # before its day
        (
            replace(
                IN_CONFERENCE,
                decisions=(decided("admitted"), decided("deferred", review=TODAY)),
                discussed=TODAY,
            ),
            "R5",
            -5,
        ),
        (
            replace(
                NOTHING,
                state="awaiting_dossiers",
                intake_begun=TODAY,
                decisions=(decided("commitments_set", review=TODAY + timedelta(days=9)),),
            ),
            "LSO",
            9,
        ),
        (
            replace(
                NOTHING,
                state="admitted",
                dossiers=RESTED,
                since=TODAY - timedelta(days=2),
                admitted_on=TODAY,
            ),
            "R9",
            -2,
        ),
        (
            replace(
                NOTHING,
                state="admitted",
                dossiers=dict.fromkeys(("ind", "dtv"), TODAY),
                since=TODAY,
            ),
            "R9",
            14,
        ),  # T6
        (
            replace(
                NOTHING, state="admitted", dossiers=RESTED, since=TODAY, scenario="return_home"
            ),
            None,
            0,
        ),
        (replace(NOTHING, state="intake", intake_done=TODAY, municipal=True), "R5", 0),
        (
            replace(
                NOTHING,
                state="rest_period",
                intake_begun=TODAY,
                intake_done=TODAY,
                early_admission=True,
            ),
            "R5",
            0,
        ),
        (replace(NOTHING, state="intake", intake_done=TODAY), None, 0),
    ],
)
def test_who_waits_for_the_conference_has_a_day(facts, rule, on):
    term = next(iter(deadlines_of(facts)), None)
    assert (term and term.rule) == rule
    if term:
        assert term.on == TODAY + timedelta(days=on)
        assert term.page == ("escalation" if rule == "R26" and not facts.advised else "conference")


def test_t15_nobody_archives_before_an_appeal_is_no_longer_possible():
    refused = replace(
        NOTHING,
        state="not_admitted",
        formal=(decided("refused", objection_until=TODAY - timedelta(days=9)),),
    )
    assert [(term.rule, term.on) for term in deadlines_of(refused)] == [
        ("T15", TODAY - timedelta(days=8))
    ]
    assert deadlines_of(replace(refused, objection_pending=True)) == []
    upheld = replace(refused, upheld=TODAY)
    assert [(term.rule, term.page) for term in deadlines_of(upheld)] == [("T9", "case_reopen")]
    assert g.remedies_exhausted(upheld).page == "case_reopen"
    # today is a Sunday, on which no term ends: what would end yesterday or today, ends tomorrow
    for days, ends in ((41, 1), (42, 1), (43, 1), (44, -2), (45, -3)):
        known = TODAY - timedelta(days=days)
        ruling = Ruling(known - timedelta(days=5), "appeal", known, Term(6, "week", "Awb 6:7"))
        facts = replace(refused, rulings=(ruling,))
        assert (g.remedies_exhausted(facts) is None) is (ends < 0), days
        assert [term.on for term in deadlines_of(facts)] == [TODAY + timedelta(days=ends + 1)]


def test_an_exit_is_not_before_the_decision_to_end_takes_effect():
    ended = decided("ended", effective=TODAY + timedelta(days=1))
    facts = replace(
        NOTHING, state="admitted", formal=(ended,), left=left(reason="house_rules_breach")
    )
    assert "gaat in op" in g.ending_decided(facts).sentence
    assert (
        g.ending_decided(replace(facts, left=left(reason="house_rules_breach", on=ended.effective)))
        is None
    )
    assert g.ending_decided(replace(facts, left=left(reason="left_own_request"))) is None
