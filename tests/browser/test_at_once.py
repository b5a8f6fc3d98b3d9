"""Real concurrency against the real server: the same form twenty times at once, and two workers
on one case."""

import http.cookiejar
import random
import re
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

import psycopg2
from django.utils import timezone

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

    def post(self, path, data, page, file=None):
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
        data = {**data, "csrfmiddlewaretoken": token}
        body, headers = urllib.parse.urlencode(data, doseq=True).encode(), {}
        if file is not None:
            parts = [f'name="{name}"\r\n\r\n{value}' for name, value in data.items()]
            parts.append(
                f'name="file"; filename="lijst.csv"\r\nContent-Type: text/csv\r\n\r\n{file}'
            )
            body = (
                "".join(f"--grens\r\nContent-Disposition: form-data; {part}\r\n" for part in parts)
                + "--grens--\r\n"
            )
            body, headers = body.encode(), {"Content-Type": "multipart/form-data; boundary=grens"}
        try:
            with self.opener.open(
                urllib.request.Request(self.base + path, body, headers)
            ) as answer:
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
        "name": "Tegelijk Verstuurd",
        "nationality": "0084",
        "referrer": "Wijkteam",
        "referred_on": "01-11-2026",
        "told_on": "01-11-2026",
        "language": "ti",
        "form_token": str(uuid.uuid4()),
        "draft_key": "register:6f1de2a4-8d0e-4f5a-9f7b-0d7c8e2a1b34",
        "form_page": "/personen/aanmelden/",
    }
    results = at_once(20, lambda: worker.post("/personen/aanmelden/", form, page))
    assert {status for status, _ in results} == {200}
    assert len({url for _, url in results}) == 1
    assert (
        count(
            site, "SELECT count(*) FROM casework_identityvalue WHERE value = 'Tegelijk Verstuurd'"
        )
        == 1
    )


def test_many_readers_at_once_leave_one_unbroken_chain(site):
    workers = [
        Worker(site, f"{prefix}-eindhoven") for prefix in ("gemeente", "coordinator", "ngo", "dtv")
    ]
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
    connection.cursor().execute(
        "UPDATE casework_case SET case_manager_id = NULL WHERE reference = %s", [reference]
    )
    connection.close()
    pages = [worker.get(address) for worker in workers]
    version = re.search(r'name="version" value="(\d+)"', pages[0])[1]
    turn = iter(range(2))

    def act():
        number = next(turn)
        return workers[number].post(f"{address}overnemen/", {"version": version}, pages[number])

    assert sorted(status for status, _ in at_once(2, act)) == [200, 409]


def as_owner(site, sql, *values):
    """Prepare or look something up past every wall."""
    connection = psycopg2.connect(site.owner)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows = cursor.fetchall() if cursor.description else []
    connection.close()
    return rows


def test_links_of_the_same_people_at_once_and_in_a_circle_are_one_group(site):
    """A with B, B with A, B with C and C with A, by two workers: no deadlock, each pair at most
    once, nothing moved."""
    workers = [Worker(site, f"{prefix}-eindhoven") for prefix in ("gemeente", "coordinator")]
    people = as_owner(
        site,
        "SELECT p.id, p.reference::text FROM casework_person p JOIN casework_case c ON c.person_id = p.id"
        " JOIN partners_pilot i ON i.id = c.pilot_id WHERE i.slug = 'eindhoven' AND p.same_as = p.id"
        " AND c.left_on IS NOT NULL AND NOT EXISTS (SELECT FROM casework_person o"
        " WHERE o.same_as = p.id AND o.id <> p.id) ORDER BY p.id LIMIT 3",
    )
    keys = [key for key, _reference in people]
    a, b, c = [reference for _key, reference in people]
    pairs = [(a, b), (b, a), (b, c), (c, a)] * 2
    pages = [worker.get(f"/personen/{a}/dubbel/{b}/") for worker in workers]
    turn = iter(range(len(pairs)))

    def link():
        number = next(turn)
        worker, page = workers[number % 2], pages[number % 2]
        one, two = pairs[number]
        form = {
            "reason": "zelfde vingerafdrukken",
            "answer": "same",
            "form_token": str(uuid.uuid4()),
        }
        return worker.post(f"/personen/{one}/dubbel/{two}/", form, page)

    statuses = [status for status, _url in at_once(len(pairs), link)]
    assert set(statuses) == {200, 409}
    assert statuses.count(200) == 2  # the third pair is one person by then
    assert (
        count(site, "SELECT count(DISTINCT same_as) FROM casework_person WHERE id = ANY (%s)", keys)
        == 1
    )
    links = "SELECT count(*) FROM casework_judgement WHERE one_id = ANY (%s) AND revoked_at IS NULL"
    assert count(site, links, keys) == 2
    assert count(site, "SELECT count(*) FROM access_check_projections() WHERE wrong > 0") == 0


def test_two_partners_at_one_value_at_once(site):
    """The municipality corrects what it recorded for the immigration service while that replaces
    it: one counts, and the other is told."""
    coordinator, ind = (Worker(site, f"{prefix}-utrecht") for prefix in ("coordinator", "ind"))
    case, team = as_owner(
        site,
        "SELECT c.reference::text, t.id FROM casework_case c JOIN partners_pilot p ON p.id = c.pilot_id"
        " JOIN partners_team t ON t.pilot_id = p.id AND t.id = ANY (c.team_ids)"
        " JOIN partners_organisation o ON o.id = t.organisation_id AND o.kind = 'ind'"
        " WHERE p.slug = 'utrecht' AND (SELECT g.state FROM casework_progress g WHERE g.case_id = c.id) = 'in_guidance' ORDER BY c.id LIMIT 1",
    )[0]
    form = {
        "kind": "repeat_asylum",
        "applied_on": "01-10-2026",
        "result": "pending",
        "checked_on": "01-11-2026",
        "representative": "mr. Tegelijk",
        "visibility": "permitted_partners",
        "share_basis": "convenant",
        "share_purpose": "perspectief",
        "source_team": str(team),
        "received_on": "01-11-2026",
        "received_document": "brief",
    }
    adding = f"/casussen/{case}/dossier/procedure/nieuw/?namens=1"
    added, _url = coordinator.post(
        adding, {**form, "form_token": str(uuid.uuid4())}, coordinator.get(adding)
    )
    assert added == 200
    record = as_owner(
        site, "SELECT reference::text FROM casework_procedure WHERE representative = 'mr. Tegelijk'"
    )[0][0]
    page = f"/casussen/{case}/dossier/procedure/{record}/"
    acts = iter(
        [
            (coordinator, f"{page}wijzigen/", {**form, "representative": "mr. Verbeterd"}),
            (ind, f"{page}beeindigen/", {"reason": "replaced"}),
        ]
    )
    seen = {worker: worker.get(page) for worker in (coordinator, ind)}

    def act():
        worker, address, said = next(acts)
        return worker.post(
            address, {**said, "version": "1", "form_token": str(uuid.uuid4())}, seen[worker]
        )

    assert sorted(status for status, _ in at_once(2, act)) == [200, 409]
    assert as_owner(
        site, "SELECT version FROM casework_procedure WHERE reference = %s", record
    ) == [(2,)]


def test_twenty_take_the_same_step_at_once_and_one_wins(site):
    """The button of a step pressed twenty times from the version all of them saw: one moves the
    case, the others hear so."""
    worker = Worker(site, "gemeente-utrecht")
    case = as_owner(
        site,
        "SELECT c.reference::text FROM casework_case c JOIN partners_user u ON u.id = c.case_manager_id"
        " JOIN casework_exit x ON x.case_id = c.id AND x.ended_at IS NULL AND x.undone_on IS NULL"
        " JOIN casework_outcomeclass k ON k.id = x.classed_id AND k.belongs_to <> 'none' AND k.belongs_to <> 'undecided'"
        " WHERE u.username = 'gemeente-utrecht' AND (SELECT g.state FROM casework_progress g WHERE g.case_id = c.id) = 'exited' ORDER BY c.id LIMIT 1",
    )[0][0]
    address = f"/casussen/{case}/stap/aftercare/"
    page = worker.get(address)
    version = re.search(r'name="version" value="(\d+)"', page)[1]

    def act():
        today = time.strftime("%d-%m-%Y")
        data = {"version": version, "form_token": str(uuid.uuid4()), "on": today}
        return worker.post(address, data, page)

    assert sorted(status for status, _ in at_once(20, act)) == [200] + [409] * 19
    moved = (
        "SELECT count(*) FROM casework_historicalprogress h JOIN casework_case c ON c.id = h.case_id"
        " WHERE c.reference = %s AND h.state = 'in_aftercare'"
    )
    assert count(site, moved, case) == 1


def test_twenty_propose_an_exit_at_once_and_one_stands(site):
    worker = Worker(site, "gemeente-utrecht")
    case = as_owner(
        site,
        "SELECT c.reference::text FROM casework_case c JOIN partners_user u ON u.id = c.case_manager_id"
        " WHERE u.username = 'gemeente-utrecht' AND (SELECT g.state FROM casework_progress g WHERE g.case_id = c.id) = 'in_guidance' AND NOT EXISTS ("
        "   SELECT FROM casework_exit x WHERE x.case_id = c.id) ORDER BY c.id LIMIT 1",
    )[0][0]
    address = f"/casussen/{case}/uitstroom/voorstellen/"
    page = worker.get(address)
    form = {
        "exited_on": timezone.localdate().strftime("%d-%m-%Y"),
        "reason": "left_own_request",
        "outcome": "not_established",
    }

    def act():
        return worker.post(address, {**form, "form_token": str(uuid.uuid4())}, page)

    statuses = [status for status, _ in at_once(20, act)]
    assert set(statuses) <= {
        200,
        409,
    }  # whoever came later is led to the one that stands, or told of it
    assert (
        count(
            site,
            "SELECT count(*) FROM casework_exit x JOIN casework_case c ON c.id = x.case_id WHERE c.reference = %s",
            case,
        )
        == 1
    )


def test_a_list_goes_on_where_a_killed_background_stopped(site):
    """Killed in the middle of a batch: what was finished stays, what was half done is done
    again, nobody twice."""
    worker = Worker(site, "gemeente-rotterdam")
    number = 900
    people = [
        f"{random_name(n)};{1 + n % 28:02}-0{1 + n % 9}-{1960 + n % 40}" for n in range(number)
    ]
    _status, page = worker.post(
        "/personen/invoer/",
        {},
        worker.get("/personen/invoer/"),
        file="\n".join(["Naam;Geboortedatum", *people]),
    )
    page = page.removeprefix(site.url)
    site.work()

    def go(**said):
        shown = worker.get(page)
        version = re.search(r'name="version" value="(\d+)"', shown)[1]
        assert worker.post(page, {"version": version, **said}, shown)[0] == 200

    upload = as_owner(site, "SELECT id FROM casework_import ORDER BY id DESC LIMIT 1")[0][0]
    state = "SELECT state FROM casework_import WHERE id = %s"
    go(check="1", name="0", birth_date="1")
    site.work()
    assert as_owner(site, state, upload) == [("checked",)]
    go(run="1")
    background = site.start_work()
    for _ in range(600):
        if count(site, "SELECT done FROM casework_import WHERE id = %s", upload) >= 250:
            break
        time.sleep(0.05)
    background.kill()
    background.wait()
    made = "SELECT count(*) FROM casework_importrow WHERE upload_id = %s AND case_id IS NOT NULL"
    assert 250 <= count(site, made, upload) < number
    for _ in range(3):
        site.work()
    assert as_owner(site, state, upload) == [("done",)]
    assert count(site, made, upload) == number
    named = "SELECT count(DISTINCT value) FROM casework_identityvalue v JOIN casework_importrow r ON r.case_id = v.case_id"
    assert count(site, f"{named} WHERE r.upload_id = %s AND v.kind = 'name'", upload) == number
    assert count(site, "SELECT count(*) FROM access_check_projections() WHERE wrong > 0") == 0


def random_name(number):
    """Names unlike each other and unlike any in the register."""
    rng = random.Random(number)
    return "".join(
        rng.choice("bcdfgklmnprstvz") + rng.choice("aeiou") for _ in range(9)
    ).capitalize()


def of_utrecht(site, where):
    """The first case of Utrecht of which this holds."""
    return as_owner(
        site,
        "SELECT c.reference::text, c.id FROM casework_case c JOIN partners_pilot p ON p.id = c.pilot_id AND p.slug = 'utrecht'"
        f" WHERE {where} AND NOT EXISTS (SELECT FROM casework_case n JOIN casework_person k ON k.id = n.person_id"
        "   JOIN casework_person o ON o.id = c.person_id WHERE k.same_as = o.same_as AND n.id > c.id)"
        " AND c.read_only_from IS NULL ORDER BY c.id LIMIT 1",
    )[0]


def twenty(site, worker, address, said):
    """The same act twenty times from the page all of them saw: how many were led on, and how
    many were told no."""
    page = worker.get(address)
    version = re.search(r'name="version" value="(\d+)"', page)
    seen = {"version": version[1]} if version else {}
    statuses = [
        status
        for status, _url in at_once(
            20,
            lambda: worker.post(address, {**seen, **said, "form_token": str(uuid.uuid4())}, page),
        )
    ]
    assert set(statuses) <= {200, 400, 409}, (
        statuses
    )  # 400: the form again, which says that the case has moved on
    return statuses.count(200)


def moves(site, case, reason):
    return count(
        site,
        "SELECT count(*) FROM casework_historicalprogress WHERE case_id = %s AND history_change_reason = %s",
        case,
        reason,
    )


def test_twenty_confirm_an_exit_at_once_and_one_wins(site):
    worker = Worker(site, "coordinator-utrecht")
    case, key = of_utrecht(
        site,
        "EXISTS (SELECT FROM casework_exit x WHERE x.case_id = c.id AND x.confirmed_on IS NULL"
        " AND x.ended_at IS NULL AND x.outcome <> 'moved_to_other_pilot')"
        " AND NOT EXISTS (SELECT FROM casework_stay s WHERE s.case_id = c.id AND s.until IS NULL)",
    )
    assert twenty(site, worker, f"/casussen/{case}/uitstroom/bevestigen/", {}) == 1
    assert moves(site, key, "T11") == 1


def test_twenty_undo_an_exit_at_once_and_one_wins(site):
    worker = Worker(site, "coordinator-utrecht")
    case, key = of_utrecht(
        site, "(SELECT g.state FROM casework_progress g WHERE g.case_id = c.id) = 'exited'"
    )
    said = {"undone": "error", "undone_reason": "Verkeerde casus."}
    said["undone_on"] = time.strftime("%d-%m-%Y")
    assert twenty(site, worker, f"/casussen/{case}/uitstroom/terugdraaien/", said) == 1
    assert moves(site, key, "T16") == 1


def test_twenty_take_a_refused_case_back_at_once_and_one_wins(site):
    worker = Worker(site, "coordinator-utrecht")
    case, key = of_utrecht(
        site, "(SELECT g.state FROM casework_progress g WHERE g.case_id = c.id) = 'not_admitted'"
    )
    assert (
        twenty(
            site,
            worker,
            f"/casussen/{case}/heroverwegen/",
            {
                "ground": "new",
                "on": time.strftime("%d-%m-%Y"),
                "because": "Nieuwe stukken.",
            },
        )
        == 1
    )
    assert moves(site, key, "T9") == 1


def test_twenty_decide_and_twenty_issue_the_decision_at_once_and_one_counts(site):
    """In a meeting that is under way: the decision of the conference, then the formal one."""
    worker = Worker(site, "coordinator-utrecht")
    today = timezone.localdate().strftime("%d-%m-%Y")
    case, key = of_utrecht(
        site,
        "(SELECT g.state FROM casework_progress g WHERE g.case_id = c.id) = 'in_conference' AND NOT EXISTS (SELECT FROM casework_conferencedecision d"
        " WHERE d.case_id = c.id)",
    )
    planning = "/lso/plannen/utrecht/"
    page = worker.get(planning)
    teams = re.findall(r'name="teams" value="(\d+)"', page)
    plan = {
        "on": today,
        "anyway": "on",
        "begins_at": "23:15",
        "every": "0",
        "times": "",
        "teams": teams[0],
        "form_token": str(uuid.uuid4()),
    }
    assert worker.post(planning, plan, page)[0] == 200
    meeting = as_owner(
        site, "SELECT reference::text FROM casework_meeting ORDER BY id DESC LIMIT 1"
    )[0][0]
    adding = f"/casussen/{case}/lso/agenderen/"
    page = worker.get(adding)
    item = {
        "meeting": meeting,
        "why": "admission",
        "question": "Hoort zij hier?",
        "teams": re.findall(r'name="teams" value="(\d+)"', page)[0],
        "form_token": str(uuid.uuid4()),
    }
    assert worker.post(adding, item, page)[0] == 200
    held = f"/lso/{meeting}/"
    assert (
        worker.post(f"{held}openen/", {"form_token": str(uuid.uuid4())}, worker.get(held))[0] == 200
    )
    attended = f"{held}aanwezig/"
    page = worker.get(attended)
    there = re.findall(r'name="present" value="(\d+)"', page)
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    came = {"present": there, "version": version, "form_token": str(uuid.uuid4())}
    assert worker.post(attended, came, page)[0] == 200
    reference = as_owner(
        site,
        "SELECT reference::text FROM casework_agendaitem WHERE case_id = %s ORDER BY id DESC",
        key,
    )[0][0]
    said = {
        "kind": "admitted",
        "reasons": "Zo besloten.",
        "body": "lso",
        "scenario": "",
        "owner_team": "",
        "due_on": "",
    }
    page = worker.get(f"/lso/punt/{reference}/")
    said["version"] = re.search(r'besluit/"[^§]*?name="version" value="(\d+)"', page)[1]
    statuses = [
        status
        for status, _url in at_once(
            20,
            lambda: worker.post(
                f"/lso/punt/{reference}/besluit/", {**said, "form_token": str(uuid.uuid4())}, page
            ),
        )
    ]
    assert sorted(statuses) == [200] + [409] * 19
    made = "SELECT count(*) FROM {} WHERE case_id = %s AND kind = 'admitted'"
    assert count(site, made.format("casework_conferencedecision"), key) == 1
    assert (
        count(
            site, "SELECT count(*) FROM casework_task WHERE case_id = %s AND rule = 'admitted'", key
        )
        == 1
    )
    address = f"/casussen/{case}/besluit/"
    function = re.search(r'<option value="(\d+:\d+)"', worker.get(address))[1]
    formal = {
        "kind": "admitted",
        "decided_on": today,
        "effective_on": today,
        "function": function,
        "reasons": "Zie LSO.",
        "remedies": "Bezwaar.",
        "until": "",
        "objection_until": "",
        "letter": "<p>U bent toegelaten.</p>",
    }
    assert twenty(site, worker, address, formal) == 1
    assert count(site, made.format("casework_formaldecision"), key) == 1
    assert moves(site, key, "T7") == 1


def test_twenty_put_a_case_on_one_agenda_at_once_and_it_stands_there_once(site):
    worker = Worker(site, "coordinator-utrecht")
    case, key = of_utrecht(
        site,
        "(SELECT g.state FROM casework_progress g WHERE g.case_id = c.id) = 'rest_period' AND NOT EXISTS (SELECT FROM casework_agendaitem a"
        " WHERE a.case_id = c.id AND a.ended_at IS NULL)",
    )
    address = f"/casussen/{case}/lso/agenderen/"
    page = worker.get(address)
    said = {
        "why": "admission",
        "question": "Hoort zij hier?",
        "teams": re.findall(r'name="teams" value="(\d+)"', page)[0],
        "meeting": re.search(r'<option value="([0-9a-f-]{36})"', page)[1],
    }
    assert twenty(site, worker, address, said) == 1
    assert (
        count(
            site,
            "SELECT count(*) FROM casework_agendaitem WHERE case_id = %s AND ended_at IS NULL",
            key,
        )
        == 1
    )


def test_twenty_archive_a_case_at_once_and_one_wins(site):
    worker = Worker(site, "coordinator-utrecht")
    case, key = of_utrecht(
        site,
        "(SELECT g.state FROM casework_progress g WHERE g.case_id = c.id) = 'exited' AND EXISTS (SELECT FROM casework_exit x JOIN casework_outcomeclass k"
        " ON k.id = x.classed_id AND k.belongs_to = 'none' WHERE x.case_id = c.id AND x.ended_at IS NULL"
        " AND x.undone_on IS NULL) AND NOT EXISTS (SELECT FROM casework_task t WHERE t.case_id = c.id"
        " AND t.answer = '' AND t.ended_at IS NULL)",
    )
    today = {"on": time.strftime("%d-%m-%Y")}
    assert twenty(site, worker, f"/casussen/{case}/stap/archive/", today) == 1
    assert moves(site, key, "T13") == 1


def test_twenty_answer_a_claim_at_once_and_one_answer_counts(site):
    worker = Worker(site, "dtv-utrecht")
    case, key = of_utrecht(
        site,
        "EXISTS (SELECT FROM casework_exit x WHERE x.case_id = c.id AND x.claim_open"
        " AND x.undone_on IS NULL AND x.ended_at IS NULL AND x.outcome = 'independent_return')"
        " AND EXISTS (SELECT FROM partners_team t JOIN partners_organisation o ON o.id = t.organisation_id"
        " WHERE o.kind = 'dtv' AND t.id = ANY (c.team_ids))",
    )
    said = {
        "result": "confirmed",
        "said_on": timezone.localdate().strftime("%d-%m-%Y"),
        "evidence": "vertrekstaat",
    }
    before = count(site, "SELECT count(*) FROM casework_confirmation WHERE case_id = %s", key)
    assert twenty(site, worker, f"/casussen/{case}/uitstroom/antwoorden/", said) == 1
    assert (
        count(site, "SELECT count(*) FROM casework_confirmation WHERE case_id = %s", key)
        == before + 1
    )


def test_twenty_answer_an_offer_of_another_pilot_at_once_and_one_counts(site):
    worker = Worker(site, "coordinator-utrecht")
    offer = as_owner(
        site,
        "SELECT x.reference::text, x.id FROM casework_transfer x JOIN partners_pilot p ON p.id = x.to_pilot_id"
        " AND p.slug = 'utrecht' WHERE x.answer = '' AND x.taken_back_at IS NULL LIMIT 1",
    )[0]
    said = {"answer": "accepted", "why": "Welkom."}
    assert twenty(site, worker, f"/overplaatsingen/{offer[0]}/", said) == 1
    answered = "SELECT count(*) FROM casework_transfer WHERE id = %s AND answer = 'accepted' AND answer_text = %s"
    assert count(site, answered, offer[1], said["why"]) == 1


def test_an_agenda_and_its_meeting_change_at_once_and_nobody_waits_for_ever(site):
    """Items move up while the meeting moves: each act locks the cases before the meeting."""
    worker = Worker(site, "coordinator-utrecht")
    meeting, on, item = as_owner(
        site,
        "SELECT m.reference::text, m.on, max(a.reference::text) FROM casework_meeting m"
        " JOIN partners_pilot p ON p.id = m.pilot_id AND p.slug = 'utrecht'"
        " JOIN casework_agendaitem a ON a.meeting_id = m.id AND a.ended_at IS NULL AND a.place > 1"
        " WHERE m.opened_at IS NULL AND m.cancelled_on IS NULL GROUP BY m.id, m.reference, m.on"
        " HAVING count(DISTINCT a.place) > 1 ORDER BY m.on LIMIT 1",
    )[0]
    moving, up = f"/lso/{meeting}/verplaatsen/", f"/lso/punt/{item}/omhoog/"
    page = worker.get(moving)
    turns = iter(range(20))

    def act():
        turn = next(turns)
        if turn % 2:
            return worker.post(up, {"form_token": str(uuid.uuid4())}, page)
        hour = {"on": f"{on:%d-%m-%Y}", "begins_at": f"{8 + turn // 2:02}:15", "place": "Stadhuis"}
        return worker.post(moving, hour | {"form_token": str(uuid.uuid4())}, page)

    assert {status for status, _url in at_once(20, act)} <= {200, 400, 409}
