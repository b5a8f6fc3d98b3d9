"""Limits on wrong passwords: for a name and a place together, so that nobody closes the door for
somebody else; and whose address a request comes from."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from partners.accountability.origin import client_address, client_network
from partners.accounts import throttle
from partners.models import AuditEntry
from tests import factories as make
from tests.conftest import WorkerClient

PROXY, HERE, THERE = "172.18.0.5", "203.0.113.7", "198.51.100.9"
PASSWORD = "een lang wachtwoord"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def behind_a_proxy(settings):
    settings.TRUSTED_PROXIES = 1
    cache.clear()


class Visitor:
    """Somebody's browser, at an address, with the proxy between it and us."""

    def __init__(self, address, claims=""):
        self.client = WorkerClient()
        self.forwarded = f"{claims}, {address}" if claims else address

    def ask(self, method, name, fields=None):
        return getattr(self.client, method)(
            reverse(name), fields, REMOTE_ADDR=PROXY, HTTP_X_FORWARDED_FOR=self.forwarded
        )

    def tries(self, name, password="fout wachtwoord"):
        """True: signed in. Otherwise what the page says."""
        answer = self.ask("post", "account_login", {"login": name, "password": password})
        return answer.status_code == 302 or answer.text

    def leaves(self):
        assert self.ask("post", "account_logout").status_code == 302


def wrong(visitor, name, times=throttle.MOST):
    for _ in range(times):
        page = visitor.tries(name)
        assert "Te veel" not in page
    assert page is not True


def test_a_door_that_closes_says_until_when(monkeypatch):
    user = make.UserFactory()
    now = timezone.now()
    visitor = Visitor(HERE)
    wrong(visitor, user.username)
    page = visitor.tries(user.username, PASSWORD)
    opens = timezone.localtime(now + timedelta(minutes=5))
    hours = [f"{opens + timedelta(minutes=more):%H:%M}" for more in (0, 1)]  # rounded up
    assert any(f"Probeer het om {hour} uur opnieuw." in page for hour in hours)


def test_after_five_minutes_it_opens(monkeypatch):
    user = make.UserFactory()
    visitor = Visitor(HERE)
    wrong(visitor, user.username)
    later = throttle.time.time() + throttle.WINDOW + 1
    monkeypatch.setattr("partners.accounts.throttle.time.time", lambda: later)
    assert visitor.tries(user.username, PASSWORD) is True


def test_two_visitors_behind_one_proxy_are_two():
    user = make.UserFactory()
    wrong(Visitor(HERE), user.username)
    assert "Te veel" in Visitor(HERE).tries(user.username, PASSWORD)
    assert Visitor(THERE).tries(user.username, PASSWORD) is True


@pytest.mark.parametrize("proxies", [0, 1])
def test_who_forges_the_header_stays_where_she_is(settings, proxies):
    """Without a proxy nothing in it counts; with one only what the proxy added at its end."""
    settings.TRUSTED_PROXIES = proxies
    user = make.UserFactory()
    for number in range(throttle.MOST):
        wrong(Visitor(HERE, claims=f"192.0.2.{number}"), user.username, 1)
    assert "Te veel" in Visitor(HERE, claims="192.0.2.99").tries(user.username, PASSWORD)


def test_other_ways_to_write_a_name_are_the_same_name():
    user = make.UserFactory(username="iris.smit")
    spellings = ("IRIS.SMIT", "Iris.Smit", " iris.smit", "\u0131ris.smit", "iri\u017f.smit")
    for spelling in spellings:
        wrong(Visitor(HERE), spelling, 1)
    assert "Te veel" in Visitor(HERE).tries("iris.smit", PASSWORD)
    assert user.is_active


def test_a_stranger_in_the_same_building_does_not_lock_out_a_colleague_who_was_here_before():
    user = make.UserFactory()
    colleague = Visitor(HERE)
    assert colleague.tries(user.username, PASSWORD) is True
    colleague.leaves()
    stranger = Visitor(HERE)
    wrong(stranger, user.username)
    assert "Te veel" in stranger.tries(user.username)
    assert colleague.tries(user.username, PASSWORD) is True
    moved = Visitor(THERE)  # with her laptop
    moved.client.cookies = colleague.client.cookies
    moved.leaves()
    wrong(Visitor(THERE), user.username)
    assert moved.tries(user.username, PASSWORD) is True


def test_her_own_browser_is_not_free_either():
    user = make.UserFactory()
    colleague = Visitor(HERE)
    colleague.tries(user.username, PASSWORD)
    colleague.leaves()
    wrong(colleague, user.username)
    assert "Te veel" in colleague.tries(user.username, PASSWORD)
    assert Visitor(HERE).tries(user.username, PASSWORD) is True  # counted apart


def test_the_mark_of_a_browser_is_for_who_signed_in_there_and_opens_nothing(settings):
    user, other = make.UserFactory(), make.UserFactory()
    owner = Visitor(HERE)
    owner.tries(user.username, PASSWORD)
    mark = owner.client.cookies[settings.BROWSER_COOKIE_NAME]
    assert (mark["httponly"], mark["samesite"], mark["path"]) == (True, "Lax", "/")
    assert user.username not in mark.value
    thief = Visitor(THERE)
    thief.client.cookies[settings.BROWSER_COOKIE_NAME] = mark.value
    assert thief.ask("get", "home").url.startswith(reverse("account_login"))
    wrong(thief, other.username)
    assert "Te veel" in Visitor(THERE).tries(other.username, PASSWORD)  # counted as a stranger's
    wrong(Visitor(THERE), user.username)
    forger = Visitor(THERE)
    forger.client.cookies[settings.BROWSER_COOKIE_NAME] = mark.value[:-2] + "xx"
    assert "Te veel" in forger.tries(user.username, PASSWORD)


def test_many_names_from_one_place_slow_it_down_and_lock_nobody_out(monkeypatch):
    monkeypatch.setattr(throttle, "MOST_FROM_A_PLACE", 10)
    guessed, colleague, new = (make.UserFactory() for _ in range(3))
    known = Visitor(HERE)
    known.tries(colleague.username, PASSWORD)
    known.leaves()
    attacker = Visitor(HERE)
    for number in range(12):
        wrong(attacker, f"naam-{number}", 1)
    wrong(attacker, guessed.username, 1)  # one try, in place of five
    assert "Te veel" in attacker.tries(guessed.username, PASSWORD)
    assert Visitor(HERE).tries(new.username, PASSWORD) is True  # at her first, in a new browser
    wrong(known, colleague.username, 4)
    assert known.tries(colleague.username, PASSWORD) is True
    assert Visitor(THERE).tries(guessed.username, PASSWORD) is True


def test_right_passwords_are_not_counted():
    user = make.UserFactory()
    for _ in range(throttle.MOST + 1):
        assert Visitor(HERE).tries(user.username, PASSWORD) is True


def test_no_name_is_told_apart_by_being_refused():
    user = make.UserFactory()
    for name in (user.username, "bestaat-niet"):
        visitor = Visitor(HERE)
        wrong(visitor, name)
        assert "Te veel" in visitor.tries(name)


def test_confirming_a_password_is_counted_too(cast):
    visitor = Visitor(HERE)
    visitor.tries(cast.owner.username, PASSWORD)
    for _ in range(throttle.MOST):
        visitor.ask("post", "account_reauthenticate", {"password": "fout wachtwoord"})
    page = visitor.ask("post", "account_reauthenticate", {"password": PASSWORD})
    assert "Te veel" in page.text


@pytest.mark.parametrize(
    ("proxies", "forwarded", "connection", "expected"),
    [
        (0, "203.0.113.7", "198.51.100.9", "198.51.100.9"),
        (1, "203.0.113.7", PROXY, "203.0.113.7"),
        (1, "192.0.2.1, 203.0.113.7", PROXY, "203.0.113.7"),
        (2, "192.0.2.1, 203.0.113.7, 172.18.0.9", PROXY, "203.0.113.7"),
        (2, "203.0.113.7", PROXY, PROXY),  # came past one of them
        (1, "", "127.0.0.1", "127.0.0.1"),  # the health check, from inside
        (1, "no address", PROXY, PROXY),
        (1, "203.0.113.7:52011", PROXY, "203.0.113.7"),
        (1, "[2001:db8::7]:52011", PROXY, "2001:db8::7"),
        (1, "::ffff:203.0.113.7", PROXY, "203.0.113.7"),
        (0, "", "", ""),
    ],
)
def test_whose_address_it_is(settings, proxies, forwarded, connection, expected):
    settings.TRUSTED_PROXIES = proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    request = RequestFactory().get("/", headers=headers, REMOTE_ADDR=connection)
    assert client_address(request) == expected


def test_one_visitor_has_a_whole_network_of_ipv6(settings):
    for last in ("7", "ffff:1"):
        request = RequestFactory().get("/", headers={"X-Forwarded-For": f"2001:db8:1:2::{last}"})
        assert client_network(request) == "2001:db8:1:2::"


def test_the_log_names_the_visitor_and_not_the_proxy():
    user = make.UserFactory()
    wrong(Visitor(HERE), user.username, 1)
    Visitor(THERE, claims="192.0.2.1").tries(user.username, PASSWORD)
    origins = dict(AuditEntry.objects.values_list("action", "origin"))
    assert origins["sign_in_failed"].split()[0] == HERE
    assert origins["signed_in"].split()[0] == THERE


def test_signing_out_ends_the_session_and_leaves_the_mark(settings, cast):
    client = Client()
    client.post(reverse("account_login"), {"login": cast.owner.username, "password": PASSWORD})
    before = client.cookies[settings.SESSION_COOKIE_NAME].value
    mark = client.cookies[settings.BROWSER_COOKIE_NAME].value
    answer = client.post(reverse("account_logout"))
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert client.cookies[settings.BROWSER_COOKIE_NAME].value == mark
    client.cookies[settings.SESSION_COOKIE_NAME] = before
    assert client.get(reverse("home")).status_code == 302
