"""Every kind of account goes everywhere: it reads no marker of a row that it may not read, and
changes nothing by asking for what it may not read."""

import logging
import random

import pytest

from casework.models import Case
from casework.records.models import Record
from governance.access.clearance import acting_as
from tests.security.addresses import Address, sample
from tests.security.marked import ACCOUNTS, SEED, SHUT, Marked
from tests.security.posts import changed, foreign, mistaken, send, sums
from tests.security.visits import Seen, addresses_of, crawl

# Rows made past the acts that make them stand in states in which a page may miss a word.
pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
EACH = 3  # addresses, links and posts of each account in `make test`


@pytest.fixture(autouse=True)
def silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each refusal is logged with its traceback, which takes longer than the refusal."""
    monkeypatch.setattr(logging.root.manager, "disable", logging.CRITICAL)


@pytest.fixture(scope="module")
def world(kept_for_module: None) -> Marked:
    return Marked()


def must_read(world: Marked, account: int) -> set:
    """Records of which she must have met one at least."""
    return {
        row
        for row in world.rows
        if issubclass(row[0], Record | Case) and world.may_read(account, row)
    }


def starts(world: Marked, account: int) -> list[Address]:
    """Her own page, and the cases that she sees."""
    return [
        address
        for address in addresses_of(world)
        if address.name == "home"
        or (
            address.name == "casework:case_detail"
            and all(world.may_read(account, row) for row in address.about)
        )
    ]


def blind(world: Marked, account: int, seen: Seen) -> bool:
    wanted = must_read(world, account)
    return bool(wanted) and not wanted & seen.read(world)


def test_the_world_has_a_marker_in_every_text(world):
    assert world.bare <= {"custodytransfer.receipt_from"}
    assert len(world.columns) > 350
    assert len(world.markers) > 3500
    involved = {name for name in ACCOUNTS if must_read(world, ACCOUNTS.index(name))}
    assert {"shelter", "legal aid", "avim", "avim there", "guest"} <= involved
    assert SHUT not in involved
    assert not {"officer", "protection officer", "administrator", "ministry"} & involved


@pytest.mark.slow
@pytest.mark.parametrize("name", ACCOUNTS)
def test_the_database_shows_each_account_the_same_rows(world, name):
    account = ACCOUNTS.index(name)
    with acting_as(world.users[account]):
        for model in {model for model, _pk in world.rows}:
            if model._meta.app_label == "casework":
                wanted = {
                    pk
                    for kind, pk in world.rows
                    if kind is model and world.finds(account, (kind, pk))
                }
                assert set(model._base_manager.values_list("pk", flat=True)) == wanted, model


@pytest.mark.long
@pytest.mark.xdist_group("crawl")
def test_no_account_reads_what_it_may_not(client, world):
    chance, pages, met, faults = random.Random(SEED), 0, set(), []
    for account, name in enumerate(ACCOUNTS):
        chosen = [*starts(world, account), *sample(addresses_of(world), chance, EACH)]
        seen = crawl(client, world, account, chosen, links=EACH)
        assert not blind(world, account, seen), name
        pages, met, faults = pages + seen.pages, met | seen.markers, faults + seen.faults
    assert faults == []
    assert pages > len(ACCOUNTS) * 3 * EACH
    assert len(met) > 200


@pytest.mark.slow
@pytest.mark.parametrize("name", ACCOUNTS)
def test_no_account_reads_what_it_may_not_anywhere(client, world, name):
    account = ACCOUNTS.index(name)
    seen = crawl(client, world, account, addresses_of(world))
    assert seen.faults == []
    assert not blind(world, account, seen)
    assert seen.pages > 500
    assert len(seen.markers) > (100 if must_read(world, account) else 0)


@pytest.mark.long
@pytest.mark.xdist_group("crawl")
def test_nobody_changes_what_she_may_not_read(client, world):
    chance, asked, faults, before = random.Random(SEED), 0, [], sums()
    for account in range(len(ACCOUNTS)):
        inside, outside = foreign(world, account)
        chosen = sample(inside, chance, EACH) + sample(outside, chance, EACH)
        asked, faults = asked + len(chosen), faults + send(client, world, account, chosen)
    assert faults == []
    assert changed(before) == []
    assert asked > EACH * len(ACCOUNTS)


@pytest.mark.long
@pytest.mark.xdist_group("crawl")
def test_who_has_no_part_in_a_case_finds_none_at_any_address(client, world):
    """One address of each pattern, read and sent to; also with what is of another kind."""
    account, before = ACCOUNTS.index("other ngo"), sums()
    inside, outside = foreign(world, account)
    chosen = sample(outside, random.Random(SEED), None)
    chosen += mistaken(world, chosen)
    assert inside == []
    seen = crawl(client, world, account, chosen, links=0)
    assert seen.faults + send(client, world, account, chosen) == []
    assert changed(before) == []
    assert len(chosen) > 80


@pytest.mark.slow
@pytest.mark.parametrize("name", ACCOUNTS)
def test_nobody_changes_what_she_may_not_read_at_any_address(client, world, name):
    account, before = ACCOUNTS.index(name), sums()
    inside, outside = foreign(world, account)
    chosen = inside + outside
    assert send(client, world, account, chosen) == []
    assert changed(before) == []
    assert len(chosen) > 100
