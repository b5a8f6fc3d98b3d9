"""The plain definition of rule R21 (tests/access/world.py) over a database that is there, against what
its policies show: `python -m tests.baseline.oracle`, with its address in DATABASE_OWNER_URL. Prints
how many rows were compared, and ends with an error at the first difference.
"""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import django

os.environ.setdefault("LVV_ROLE", "owner")
django.setup()

from django.apps import apps  # noqa: E402
from django.utils import timezone  # noqa: E402

from casework.models import Case, CaseUserObjectPermission, Consent, Involvement, Judgement  # noqa: E402
from governance.access.clearance import acting_as  # noqa: E402
from governance.models import Convenant, ConvenantGroupObjectPermission  # noqa: E402
from partners.models import Membership, Organisation, Pilot, Team, User  # noqa: E402
from tests import factories as make  # noqa: E402
from tests.access.world import (  # noqa: E402
    POLICE,
    TABLES,
    ConvenantFacts,
    Period,
    PilotFacts,
    RecordFacts,
    World,
)

PARENT = {
    "procedurestep": "procedure",
    "traveldocumentstep": "application",
    "position": "item",
    "conferencedecision": "item",
}
# A kind of record that is younger than the baseline, and one there of the same category: by the same
# teams about the same people, read by the same circles.
YOUNGER = {"reachability": "contact"}
MODELS = {name: apps.get_model("casework", name) for name in TABLES}


def days(day: date | None) -> Any:
    """How many days from today."""
    return None if day is None else (day - timezone.localdate()).days


@dataclass
class Found:
    """The world as a database holds it, and which number in it each row has."""

    world: World
    users: dict[int, int]
    cases: dict[int, int]
    people: dict[int, int]
    teams: dict[int, int]

    def facts(self, row: Any) -> RecordFacts:
        other = getattr(row, "other_id", None)
        return RecordFacts(
            case=self.cases[row.case_id],
            author=self.teams[row.author_team_id],
            category=getattr(row, "category", None) or row.CATEGORY,
            visibility=row.visibility,
            shared=frozenset(self.teams[team] for team in row.shared_team_ids),
            table=row._meta.model_name,
            shared_until=days(row.shared_until),
            to=self.teams.get(getattr(row, "to_team_id", None), -1),
            other=self.world.people.index(self.people[other]) if other in self.people else None,
            source=self.teams.get(row.source_team_id),
        )

    def sees(self, user: int, row: Any) -> bool:
        facts, world = self.facts(row), self.world
        name = facts.table
        parent = getattr(row, PARENT[name]) if name in PARENT else None
        if parent is None:
            return world.sees_record(user, facts)
        seen, above = world.sees_plainly(user, facts), self.facts(parent)
        if name.endswith("step"):
            return seen and world.sees_plainly(user, above)
        attending = any(
            world.attends(team) and world.involved(facts.case, team) for team in world.seats(user)
        )
        if name == "position":
            return (seen or attending) and world.sees_record(user, above)
        return seen or (attending and world.sees_record(user, above))


def found() -> Found:
    pilots = {pilot.pk: n for n, pilot in enumerate(Pilot.objects.order_by("pk"))}
    organisations = {
        body.pk: POLICE if body.kind == "avim" else n
        for n, body in enumerate(Organisation.objects.order_by("pk"), POLICE + 1)
    }
    teams = {team.pk: n for n, team in enumerate(Team.objects.order_by("pk"))}
    users = {user.pk: n for n, user in enumerate(User.objects.order_by("pk"))}
    cases = {case.pk: n for n, case in enumerate(Case.objects.order_by("pk"))}
    groups = {team.group_id: teams[team.pk] for team in Team.objects.all()}
    persons: dict[int, int] = {}
    for person in Case.objects.order_by("pk").values_list("person", flat=True):
        persons.setdefault(person, len(persons))
    involvements: dict[tuple[int, int], Period] = {}
    for row in Involvement.objects.order_by("since", "pk"):
        key, period = (
            (cases[row.case_id], teams[row.team_id]),
            Period(days(row.since), days(row.until)),
        )
        if key not in involvements or not involvements[key].holds():
            involvements[key] = period
    world = World(
        pilots=[PilotFacts(p.state, days(p.closes_on)) for p in Pilot.objects.order_by("pk")],
        teams=[
            (pilots[team.pilot_id], organisations[team.organisation_id], team.function)
            for team in Team.objects.order_by("pk")
        ],
        memberships=[
            (users[m.user_id], teams[m.team_id], m.role, Period(days(m.since), days(m.until)))
            for m in Membership.objects.exclude(team=None)
        ],
        convenants=[
            ConvenantFacts(
                pilot=pilots[agreed.pilot_id],
                kind=agreed.kind,
                period=Period(days(agreed.in_force_from) or 0, days(agreed.in_force_until)),
                begun=agreed.in_force_from is not None,
                parties={
                    organisations[p.organisation_id]: days(p.signed_on)
                    for p in agreed.parties.all()
                },
                cells={
                    (groups[cell.group_id], *cell.permission.codename.split("_", 1))
                    for cell in ConvenantGroupObjectPermission.objects.filter(
                        content_object=agreed
                    ).select_related("permission")
                },
            )
            for agreed in Convenant.objects.exclude(kind="custody_agreement")
        ],
        cases=[
            teams[lead] for lead in Case.objects.order_by("pk").values_list("lead_team", flat=True)
        ],
        involvements=involvements,
        grants={
            (users[g.user_id], cases[g.content_object_id]): (
                frozenset(g.categories),
                Period(days(g.since), days(g.until)),
            )
            for g in CaseUserObjectPermission.objects.filter(kind="review_team")
        },
        consents=[
            (
                cases[row.case_id],
                teams[row.team_id],
                Period(days(row.since), days(row.until)),
                days(row.withdrawn_on),
                teams[row.author_team_id],
            )
            for row in Consent.objects.current()
        ],
        records=[],
        closed_accounts={users[user.pk] for user in User.objects.filter(is_active=False)},
        users=len(users),
        organisations=len(organisations),
        people=[persons[p] for p in Case.objects.order_by("pk").values_list("person", flat=True)],
        links=[
            (persons[link.one_id], persons[link.other_id])
            for link in Judgement.objects.filter(answer="same", revoked_at=None)
        ],
    )
    for name in ("seats", "cell", "agreed", "attends", "has_scope", "involved", "one_with"):
        setattr(world, name, cache(getattr(world, name)))  # the same questions, many times
    return Found(world, users, cases, persons, teams)


def write_younger() -> None:
    for name, like in YOUNGER.items():
        for row in MODELS[like].objects.filter(category=MODELS[name].CATEGORY)[:200]:
            make.RECORDS[name](
                case=row.case,
                author_team=row.author_team,
                author=row.author,
                visibility=row.visibility,
                shared_team_ids=row.shared_team_ids,
                share_purpose=row.share_purpose,
                share_basis=row.share_basis,
                shared_until=row.shared_until,
            )


def differences(here: Found) -> Iterator[str]:
    """What a user sees and should not, or does not see and should; one line for each table."""
    rows = {name: list(model.objects.all()) for name, model in MODELS.items()}
    for name, model in MODELS.items():
        if name in PARENT:
            rows[name] = list(model.objects.select_related(PARENT[name]))
    compared = shown_rows = 0
    for user in User.objects.filter(pk__in=Membership.objects.values("user")).order_by("pk"):
        number = here.users[user.pk]
        expected = {
            name: {row.pk for row in all_ if here.sees(number, row)} for name, all_ in rows.items()
        }
        cases = {pk for pk, case in here.cases.items() if here.world.sees_case(number, case)}
        with acting_as(user):
            actual = {
                name: set(model.objects.values_list("pk", flat=True))
                for name, model in MODELS.items()
            }
            seen = set(Case.objects.values_list("pk", flat=True))
        for name in MODELS:
            compared += len(rows[name])
            shown_rows += len(actual[name])
            if wrong := expected[name] ^ actual[name]:
                yield f"{user.username}, {name}: {sorted(wrong)[:5]}"
        if wrong := cases ^ seen:
            yield f"{user.username}, case: {sorted(wrong)[:5]}"
    empty = sorted(name for name, all_ in rows.items() if not all_)
    if empty:
        yield f"nothing to compare of {empty}"
    print(compared, shown_rows)


if __name__ == "__main__":
    write_younger()
    wrong = list(differences(found()))
    sys.exit("\n".join(wrong) if wrong else None)
