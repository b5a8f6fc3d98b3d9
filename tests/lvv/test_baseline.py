"""A database of the first migrations, with every kind of record, is brought to today by one command:
the same schema as a new one, projections that are true, and nobody sees more or less than R21 says.
"""

import gzip
import subprocess
import sys
from contextlib import closing

import psycopg2
import pytest

from lvv.common.env import BASE_DIR, database_url
from tests.baseline.database import FILE, environment, manage, schema
from tests.migrated import template, with_database

pytestmark = [pytest.mark.setup, pytest.mark.xdist_group("baseline")]


def restored(name, text):
    """A new database that these statements made."""
    owner = database_url("owner")
    with closing(psycopg2.connect(with_database(owner, "postgres"))) as server:
        server.autocommit = True
        server.cursor().execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        server.cursor().execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
    url = with_database(owner, name)
    with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(text)
    return url


@pytest.fixture(scope="module")
def upgraded():
    url = restored("baseline", gzip.decompress(FILE.read_bytes()).decode())
    manage(url, "migrate", "-v0")
    return url


def test_it_has_the_schema_of_a_new_one(upgraded):
    """Both written out and read once more: PostgreSQL words some constraints anew as it reads."""
    new = with_database(database_url("owner"), template())
    here, there = (
        schema(restored(f"worded_{n}", schema(url))) for n, url in enumerate((upgraded, new))
    )
    assert here.split("\n") == there.split("\n")


def test_its_projections_are_true(upgraded):
    assert "Every projection equals the facts" in manage(upgraded, "check_projections").stdout


def test_everybody_sees_what_the_plain_definition_says(upgraded):
    done = subprocess.run(
        [sys.executable, "-m", "tests.baseline.oracle"],
        cwd=BASE_DIR,
        env=environment(upgraded),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    compared, seen = map(int, done.stdout.split()[-2:])
    assert compared > 100_000
    assert seen > 5_000


def test_it_is_small_enough_to_keep():
    assert FILE.stat().st_size < 3_000_000
