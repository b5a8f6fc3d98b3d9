"""The demonstration data as `make run` loads it, before anybody worked with it."""

import subprocess
import sys

import psycopg2
import pytest

from lvv.env import BASE_DIR

PEOPLE = 2065 + 5 * 3  # three registered twice in each pilot


@pytest.fixture
def number(site):
    connection = psycopg2.connect(site.untouched["DATABASE_OWNER_URL"])

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
        ("SELECT count(*) FROM casework_case", PEOPLE),
        ("SELECT count(*) FROM casework_case WHERE state IN ('exited', 'in_aftercare', 'archived')", 1258),
        ("SELECT count(DISTINCT pilot_id) FROM casework_case", 5),
        ("SELECT count(*) FROM partners_user", 5 * 9 + 8),
        ("SELECT count(*) FROM governance_convenant WHERE in_force_from <= current_date", 10),
    ],
)
def test_it_is_the_register_the_public_figures_describe(number, sql, wanted):
    assert number(sql) == wanted


def test_everything_has_its_history_and_projections_hold(site, number):
    for table in ("identityvalue", "note", "involvement"):
        past = number(f"SELECT count(*) FROM casework_historical{table}")
        assert past == number(f"SELECT count(*) FROM casework_{table}") > PEOPLE / 2, table
    assert number("SELECT count(*) FROM casework_historicalcase") > 10_000
    subprocess.run([sys.executable, "manage.py", "check_projections"], cwd=BASE_DIR, env=site.untouched, check=True)
