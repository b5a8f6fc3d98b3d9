"""`make bench`: CPU of web and database together for the pages people use most, against the floor
in the same run.

Prints one JSON object per line. LVV_BENCH_CASES (default 200000) and LVV_BENCH_SMALL (default
2000) are the sizes.
"""

import http.client
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import time
import uuid
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from lvv import postgres
from lvv.common.env import BASE_DIR, KEYS, credential, database_url
from lvv.credentials import make_keys
from lvv.roles import make_roles

DATA = Path(os.environ.get("LVV_DATA_DIR") or BASE_DIR / "var") / "bench"
TICK = os.sysconf("SC_CLK_TCK")
TURNS, EACH = int(os.environ.get("LVV_BENCH_TURNS", "25")), 4  # requests: turns x each
# Milliseconds of CPU, of the web and its own backend, that a page may take on a quiet core.
TWINS = {"list": 25, "list, all": 25, "list, filtered": 25, "worklist": 30, "open": 45}


def say(**facts: object) -> None:
    print(json.dumps(facts), flush=True)


def cpu(web: int, backends: set[int]) -> float:
    """User and system seconds so far of the web and its children, and of its own backends: what
    the server does besides, for others or of itself, is nobody's page."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        pid = int(stat.parent.name)
        if pid == web or int(fields[1]) == web or pid in backends:
            ticks += sum(map(int, fields[11:13]))
        if pid == web:
            ticks += sum(map(int, fields[13:15]))  # children that ended
    return ticks / TICK


class Browser:
    """One signed-in worker on one connection."""

    def __init__(self, port: int, cookie: str = "") -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port)
        self.headers = {"Cookie": cookie}

    def ask(
        self, method: str, path: str, data: dict | None = None, **headers: str
    ) -> tuple[http.client.HTTPResponse, str]:
        body = urlencode(data) if data else None
        extra = {"Content-Type": "application/x-www-form-urlencoded"} if data else {}
        self.connection.request(method, path, body, {**self.headers, **extra, **headers})
        response = self.connection.getresponse()
        return response, response.read().decode()


@contextmanager
def served(environment: dict[str, str]):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    web = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "gunicorn",
            "lvv.wsgi",
            "--bind",
            f"127.0.0.1:{port}",
            "--workers",
            "1",
            "--keep-alive",
            "30",
        ],
        cwd=BASE_DIR,
        env=environment,
    )
    try:
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.1)
        yield port, web.pid
    finally:
        web.terminate()
        web.wait()


def environment_for(database: str) -> dict[str, str]:
    def at(role: str) -> str:
        return urlsplit(database_url(role))._replace(path=f"/{database}").geturl()

    return {
        **os.environ,
        # It measures as each process and signs workers in itself, so it holds the keys of all.
        **{name: credential(name, role) or "" for role, names in KEYS.items() for name in names},
        "LVV_DATA_DIR": str(DATA),
        "LVV_DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "DATABASE_URL": at("app"),
        "DATABASE_OWNER_URL": at("owner"),
        "DATABASE_JOBS_URL": at("jobs"),
    }


def manage(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=BASE_DIR,
        env={**environment, "LVV_ROLE": "owner"},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout


def prepare(server: postgres.Server, cases: int) -> dict[str, str]:
    database = f"bench_{cases}"
    environment = environment_for(database)
    import psycopg2

    admin = psycopg2.connect(server.url())
    admin.autocommit = True
    cursor = admin.cursor()
    cursor.execute(f"DROP DATABASE IF EXISTS {database}")
    begun = time.monotonic()
    cursor.execute(f"CREATE DATABASE {database} OWNER lvv_owner TEMPLATE template0 ENCODING 'UTF8'")
    manage(environment, "manage.py", "migrate", "-v0")
    manage(
        environment,
        "-c",
        f"import django; django.setup(); from bench.seed import seed; seed({cases})",
    )
    vacuum = psycopg2.connect(server.url(database=database))
    vacuum.autocommit = True
    vacuum.cursor().execute("VACUUM ANALYZE")
    vacuum.close()
    say(cases=cases, step="seeded", seconds=round(time.monotonic() - begun, 1))
    say(
        cases=cases,
        step="projections",
        answer=manage(environment, "manage.py", "check_projections").strip(),
    )
    admin.close()
    manage(environment, "manage.py", "collectstatic", "--noinput", "-v0")
    return environment


def cookies(environment: dict[str, str]) -> dict[str, str]:
    """A session for each worker, made without signing in: hashing passwords is not what is
    measured."""
    script = (
        "import django, json; django.setup()\n"
        "from django.contrib.auth import SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY\n"
        "from django.conf import settings\nfrom partners.accounts.sessions import SessionStore\n"
        "from partners.models import User\nfrom bench.seed import WORKERS\nout = {}\n"
        "for label, name in WORKERS.items():\n"
        "    user = User.objects.get(username=name)\n    store = SessionStore()\n"
        "    store[SESSION_KEY] = str(user.pk)\n    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]\n"
        "    store[HASH_SESSION_KEY] = user.get_session_auth_hash()\n    store.create()\n"
        "    out[label] = f'{settings.SESSION_COOKIE_NAME}={store.session_key}'\n"
        "print(json.dumps(out))"
    )
    return json.loads(manage(environment, "-c", script))


Ask = tuple[str, str, dict | None]


def backends(server: postgres.Server, database: str) -> set[int]:
    """The processes of the database server that work for the web in this database."""
    import psycopg2

    with psycopg2.connect(server.url()) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = %s AND usename = 'lvv_app'",
            [database],
        )
        return {pid for (pid,) in cursor.fetchall()}


def measure(
    server: postgres.Server, database: str, web: int, browser: Browser, asks: dict[str, Ask]
) -> dict[str, dict[str, float]]:
    """CPU and time of each page. In turns of a few requests each, so that a machine that grows
    slower or faster meanwhile does so for all of them; the first turn warms up and does not
    count."""
    ticks, times, last = dict.fromkeys(asks, 0.0), {page: [] for page in asks}, {}
    browser.ask(*asks["floor"])
    own = backends(server, database)
    for turn in range(TURNS + 1):
        for page, ask in asks.items():
            before = cpu(web, own)
            for _ in range(EACH):
                begun = time.perf_counter()
                last[page] = browser.ask(*ask)
                if turn:
                    times[page].append((time.perf_counter() - begun) * 1000)
            if turn:
                ticks[page] += cpu(web, own) - before
    if backends(server, database) != own:
        raise SystemExit("the web changed its backends meanwhile: nothing was measured")
    found = {}
    for page, ask in asks.items():
        response, body = last[page]
        if response.status != 200:
            raise SystemExit(f"{page} answered {response.status}")
        counted, _ = browser.ask(*ask, **{"X-Count": "1"})
        ordered = sorted(times[page])
        found[page] = {
            "status": response.status,
            "cpu_ms": round(ticks[page] / len(ordered) * 1000, 2),
            "p50_ms": round(statistics.median(ordered), 1),
            "p95_ms": round(ordered[int(len(ordered) * 0.95)], 1),
            "statements": int(counted.headers.get("X-Statements", -1)),
            "bytes": len(body),
        }
    return found


def pages(browser: Browser) -> dict[str, Ask]:
    """The pages to measure; a POST needs the token of a page that has one."""
    response, body = browser.ask("GET", "/casussen/?tab=all")
    found: dict[str, Ask] = {
        "floor": ("GET", "/floor/", None),
        "worklist": ("GET", "/", None),
        "list": ("GET", "/casussen/", None),
        "list, all": ("GET", "/casussen/?tab=all", None),
        "list, filtered": ("GET", "/casussen/?state=intake", None),
    }
    cookie = response.headers.get("Set-Cookie", "")
    if "lvv_csrf=" in cookie:
        browser.headers["Cookie"] += "; lvv_csrf=" + cookie.split("lvv_csrf=")[1].split(";")[0]
    token = (
        body.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
        if "csrfmiddlewaretoken" in body
        else ""
    )
    links = [part.split('"')[0] for part in body.split('app-rowlink" href="')[1:]]
    name = body.split("<bdi>")[1].split("</bdi>")[0].lower() if "<bdi>" in body else "tesfay"
    for kind, wanted in (
        ("exact", "2000000042"),
        ("prefix", name[:2]),
        ("fragment", name[2:7]),
        ("fuzzy", name[:3] + name[4:]),
    ):
        found[f"search, {kind}"] = (
            "POST",
            "/casussen/zoeken/",
            {"q": wanted, "csrfmiddlewaretoken": token},
        )
    for kind, said in (
        ("born", {"born": "12-03-1985"}),
        ("name and birth", {"q": name[:3] + name[4:], "born": "1985"}),
    ):
        found[f"search, {kind}"] = (
            "POST",
            "/casussen/zoeken/",
            {**said, "csrfmiddlewaretoken": token},
        )
    if links:
        found["open"] = ("GET", links[0], None)
        _, case = browser.ask("GET", links[0])
        found["person"] = ("GET", re.search(r'href="(/personen/[0-9a-f-]{36}/)"', case)[1], None)
    return found


def nobody() -> str:
    """A name like none in the register, and like no other one made here."""
    number = uuid.uuid4().int
    return "".join(
        "bcdfgklmnprstvz"[(number >> 8 * place) % 15] + "aeiou"[(number >> 8 * place + 4) % 5]
        for place in range(9)
    )


def registrations(browser: Browser, cases: int) -> dict[str, float]:
    """Registering with a V-number that is known out of sight, and with one nobody knows: the
    time must not tell (R1)."""
    response, page = browser.ask("GET", "/personen/aanmelden/")
    if response.status == 302:  # to a draft of its own
        response, page = browser.ask("GET", response.headers["Location"])
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    today = time.strftime("%d-%m-%Y")
    times: dict[str, list[float]] = {"known": [], "unknown": []}
    for number in range(4 * EACH * 2):
        kind = ("known", "unknown")[number % 2]
        # Numbers of the largest pilots, which this worker does not see, and numbers beyond every
        # case.
        v_number = 2000000000 + (cases - 1 - number if kind == "known" else cases + 1000 + number)
        form = {
            "csrfmiddlewaretoken": token,
            "form_token": str(uuid.uuid4()),
            "name": nobody(),
            "nationality": "0084",
            "v_number": str(v_number),
            "referrer": "Wijkteam",
            "referred_on": today,
            "told_on": today,
            "language": "en",
        }
        begun = time.perf_counter()
        response, body = browser.ask("POST", "/personen/aanmelden/", form)
        if response.status != 302:
            raise SystemExit(f"registration answered {response.status}: {body[:300]}")
        if number >= 2 * EACH:
            times[kind].append((time.perf_counter() - begun) * 1000)
    return {
        f"{kind}_{name}_ms": round(value, 1)
        for kind, found in times.items()
        for name, value in (
            ("p50", statistics.median(found)),
            ("p95", sorted(found)[int(len(found) * 0.95)]),
        )
    }


def matching(server: postgres.Server, environment: dict[str, str], cases: int) -> None:
    """Database time of the candidates for somebody at the desk (docs/matching.md): median, p95
    and longest, per worker."""
    import psycopg2

    script = (
        "import django, json; django.setup()\nfrom bench.seed import names\n"
        "from casework.register.matching import heard\nprint(json.dumps([heard([name]) for name in names()[::100]]))"
    )
    known = json.loads(manage(environment, "-c", script))
    with (
        psycopg2.connect(server.url(database=f"bench_{cases}")) as connection,
        connection.cursor() as cursor,
    ):
        for worker, username in (("70%", "large"), ("1%", "small")):
            times = []
            for number, sounds in enumerate(known):
                cursor.execute(
                    "SELECT access_enter(id) FROM partners_user WHERE username = %s", [username]
                )
                cursor.execute("SET LOCAL ROLE lvv_app")
                asked = [
                    {
                        "row": 0,
                        "names": sounds,
                        "born": [f"19{60 + number % 40}-03-12"],
                        "numbers": ["2000000042"],
                    }
                ]
                begun = time.perf_counter()
                cursor.execute(
                    "SELECT count(*) FROM match_candidates(%s, 200)", [json.dumps(asked)]
                )
                if number >= 20:  # the first ones warm up
                    times.append((time.perf_counter() - begun) * 1000)
                connection.rollback()
            times.sort()
            say(
                cases=cases,
                worker=worker,
                step="match candidates",
                p50_ms=round(statistics.median(times), 1),
                p95_ms=round(times[int(len(times) * 0.95)], 1),
                longest_ms=round(times[-1], 1),
            )


def run(server: postgres.Server, cases: int) -> dict[tuple[str, str], float]:
    environment = prepare(server, cases)
    matching(server, environment, cases)
    sessions = cookies(environment)
    costs = {}
    with served(environment) as (port, web):
        for worker, cookie in sessions.items():
            browser = Browser(port, cookie)
            asks = pages(browser)
            found = measure(server, f"bench_{cases}", web, browser, asks)
            if worker == "1%":
                say(cases=cases, page="registration", **registrations(browser, cases))
            for page, facts in found.items():
                ratio = round(facts["cpu_ms"] / found["floor"]["cpu_ms"], 2)
                costs[worker, page] = facts["cpu_ms"]
                twin = {"twin_ms": TWINS[page]} if page in TWINS else {}
                say(cases=cases, worker=worker, page=page, ratio_to_floor=ratio, **twin, **facts)
    script = f"import django; django.setup(); from bench.lists import measure; measure('medium', {sessions['7%']!r})"
    subprocess.run([sys.executable, "-c", script], cwd=BASE_DIR, env=environment, check=True)
    return costs


def demo(server: postgres.Server) -> None:
    import psycopg2

    admin = psycopg2.connect(server.url())
    admin.autocommit = True
    admin.cursor().execute("DROP DATABASE IF EXISTS bench_demo")
    admin.cursor().execute(
        "CREATE DATABASE bench_demo OWNER lvv_owner TEMPLATE template0 ENCODING 'UTF8'"
    )
    environment = environment_for("bench_demo")
    manage(environment, "manage.py", "migrate", "-v0")
    begun = time.monotonic()
    manage(environment, "manage.py", "demo")
    say(step="demo load", seconds=round(time.monotonic() - begun, 1))
    admin.cursor().execute("DROP DATABASE bench_demo")
    admin.close()


def main() -> None:
    os.environ["LVV_DATA_DIR"] = str(DATA)
    server = postgres.start(DATA)
    try:
        make_roles(server.url(), createdb=True)
        make_keys()
        demo(server)
        small = run(server, int(os.environ.get("LVV_BENCH_SMALL", "2000")))
        large = run(server, int(os.environ.get("LVV_BENCH_CASES", "200000")))
        for worker, page in sorted(large):
            if (worker, page) in small:
                say(
                    worker=worker,
                    page=page,
                    growth=round(large[worker, page] / small[worker, page], 2),
                )
        for page in sorted({page for _, page in large}):
            known = [large[worker, page] for worker in ("70%", "1%") if (worker, page) in large]
            if len(known) == 2:
                say(page=page, small_to_large=round(max(known) / min(known), 2))
    finally:
        postgres.stop(DATA)


if __name__ == "__main__":
    main()
