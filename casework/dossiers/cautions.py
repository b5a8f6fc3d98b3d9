"""R15: what goes badly together in one case. It warns whoever reads both, and stands in nobody's
way."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from casework.dossiers.enums import MediationResult, ProcedureResult
from casework.dossiers.presentation import is_over
from casework.records.models import Record
from casework.register.enums import RelationKind, ValueKind
from casework.register.values import display, may_be_minor
from governance.law.enums import ProcedureKind

P = ProcedureKind
ASYLUM = {P.FIRST_ASYLUM, P.REPEAT_ASYLUM}
NO_FAULT = {P.NO_FAULT, P.NO_FAULT_MEDICAL, P.MEDIATION_REQUEST}
RESIDENCE = ASYLUM | {
    P.REGULAR_FAMILY_LIFE,
    P.REGULAR_MEDICAL,
    P.REGULAR_TRAFFICKING,
    P.REGULAR_OTHER,
}


def cautions(records: dict[str, list[Record]], born: str, today: date, died: str = "") -> list[str]:
    """Warnings about combinations of the records of one case that this reader sees. `born` and
    `died` are the leading dates of birth and of death."""

    def holds(slug: str) -> Iterable[Any]:
        return (record for record in records[slug] if record.ended_at is None)

    pending = {row.kind for row in holds("procedure") if row.result == ProcedureResult.PENDING}
    mediates = any(row.result == MediationResult.PENDING for row in holds("mediation"))
    result = []
    if (mediates or pending & NO_FAULT) and pending & RESIDENCE:
        result.append(
            _(
                "A mediation or no-fault application runs beside a procedure for residence: "
                "they do not go together."
            )
        )
    if P.STATELESSNESS in pending and pending & ASYLUM:
        result.append(
            _(
                "A petition about statelessness beside an undecided asylum application is not "
                "taken up by the court."
            )
        )
    if died:
        day = display(ValueKind.DEATH_DATE, died)
        asks = _("This person died (%(day)s). Is what you want to do here still needed?")
        result.append(asks % {"day": day})
    responsible = any(
        row.kind in (RelationKind.PARENT, RelationKind.GUARDIAN) for row in holds("relation")
    )
    if may_be_minor(born, today) and not died and not responsible:
        result.append(
            _("The person may be a minor: who is responsible? Record a parent or a guardian.")
        )
    if may_be_minor(born, today) and any(not is_over(row) for row in holds("stay")):
        result.append(_("The person may be a minor, and stays in the facility."))
    return result
