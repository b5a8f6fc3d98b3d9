"""A whole installation with demonstration data, served by gunicorn as lvv_app, and Debian's
Chromium. Each worker of the tests has its own; each file stays on one worker."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from lvv.common.env import BASE_DIR, data_dir
from tests.demonstration import copied, dropped, settings_of

AXE = (Path(__file__).parent.parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
AXE_RUN = (
    ";axe.run(document,{preload:PRELOAD,resultTypes:['violations'],runOnly:{type:'tag',values:"
    "['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']}})"
)
PASSWORD = "demo-lvv-2026"


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups in this same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group(f"browser-{item.path.stem}"))


@pytest.fixture(scope="session")
def untouched() -> Iterator[dict[str, str]]:
    """The surroundings of the demonstration as it was loaded, in which nobody works."""
    name = f"untouched_{os.getpid()}"
    copied(name)
    yield settings_of(name)
    dropped(name)


@pytest.fixture(scope="session")
def site() -> Iterator[SimpleNamespace]:
    """A copy of the demonstration, and the web in front of it."""
    name = f"live_{os.getpid()}"
    copied(name)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**settings_of(name), "PORT": str(port)}
    log = data_dir() / f"web-{port}.log"
    with log.open("w") as output:
        web = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "gunicorn",
                "lvv.wsgi",
                "--bind",
                f"127.0.0.1:{port}",
                "--workers",
                "2",
            ],
            cwd=BASE_DIR,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    for _ in range(100):
        try:
            # Not the health: no background works beside it.
            urllib.request.urlopen(f"http://127.0.0.1:{port}/inloggen/")
            break
        except OSError:
            time.sleep(0.2)
    else:
        pytest.fail(log.read_text())

    def work() -> None:
        """One round of the background process."""
        subprocess.run(
            [sys.executable, "manage.py", "work", "--once"],
            cwd=BASE_DIR,
            env=environment,
            check=True,
        )

    def start_work() -> subprocess.Popen[bytes]:
        """The background process itself, which goes on until it is stopped."""
        return subprocess.Popen(
            [sys.executable, "manage.py", "work"], cwd=BASE_DIR, env=environment
        )

    yield SimpleNamespace(
        work=work,
        start_work=start_work,
        url=f"http://127.0.0.1:{port}",
        local=f"http://localhost:{port}",
        owner=environment["DATABASE_OWNER_URL"],
        log=log,
    )
    web.terminate()
    web.wait()
    dropped(name)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One a file: its event loop has ended when other tests use the database, whose connection
    Django would take for another one inside it."""
    path = (
        os.environ.get("CHROMIUM")
        or shutil.which("chromium-headless-shell")
        or shutil.which("chromium")
    )
    with sync_playwright() as play:
        chromium = play.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking"],
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def states() -> dict[str, Any]:
    """Signed-in browsers, once per account."""
    return {}


@pytest.fixture
def visit(browser: Browser, site: SimpleNamespace, states: dict[str, Any]) -> Iterator[Any]:
    """A page for an account; the test fails on any console message but the browser's own line
    for an expected 4xx."""
    contexts, bad = [], []

    def listen(page: Page) -> Page:
        def console(message: Any) -> None:
            if "Failed to load resource" in message.text and " 4" in message.text:
                return
            if message.type == "info" and message.text.startswith("Clear-Site-Data header"):
                return  # Chromium's own receipt for signing out
            bad.append(f"{message.type}: {message.text} {message.location}")

        page.on("console", console)
        page.on("pageerror", lambda error: bad.append(f"error: {error}"))
        return page

    def open_for(
        account: str | None = None, *, fresh: bool = False, base: str = "", **options: Any
    ) -> Page:
        options = {
            "locale": "nl-NL",
            "timezone_id": "Europe/Amsterdam",
            "reduced_motion": "reduce",
            "viewport": {"width": 1440, "height": 900},
            "base_url": base or site.url,
            **options,
        }
        if account and not fresh and account in states:
            options["storage_state"] = states[account]
        context = browser.new_context(**options)
        contexts.append(context)
        page = listen(context.new_page())
        if account and (fresh or account not in states):
            page.goto("/inloggen/")
            page.get_by_label("Gebruikersnaam").fill(account)
            page.get_by_label("Wachtwoord").fill(PASSWORD)
            page.get_by_role("button", name="Inloggen", exact=True).click()
            page.get_by_role("heading", name="Werkvoorraad").wait_for()
            if not fresh:
                states[account] = context.storage_state()
        return page

    yield open_for
    for context in contexts:
        context.close()
    assert not bad, "\n".join(bad)


def violations(page: Page, *, again: bool = False) -> list[str]:
    """What axe finds on this page; `again` where it has looked before, at another size."""
    # Style sheets are read for one rule, which says nothing of a size. Those of the administration
    # import each other; axe would copy them into the page, which the policy forbids.
    preload = "false" if again or "/beheer/" in page.url else "true"
    found = page.evaluate(("" if again else AXE) + AXE_RUN.replace("PRELOAD", preload))
    return [
        f"{v['id']}: {node['html'][:160]} {node['failureSummary']}"
        for v in found["violations"]
        for node in v["nodes"]
    ]


def fits(page: Page) -> bool:
    return page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )
