"""What all tests share, each patch with its reason."""

import copy
import gc
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from http.cookies import SimpleCookie
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone, translation

from governance.access.enums import Category
from governance.convenants.enums import Cell
from governance.convenants.template_convenant import GivenCell, write_cells
from governance.models import ConvenantParty
from partners.accounts.sessions import SessionStore
from partners.models import Team, User
from partners.organisations.enums import OrganisationKind, Role
from tests import factories as make
from tests.migrated import template

os.environ.setdefault(
    "DJANGO_ALLOW_ASYNC_UNSAFE", "true"
)  # playwright's sync API runs an event loop in this thread


class WorkerClient(Client):
    """Django's client, asking with the rights of the web: lvv_app for each request, and nothing
    left behind."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.browsers: dict[int, SimpleCookie] = {}

    def act_as(self, user: User) -> "WorkerClient":
        """At this worker's own browser, where she signed in the first time and still is."""
        if user.pk in self.browsers and self.browsers[user.pk]:
            self.cookies = self.browsers[user.pk]
        else:
            self.cookies = self.browsers[user.pk] = SimpleCookie()
            self.sign_in(user)
        return self

    def seen(self, page: str) -> dict[str, str]:
        """What the form of an administrator, opened now, says of the row it starts from."""
        return {"seen": self.get(page).context["adminform"].form["seen"].value()}

    def sign_in(self, user: User) -> None:
        """She has been signed in: a session is there, without the dozen statements that signing in
        takes (partners/test_sign_in.py is about those)."""
        session = SessionStore()
        session[SESSION_KEY] = user._meta.pk.value_to_string(user)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        self.cookies[settings.SESSION_COOKIE_NAME] = session.session_key

    def logout(self) -> None:
        super().logout()
        self.browsers.clear()

    def request(self, **request: Any) -> Any:
        with as_the_web():
            return super().request(**request)


@contextmanager
def as_the_web() -> Iterator[None]:
    """One block under the rights of lvv_app inside a test's transaction, as a request of its own
    would be."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE lvv_app")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT access_leave(); RESET ROLE")


@pytest.hookimpl(trylast=True)  # after they were shuffled
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest begin first, so that no worker is left alone with one at the end; then what
    works in a browser, whose demonstration is loaded meanwhile."""
    order = {"long": 0, "browser": 1, "setup": 1}
    items.sort(key=lambda item: min((order.get(m.name, 2) for m in item.iter_markers()), default=2))


def pytest_collection_finish(session: pytest.Session) -> None:
    """What was imported and collected lives as long as the process: never looked through for what
    can be thrown away, which would be looked for after every few hundred objects."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Databases of the tests begin as copies of one that is migrated."""
    connection.settings_dict["TEST"]["TEMPLATE"] = template()


@pytest.fixture(autouse=True)
def dutch() -> None:
    """A request leaves its language behind in the thread; the next test begins in Dutch."""
    translation.activate("nl")


@pytest.fixture
def client() -> WorkerClient:
    return WorkerClient()


@pytest.fixture
def on_day(monkeypatch: pytest.MonkeyPatch, db: None) -> Callable[[date], None]:
    """Move "today", in SQL by replacing the one function and in Python by the one call
    everything uses."""

    def move(day: date) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE OR REPLACE FUNCTION access_today() RETURNS date LANGUAGE sql STABLE"
                f" AS $$ SELECT date '{day}' $$"
            )
        monkeypatch.setattr(timezone, "localdate", lambda *a, **k: day)

    return move


def closed(pilot: Any, **fields: Any) -> None:
    """The pilot is closed, or its last day has come, as if its dossiers had been handed over
    (R29)."""
    for name, value in (fields or {"state": "closed"}).items():
        setattr(pilot, name, value)
    with connection.cursor() as cursor:
        cursor.execute(
            "SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE partners_pilot DISABLE TRIGGER pilot_closes"
        )
        pilot.save()
        cursor.execute(
            "SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE partners_pilot ENABLE TRIGGER pilot_closes"
        )
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def agreement(pilot: Any, cells: dict[Team, dict[Category, Cell]], **extra: Any) -> Any:
    """A convenant in force, signed by the organisations of these teams, with these cells."""
    convenant = make.ConvenantFactory(pilot=pilot, **extra)
    for organisation in {team.organisation for team in cells}:
        ConvenantParty.objects.create(
            convenant=convenant,
            organisation=organisation,
            signed_on=timezone.localdate() - timedelta(days=95),
        )
    write_cells(
        convenant,
        [
            GivenCell(team, category, cell, "2", "proef", "AVG 6, 1, e")
            for team, row in cells.items()
            for category, cell in row.items()
        ],
    )
    return convenant


@pytest.fixture(scope="module")
def kept_for_module(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """What the tests of a module begin with is written once, in a transaction around theirs that
    ends with the module."""
    translation.activate("nl")
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


def own_copy(made: Any) -> Any:
    """Of what a module shares, for one test: it may change its objects."""
    return copy.deepcopy(made)


@pytest.fixture
def cast(cast_of_module: SimpleNamespace, db: None) -> SimpleNamespace:
    return own_copy(cast_of_module)  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def cast_of_module(kept_for_module: None) -> SimpleNamespace:
    """Three teams under one convenant: the owner leads the case, the partner is involved, the
    stranger is neither.

    The stranger leads a case of her own: without it, a check that only asks whether she has any
    case would pass.
    """
    pilot = make.PilotFactory(name="Proefstad", slug="proefstad")
    municipal = make.TeamFactory(organisation=pilot.municipality, pilot=pilot)
    partner = make.TeamFactory(organisation__kind=OrganisationKind.DTV, pilot=pilot)
    stranger = make.TeamFactory(organisation__kind=OrganisationKind.NGO, pilot=pilot)
    everything = {
        category: Cell.WRITE for category in Category if category != Category.MEDICAL_CONTENT
    }
    convenant = agreement(
        pilot,
        {
            municipal: everything,
            partner: {
                Category.IDENTITY: Cell.WRITE,
                Category.DEPARTURE: Cell.WRITE,
                Category.GUIDANCE: Cell.READ,
                Category.CONFERENCE: Cell.WRITE,
            },
            stranger: everything,
        },
    )

    def worker(team: Team, role: Role = Role.CASEWORKER, **extra: Any) -> User:
        return make.MembershipFactory(team=team, role=role, **extra).user

    owner = worker(municipal)
    case = make.CaseFactory(
        lead_team=municipal, case_manager=owner, involve=[partner], named="Tesfay Markerson"
    )
    other = make.CaseFactory(lead_team=stranger, named="Zonder Deelname")
    officer = make.MembershipFactory(
        office=True, team=None, organisation=pilot.municipality, role=Role.PRIVACY_OFFICER
    ).user
    admin = make.MembershipFactory(
        office=True, team=None, organisation=pilot.municipality, role=Role.FUNCTIONAL_ADMIN
    ).user
    return SimpleNamespace(
        pilot=pilot,
        convenant=convenant,
        municipal=municipal,
        partner_team=partner,
        stranger_team=stranger,
        owner=owner,
        coordinator=worker(municipal, Role.COORDINATOR),
        partner=worker(partner),
        stranger=worker(stranger),
        officer=officer,
        admin=admin,
        case=case,
        other_case=other,
        worker=worker,
    )
