"""What every answer carries, errors and redirects included; plain http only in the
demonstration."""

import json
import os
import subprocess
import sys

import pytest
from django.db import OperationalError, ProgrammingError, connection, transaction
from django.urls import reverse

from lvv import heartbeat
from lvv.common.env import BASE_DIR
from tests.conftest import as_the_web

pytestmark = pytest.mark.django_db
ALWAYS = {
    "Content-Security-Policy": None,
    "Permissions-Policy": None,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": None,
}
CSP = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "frame-src 'none'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "object-src 'none'",
    "report-uri /csp-rapport/",
}


def check(response):
    for name, value in ALWAYS.items():
        assert name in response.headers, (name, response.status_code)
        assert value is None or response[name] == value
    assert {part.strip() for part in response["Content-Security-Policy"].split(";")} == CSP
    assert "no-store" in response["Cache-Control"]


def test_every_kind_of_answer_carries_the_headers(client, cast, monkeypatch):
    client.raise_request_exception = False
    check(client.get(reverse("account_login")))
    check(client.get(reverse("home")))  # a redirect
    client.act_as(cast.owner)
    check(client.get(reverse("home")))
    check(client.get("/bestaat-niet/"))
    check(client.post(reverse("casework:register_person"), {"name": ""}))  # 400
    check(
        client.act_as(cast.partner).get(
            reverse("casework:case_involve", args=[cast.case.reference])
        )
    )  # 403
    check(client.delete(reverse("casework:case_list")))  # 405
    monkeypatch.setattr("casework.journey.ahead.steps_of", lambda case: 1 / 0)
    broken = client.get(reverse("casework:case_detail", args=[cast.case.reference]))
    assert broken.status_code == 500
    check(broken)


def test_outside_the_demo_cookies_redirect_and_hsts_are_strict():
    """In a process of its own: settings are read once."""
    script = (
        "import django, json; django.setup()\n"
        "from django.conf import settings\n"
        "from django.test import Client\n"
        "import warnings; warnings.simplefilter('ignore')\n"
        "plain = Client().get('/inloggen/', headers={'host': 'localhost'})\n"
        "safe = Client().get('/inloggen/', secure=True, headers={'host': 'localhost'})\n"
        "print(json.dumps({'redirect': plain.status_code, 'to': plain.headers.get('Location'),"
        " 'hsts': safe.headers.get('Strict-Transport-Security'),"
        " 'cookies': {k: [bool(c['secure']), bool(c['httponly']), c['samesite'], c['path'], c['domain']]"
        " for k, c in safe.cookies.items()},"
        " 'session': settings.SESSION_COOKIE_NAME, 'session_secure': settings.SESSION_COOKIE_SECURE,"
        " 'language': settings.LANGUAGE_COOKIE_NAME, 'mfa': settings.MFA_REQUIRED}))\n"
    )
    environment = {**os.environ, "LVV_DEMO": "0", "DJANGO_SETTINGS_MODULE": "lvv.settings.test"}
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        cwd=BASE_DIR,
        env=environment,
    )
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["redirect"] == 301
    assert found["to"].startswith("https://")
    assert "max-age=31536000" in found["hsts"]
    assert "includeSubDomains" in found["hsts"]
    assert found["cookies"]["__Host-lvv_csrf"] == [True, True, "Lax", "/", ""]
    assert found["session"] == "__Host-lvv_session"
    assert found["language"] == "__Host-lvv_language"
    assert found["session_secure"]
    assert found["mfa"]


def test_the_demo_keeps_plain_names_for_plain_http(client):
    response = client.get(reverse("account_login"))
    assert "lvv_csrf" in response.cookies
    assert not response.cookies["lvv_csrf"]["secure"]
    assert "Strict-Transport-Security" not in response.headers


def test_security_txt(client):
    response = client.get("/.well-known/security.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert "Contact:" in response.text
    assert "Expires: 20" in response.text


def test_csp_reports_are_taken_and_hold_no_query(client, caplog):
    body = {
        "csp-report": {
            "effective-directive": "img-src",
            "blocked-uri": "https://x.example/a?naam=Geheim",
        }
    }
    sent = client.post("/csp-rapport/", json.dumps(body), content_type="application/csp-report")
    assert sent.status_code == 204
    assert "img-src" in caplog.text
    assert "Geheim" not in caplog.text
    assert client.post("/csp-rapport/", "{", content_type="application/json").status_code == 400


def test_health_says_whether_the_work_beats(client):
    from lvv.jobs import beat

    def health():
        answer = client.get("/gezond/")
        return answer.status_code, answer.json()

    assert health() == (503, {"database": "ok", "work": "silent"})
    beat()
    assert health() == (200, {"database": "ok", "work": "ok"})
    with connection.cursor() as cursor:
        cursor.execute("UPDATE lvv_heartbeat SET at = at - interval '121 seconds'")
    assert health() == (503, {"database": "ok", "work": "silent"})


def test_health_says_that_the_database_is_silent(client, monkeypatch):
    def lost(cursor):
        raise OperationalError

    monkeypatch.setattr("lvv.heartbeat.works", lost)
    answer = client.get("/gezond/")
    assert (answer.status_code, answer.json()["database"]) == (503, "silent")


def test_the_web_cannot_say_that_the_work_beats():
    with as_the_web(), pytest.raises(ProgrammingError), transaction.atomic():
        heartbeat.beat(connection.cursor())
