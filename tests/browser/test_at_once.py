"""Real concurrency against the real server: the same form twenty times at once, and two workers on one case."""

import http.cookiejar
import re
import threading
import urllib.error
import urllib.parse
import urllib.request
import uuid

import psycopg2

from tests.browser.conftest import PASSWORD


class Worker:
    """A signed-in worker without a browser: one cookie jar, many connections."""

    def __init__(self, site, account):
        self.base = site.url
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))
        page = self.get("/inloggen/")
        self.post("/inloggen/", {"login": account, "password": PASSWORD}, page)

    def get(self, path):
        with self.opener.open(self.base + path) as answer:
            return answer.read().decode()

    def post(self, path, data, page):
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
        body = urllib.parse.urlencode({**data, "csrfmiddlewaretoken": token}).encode()
        try:
            with self.opener.open(self.base + path, body) as answer:
                return answer.status, answer.url
        except urllib.error.HTTPError as refused:
            return refused.code, refused.url


def at_once(number, act):
    results, ready = [], threading.Barrier(number)

    def run():
        ready.wait()
        results.append(act())

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def count(site, sql, *values):
    connection = psycopg2.connect(site.owner)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        number = cursor.fetchone()[0]
    connection.close()
    return number


def test_the_same_form_twenty_times_at_once_is_one_person(site):
    worker = Worker(site, "gemeente-rotterdam")
    page = worker.get("/personen/aanmelden/")
    form = {
        "name": "Tegelijk Verstuurd", "nationality": "0084", "referrer": "Wijkteam", "told_on": "01-11-2026",
        "language": "ti", "form_token": str(uuid.uuid4()), "draft_key": "register:6f1de2a4-8d0e-4f5a-9f7b-0d7c8e2a1b34", "form_page": "/personen/aanmelden/",
    }  # fmt: skip
    results = at_once(20, lambda: worker.post("/personen/aanmelden/", form, page))
    assert {status for status, _ in results} == {200}
    assert len({url for _, url in results}) == 1
    assert count(site, "SELECT count(*) FROM casework_identityvalue WHERE value = 'Tegelijk Verstuurd'") == 1


def test_many_readers_at_once_leave_one_unbroken_chain(site):
    workers = [Worker(site, f"{prefix}-eindhoven") for prefix in ("gemeente", "coordinator", "ngo", "dtv")]
    before = count(site, "SELECT count(*) FROM audit_log")
    for worker in workers:
        at_once(5, lambda worker=worker: worker.get("/casussen/"))
    assert count(site, "SELECT count(*) FROM audit_log") == before + 20
    assert count(site, "SELECT count(*) FROM audit_verify()") == 0


def test_two_workers_taking_over_one_case_at_once(site):
    workers = [Worker(site, f"{prefix}-eindhoven") for prefix in ("gemeente", "coordinator")]
    listed = workers[0].get("/casussen/")
    address = re.search(r'app-rowlink" href="(/casussen/[^"]+)"', listed)[1]
    # A case neither manages: both may take it over, and both saw the same version.
    reference = address.split("/")[2]
    connection = psycopg2.connect(site.owner)
    connection.autocommit = True
    connection.cursor().execute("UPDATE casework_case SET case_manager_id = NULL WHERE reference = %s", [reference])
    connection.close()
    pages = [worker.get(address) for worker in workers]
    version = re.search(r'name="version" value="(\d+)"', pages[0])[1]
    turn = iter(range(2))

    def act():
        number = next(turn)
        return workers[number].post(f"{address}overnemen/", {"version": version}, pages[number])

    assert sorted(status for status, _ in at_once(2, act)) == [200, 409]
