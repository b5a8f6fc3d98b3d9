"""One account on its way along the pages, and what it meets."""

import io
import random
import re
import time
import uuid
import zipfile
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from pypdf import PdfReader

from partners.accounts.sessions import SessionStore
from partners.models import Pilot
from tests.conftest import WorkerClient
from tests.security.addresses import Address, addresses
from tests.security.marked import ACCOUNTS, KEY, SEED, Marked, Row

LINK = re.compile(r"""\b(?:href|hx-get|action)=["']([^"'#]+)""")
NOT_FOUND = (404, 405)
REFERENCE = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
AWAY = tuple(reverse(name) for name in ("account_logout", "account_login", "set_language")) + (
    "/static/",
)


@dataclass
class Seen:
    """What one account met on its way."""

    pages: int = 0
    markers: set[str] = field(default_factory=set)
    faults: list[tuple[Any, ...]] = field(default_factory=list)
    links: dict[str, None] = field(default_factory=dict)

    def read(self, world: Marked) -> set[Row]:
        return {world.markers[marker] for marker in self.markers}


def text_of(content_type: str, body: bytes) -> str:
    if body.startswith(b"%PDF"):
        return "".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)
    if body.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            return "".join(name + text_of("", packed.read(name)) for name in packed.namelist())
    return body.decode("utf-8", "replace")


def visit(client: WorkerClient, world: Marked, account: int, address: Address, seen: Seen) -> None:
    answer = client.get(address.url)
    check(client, world, account, address, answer, seen)


def ask(client: WorkerClient, world: Marked, account: int, seen: Seen) -> None:
    """What reads by sending: searching for what everybody is called, and the file of all cases."""
    for url, form in (
        (reverse("casework:case_search"), {"q": "naam nummer"}),
        (reverse("casework:case_export") + "?tab=all", {"reason": "overleg", "format": "csv"}),
    ):
        check(client, world, account, Address("", url), client.post(url, form), seen)


def is_told(answer: Any, address: Address, hidden: list[Row], send: Callable[[str], Any]) -> bool:
    """True if what is out of sight is answered otherwise than what is not there at all. Where the
    page as such is not hers that need not be 404. That a pilot is there everybody knows."""
    if answer.status_code in NOT_FOUND or Pilot in {model for model, _pk in hidden}:
        return False
    nothing = send(REFERENCE.sub(str(uuid.uuid4()), address.url))
    return not answer.status_code == nothing.status_code == 403


def check(
    client: WorkerClient, world: Marked, account: int, address: Address, answer: Any, seen: Seen
) -> None:
    seen.pages += 1
    name, status = ACCOUNTS[account], answer.status_code
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    text = text_of(answer.get("Content-Type", ""), body)
    if status >= 500:
        seen.faults.append((name, address.url, status))
    hidden = [row for row in address.about if not world.finds(account, row)]
    if hidden and is_told(answer, address, hidden, client.get):
        seen.faults.append((name, address.url, status, hidden))
    for marker in world.found_in(text + str(answer.headers)):
        seen.markers.add(marker)
        if not world.may_read(account, world.markers[marker]):
            seen.faults.append((name, address.url, marker, world.markers[marker]))
    seen.faults += [(name, address.url, key) for key in KEY.findall(text)]
    if "html" in answer.get("Content-Type", ""):
        for link in LINK.findall(text):
            target = urlsplit(unescape(link))
            if not target.netloc and not target.path.startswith(AWAY):
                path = target.path or address.url.partition("?")[0]
                url = path + (f"?{target.query}" if target.query else "")
                if url.startswith("/") and not is_combined(url):
                    seen.links.setdefault(url)


def is_combined(url: str) -> bool:
    """A list of the administration by several columns or filters at once: of those there are as many
    as combinations, and each shows rows that the list alone shows."""
    target = urlsplit(url)
    asked = parse_qsl(target.query)
    return target.path.startswith("/beheer/") and (
        len(asked) > 1 or any(key == "o" and "." in value for key, value in asked)
    )


def crawl(
    client: WorkerClient,
    world: Marked,
    account: int,
    first: Iterable[Address],
    links: int | None = None,
) -> Seen:
    """From these addresses along every link, or along so many."""
    seen, chance = Seen(), random.Random(SEED + account)
    with transaction.atomic():
        signed_in(client, world, account)
        tried = set()
        for address in first:
            if address.url not in tried:
                tried.add(address.url)
                visit(client, world, account, address, seen)
        ask(client, world, account, seen)
        known = {address.url: address for address in addresses_of(world)}
        waiting = deque(url for url in seen.links if url not in tried)
        if links is not None:
            waiting = deque(chance.sample(sorted(waiting), min(links, len(waiting))))
        while waiting:
            url = waiting.popleft()
            if url in tried:
                continue
            tried.add(url)
            visit(client, world, account, known.get(url, Address("", url)), seen)
            if links is None:
                waiting.extend(url for url in seen.links if url not in tried)
        transaction.set_rollback(True)
    return seen


def signed_in(client: WorkerClient, world: Marked, account: int) -> None:
    """A moment ago, by her password: what asks for that once more opens."""
    client.raise_request_exception = False
    client.browsers.clear()  # where the last transaction ended nobody is signed in any more
    client.act_as(world.users[account])
    session = SessionStore(client.cookies[settings.SESSION_COOKIE_NAME].value)
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key


def addresses_of(world: Marked) -> list[Address]:
    if not hasattr(world, "addresses"):
        world.addresses = addresses(world)
    return world.addresses
