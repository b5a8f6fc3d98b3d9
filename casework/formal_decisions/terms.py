"""Until when one may object to a formal decision, by the law as it was when it was made known."""

from dataclasses import dataclass, field
from datetime import date

from casework.journey.calendar import remedy_until
from governance.law.enums import ProcedureKind, ProcedureStage
from governance.law.models import LegalTerm, Term, term_on


@dataclass(frozen=True)
class TermsToObject:
    """The law's terms to object, read once."""

    rows: list[LegalTerm] = field(
        default_factory=lambda: list(
            LegalTerm.objects.of(ProcedureKind.OBJECTION_LVV_DECISION, ProcedureStage.OBJECTION)
        )
    )

    def on(self, known: date) -> Term | None:
        """The term for what was made known on this day. None if the table holds none."""
        return term_on(self.rows, known)

    def until(self, known: date) -> date | None:
        term = self.on(known)
        return remedy_until(known, term) if term else None
