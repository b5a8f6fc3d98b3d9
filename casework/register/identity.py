"""Which of several values leads (R3), and names for lists."""

from collections.abc import Iterable

from django.db.models.functions import Coalesce

from casework.register.enums import IdentityStatus, ValueKind
from casework.register.models import IdentityValue
from partners.organisations.enums import OrganisationKind

_ESTABLISHING = (OrganisationKind.AVIM, OrganisationKind.IND)
_SURENESS = {IdentityStatus.ESTABLISHED: 0, IdentityStatus.PLAUSIBLE: 1, IdentityStatus.CLAIMED: 2}


def _rank(status: str, organisation_kind: str) -> int:
    if status == IdentityStatus.ESTABLISHED and organisation_kind not in _ESTABLISHING:
        return 1  # only AVIM and IND establish; another's word makes it plausible
    return _SURENESS[IdentityStatus(status)]


def leading_names(case_ids: Iterable[int]) -> dict[int, str]:
    """The name to show for each case: established by AVIM or IND first, else the surest, else the first said."""
    rows = (
        IdentityValue.objects.current()
        .filter(case__in=list(case_ids), kind=ValueKind.NAME)
        .order_by()
        .values_list(
            "case_id",
            "value",
            "status",
            Coalesce("source_team__organisation__kind", "author_team__organisation__kind"),
            "said_on",
            "id",
        )
    )
    best: dict[int, tuple[tuple[int, object, int], str]] = {}
    for case_id, value, status, kind, said_on, key in rows:
        order = (_rank(status, kind), said_on, key)
        if case_id not in best or order < best[case_id][0]:
            best[case_id] = (order, value)
    return {case_id: value for case_id, (_order, value) in best.items()}


def by_kind(values: Iterable[IdentityValue]) -> dict[str, list[IdentityValue]]:
    """Values of one person by kind, the leading one first, then the other names and claims in the order they came."""
    grouped: dict[str, list[IdentityValue]] = {kind: [] for kind in ValueKind.values}
    for value in values:
        grouped[value.kind].append(value)
    for group in grouped.values():
        group.sort(key=lambda value: (_rank(value.status, value.source.organisation.kind), value.said_on, value.pk))
    return grouped
