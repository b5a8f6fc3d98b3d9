"""The demonstration data as `make run` loads it, before anybody worked with it."""

import subprocess
import sys

import psycopg2
import pytest

from lvv.common.env import BASE_DIR

PEOPLE = 2065 + 5 * 3  # three registered twice in each pilot


@pytest.fixture
def number(untouched):
    connection = psycopg2.connect(untouched["DATABASE_OWNER_URL"])

    def ask(sql):
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchone()[0]

    yield ask
    connection.close()


@pytest.mark.parametrize(
    ("sql", "wanted"),
    [
        ("SELECT count(*) FROM casework_person", PEOPLE),
        # Who moved to another pilot has one there too; in each pilot two came back.
        ("SELECT count(*) FROM casework_case", PEOPLE + 1 + 5 * 2),
        ("SELECT count(DISTINCT person_id) FROM casework_case", PEOPLE),
        (
            "SELECT count(*) FROM casework_progress WHERE state IN ('exited', 'in_aftercare', 'archived')",
            1258 + 1 + 5,
        ),
        ("SELECT count(DISTINCT pilot_id) FROM casework_case", 5),
        ("SELECT count(*) FROM partners_user", 5 * 15 + 11),
        ("SELECT count(*) FROM governance_convenant WHERE in_force_from <= current_date", 10 + 1),
    ],
)
def test_it_is_the_register_the_public_figures_describe(number, sql, wanted):
    assert number(sql) == wanted


DOSSIERS = (
    "procedure",
    "procedurestep",
    "residencetitle",
    "departureplan",
    "traveldocument",
    "mediation",
    "returnsupport",
    "identityresearch",
    "supervision",
    "signal",
    "contact",
    "legalaid",
    "medicallimitation",
    "medicalrecord",
    "consent",
    "stay",
    "allowance",
    "relation",
    "note",
    "reachability",
    "identityvalue",
    "briefing",
)


@pytest.mark.parametrize("table", DOSSIERS)
def test_every_pilot_has_dossiers_of_every_partner(number, table):
    sql = f"SELECT count(DISTINCT c.pilot_id) FROM casework_{table} r JOIN casework_case c ON c.id = r.case_id"
    assert number(sql) == 5


@pytest.mark.parametrize(
    ("table", "what", "wanted"),
    [
        ("procedure", "r.ended_at IS NULL AND r.checked_on < current_date - 90", 5),  # grown old
        ("departureplan", "r.ended_at IS NULL AND r.checked_on < current_date - 60", 5),
        ("consent", "r.withdrawn_on IS NOT NULL", 5),
        ("consent", "r.withdrawn_on IS NULL AND r.until > current_date", 5),
        ("contact", "r.visibility = 'selected_partners' AND r.share_purpose <> ''", 5),
        ("relation", "r.kind = 'parent' AND r.is_responsible", 5),
        ("reachability", "r.visibility = 'own_organisation'", 5),
    ],
)
def test_every_pilot_has_what_people_must_look_after(number, table, what, wanted):
    joined = f"casework_{table} r JOIN casework_case c ON c.id = r.case_id WHERE {what}"
    assert number(f"SELECT count(DISTINCT c.pilot_id) FROM {joined}") == wanted


LEVELS = ("mrt", "steering_group", "programme_council", "administrative_consultation")


@pytest.mark.parametrize(
    ("table", "what", "wanted"),
    [
        ("progress", "r.state = 'rest_period'", 5),
        ("progress", "r.state = 'not_admitted'", 5),
        ("progress", "r.state = 'archived'", 5),
        ("progress", "r.deadline_on < current_date", 5),
        ("progress", "r.deadline_on >= current_date", 5),
        ("agendaitem", "r.discussed_at IS NOT NULL", 5),
        ("agendaitem", "r.happened_on > current_date", 5),
        ("conferencedecision", "r.kind = 'admitted'", 5),
        ("formaldecision", "r.kind = 'refused'", 5),
        ("exit", "r.confirmed_on IS NULL AND r.ended_at IS NULL", 5),
        ("exit", "r.claim_open", 5),
        ("exit", "r.outcome = 'not_established' AND r.confirmed_on IS NOT NULL", 5),
        ("confirmation", "r.result = 'confirmed'", 5),
        ("confirmation", "r.result = 'refuted'", 2),
        ("followupcheck", "r.result = 'holds'", 5),
        ("followupcheck", "r.result = 'does_not_hold'", 5),
        ("absence", "r.until IS NULL", 5),
        ("destinationreport", "true", 3),
        ("escalationpart", "true", 3),
        ("transfer", "r.answer = 'accepted' AND r.handed_over_on IS NULL", 1),
        ("transfer", "r.answer = 'declined'", 1),
        ("transfer", "r.answer = ''", 1),
        ("transfer", "r.handed_over_on IS NOT NULL", 1),
        ("custodytransfer", "r.basis = 'own_convenant'", 1),
        ("custodytransfer", "r.basis = 'custody_agreement'", 1),
        ("custodytransfer", "r.basis = 'package' AND r.handed_over_on IS NULL", 1),
        *(("escalation", f"r.level = '{level}'", 5) for level in LEVELS),
        ("formaldecision", "r.kind = 'extended'", 5),
        ("formaldecision", "r.kind = 'ended'", 5),
        ("formaldecision", "r.annulled_on IS NOT NULL", 5),
        ("exit", "r.undone_on IS NOT NULL", 5),
        *(
            ("procedure", f"r.formal_decision_id IS NOT NULL AND r.result = '{result}'", 5)
            for result in ("pending", "dismissed", "upheld")
        ),
        *(
            ("historicalprogress", f"r.history_change_reason = '{step}'", 5)
            for step in ("T9", "T16", "T17")
        ),
        (
            "progress",
            "r.state = 'in_guidance' AND NOT EXISTS (SELECT FROM casework_historicalprogress h WHERE h.id = r.id"
            " AND h.state = 'registered')",
            5,
        ),
        (
            "absence",
            "r.until IS NULL AND r.since + 14 <= current_date AND (SELECT g.state FROM casework_progress g WHERE g.case_id = c.id) = 'in_guidance'",
            5,
        ),
        ("task", "r.rule = 'register_conflict' AND r.answer = ''", 3),
        ("task", "r.worker_id IS NOT NULL", 4),
        (
            "agendaitem",
            "EXISTS (SELECT FROM casework_agendaitem o WHERE o.meeting_id = r.meeting_id AND o.place = r.place"
            " AND o.id <> r.id)",
            4,
        ),
    ],
)
def test_every_screen_of_the_journey_has_something_true_to_show(number, table, what, wanted):
    is_case = table == "case"
    rows = f"casework_{table} r" + ("" if is_case else " JOIN casework_case c ON c.id = r.case_id")
    pilot = "r.pilot_id" if is_case else "c.pilot_id"
    assert number(f"SELECT count(DISTINCT {pilot}) FROM {rows} WHERE {what}") >= wanted


@pytest.mark.parametrize(
    ("sql", "wanted"),
    [
        (
            "SELECT count(DISTINCT m.pilot_id) FROM casework_meetingguest g JOIN casework_meeting m ON m.id = g.meeting_id",
            5,
        ),
        (
            "SELECT count(DISTINCT pilot_id) FROM casework_meeting WHERE closed_at IS NOT NULL AND minutes_sent_on IS NULL",
            5,
        ),
        ("SELECT count(DISTINCT pilot_id) FROM casework_lettertemplate WHERE version = 2", 5),
        ("SELECT count(DISTINCT organisation_id) FROM casework_reviewmember", 5),
    ],
)
def test_meetings_have_guests_letters_versions_and_escalations_a_review_team(number, sql, wanted):
    assert number(sql) >= wanted


def test_a_request_to_correct_waits_for_each_partner_in_each_pilot(number):
    asked = "casework_correctionrequest r JOIN partners_team t ON t.id = r.to_team_id"
    kinds = "JOIN partners_organisation o ON o.id = t.organisation_id WHERE r.answer = ''"
    assert number(f"SELECT count(DISTINCT (t.pilot_id, o.kind)) FROM {asked} {kinds}") >= 5 * 5


@pytest.mark.parametrize("username", ["dtv-landelijk", "iom-landelijk", "coa-landelijk"])
def test_who_works_nationwide_is_the_contact_in_every_pilot(number, username):
    held = "casework_involvement i JOIN partners_user u ON u.id = i.worker_id JOIN casework_case c ON c.id = i.case_id"
    assert (
        number(
            f"SELECT count(DISTINCT c.pilot_id) FROM {held} WHERE i.counted AND u.username = '{username}'"
        )
        == 5
    )


def test_children_are_younger_than_their_parents(number):
    born = "(SELECT min(v.key) FROM casework_identityvalue v WHERE v.kind = 'birth_date' AND v.case_id = {})"
    pairs = "casework_relation r JOIN casework_case c ON c.id = r.case_id JOIN casework_case o ON o.person_id = r.other_id"
    younger = f"{born.format('o.id')} <= {born.format('c.id')}"
    assert number(f"SELECT count(*) FROM {pairs} WHERE r.kind = 'child' AND {younger}") == 0
    assert number(f"SELECT count(*) FROM {pairs} WHERE r.kind = 'child'") >= 5


def test_everything_has_its_history_and_projections_hold(untouched, number):
    for table in ("identityvalue", "note", "involvement"):
        past = number(f"SELECT count(DISTINCT id) FROM casework_historical{table}")
        assert past == number(f"SELECT count(*) FROM casework_{table}") > PEOPLE / 2, table
    assert number("SELECT count(*) FROM casework_historicalprogress") > 10_000
    subprocess.run(
        [sys.executable, "manage.py", "check_projections"],
        cwd=BASE_DIR,
        env=untouched,
        check=True,
    )
