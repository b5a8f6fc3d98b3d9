"""What an account may not read it cannot be made to change either: each address that takes something
in answers as if nothing were there, and afterwards no row is another."""

import random
import uuid
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db import connection

from casework.models import AgendaItem, Case, Meeting, Person
from casework.records.models import Record
from partners.models import Pilot
from tests.conftest import WorkerClient
from tests.security.addresses import Address, row_of
from tests.security.marked import ACCOUNTS, APPS, LOGS, SEED, Marked, Row
from tests.security.visits import REFERENCE, addresses_of, is_told, signed_in


def tables() -> list[str]:
    """All but the logs, in which a refusal is to leave its trace."""
    return [
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in APPS and model._meta.model_name not in LOGS
    ]


def sums() -> dict[str, str]:
    """What all rows of each table are, in one number."""
    asked = " UNION ALL ".join(
        f"SELECT '{table}', md5(coalesce(string_agg(t::text, '' ORDER BY t::text), ''))"
        f" FROM {table} t"
        for table in tables()
    )
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return dict(cursor.fetchall())


def hidden(world: Marked, account: int, address: Address) -> list[Row]:
    """Of what this address is about; that a pilot is there, everybody may know."""
    return [row for row in address.about if row[0] is not Pilot and not world.finds(account, row)]


def crossed(world: Marked, account: int, known: Iterable[Address]) -> list[Address]:
    """A record out of sight, asked for as if it stood in a case in sight."""
    mine = [case for case in world.cases if world.finds(account, (Case, case.pk))]
    found = []
    for address in known:
        if mine and len(address.about) == 2 and issubclass(address.about[1][0], Record):
            (_, theirs), record = address.about
            if (Case, theirs) in hidden(world, account, address):
                reference = next(case.reference for case in world.cases if case.pk == theirs)
                url = address.url.replace(str(reference), str(mine[0].reference))
                found.append(Address(address.name, url, (record,)))
    return found


def mistaken(world: Marked, known: Iterable[Address]) -> list[Address]:
    """The same addresses with the reference of something of another kind."""
    case = world.cases[-1]
    return [
        Address(address.name, REFERENCE.sub(str(other.reference), address.url), (row_of(other),))
        for address in known
        if len(address.about) == 1 and address.about[0][0] is not Pilot
        for other in [case.person if address.about[0][0] is Case else case]
    ]


def body(world: Marked, account: int, chance: random.Random) -> dict[str, str]:
    """A form in which every reference is of something out of sight."""
    out = {
        model: next(
            (
                row
                for row in chance.sample(list(model.objects.order_by("pk")), model.objects.count())
                if not world.finds(account, (model, row.pk))
            ),
            None,
        )
        for model in (Case, Person, AgendaItem, Meeting)
    }
    case, person, item, meeting = (str(row.reference) if row else "" for row in out.values())
    return {
        "form_token": str(uuid.uuid4()), "version": "1", "text": "vreemd", "reason": "vreemd",
        "explanation": "vreemd", "case": case, "person": person, "other": person, "item": item,
        "meeting": meeting, "record": case, "cases": case, "answer": "same", "question": "vreemd",
        "visibility": "permitted_partners", "category": "guidance", "q": "zq",
    }  # fmt: skip


def send(client: WorkerClient, world: Marked, account: int, chosen: list[Address]) -> list:
    """What was answered otherwise than as if nothing were there, or with what she may not read."""
    faults: list[tuple] = []
    chance, name = random.Random(SEED + account), ACCOUNTS[account]
    signed_in(client, world, account)
    for address in chosen:
        form = body(world, account, chance)

        def post(url: str, form: dict[str, str] = form) -> Any:
            return client.post(url, form)

        answer = post(address.url)
        if is_told(answer, address, hidden(world, account, address), post):
            faults.append((name, address.url, answer.status_code))
        found = world.found_in(answer.content.decode("utf-8", "replace"))
        faults += [
            (name, address.url, marker, world.markers[marker])
            for marker in found
            if not world.may_read(account, world.markers[marker])
        ]
    return faults


def changed(before: dict[str, str]) -> list[str]:
    return [table for table, now in sums().items() if now != before[table]]


def foreign(world: Marked, account: int) -> tuple[list[Address], list[Address]]:
    """What is out of sight in a case that she sees, and all the rest of it."""
    known = [each for each in addresses_of(world) if hidden(world, account, each)]
    inside = [
        each
        for each in known
        if any(row[0] is Case and row not in hidden(world, account, each) for row in each.about)
    ]
    outside = [each for each in known if each not in inside]
    return inside, [*outside, *crossed(world, account, known)]
