"""Until when one may object or appeal against a result in a procedure, as the page of the procedure
or its stage says it: by the table of terms, from the day on which the result was made known."""

from django.utils.translation import gettext as _

from casework.dossiers.enums import ProcedureResult
from casework.dossiers.presentation import Line
from casework.dossiers.procedures import Procedure, ProcedureStep
from casework.journey.calendar import by_law, remedy_until
from casework.journey.guards import format_day
from casework.records.models import Record
from governance.law.enums import ProcedureKind, ProcedureStage
from governance.law.models import LegalTerm, term_on

R, S = ProcedureResult, ProcedureStage
# Of these nobody asks for a remedy.
NO_REMEDY = ("", R.PENDING, R.GRANTED, R.UPHELD, R.WITHDRAWN, R.DISCONTINUED)
# What one does against a result of this stage: the first of which the table holds a term.
REMEDIES_AFTER: dict[str, tuple[ProcedureStage, ...]] = {
    S.DECISION: (S.OBJECTION, S.APPEAL),
    S.OBJECTION: (S.APPEAL,),
    S.APPEAL: (S.HIGHER_APPEAL,),
}


def remedy_lines(record: Record) -> list[Line]:
    """The last day of the remedy against the result of this procedure or stage, with the article
    that says so, or that its first day is not recorded. Empty without such a result, and where the
    table holds no term."""
    if isinstance(record, ProcedureStep):
        kind, stage = record.procedure.kind, record.stage
    elif isinstance(record, Procedure):
        kind, stage = record.kind, _stage_of_result(record)
    else:
        return []
    if record.result in NO_REMEDY:
        return []
    for remedy in REMEDIES_AFTER.get(stage, ()):
        rows = list(LegalTerm.objects.of(kind, remedy))
        if not rows:
            continue
        label = _("Last day for %(remedy)s") % {"remedy": remedy.label}
        if record.known_on is None:
            sentence = _("not known: enter the day on which the result was made known (%(law)s)")
            return [Line(label, sentence % {"law": "Awb 6:8"})]
        term = term_on(rows, record.known_on)
        if term is None:
            return []
        day = format_day(remedy_until(record.known_on, term))
        return [Line(label, f"{day} ({by_law(term.article)})")]
    return []


def _stage_of_result(procedure: Procedure) -> str:
    """Of which stage the result of a procedure is: the last one that was there by then, else the
    decision; of an objection to a decision of the facility the objection."""
    if procedure.kind == ProcedureKind.OBJECTION_LVV_DECISION:
        return S.OBJECTION
    stages = procedure.steps.current().filter(
        stage__in=REMEDIES_AFTER, happened_on__lte=procedure.result_on or procedure.applied_on
    )
    last = stages.order_by("happened_on", "pk").last()
    return last.stage if last else S.DECISION
