"""Every address of the application, with the reference of everything it can be about."""

import random
import re
from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple

from django.urls import NoReverseMatch, reverse

from casework.dossiers.kinds import BY_MODEL, KINDS
from casework.journey.steps import BY_SLUG
from casework.models import (
    AgendaItem,
    Case,
    Clash,
    CustodyTransfer,
    Import,
    Involvement,
    Judgement,
    Location,
    Meeting,
    Person,
    Transfer,
)
from casework.records.models import Record
from casework.tasks.models import Task
from governance.models import Approval, Convenant, Draft, Printout, Proposal
from partners.models import Pilot
from tests.access.test_pages import patterns
from tests.security.marked import Marked, Row, marked_models

# What leads out, or away from the account.
OUTSIDE = (
    "account_logout",
    "admin:logout",
    "admin:jsi18n",
    "mfa_",
    "set_language",
    "csp_report",
    "health",
)
# What a reference in an address is one of: by how the address begins, the longest first.
ABOUT: dict[str, type[Any]] = {
    "/casussen/": Case, "/personen/invoer/": Import, "/personen/oordelen/": Judgement, "/personen/": Person,
    "/botsingen/": Clash, "/lso/punt/": AgendaItem, "/lso/": Meeting, "/overplaatsingen/": Transfer,
    "/pilots/": Pilot, "/dossierpakketten/": CustodyTransfer, "/opvang/locaties/": Location,
    "/convenanten/voorstellen/": Proposal, "/convenanten/instemming/": Approval,
    "/convenanten/": Convenant, "/concepten/": Draft,
    "/afdrukken/": Printout,
}  # fmt: skip
NOBODY = "00000000-0000-4000-8000-000000000000"
WORDS = {
    "page": ("gesprek",), "act": ("besproken", "openen", "sluiten"), "token": ("x",),
    "app_label": ("partners",), "url": ("x",), "key": ("x",), "content_type_id": ("1",), "object_id": ("1",), "level": ("1",),
}  # fmt: skip


class Address(NamedTuple):
    name: str
    url: str
    about: tuple[Row, ...] = ()  # what must be readable for it to be there


def row_of(thing: Any) -> Row:
    return type(thing), thing.pk


def addresses(world: Marked) -> list[Address]:
    """In the order of the patterns."""
    records: list[Record] = [
        row
        for model in marked_models()
        if issubclass(model, Record) and model in BY_MODEL
        for row in model.objects.order_by("pk")
    ]
    found: dict[str, Address] = {}
    for name, _entry, pattern in patterns():
        if not name or name.startswith(OUTSIDE):
            continue
        for address in of_pattern(world, name, pattern, records):
            found.setdefault(address.url, address)
    return list(found.values())


def of_pattern(world: Marked, name: str, pattern: str, records: list[Record]) -> Iterator[Address]:
    wanted = re.findall(r"<(?:\w+:)?(\w+)>", pattern)
    try:
        probe = reverse(name, kwargs=dict.fromkeys(wanted, NOBODY) | of_words(wanted, 0))
    except NoReverseMatch:
        probe = ""
    if "object_id" in wanted or "object_id" in re.findall(r"object_id", probe):
        wanted = list(dict.fromkeys([*wanted, "object_id"]))
    if name.startswith("admin:partners_") and "object_id" in wanted:
        model = name.split("_")[1]
        for row in world.of_admin(model):
            yield Address(name, reverse(name, kwargs={"object_id": row.pk}))
        return
    if not probe:
        return
    if "record" in wanted:
        yield from of_records(world, name, wanted, records)
        return
    if name == "casework:line_act":
        for task in (row for row in records if isinstance(row, Task)):
            url = reverse(name, kwargs={"kind": "task", "reference": task.reference})
            yield Address(name, url, ((Case, task.case_id), row_of(task)))
        return
    about: list[Any] = [None]
    if "reference" in wanted:
        begins = next(start for start in ABOUT if probe.startswith(start))
        about = list(ABOUT[begins].objects.order_by("pk"))
    for thing in about:
        kwargs: dict[str, Any] = {"reference": thing.reference} if thing else {}
        rows = (row_of(thing),) if thing else ()
        if "kind" in wanted and thing not in world.cases[0::2]:
            continue
        if "involvement" in wanted:
            for part in Involvement.objects.filter(case=thing):
                yield Address(
                    name,
                    reverse(name, kwargs=kwargs | {"involvement": part.reference}),
                    (*rows, row_of(part)),
                )
        elif "step" in wanted:
            for step in thing.steps_taken.order_by("pk"):
                values = kwargs | {"step": step.reference}
                yield Address(name, reverse(name, kwargs=values), (*rows, row_of(step)))
        elif "other" in wanted:
            for other in Person.objects.exclude(pk=thing.pk).order_by("pk"):
                yield Address(
                    name,
                    reverse(name, kwargs=kwargs | {"other": other.reference}),
                    (*rows, row_of(other)),
                )
        else:
            words = [(key, values) for key, values in choices(name, wanted)]
            for values in product(*(values for _key, values in words)):
                filled = kwargs | dict(zip((key for key, _ in words), values, strict=True))
                yield Address(name, reverse(name, kwargs=filled), rows)


def choices(name: str, wanted: list[str]) -> Iterator[tuple[str, tuple[Any, ...]]]:
    for key in wanted:
        if key == "slug":
            slugs = tuple(Pilot.objects.values_list("slug", flat=True))
            yield key, tuple(BY_SLUG) if name == "casework:case_step" else slugs
        elif key == "kind":
            yield key, tuple(KINDS)
        elif key in WORDS:
            yield key, WORDS[key]


def of_words(wanted: list[str], number: int) -> dict[str, Any]:
    return {key: WORDS[key][number] for key in wanted if key in WORDS} | {
        key: "x" for key in wanted if key in ("slug", "kind")
    }


# Pages with one record in their address that are of one kind.
ONE_KIND = {
    "casework:formal_decision": "formaldecision", "casework:action_done": "action",
    "casework:stay_address": "stay",
}  # fmt: skip


def of_records(
    world: Marked, name: str, wanted: list[str], records: list[Record]
) -> Iterator[Address]:
    """Its own page of each record; what is done to it, of the first of each kind in a case of
    either pilot."""
    seen, cases = set(), {case.pk for case in world.cases[0::2]}
    for record in records:
        kind = type(record)._meta.model_name
        if kind != ONE_KIND.get(name, kind):
            continue
        if name != "casework:record_detail" and (
            (kind, record.case_id) in seen or record.case_id not in cases
        ):
            continue
        seen.add((kind, record.case_id))
        kwargs: dict[str, Any] = {"reference": record.case.reference, "record": record.reference}
        if "kind" in wanted:
            kwargs["kind"] = BY_MODEL[type(record)].slug
        yield Address(name, reverse(name, kwargs=kwargs), ((Case, record.case_id), row_of(record)))


def sample(known: list[Address], chance: random.Random, size: int | None) -> list[Address]:
    """One of so many patterns, or of each."""
    by_name: dict[str, list[Address]] = {}
    for address in known:
        by_name.setdefault(address.name, []).append(address)
    names = sorted(by_name)
    if size is not None:
        names = chance.sample(names, min(size, len(names)))
    return [chance.choice(by_name[name]) for name in names]
