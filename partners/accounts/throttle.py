"""How often a password may be wrong (docs/adr/0023). Counted for a name and a place together, so
that nobody can lock out a colleague, or all who share an address; and apart for a browser in which
she signed in before."""

import hashlib
import secrets
import time
from datetime import UTC, datetime
from typing import Any

from allauth.core.internal.ratelimit import cache_lock
from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from partners.accountability.origin import client_network

WINDOW = 5 * 60  # seconds
MOST = 5
# From one place, whatever the names: beyond this it gets one try for each name in place of five.
MOST_FROM_A_PLACE = 60
SALT = "partners.accounts.throttle"
BROWSER_SECONDS = 180 * 24 * 3600
NAMES_OF_A_BROWSER = 8


class Counter:
    """Moments of tries within the window, under one key; shared by every process."""

    def __init__(self, *parts: str) -> None:
        self.key = "tries:" + hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def moments(self) -> list[float]:
        begun = time.time() - WINDOW
        return [moment for moment in cache.get(self.key, []) if moment > begun]

    def add(self, moment: float, most: int) -> float | None:
        """Count a try at this moment; or, when `most` were made, say when the next one may be."""
        with cache_lock(self.key) as locked:
            moments = self.moments()
            if len(moments) >= most:
                return moments[-most] + WINDOW
            if not locked:  # too many at once to count them
                return moment + WINDOW
            cache.set(self.key, [*moments, moment], WINDOW)
            return None

    def take_back(self, moment: float) -> None:
        with cache_lock(self.key) as locked:
            if locked:
                left = [other for other in self.moments() if other != moment]
                cache.set(self.key, left, WINDOW)


class Attempt:
    """One try with a name: counted when it begins, so that many at once do not all slip through,
    and no more when it succeeds."""

    def __init__(self, request: HttpRequest, username: str) -> None:
        name, self.moment = _normal(username), time.time()
        browser = _browser(request)
        if browser and _digest(name) in browser["names"]:
            self.counters = [Counter("browser", browser["mark"], name)]
            until = self.counters[0].add(self.moment, MOST)
        else:
            place = client_network(request)
            own, all_names = Counter("name and place", name, place), Counter("place", place)
            self.counters = [own, all_names]
            is_busy = len(all_names.moments()) >= MOST_FROM_A_PLACE
            until = own.add(self.moment, 1 if is_busy else MOST)
            if until is None:
                all_names.add(self.moment, MOST_FROM_A_PLACE)
        self.refused_until = None if until is None else datetime.fromtimestamp(until, UTC)

    def succeeded(self) -> None:
        for counter in self.counters:
            counter.take_back(self.moment)


def remember_browser(request: HttpRequest, response: HttpResponse, username: str) -> None:
    """This user signed in with this browser. Opens nothing: it only counts her tries apart."""
    browser = _browser(request) or {"mark": secrets.token_urlsafe(12), "names": []}
    mine = _digest(_normal(username))
    names = [mine, *(name for name in browser["names"] if name != mine)][:NAMES_OF_A_BROWSER]
    response.set_cookie(
        settings.BROWSER_COOKIE_NAME,
        signing.dumps({"mark": browser["mark"], "names": names}, salt=SALT),
        max_age=BROWSER_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _browser(request: HttpRequest) -> dict[str, Any] | None:
    try:
        browser: dict[str, Any] = signing.loads(
            request.COOKIES.get(settings.BROWSER_COOKIE_NAME, ""),
            salt=SALT,
            max_age=BROWSER_SECONDS,
        )
    except signing.BadSignature:
        return None
    return browser


def _normal(username: str) -> str:
    # As the database compares names: by their capitals. Another way would count one name as two.
    return username.strip().upper()


def _digest(name: str) -> str:
    return salted_hmac(SALT, name).hexdigest()[:20]
