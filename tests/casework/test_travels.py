"""Acts of random actors, in any order: no path breaks a rule, and nobody sees more after an act than her team may."""

from collections import Counter
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from casework.conference.enums import DecisionKind
from casework.journey.steps import BY_SLUG, steps
from casework.models import (
    AgendaItem,
    Case,
    ConferenceDecision,
    Exit,
    FormalDecision,
    Involvement,
    Meeting,
    Note,
    Scenario,
    Stay,
)
from governance.access.clearance import acting_as
from tests import factories as make
from tests.casework.journeys import Journey, sent

pytestmark = pytest.mark.django_db
ANSWERS = {200, 302, 400, 403, 404, 405, 409}
OUTCOMES = ("independent_return", "legalisation_asylum", "repeat_asylum_reception", "unknown_destination",
            "moved_to_other_pilot", "not_established")  # fmt: skip
# What somebody does, and who it belongs to.
ACTS: dict[str, str] = {
    "intake": "ngo",
    "request": "ngo",
    "deliver ind": "ind",
    "deliver dtv": "dtv",
    "agenda": "coordinator",
    "open": "coordinator",
    "close": "coordinator",
    "action": "ngo",
    "stay": "municipality",
    "leave": "municipality",
    "confirm": "coordinator",
    "decline": "coordinator",
    "undo": "coordinator",
    "claim": "dtv",
    "check": "municipality",
    "object": "municipality",
    "reopen": "coordinator",
    **{f"decide {kind}": "coordinator" for kind in DecisionKind.values},
    **{f"formal {kind}": "coordinator" for kind in ("admitted", "refused", "extended", "ended")},
    **{f"step {slug}": "municipality" for slug, step in BY_SLUG.items() if step.page == "case_step"},
    **{f"propose {outcome}": "municipality" for outcome in OUTCOMES},
}
# What most cases need next; chance alone would hardly ever leave the intake.
WAY = {
    "registered": ("intake",), "intake": ("request",), "awaiting_dossiers": ("deliver ind", "deliver dtv"),
    "rest_period": ("agenda",),
    "in_conference": ("open", "decide admitted", "decide scenario_set", "formal admitted", "agenda"),
    "admitted": ("action", "step guidance", "decide scenario_set"), "in_guidance": ("propose independent_return", "confirm"),
    "exited": ("claim", "step aftercare"),
}  # fmt: skip
ARROWS = {(source, step.target) for step in steps() for source in step.sources}
WITHOUT_TARGET = {source for step in steps() if step.target is None for source in step.sources}


class Travels(RuleBasedStateMachine):
    pilot: Any
    client: Any
    reached: Counter[str]

    def __init__(self):
        super().__init__()
        self.undone = transaction.atomic()
        self.undone.__enter__()
        self.journey = Journey(self.client, self.pilot)
        self.case, self.turn = self.journey.case, 0
        self.mandate = make.mandate(self.pilot.pilot)

    def teardown(self):
        transaction.set_rollback(True)
        self.undone.__exit__(None, None, None)

    def to(self, who, page, *more, **fields):
        self.client.act_as(self.pilot.workers[who])
        answer = self.client.post(reverse(f"casework:{page}", args=[*more]), sent(fields))
        self.case.refresh_from_db()
        assert answer.status_code in ANSWERS, (who, page, answer.status_code)
        return answer

    @rule(goes_on=st.sampled_from((True, True, True, True, False)), act=st.sampled_from(sorted(ACTS)), who=st.sampled_from(("coordinator", "municipality", "ngo", "ind", "dtv", "avim", "shelter")),
          belongs=st.booleans(), days=st.sampled_from((-400, -61, -30, -30, -30, -1, 0, 1)))  # fmt: skip
    def act(self, goes_on, act, who, belongs, days):
        if goes_on and (needed := WAY.get(self.case.state)):
            act, belongs = needed[self.turn % len(needed)], True
            days = -30 if self.case.state in ("registered", "intake", "awaiting_dossiers") else 0
            self.turn += 1
        kind, _space, what = act.partition(" ")
        getattr(self, f"act_{kind}")(ACTS[act] if belongs else who, what, days)

    def act_intake(self, who, what, days):
        try:
            self.journey.done(who, "intake", begun_on=days)
            self.journey.fill_intake(who)
        except (AssertionError, make.Intake.DoesNotExist):
            pass  # it was begun before, or is not hers

    def act_request(self, who, what, days):
        self.journey.post(who, "dossiers_request", requested_on=days)

    def act_deliver(self, who, what, days):
        fields = {"result": "complete", "delivered_on": days, "completed_on": "", "remark": "", "visibility": ""}
        self.journey.post(who, "record_add", "dossier", **fields)

    def act_agenda(self, who, what, days):
        begins = f"{8 + Meeting.objects.count() % 12:02}:{Meeting.objects.count() % 60:02}"
        plan = {"on": 0, "begins_at": begins, "every": "0", "times": "", "teams": [self.pilot.teams["ind"].pk]}
        self.to(who, "meeting_plan", self.pilot.pilot.slug, **plan)
        meeting = Meeting.objects.filter(pilot=self.pilot.pilot).order_by("-pk").first()
        teams = [self.pilot.teams[name].pk for name in ("ngo", "ind", "dtv")]
        if meeting:
            self.journey.post(
                who, "agenda_add", meeting=str(meeting.pk), why="admission", question="Hoort zij hier?", teams=teams
            )

    def act_open(self, who, what, days):
        if meeting := Meeting.objects.filter(pilot=self.pilot.pilot, closed_at=None).order_by("-pk").first():
            self.to(who, "meeting_act", meeting.reference, "openen")

    def act_close(self, who, what, days):
        if meeting := Meeting.objects.filter(pilot=self.pilot.pilot).order_by("-pk").first():
            self.to(who, "meeting_act", meeting.reference, "sluiten")

    def act_decide(self, who, what, days):
        item = AgendaItem.objects.current().filter(case=self.case).order_by("-pk").first()
        if item is None:
            return
        scenario = "return_home" if what.startswith("scenario") else ""
        self.to(who, "agenda_decide", item.reference, kind=what, reasons="Zo besloten.", body="lso", scenario=scenario,
                owner_team="", due_on=30 if what == "deferred" else "")  # fmt: skip

    def act_formal(self, who, what, days):
        self.journey.formal(what, who=who, mandate=self.mandate, decided_on=min(days, 0))

    def act_action(self, who, what, days):
        self.journey.post(who, "plan", what="Papieren.", to_team=str(self.pilot.teams["ngo"].pk), due_on=30)

    def act_step(self, who, what, days):
        self.journey.post(who, "case_step", what, version=self.case.version - (days == -1))

    def act_stay(self, who, what, days):
        fields = {
            "kind": "group_location",
            "ground": "admitted",
            "since": days,
            "until": "",
            "visibility": "permitted_partners",
        }
        self.journey.post(who, "record_add", "stay", **fields)

    def act_leave(self, who, what, days):
        for stay in Stay.objects.current().filter(case=self.case, until=None):
            self.journey.post(who, "record_end", "stay", stay.reference, reason="over", version=stay.version)

    def act_propose(self, who, what, days):
        self.journey.propose(who=who, outcome=what, reason="durable_solution_reached", exited_on=min(days, 0))

    def standing(self):
        return Exit.objects.current().filter(case=self.case, undone_on=None).first()

    def act_confirm(self, who, what, days):
        if found := self.standing():
            self.journey.post(who, "exit_confirm", version=found.version)

    def act_decline(self, who, what, days):
        if found := self.standing():
            self.journey.post(who, "exit_confirm", version=found.version, decline="1", because="Nog niet.")

    def act_undo(self, who, what, days):
        if found := self.standing():
            self.journey.post(who, "exit_undo", undone="error", undone_reason="Vergissing.", version=found.version)

    def act_claim(self, who, what, days):
        self.journey.post(who, "claim_answer", result="confirmed", said_on=0, evidence="vertrekstaat")

    def act_check(self, who, what, days):
        self.journey.post(who, "check_add", result="holds", checked_on=0, how="Gehoord.", outcome="")

    def act_object(self, who, what, days):
        result = {-1: "upheld", 0: "dismissed"}.get(days, "pending")
        fields = {"kind": "objection_lvv_decision", "applied_on": -1, "result": result, "checked_on": 0,
                  "result_on": 0 if result != "pending" else "", "visibility": "permitted_partners"}  # fmt: skip
        self.journey.post(who, "record_add", "procedure", **fields)

    def act_reopen(self, who, what, days):
        self.journey.post(who, "case_reopen", ground="new", because="Nieuwe stukken.", version=self.case.version)

    # ------------------------------------------------------------------ what always holds

    @invariant()
    def it_is_noted_how_far_it_came(self):
        self.reached[self.case.state] += 1

    @invariant()
    def only_arrows_of_the_table_were_taken(self):
        states = list(self.case.history.order_by("history_id").values_list("state", flat=True))
        for before, after in zip(states, states[1:], strict=False):
            assert before == after or (before, after) in ARROWS or before in WITHOUT_TARGET, (before, after)

    @invariant()
    def r4_to_r6_nobody_is_admitted_without_conference_and_formal_decision(self):
        if self.case.state in ("admitted", "in_guidance"):
            formal = FormalDecision.objects.current().filter(case=self.case, kind="admitted", annulled_on=None)
            assert formal.exists()
            decided = ConferenceDecision.objects.current().filter(case=self.case, kind__startswith="admitted")
            assert decided.exists()
            assert self.case.admitted_on is not None
            for row in formal:  # under a mandate that held
                assert row.mandate.in_force_from <= row.decided_on

    @invariant()
    def r8_r9_one_scenario_and_none_before_the_rest_period_ended(self):
        current = Scenario.objects.current().filter(case=self.case, until=None)
        assert current.count() <= 1
        if self.case.state == "in_guidance":
            assert current.count() == 1

    @invariant()
    def r10_an_exit_has_two_people_a_class_and_no_place_left(self):
        if self.case.state in ("exited", "in_aftercare"):
            found = self.standing()
            assert found.confirmed_on
            assert found.confirmed_by_id != found.author_id
            assert found.classed_id
            assert self.case.exited_on == found.exited_on
        else:
            assert self.case.exited_on is None or self.case.state == "archived"

    @invariant()
    def nobody_sees_more_than_r21_allows(self):
        if not hasattr(self, "secret"):
            self.secret = make.NoteFactory(
                case=self.case, category="public_order", visibility="own_organisation", text="Alleen hier."
            )
        takes_part = set(Involvement.objects.in_force().filter(case=self.case).values_list("team", flat=True))
        for name in ("ngo", "ind", "dtv", "avim", "shelter", "iom", "coa"):
            team, worker = self.pilot.teams[name], self.pilot.workers[name]
            with acting_as(worker):
                sees = Case.objects.filter(pk=self.case.pk).exists()
                assert sees is (team.pk in takes_part), name
                assert not Note.objects.filter(pk=self.secret.pk).exists(), name
                if name in ("avim", "shelter", "iom", "coa"):  # no conference by their cell
                    assert not ConferenceDecision.objects.filter(case=self.case).exists(), name
                    assert not FormalDecision.objects.filter(case=self.case).exists(), name


def travel(client, pilot, **how):
    machine = type("Here", (Travels,), {"pilot": pilot, "client": client, "reached": Counter()})
    checks = list(HealthCheck)
    run_state_machine_as_test(machine, settings=settings(deadline=None, suppress_health_check=checks, **how))
    # It is no walk around the door.
    assert {"rest_period", "in_conference", "in_guidance", "exited"} <= set(machine.reached)


def test_no_order_of_acts_by_anybody_breaks_a_rule(client, pilot):
    travel(client, pilot, max_examples=12, stateful_step_count=35, derandomize=True)


@pytest.mark.slow
def test_no_order_of_acts_by_anybody_breaks_a_rule_searched_for_long(client, pilot):
    travel(client, pilot, max_examples=300, stateful_step_count=60)
