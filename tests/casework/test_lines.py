"""A line of the worklist: done, put off or handed over where it stands, and undone."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from casework.models import Action, Snooze, Task
from casework.overview.agenda import DAYS
from casework.overview.worklist import MOST
from governance.access.enums import Visibility
from partners.organisations.enums import Role
from tests import factories as make
from tests.casework.journeys import Room, ago

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def desk(journey):
    """A case that its manager works on, with a colleague in her team."""
    team = journey.teams["municipality"]
    journey.workers["colleague"] = make.MembershipFactory(team=team, role=Role.CASEWORKER).user
    return journey


def today():
    return timezone.localdate()


def task(desk, who="municipality", to=None, **fields):
    """A task for a team, set by a worker of another or of the same."""
    team = desk.teams[to or who]
    values = {
        "case": desk.case, "author": desk.workers[who], "author_team": desk.teams[who], "to_team": team,
        "what": "Bel de ambassade", "due_on": today() + timedelta(days=3),
    }  # fmt: skip
    return Task.objects.create(**values | fields)


def act(desk, who, row, act="done", kind="task", script=True, **fields):
    page = reverse("casework:line_act", args=[kind, row.reference])
    fields = {"act": act, "version": getattr(row, "version", "")} | fields
    return desk.client.act_as(desk.workers[who]).post(page, fields, headers=HTMX if script else {})


def lines(desk, who):
    page = desk.client.act_as(desk.workers[who]).get("/")
    assert page.status_code == 200
    return page.context["worklist"]


def whats(desk, who):
    return [line.what for line in lines(desk, who) if not line.by]


def groups(desk, who):
    page = desk.client.act_as(desk.workers[who]).get("/")
    return {group.key: [line.what for line in group.lines] for group in page.context["groups"]}


def test_a_task_is_ticked_off_in_its_row_and_that_is_undone(desk):
    row = task(desk)
    answer = act(desk, "municipality", row)
    assert "gereed gemeld" in answer.text
    assert 'role="status"' in answer.text
    assert "Bel de ambassade" not in whats(desk, "municipality")
    row.refresh_from_db()
    assert row.answer == "done"

    again = act(desk, "municipality", row)  # the same tap once more
    assert again.status_code == 200
    assert "gereed gemeld" in again.text
    back = act(desk, "municipality", row, "undo")
    assert back.status_code == 200
    assert "app-check" in back.text  # the row as it was
    row.refresh_from_db()
    assert (row.answer, row.answered_on, row.answered_by) == ("", None, None)
    assert "Bel de ambassade" in whats(desk, "municipality")
    assert [h.history_change_reason for h in row.history.all()][:2] == ["taken back", "done"]


def test_without_a_script_it_leads_back_with_a_sentence_and_a_way_to_undo_it(desk):
    row = task(desk)
    answer = act(desk, "municipality", row, script=False)
    assert (answer.status_code, answer.url) == (302, "/")
    page = desk.client.get("/").text
    assert "gereed gemeld" in page
    assert 'name="act" value="undo"' in page


def test_of_two_who_tick_the_same_the_second_hears_that_it_was_done(desk):
    row = task(desk)
    assert act(desk, "municipality", row).status_code == 200
    for what in ("done", "day", "give"):
        late = act(desk, "colleague", row, what, day="31-12-2030")
        assert late.status_code == 400
        assert "intussen" in late.text
        assert "Bel de ambassade" in late.text
    assert not Snooze.objects.exists()
    row.refresh_from_db()
    assert row.answered_by == desk.workers["municipality"]
    assert act(desk, "colleague", row, "undo").status_code == 403  # only who answered takes it back


def test_what_was_answered_another_day_is_not_taken_back(desk):
    row = task(desk, answer="done", answered_on=ago(1), answered_by=desk.workers["municipality"])
    assert act(desk, "municipality", row, "undo").status_code == 403


def test_who_asks_ticks_nothing_off_for_whom_she_asked(desk):
    row = task(desk, to="ngo")
    assert act(desk, "municipality", row).status_code == 404
    assert act(desk, "ngo", row).status_code == 200
    row.refresh_from_db()
    assert act(desk, "ngo", row, "undo").status_code == 200


def test_a_stranger_finds_no_line(desk):
    desk.workers["stranger"] = make.MembershipFactory().user
    row = task(desk)
    for what in ("done", "undo", "give", "day", "show"):
        assert act(desk, "stranger", row, what, day="31-12-2030").status_code == 404
    assert not Snooze.objects.exists()


def test_ones_own_task_moves_to_another_day_and_back(desk):
    row = task(desk)
    old, day = row.due_on, today() + timedelta(days=10)
    answer = act(desk, "municipality", row, "day", day=f"{day:%d-%m-%Y}")
    assert "Ongedaan maken" in answer.text
    row.refresh_from_db()
    assert row.due_on == day
    act(desk, "municipality", row, "day", day=old.isoformat(), back=1)
    row.refresh_from_db()
    assert row.due_on == old
    assert not Snooze.objects.exists()


def test_what_another_team_set_is_put_off_for_oneself_alone(desk, on_day):
    desk.workers["second"] = make.MembershipFactory(
        team=desk.teams["ngo"], role=Role.CASEWORKER
    ).user
    row = task(desk, to="ngo", due_on=today() + timedelta(days=5))
    until = today() + timedelta(days=4)
    answer = act(desk, "ngo", row, "day", day=f"{until:%d-%m-%Y}")
    assert answer.status_code == 200
    assert "Bel de ambassade" not in whats(desk, "ngo")
    assert "Bel de ambassade" in whats(desk, "second")
    row.refresh_from_db()
    assert row.due_on == today() + timedelta(days=5)

    on_day(until)
    assert "Bel de ambassade" in whats(desk, "ngo")
    on_day(until - timedelta(days=1))
    assert act(desk, "ngo", row, "show").status_code == 200
    assert "Bel de ambassade" in whats(desk, "ngo")


@pytest.mark.parametrize(
    "day", ["", "gisteren", "31-02-2027", "01-01-2020", "31-12-2031", "\u0662"]
)
def test_a_day_that_cannot_be_is_refused_in_the_row_with_the_last_that_can(desk, day):
    row = task(desk, to="ngo")
    answer = act(desk, "ngo", row, "day", day=day)
    assert answer.status_code == 400
    assert "Bel de ambassade" in answer.text
    assert not Snooze.objects.exists()


def test_a_term_is_put_off_to_its_day_and_no_further(desk, on_day):
    desk.to_rest(on=-10)
    ends = today() + timedelta(days=4)
    term = next(line for line in lines(desk, "municipality") if line.kind == "term")
    assert term.latest == ends
    later = f"{ends + timedelta(days=1):%d-%m-%Y}"
    assert act(desk, "municipality", desk.case, "day", "term", day=later).status_code == 400
    assert (
        act(desk, "municipality", desk.case, "day", "term", day=f"{ends:%d-%m-%Y}").status_code
        == 200
    )
    assert not [line for line in lines(desk, "municipality") if line.kind == "term"]
    on_day(ends + timedelta(days=1))
    term = next(line for line in lines(desk, "municipality") if line.kind == "term")
    assert (term.is_late, term.latest) == (True, None)  # what the law wants is not put off


def test_a_task_is_handed_to_a_colleague_of_the_team_and_to_nobody_else(desk):
    row = task(desk)
    colleague = desk.workers["colleague"]
    assert act(desk, "municipality", row, "give", to=desk.workers["dtv"].pk).status_code == 403
    answer = act(desk, "municipality", row, "give", to=colleague.pk)
    assert str(colleague) in answer.text
    assert "Bel de ambassade" not in whats(desk, "municipality")
    assert "Bel de ambassade" in whats(desk, "colleague")
    row.refresh_from_db()
    assert act(desk, "municipality", row, "give", to="", back=1).status_code == 200
    assert "Bel de ambassade" in whats(desk, "municipality")


def test_who_leaves_the_team_tonight_leaves_the_task_to_it(desk, on_day):
    row = task(desk)
    act(desk, "municipality", row, "give", to=desk.workers["colleague"].pk)
    membership = desk.workers["colleague"].memberships.get()
    membership.until = today() + timedelta(days=1)
    membership.save()
    assert "Bel de ambassade" not in whats(desk, "municipality")
    on_day(today() + timedelta(days=1))
    assert "Bel de ambassade" in whats(desk, "municipality")


def test_red_is_only_what_is_late_and_what_was_asked_without_a_day_never_is(desk):
    task(desk, what="Te laat", due_on=ago(1))
    task(desk, what="Nu", due_on=today())
    task(desk, "ngo", to="municipality", what="Wacht op ons", due_on=ago(1))
    task(desk, what="Langer te laat", due_on=ago(9))
    desk.intake("municipality")
    desk.request_dossiers("municipality")
    by = groups(desk, "municipality")
    assert by["late"] == ["Wacht op ons", "Langer te laat", "Te laat"]
    assert by["today"] == ["Nu"]
    assert by["others"] == ["Dossier gevraagd", "Dossier gevraagd"]
    assert "Lever het dossier, of verklaar dat er geen is" in groups(desk, "ind")["asked"]


def test_what_waits_for_others_names_only_who_may_be_known(desk):
    """The team that leads knows who takes part; who does not is told of another partner."""
    row = task(desk, "ngo", to="municipality")
    mine = next(line for line in lines(desk, "ngo") if line.by)
    assert (mine.reference, mine.by) == (row.reference, desk.teams["municipality"].label)
    assert not mine.ticks
    assert next(x for x in lines(desk, "municipality") if x.reference == row.reference).waits


def test_what_is_kept_to_a_team_waits_for_nobody_elses_eyes(desk):
    task(desk, what="Alleen van ons", visibility=Visibility.OWN_ORGANISATION)
    for who in ("dtv", "ind", "ngo"):
        assert "Alleen van ons" not in desk.client.act_as(desk.workers[who]).get("/").text


def test_one_kind_is_chosen_and_the_agenda_has_five_days_of_work(desk):
    task(desk)
    desk.intake("municipality")
    desk.request_dossiers("municipality")
    page = desk.client.act_as(desk.workers["municipality"]).get("/?soort=task")
    assert {line.kind for group in page.context["groups"] for line in group.lines} == {"task"}
    days = page.context["agenda"]
    assert len(days) == DAYS
    assert all(day.on.weekday() < 5 for day in days)
    assert desk.client.get("/?soort=onzin").status_code == 200


def test_actions_of_a_plan_are_ticked_off_like_tasks(desk):
    row = Action.objects.create(
        case=desk.case,
        author=desk.workers["ngo"],
        author_team=desk.teams["ngo"],
        to_team=desk.teams["municipality"],
        what="Haal de akte op",
        due_on=today(),
    )
    assert act(desk, "municipality", row, kind="action").status_code == 200
    row.refresh_from_db()
    assert row.answer == "done"
    assert act(desk, "municipality", row, "give", kind="action", to="").status_code == 400


def changes(desk, who, until=""):
    """What is new to this worker; with `until` after she marked it as seen until that moment."""
    client = desk.client.act_as(desk.workers[who])
    page = reverse("casework:changes")
    answer = client.post(page, {"until": until}, headers=HTMX) if until else client.get(page)
    assert answer.status_code == 200
    desk.until = answer.context["until"]
    return [(row.text, row.who) for row in answer.context["changes"]]


def test_what_others_recorded_in_her_cases_is_new_until_she_has_seen_it(desk):
    make.RECORDS["contact"](
        case=desk.case, author_team=desk.teams["ngo"], author=desk.workers["ngo"],
        text="Geheim van de ngo", visibility=Visibility.OWN_ORGANISATION,
    )  # fmt: skip
    desk.interviewed()
    desk.request_dossiers()
    desk.deliver("ind")
    new = changes(desk, "municipality")
    assert any("dossier" in text.lower() and who == desk.teams["ind"].label for text, who in new)
    assert not any("Geheim" in text or "contact" in text.lower() for text, _who in new)
    shown = desk.until
    desk.deliver("dtv")  # while she reads
    (later,) = [text for text, who in changes(desk, "municipality", shown) if "dossier" in text]
    assert "dossier" in later
    assert changes(desk, "municipality", desk.until) == []
    for odd in ("onzin", "2026-13-45T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T00:00:00Z"):
        assert changes(desk, "municipality", odd) == []
    assert changes(desk, "colleague") == []  # it is not hers


def test_what_she_recorded_herself_is_not_new_to_her(desk):
    task(desk, to="ngo", what="Eigen vraag")
    assert not any("Eigen vraag" in text for text, _who in changes(desk, "municipality"))


def test_what_was_put_off_comes_back_when_its_author_sets_another_day(desk):
    row = task(desk, to="ngo", due_on=today() + timedelta(days=60))
    until = today() + timedelta(days=50)
    assert act(desk, "ngo", row, "day", day=f"{until:%d-%m-%Y}").status_code == 200
    assert "Bel de ambassade" not in whats(desk, "ngo")
    row.refresh_from_db()
    row.due_on = today() + timedelta(days=1)
    row.save()
    assert "Bel de ambassade" in whats(desk, "ngo")


def test_an_item_of_a_conference_is_not_put_off_beyond_it(desk):
    desk.to_rest(on=-20)
    room = Room(desk, 5)
    room.add(teams=("ngo", "ind"))
    line = next(x for x in lines(desk, "ind") if x.kind == "position")
    assert line.latest == room.meeting.on
    later = f"{room.meeting.on + timedelta(days=1):%d-%m-%Y}"
    assert act(desk, "ind", room.item, "day", "position", day=later).status_code == 400


def test_what_has_a_day_is_not_crowded_out_by_what_has_none_and_a_cut_is_told(desk):
    """And a kind that is asked for is looked up, however much else waits."""
    for number in range(MOST + 5):
        task(desk, what=f"Oud {number}", due_on=ago(9))
    asked = {"case": desk.case, "author_team": desk.teams["ngo"], "author": desk.workers["ngo"]}
    Action.objects.create(
        **asked, to_team=desk.teams["municipality"], what="Nieuwe actie", due_on=today()
    )
    page = desk.client.act_as(desk.workers["municipality"]).get("/")
    assert page.context["cut"]
    assert len(whats(desk, "municipality")) == MOST
    page = desk.client.get("/?soort=action")
    assert "Nieuwe actie" not in page.text or not page.context["cut"]
    assert desk.client.get("/?soort=claim").context["kind"] == ""


def test_odd_hands_are_refused_in_the_row_and_nothing_moves(desk):
    row = task(desk)
    assert act(desk, "municipality", row, "give", to="").status_code == 400
    assert act(desk, "municipality", row, "day", day="1900-01-01", back=1).status_code == 403
    assert act(desk, "municipality", row, "iets").status_code == 403
    row.refresh_from_db()
    assert (row.version, row.worker, row.answer) == (1, None, "")


def test_an_answer_with_an_explanation_is_not_undone_with_one_tap(desk):
    row = task(
        desk, answer="done", answer_text="Zij komen dinsdag.", answered_on=today(),
        answered_by=desk.workers["municipality"],
    )  # fmt: skip
    answer = act(desk, "municipality", row)
    assert answer.status_code == 200
    assert 'value="undo"' not in answer.text


def test_undoing_a_hand_over_from_who_left_leaves_it_to_the_team(desk):
    gone = make.MembershipFactory(team=desk.teams["municipality"], role=Role.CASEWORKER).user
    row = task(desk, worker=gone)
    gone.memberships.update(until=today())
    answer = act(desk, "municipality", row, "give", to=desk.workers["colleague"].pk)
    assert 'name="to" value=""' in answer.text
    row.refresh_from_db()
    assert act(desk, "municipality", row, "give", to="", back=1).status_code == 200
