"""The scenario and the plan: what brings a case into guidance, who does what, and the paper she
takes along."""

import re
from datetime import timedelta
from html import escape

import pytest
from django.utils import timezone

from casework.journey.facts import fact_of
from casework.models import Action, Goal, Involvement
from casework.plan import views
from casework.plan.views import PERSON, person_languages
from governance.access.enums import Category
from governance.convenants.enums import Cell
from tests import factories as make
from tests.casework.journeys import Journey, at
from tests.conftest import WorkerClient, agreement, own_copy

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def admitted(pilot_of_module):
    made = Journey(WorkerClient(), own_copy(pilot_of_module))
    made.to_admitted()
    return made


@pytest.fixture
def journey(admitted, client, pilot):
    return admitted.again(client, pilot)


def test_t10_guidance_needs_a_scenario_an_action_and_a_case_manager(journey):
    page = journey.get("municipality", "case_step", "guidance")
    assert "geen scenario vastgesteld" in page.text
    refused = journey.step("municipality", "guidance")
    assert refused.status_code == 409
    assert "geen actie waaraan een partner zich heeft verbonden" in refused.text
    journey.room.decide("scenario_set", scenario="return_home")
    journey.done("ngo", "plan", what="Paspoort", to_team=str(journey.teams["ngo"].pk), due_on=30)
    for who in ("coordinator", "ngo", "ind"):  # not the case manager
        assert journey.step(who, "guidance").status_code == 403, who
    assert journey.step("municipality", "guidance").status_code == 302
    assert journey.case.state == "in_guidance"
    assert fact_of(journey.case).guidance_from == timezone.localdate()


def test_r7_whoever_is_guided_is_known_to_the_departure_service(journey):
    row = Involvement.objects.get(case=journey.case, team=journey.teams["dtv"])
    row.until = timezone.localdate()
    row.save()
    journey.room.decide("scenario_set", scenario="return_home")
    journey.done("ngo", "plan", what="Paspoort", to_team=str(journey.teams["ngo"].pk), due_on=30)
    journey.step("municipality", "guidance")
    assert (
        Involvement.objects.in_force().filter(case=journey.case, team=journey.teams["dtv"]).exists()
    )


def test_actions_are_given_to_partners_and_answered_by_them(journey):
    ind, dtv = (str(journey.teams[name].pk) for name in ("ind", "dtv"))
    journey.done("municipality", "plan", what="Dossier nakijken", to_team=ind, due_on=5)
    assert (
        journey.post("dtv", "plan", what="Bellen", to_team=ind, due_on=5).status_code == 400
    )  # only its own
    journey.done("dtv", "plan", what="Ambassade bellen", to_team=dtv, due_on=5)
    assert journey.post("ngo", "plan", what="x", to_team=dtv, due_on=-1).status_code == 400
    action = Action.objects.get(what="Dossier nakijken")
    for who in ("dtv", "ngo", "municipality"):
        assert (
            journey.post(who, "action_done", action.reference, answer="done", version=1).status_code
            == 403
        ), who
    assert (
        journey.post(
            "ind", "action_done", action.reference, answer="declined", version=1
        ).status_code
        == 400
    )
    journey.done(
        "ind", "action_done", action.reference, answer="done", answer_text="In orde.", version=1
    )
    action.refresh_from_db()
    assert (action.answer, action.answered_by) == ("done", journey.workers["ind"])
    assert "In orde." in journey.get("ngo", "plan").text
    assert (
        journey.post(
            "ind", "action_done", action.reference, answer="declined", version=2
        ).status_code
        == 403
    )


def test_no_action_is_given_to_who_would_give_away_a_lawyer_a_doctor_or_a_place(journey, pilot):
    for name, ground in (("legal", "legal_aid"), ("care", "care"), ("shelter", "stay")):
        make.InvolvementFactory(case=journey.case, team=pilot.teams[name], ground=ground)
        refused = journey.post(
            "municipality", "plan", what="Bellen", to_team=str(pilot.teams[name].pk), due_on=5
        )
        assert refused.status_code == 400, name
    # One of before stands on no paper with the name of its organisation.
    make.RECORDS["action"](
        case=journey.case,
        author_team=journey.teams["municipality"],
        to_team=pilot.teams["legal"],
        what="Beroep",
        ended_at=None,
    )
    paper = journey.get("municipality", "plan_person")
    assert ("Beroep", "") in [
        (row.what, name) for row, name in paper.context["actions"]
    ] or "Beroep" not in paper.text


def test_who_set_an_action_changes_or_withdraws_it_until_it_is_answered(journey):
    dtv = str(journey.teams["dtv"].pk)
    for what in ("Vergissing", "Ambassade bellen"):
        journey.done("municipality", "plan", what=what, to_team=dtv, due_on=5)
    wrong, right = Action.objects.order_by("pk")
    change = {"act": "mend", "what": "Consulaat bellen", "due_on": 9, "version": 1}
    for who in ("ngo", "ind", "dtv"):
        for act in (change, {"act": "withdraw", "version": 1}):
            assert journey.post(who, "action_done", wrong.reference, **act).status_code == 403, who
    assert (
        journey.post(
            "municipality", "action_done", wrong.reference, answer="done", version=1
        ).status_code
        == 403
    )
    journey.done("municipality", "action_done", wrong.reference, act="withdraw", version=1)
    journey.done("municipality", "action_done", right.reference, **change)
    assert journey.post("municipality", "action_done", right.reference, **change).status_code == 409
    assert [row.what for row in Action.objects.current()] == ["Consulaat bellen"]
    assert "Vergissing" not in journey.get("dtv", "plan").text
    journey.done("dtv", "action_done", right.reference, answer="done", answer_text="", version=2)
    assert (
        journey.post(
            "municipality", "action_done", right.reference, **change | {"version": 3}
        ).status_code
        == 403
    )


def test_what_the_person_does_herself_is_no_commitment_of_a_partner(journey):
    journey.room.decide("scenario_set", scenario="return_home")
    journey.done(
        "ngo",
        "plan",
        what="Foto's maken",
        to_team=str(journey.teams["ngo"].pk),
        due_on=5,
        by_person="on",
    )
    assert "geen actie waaraan een partner" in journey.step("municipality", "guidance").text


def test_the_police_sees_its_own_action_and_no_other(journey, pilot):
    make.InvolvementFactory(case=journey.case, team=pilot.teams["avim"])
    journey.done(
        "municipality",
        "plan",
        what="Vingerafdrukken",
        to_team=str(pilot.teams["avim"].pk),
        due_on=5,
    )
    journey.done(
        "municipality", "plan", what="Gesprek voeren", to_team=str(pilot.teams["ngo"].pk), due_on=5
    )
    page = journey.get("avim", "plan")
    assert "Vingerafdrukken" in page.text
    assert "Gesprek voeren" not in page.text
    action = Action.objects.get(what="Vingerafdrukken")
    journey.done("avim", "action_done", action.reference, answer="done", answer_text="", version=1)


def test_goals_stand_on_tracks_and_are_read_by_whom_their_author_chose(journey):
    goal = {
        "track": "return_home",
        "text": "Een paspoort",
        "set_on": 0,
        "state": "open",
        "progress": "",
        "visibility": "own_organisation",
        "share_basis": "convenant",
    }
    journey.done("ngo", "record_add", "goal", **goal)
    journey.done(
        "ngo", "record_add", "goal", **goal | {"track": "legalisation", "text": "Nieuwe aanvraag"}
    )
    page = journey.get("ngo", "plan").text
    assert "Een paspoort" in page
    assert "Nieuwe aanvraag" in page
    assert "Een paspoort" not in journey.get("dtv", "plan").text


@pytest.mark.parametrize("language", person_languages())
def test_her_plan_on_paper_names_neither_her_nor_her_case_nor_what_could_harm_her(
    journey, language
):
    Goal.objects.create(
        case=journey.case,
        author_team=journey.teams["ngo"],
        author=journey.workers["ngo"],
        track="return_home",
        text="Een paspoort",
    )
    ngo, dtv = (str(journey.teams[name].pk) for name in ("ngo", "dtv"))
    journey.done("ngo", "plan", what="Samen naar de ambassade", to_team=ngo, due_on=5)
    journey.done("dtv", "plan", what="LP-aanvraag indienen", to_team=dtv, due_on=5)
    journey.client.act_as(journey.workers["ngo"])
    page = journey.client.get(at(journey.case, "plan_person") + f"?taal={language}").text
    paper = re.search('<main class="app-person__page"(.*?)</main>', page, re.S)[1]
    assert "Een paspoort" in paper
    assert "Samen naar de ambassade" in paper
    for kept in ("LP-aanvraag", "Hiwot", "Reiziger", journey.case.number, "terugkeer", "return"):
        assert kept not in paper, kept
    assert "DT&amp;V" in paper or "DTV" in paper  # who reads what kind of data
    chosen = Action.objects.get(what="LP-aanvraag indienen")
    page = journey.client.get(
        at(journey.case, "plan_person") + f"?taal={language}&gekozen=1&regel={chosen.reference}"
    ).text
    paper = re.search('<main class="app-person__page"(.*?)</main>', page, re.S)[1]
    assert "LP-aanvraag" in paper
    assert "Samen naar de ambassade" not in paper
    assert journey.get("legal", "plan_person").status_code in (403, 404)


def paper_of(journey, query=""):
    page = (
        journey.client.act_as(journey.workers["ngo"])
        .get(at(journey.case, "plan_person") + query)
        .text
    )
    return re.search('<main class="app-person__page"(.*?)</main>', page, re.S)[1]


def test_her_plan_says_who_sees_which_data_but_for_what_is_left_out(journey):
    """By itself the paper tells of no lawyer, illness, leaving or police, also not by the name
    of an organisation; what it says can be unticked line by line."""
    owners = {
        name: journey.teams[name].organisation for name in ("municipality", "avim", "iom", "dtv")
    }
    for name, kind in (("lawyer", "legal"), ("doctor", "care")):
        kinds = {
            "organisation__kind": "ngo",
            "organisation__name": f"Organisatie {name}",
            "function": kind,
        }
        journey.teams[name] = make.TeamFactory(pilot=journey.pilot.pilot, **kinds)
        owners[name] = journey.teams[name].organisation
    agreement(
        journey.pilot.pilot,
        {
            journey.teams[name]: {
                Category.IDENTITY: Cell.READ,
                Category.MEDICAL_LIMITATION: Cell.READ,
            }
            for name in ("lawyer", "doctor")
        },
        kind="municipal_decision",
    )
    for name in ("avim", "iom", "lawyer", "doctor"):
        Involvement.objects.create(
            case=journey.case, team=journey.teams[name], ground="cooperation"
        )
    paper = paper_of(journey)
    assert "Wie u bent: " in paper
    for telling in (
        "gezondheid",
        "advocaat",
        "Orde en veiligheid",
        *(escape(owners[name].name) for name in ("avim", "iom", "lawyer", "doctor")),
    ):
        assert telling not in paper, telling
    assert "Wie u bent" not in paper_of(journey, "?gekozen=1&regel=conference")
    both = f"?gekozen=1&regel=medical_limitation&regel=o{owners['municipality'].pk}"
    assert "vanwege uw gezondheid: " in paper_of(journey, both)
    assert "Wie ziet uw gegevens" not in paper_of(
        journey, "?gekozen=1&regel=identity"
    )  # to nobody that is named
    assert "Orde en veiligheid" not in paper_of(journey, "?gekozen=1&regel=iets")


def test_every_language_of_the_plan_has_words_for_every_kind_of_data():
    for language in person_languages():
        text = (PERSON / f"{language}.html").read_text(encoding="utf-8")
        for category in Category:
            assert f'category == "{category.value}" %}}' in text, (language, category)


def test_a_language_is_one_template_and_a_right_to_left_one_turns_the_paper_only(
    journey, tmp_path, settings, monkeypatch
):
    """Whoever translates adds one file; the choices above the paper stay in the worker's
    language."""
    folder = tmp_path / "casework" / "plan" / "person"
    folder.mkdir(parents=True)
    (folder / "ar.html").write_text(
        '{% extends "casework/plan/person/_frame.html" %}{% block dir %}rtl{% endblock %}{% block page %}خطتك{% endblock %}',
        encoding="utf-8",
    )
    settings.TEMPLATES = [
        {**settings.TEMPLATES[0], "DIRS": [tmp_path, *settings.TEMPLATES[0]["DIRS"]]}
    ]
    monkeypatch.setattr(views, "PERSON", folder)
    page = (
        journey.client.act_as(journey.workers["ngo"])
        .get(at(journey.case, "plan_person") + "?taal=ar")
        .text
    )
    assert '<html lang="nl"' in page
    assert re.search(r'<main class="app-person__page" lang="ar" dir="rtl">\s*خطتك\s*</main>', page)
    assert "Terug naar het plan" in page


def test_an_action_that_is_late_shows_as_late(journey, on_day):
    journey.done("ngo", "plan", what="Bellen", to_team=str(journey.teams["ngo"].pk), due_on=2)
    on_day(timezone.localdate() + timedelta(days=3))
    assert "te laat" in journey.get("ngo", "plan").text
