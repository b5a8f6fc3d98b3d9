"""How a passage ends: exit and outcome, what other registers report, and undoing what was wrong."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from casework.journey.guards import add_months
from casework.models import (
    Confirmation,
    DestinationReport,
    Exit,
    FollowUpCheck,
    FormalDecision,
    OutcomeClass,
    Signal,
    Task,
)
from governance.access.clearance import acting_as
from governance.models import ConvenantGroupObjectPermission, Draft
from tests import factories as make
from tests.casework.journeys import LAPSED, Journey, involved, passed, sent

pytestmark = pytest.mark.django_db


def test_a_story_tells_proposed_confirmed_and_undone_exits_apart(guided):
    guided.propose(reason="left_own_request", outcome="not_established")
    proposed = "voorgesteld, nog niet bevestigd"
    assert proposed in guided.get("municipality", "case_detail").text
    guided.confirm()
    assert proposed not in guided.get("municipality", "case_detail").text
    undo = {
        "undone": "error",
        "undone_on": 0,
        "undone_reason": "Verkeerde casus.",
        "version": guided.exit().version,
    }
    guided.done("coordinator", "exit_undo", **undo)
    assert "teruggedraaid: Verkeerde casus." in guided.get("municipality", "case_detail").text


def test_t11_r10_an_exit_is_proposed_and_confirmed_by_somebody_else(guided):
    for name in ("exited_on", "reason", "outcome"):
        assert guided.propose(**{name: ""}).status_code == 400, name
    for who in ("ngo", "ind", "coordinator"):  # not the case manager
        assert guided.propose(who=who).status_code == 403, who
    assert guided.propose().status_code == 302
    assert guided.case.state == "in_guidance"
    assert guided.post("municipality", "exit_confirm", version=1).status_code == 403
    assert guided.confirm().status_code == 302
    assert guided.case.state == "exited"
    assert guided.case.left_on == timezone.localdate()
    found = guided.exit()
    assert found.classed.belongs_to == "durable"  # from the table, never typed
    assert found.state_before == "in_guidance"
    assert involved(guided) == {"municipality", "dtv"}  # what is to be confirmed is followed


def test_who_proposed_does_not_confirm_her_own_exit(guided):
    guided.case.case_manager = guided.workers["coordinator"]
    guided.case.save()
    assert guided.propose(who="coordinator").status_code == 302
    assert guided.confirm().status_code == 403


def test_what_the_only_coordinator_proposed_a_colleague_confirms_or_she_withdraws_it(guided):
    guided.case.case_manager = guided.workers["coordinator"]
    guided.case.save()
    guided.propose(who="coordinator")
    page = guided.get("coordinator", "exit").text
    assert "een collega van het team" in page
    assert guided.get("municipality", "exit_confirm").status_code == 200
    for who, status in (("municipality", 403), ("ngo", 403), ("avim", 404)):
        answer = guided.post(who, "exit_withdraw", version=guided.exit().version)
        assert answer.status_code == status, who
    stale = guided.post("coordinator", "exit_withdraw", version=guided.exit().version + 1)
    assert stale.status_code == 409
    guided.done("coordinator", "exit_withdraw", version=guided.exit().version)
    assert Exit.objects.get().undone_reason == "ingetrokken door wie het voorstelde"
    assert guided.propose(who="coordinator").status_code == 302
    assert guided.confirm(who="ngo").status_code == 403
    assert guided.confirm(who="municipality").status_code == 302
    assert guided.case.state == "exited"


def test_no_exit_is_to_be_confirmed_where_none_was_proposed(guided):
    words = "Uitstroom bevestigen"
    assert words not in guided.get("coordinator", "case_detail").text
    guided.propose()
    assert words in guided.get("coordinator", "case_detail").text


def test_t11_is_refused_while_she_has_a_place_and_after_admission_without_a_decision_to_end(
    guided,
):
    stay = make.StayFactory(
        case=guided.case, author_team=guided.teams["municipality"], ground="admitted"
    )
    guided.propose(reason="house_rules_breach", outcome="trajectory_ended")
    refused = guided.confirm()
    assert refused.status_code == 409
    assert "verblijf loopt nog op de uitstroomdatum" in refused.text
    assert "formeel besluit tot beëindiging" in refused.text
    stay.until = timezone.localdate()
    stay.save()
    assert guided.confirm().status_code == 409
    guided.formal("ended")
    guided.done("coordinator", "exit_confirm", decline="1", because="Eerst besluiten.", version=1)
    assert (
        guided.propose(reason="house_rules_breach", outcome="trajectory_ended").status_code == 302
    )
    assert guided.exit().formal_decision == FormalDecision.objects.get(kind="ended")
    assert guided.confirm().status_code == 302
    assert involved(guided) == {"municipality"}


@pytest.mark.parametrize(
    "state",
    [
        "registered",
        "intake",
        "awaiting_dossiers",
        "not_admitted",
        "rest_period",
        "in_conference",
        "admitted",
        "in_guidance",
    ],
)
@pytest.mark.parametrize(
    ("reason", "outcome"),
    [
        ("deceased", "deceased"),
        ("left_unknown_destination", "unknown_destination"),
        ("detention", "detained"),
    ],
)
def test_death_disappearance_and_detention_end_a_case_in_every_state(
    client, pilot, state, reason, outcome
):
    journey = Journey(client, pilot, state=state)
    assert journey.propose(reason=reason, outcome=outcome).status_code == 302
    assert journey.confirm().status_code == 302
    assert journey.case.state == "exited"
    assert journey.exit().state_before == state
    assert journey.step("coordinator", "archive").status_code == 302
    assert journey.case.state == "archived"


@pytest.mark.parametrize("died", [False, True])
def test_who_dies_disappears_or_is_detained_after_her_exit_is_told_of_beside_it(
    guided, on_day, died
):
    """In aftercare, and before it begins: the exit keeps what it said, the check says what
    became of her."""
    guided.leave()
    on_day(add_months(guided.exit().exited_on, 3))
    check = {
        "months": "3",
        "checked_on": 0,
        "how": "bericht van haar broer",
        "lapsed_because": "",
        "outcome": "",
    }
    if died:
        guided.done(
            "municipality",
            "check_add",
            **check | {"result": "lapsed", "lapsed_because": "deceased", "died_on": "2026"},
        )
    else:
        guided.done(
            "municipality",
            "check_add",
            **check | {"result": "does_not_hold", "outcome": "detained"},
        )
        for months in (6, 12):
            on_day(add_months(guided.exit().exited_on, months))
            said = {
                "months": str(months),
                "result": "does_not_hold",
                "outcome": "unknown_destination",
            }
            guided.done("municipality", "check_add", **check | said)
    guided.done("dtv", "claim_answer", result="refuted", said_on=0, evidence="eigen register")
    assert guided.step("municipality", "aftercare").status_code == 302
    assert guided.step("coordinator", "close").status_code == 302
    assert (guided.case.state, guided.exit().outcome) == ("archived", "independent_return")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"exited_on": -61}, "vóór de verwijzing"),
        ({"exited_on": 1}, "in de toekomst"),
        ({"reason": "deceased"}, "past niet bij"),
        ({"outcome": "deceased"}, "past niet bij"),
        ({"evidence": "instapkaart"}, "datum van het bewijs"),
    ],
)
def test_an_exit_has_a_date_reason_and_outcome_that_fit(journey, changes, sentence):
    answer = journey.propose(**changes)
    assert answer.status_code == 400
    assert sentence in answer.text


def test_r10_the_class_is_that_of_the_day_of_the_exit(journey):
    today = timezone.localdate()
    OutcomeClass.objects.create(
        outcome="unknown_destination", in_force_from=today, belongs_to="undecided"
    )
    journey.propose(exited_on=-1, reason="left_unknown_destination", outcome="unknown_destination")
    journey.confirm()
    assert journey.exit().classed.belongs_to == "none"


def test_t13_an_exit_without_solution_is_archived_when_no_task_is_open(guided):
    task = make.RECORDS["task"](case=guided.case, author_team=guided.teams["municipality"])
    gone = make.RECORDS["task"](
        case=guided.case, author_team=guided.teams["municipality"], to_team=guided.teams["ngo"]
    )
    bare = guided.propose(
        reason="left_own_request", outcome="other_procedure_pending", explanation=""
    )
    assert "Licht deze uitkomst toe" in bare.text
    guided.propose(reason="left_own_request", outcome="other_procedure_pending")
    assert guided.confirm().status_code == 302
    refused = guided.step("coordinator", "archive")
    assert "open taken" in refused.text
    assert gone.to_team_id not in guided.case.team_ids  # who left the case answers its task no more
    assert guided.step("municipality", "aftercare").status_code == 409
    guided.done(
        "municipality", "action_done", task.reference, answer="done", answer_text="", version=1
    )
    assert guided.step("coordinator", "archive").status_code == 302
    assert guided.case.state == "archived"


def test_t13_an_exit_of_before_that_was_not_explained_is_explained_later(guided):
    guided.propose(reason="left_own_request", outcome="dublin_transfer")
    guided.confirm()
    found = guided.exit()
    found.explanation = ""
    found.save()
    assert "geen toelichting" in guided.step("coordinator", "archive").text
    assert guided.post("municipality", "exit_establish", version=found.version).status_code == 403
    assert (
        guided.post(
            "coordinator", "exit_establish", explanation="", version=found.version
        ).status_code
        == 400
    )
    guided.done(
        "coordinator",
        "exit_establish",
        explanation="Overgedragen aan Italië.",
        version=found.version,
    )
    assert guided.exit().outcome == "dublin_transfer"
    assert guided.step("coordinator", "archive").status_code == 302


def test_t13_what_became_of_her_is_established_later_with_the_class_of_the_day_of_her_exit(guided):
    guided.propose(reason="left_own_request", outcome="not_established")
    guided.confirm()
    found = guided.exit()
    said = {
        "outcome": "independent_return",
        "explanation": "",
        "evidence": "Instapkaart",
        "evidence_on": 0,
    }
    assert (
        guided.post("municipality", "exit_establish", **said, version=found.version).status_code
        == 403
    )
    for wrong in (
        {"outcome": "not_established"},
        {"outcome": "moved_to_other_pilot"},
        {"evidence_on": ""},
        {"outcome": "deceased"},
    ):
        assert (
            guided.post(
                "coordinator", "exit_establish", **said | wrong, version=found.version
            ).status_code
            == 400
        )
    guided.done("coordinator", "exit_establish", **said, version=found.version)
    late = guided.post("coordinator", "exit_establish", **said, version=found.version)
    assert late.status_code == 403  # it is established
    found = guided.exit()
    assert (found.outcome, found.classed.belongs_to, found.claim_open) == (
        "independent_return",
        "durable",
        True,
    )
    assert [past.outcome for past in found.history.order_by("history_id")][0] == "not_established"
    assert involved(guided) == {"municipality", "dtv"}
    guided.done("dtv", "claim_answer", result="confirmed", said_on=0, evidence="eigen register")
    assert guided.step("municipality", "aftercare").status_code == 302


def test_r10_an_exit_lies_neither_before_the_admission_nor_before_the_guidance(client, pilot):
    guided = passed(client, pilot, decided=20, guided=9)
    for days, said in ((-21, "vóór de toelating"), (-10, "vóór het begin van de begeleiding")):
        assert said in guided.propose(exited_on=days).text
    assert guided.propose(exited_on=-9).status_code == 302


def test_t13_what_is_not_established_yet_is_not_archived(journey):
    journey.propose(reason="left_own_request", outcome="not_established")
    journey.confirm()
    assert "nog niet vastgesteld" in journey.step("coordinator", "archive").text


def test_t16_an_exit_in_error_goes_back_with_the_teams_of_before(guided):
    guided.leave()
    before = {"municipality", "ngo", "ind", "dtv"}
    assert involved(guided) < before
    undo = {
        "undone": "error",
        "undone_on": 0,
        "undone_reason": "Zij kwam terug.",
        "version": guided.exit().version,
    }
    assert guided.post("municipality", "exit_undo", **undo).status_code == 403
    assert (
        guided.post("coordinator", "exit_undo", **undo | {"undone_reason": ""}).status_code == 400
    )
    assert guided.post("coordinator", "exit_undo", **undo | {"version": 99}).status_code == 409
    guided.done("coordinator", "exit_undo", **undo)
    assert guided.case.state == "in_guidance"
    assert guided.case.left_on is None
    assert involved(guided) == before
    row = Exit.objects.get()
    assert (row.undone, row.undone_on) == ("error", timezone.localdate())
    assert guided.propose().status_code == 302  # she may leave again


def test_what_was_typed_about_an_exit_that_was_undone_is_put_back(guided):
    guided.leave()
    key = guided.get("coordinator", "exit_undo").context["form"].draft_key
    undo = {
        "undone": "error",
        "undone_on": 0,
        "undone_reason": "Kwam terug.",
        "version": guided.exit().version,
    }
    guided.done("coordinator", "exit_undo", **undo)
    late = undo | {"undone_reason": "Mijn lange verhaal.", "draft_key": key}
    assert guided.post("coordinator", "exit_undo", **late).status_code == 409
    assert Draft.objects.get(key=key).fields["undone_reason"] == ["Mijn lange verhaal."]


@pytest.mark.parametrize("page", ["exit_undo", "claim_answer", "check_add"])
def test_who_comes_after_an_exit_was_undone_is_told_so(guided, page):
    guided.leave()
    said = {"undone": "error", "undone_on": 0, "undone_reason": "Vergissing."}
    guided.done("coordinator", "exit_undo", **said, version=guided.exit().version)
    answer = guided.post("coordinator", page, **said, version=2)
    assert answer.status_code == 409
    assert "staat geen uitstroom" in answer.text
    assert (
        guided.post("avim", page, **said, version=2).status_code == 404
    )  # who reads no outcomes is told nothing


def test_t16_a_court_that_undoes_the_ending_undoes_its_decision_too(guided):
    guided.formal("ended")
    guided.propose(reason="house_rules_breach", outcome="trajectory_ended")
    guided.confirm()
    undo = {
        "undone": "annulled",
        "undone_on": 0,
        "undone_reason": "Rechtbank, uitspraak 12.",
        "version": guided.exit().version,
    }
    newer = make.CaseFactory(lead_team=guided.teams["municipality"], person=guided.case.person)
    assert guided.post("coordinator", "exit_undo", **undo).status_code == 409
    newer.person = make.PersonFactory()
    newer.save()
    guided.done("coordinator", "exit_undo", **undo)
    assert FormalDecision.objects.get(kind="ended").annulled_because == "Rechtbank, uitspraak 12."


def test_r14_a_report_from_another_register_closes_nothing_and_raises_a_conflict(guided):
    stay = make.StayFactory(
        case=guided.case, author_team=guided.teams["municipality"], kind="dwelling"
    )
    guided.done(
        "dtv", "record_add", "destination_report", reported_on=0, text="MOB in het register"
    )
    stay.refresh_from_db()
    assert stay.is_running
    assert guided.case.state == "in_guidance"
    signal = Signal.objects.get()
    assert (signal.kind, signal.shared_team_ids) == (
        "register_conflict",
        [guided.teams["municipality"].pk],
    )
    for who, sees in {"municipality": True, "dtv": True, "ngo": False, "ind": False}.items():
        page = guided.get(who, "record_detail", "signal", signal.reference)
        assert (page.status_code == 200) is sees, who
    task = Task.objects.get(rule="register_conflict")
    says = "Een ander register meldt een vertrek"
    for who, waits in {"municipality": True, "dtv": False, "ngo": False, "ind": False}.items():
        assert (says in guided.client.act_as(guided.workers[who]).get("/").text) is waits, who
        with acting_as(guided.workers[who]):  # what the team that leads finds, it finds for itself
            assert Task.objects.filter(pk=task.pk).exists() is waits, who
    assert task.history.get().history_change_reason == "register_conflict"
    guided.done(
        "municipality",
        "action_done",
        task.reference,
        answer="done",
        answer_text="Zij is er nog.",
        version=1,
    )
    assert says not in guided.client.act_as(guided.workers["municipality"]).get("/").text


def test_r14_whoever_reports_it_the_team_that_leads_looks_and_a_signal_by_hand_asks_nobody(guided):
    """The immigration service learns nothing of a place by its report; what the police notes for
    itself stays there."""
    make.StayFactory(case=guided.case, author_team=guided.teams["municipality"], kind="dwelling")
    make.InvolvementFactory(case=guided.case, team=guided.teams["avim"])
    guided.case.refresh_from_db()
    signal = {
        "kind": "register_conflict",
        "happened_on": 0,
        "text": "Andere geboortedatum",
        "visibility": "own_organisation",
    }
    guided.done("avim", "record_add", "signal", **signal)
    assert not Task.objects.filter(rule="register_conflict").exists()
    guided.done(
        "ind", "record_add", "destination_report", reported_on=0, text="MOB in het register"
    )
    assert (
        Signal.objects.get().author_team == guided.teams["avim"]
    )  # none was raised for who may not know of a place
    assert Task.objects.get(rule="register_conflict").to_team == guided.teams["municipality"]
    report = DestinationReport.objects.get()
    with acting_as(guided.workers["ind"]), connection.cursor() as cursor:  # once for each report
        cursor.execute("SELECT journal_conflict_task(%s, 'nog eens', access_today())", [report.pk])
    assert Task.objects.filter(rule="register_conflict").count() == 1


def test_r14_without_a_place_a_report_raises_nothing(guided):
    guided.done(
        "dtv", "record_add", "destination_report", reported_on=0, text="MOB in het register"
    )
    assert not Signal.objects.exists()
    assert not Task.objects.filter(rule="register_conflict").exists()


def test_she_is_away_while_she_has_the_place_and_not_twice_at_once(journey):
    today = timezone.localdate()
    stay = make.StayFactory(
        case=journey.case,
        author_team=journey.teams["municipality"],
        kind="dwelling",
        since=today - timedelta(days=20),
        until=today - timedelta(days=3),
    )
    journey.client.act_as(journey.workers["municipality"])
    url = f"/casussen/{journey.case.reference}/dossier/absence/nieuw/?bij={stay.reference}"
    for since, until, said in (
        (-21, "", "had de persoon dit verblijf niet"),
        (-3, "", "had de persoon dit verblijf niet"),
        (-9, -2, "had de persoon dit verblijf niet"),
    ):
        refused = journey.client.post(url, sent({"since": since, "until": until, "remark": ""}))
        assert refused.status_code == 400
        assert said in refused.text
    assert (
        journey.client.post(url, sent({"since": -9, "until": -6, "remark": ""})).status_code == 302
    )
    twice = journey.client.post(url, sent({"since": -10, "until": "", "remark": ""}))
    assert "al als afwezig" in twice.text
    assert (
        journey.client.post(url, sent({"since": -6, "until": "", "remark": ""})).status_code == 302
    )


def test_absence_stands_on_the_stay_and_an_early_exit_to_an_unknown_destination_warns(
    journey, on_day
):
    today = timezone.localdate()
    journey.pilot.pilot.return_term_days = 7
    journey.pilot.pilot.save()
    journey.to_guidance()
    stay = make.StayFactory(
        case=journey.case,
        author_team=journey.teams["ngo"],
        kind="dwelling",
        since=timezone.localdate() - timedelta(days=20),
    )
    journey.client.act_as(journey.workers["ngo"])
    url = f"/casussen/{journey.case.reference}/dossier/absence/nieuw/?bij={stay.reference}"
    away = (timezone.localdate() - timedelta(days=3)).strftime("%d-%m-%Y")
    assert (
        journey.client.post(url, {"since": away, "until": "", "remark": "niet in bed"}).status_code
        == 302
    )
    asks = "De afwezigheidstermijn is voorbij"
    manager = journey.workers["municipality"]
    for days, waits in (
        (3, False),
        (4, True),
    ):  # the end of the term makes a task, and closes nothing
        on_day(today + timedelta(days=days))
        assert (asks in journey.client.act_as(manager).get("/").text) is waits, days
        assert asks not in journey.client.act_as(journey.workers["ngo"]).get("/").text
    journey.case.refresh_from_db()
    assert journey.case.state == "in_guidance"
    on_day(today)
    journey.propose(reason="left_unknown_destination", outcome="unknown_destination")
    page = journey.get("coordinator", "exit_confirm")
    assert "nog 4 dagen van de afwezigheidstermijn" in page.text


@pytest.mark.parametrize("slug", ["check", "confirmation", "dossier_request", "dossier", "exit"])
def test_what_moved_a_case_is_not_rewritten_in_place(guided, slug):
    guided.leave()
    guided.done("dtv", "claim_answer", result="refuted", said_on=0, evidence="eigen register")
    guided.done("municipality", "check_add", **LAPSED)
    model = {
        "check": FollowUpCheck,
        "confirmation": Confirmation,
        "exit": Exit,
        "dossier": make.ServiceDossier,
        "dossier_request": make.DossierRequest,
    }[slug]
    row = model.objects.filter(case=guided.case).order_by("pk").last()
    author = next(name for name, team in guided.teams.items() if team == row.author_team)
    if row.author_team_id not in guided.case.team_ids:
        author = "municipality"
    assert guided.post(
        author, "record_change", slug, row.reference, version=row.version
    ).status_code in (403, 404)
    row.refresh_from_db()
    assert row.version == 1 or slug == "exit"


def test_an_exit_cites_the_ending_that_was_decided_after_it_was_proposed(guided):
    guided.propose(reason="house_rules_breach", outcome="trajectory_ended")
    guided.formal("ended")
    assert guided.confirm().status_code == 302
    assert guided.exit().formal_decision == FormalDecision.objects.get(kind="ended")


def test_who_does_not_read_how_far_a_case_is_proposes_no_exit(guided):
    """Her team leads and writes outcomes; the guidance is closed to it from today."""
    team = guided.teams["municipality"]
    assert guided.get("municipality", "exit_propose").status_code == 200
    ConvenantGroupObjectPermission.objects.filter(
        group=team.group, permission__codename__endswith="_guidance"
    ).delete()
    assert guided.get("municipality", "exit_propose").status_code == 403
    assert guided.propose().status_code == 403
