"""Which of several values leads (R3), and names for lists."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db import connection
from django.utils.translation import gettext as _

from casework.register.enums import IdentityStatus, ValueKind
from casework.register.models import IdentityValue
from partners.accounts.models import User
from partners.organisations.enums import OrganisationKind

_ESTABLISHING = (OrganisationKind.AVIM, OrganisationKind.IND)
_SURENESS = {IdentityStatus.ESTABLISHED: 0, IdentityStatus.PLAUSIBLE: 1, IdentityStatus.CLAIMED: 2}


LEADING = """
    SELECT v.case_id, v.kind, v.value, v.status, v.said_on, v.id,
           CASE v.status WHEN 'established' THEN (
               SELECT o.kind FROM partners_team t
               JOIN partners_organisation o ON o.id = t.organisation_id
               WHERE t.id = coalesce(v.source_team_id, v.author_team_id)) ELSE '' END
    FROM casework_identityvalue v
    WHERE v.case_id = ANY (%s) AND v.kind = ANY (%s) AND v.ended_at IS NULL
      AND (%s OR v.visibility = 'permitted_partners' AND not_over(v.shared_until))
"""


def _rank(status: str, organisation_kind: str) -> int:
    if status == IdentityStatus.ESTABLISHED and organisation_kind not in _ESTABLISHING:
        return 1  # only AVIM and IND establish; another's word makes it plausible
    return _SURENESS[IdentityStatus(status)]


def leading_names(case_ids: Iterable[int], *, plain: bool = False) -> dict[int, str]:
    """The name to show for each case. Who died is called so beside it, unless `plain`."""
    return {
        case_id: called(name, died and not plain)
        for case_id, (name, died) in leading_persons(case_ids).items()
    }


def leading_persons(case_ids: Iterable[int]) -> dict[int, tuple[str, bool]]:
    """For each case the name, established by AVIM or IND first, else the surest, else the first
    said; and whether the person died."""
    kinds = [ValueKind.NAME, ValueKind.DEATH_DATE]
    return {
        case_id: (values.get(ValueKind.NAME, ""), ValueKind.DEATH_DATE in values)
        for case_id, values in leading_values(case_ids, kinds).items()
    }


def name_for_all(case_id: int) -> str:
    """The leading name of those that every partner reads, for a text with more readers than this
    worker; empty if there is none."""
    return leading_values([case_id], [ValueKind.NAME], kept=False).get(case_id, {}).get("name", "")


def leading_values(
    case_ids: Iterable[int], kinds: Sequence[str], *, kept: bool = True
) -> dict[int, dict[str, str]]:
    """For each case the leading value of each of these kinds that this worker reads; without `kept`
    of those that are for every partner.

    In SQL by hand: building the same query through the ORM costs more than running it, and every
    list asks it.
    """
    with connection.cursor() as cursor:
        cursor.execute(LEADING, [list(case_ids), list(kinds), kept])
        rows = cursor.fetchall()
    best: dict[tuple[int, str], tuple[int, object, int]] = {}
    result: dict[int, dict[str, str]] = {}
    for case_id, kind, value, status, said_on, key, by in rows:
        order = (_rank(status, by), said_on, key)
        if (case_id, kind) not in best or order < best[case_id, kind]:
            best[case_id, kind] = order
            result.setdefault(case_id, {})[kind] = value
    return result


def called(name: str, died: object) -> str:
    """The name, with what everybody who reads it must know first: that the person died."""
    return _("%(name)s (deceased)") % {"name": name} if name and died else name


def record_death(case_id: int, day: str, *, by: User, team: int) -> None:
    """Record as an identity value, claimed by this team, on which day the person died, wherever
    that turns out. Nothing is recorded if a day of death stands there, or none is said."""
    deaths = IdentityValue.objects.current().filter(case=case_id, kind=ValueKind.DEATH_DATE)
    if day and not deaths.exists():
        IdentityValue.objects.create(
            case_id=case_id,
            kind=ValueKind.DEATH_DATE,
            value=day,
            status=IdentityStatus.CLAIMED,
            author_team_id=team,
            author=by,
        )


def born_on_or_after(case_id: int) -> date | None:
    """The earliest day on which the person can have been born, by all visible birth dates. None if
    there are none."""
    text = IdentityValue.objects.current().filter(case=case_id, kind=ValueKind.BIRTH_DATE)
    days = [
        date.fromisoformat((value + "-01-01")[:10])
        for value in text.values_list("value", flat=True)
    ]
    return min(days, default=None)


def by_kind(values: Iterable[IdentityValue]) -> dict[str, list[IdentityValue]]:
    """Values of one person by kind, the leading one first, then the other names and claims in
    the order they came."""
    grouped: dict[str, list[IdentityValue]] = {kind: [] for kind in ValueKind.values}
    for value in values:
        grouped[value.kind].append(value)
    for group in grouped.values():
        group.sort(
            key=lambda value: (
                _rank(value.status, value.source.organisation.kind),
                value.said_on,
                value.pk,
            )
        )
    return grouped


def distinct(values: list[IdentityValue]) -> list[IdentityValue]:
    """Each value once, in its surest row, in the given order. Who stated it is shown on the
    person's page."""
    result: dict[str, IdentityValue] = {}
    for value in values:
        result.setdefault(value.value, value)
    return list(result.values())
