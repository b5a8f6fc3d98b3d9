"""The acts of formal decisions: issuing one, with the step that follows from it; going back to
the conference."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.cases.enums import ADMITTED_STATES
from casework.cases.models import Case
from casework.conference.enums import ADMITS, DecisionKind
from casework.conference.models import ConferenceDecision
from casework.formal_decisions.copies import Copies, send_copies
from casework.formal_decisions.enums import FormalKind
from casework.formal_decisions.letters import template_of
from casework.formal_decisions.models import FormalDecision
from casework.intake.acts import criteria_of
from casework.journey.acts import StepRefused, locked, refresh_deadline, take_step
from casework.journey.guards import Missing, format_day
from casework.tasks.acts import done
from governance.access.clearance import Clearance
from governance.mandates.models import MandateDecision
from partners.accountability.history import set_change_reason

K, D = FormalKind, DecisionKind
# On which decisions of the conference a formal one rests; an ending may also be the municipality's
# own.
RESTS_ON = {
    K.ADMITTED: ADMITS,
    K.REFUSED: (D.NOT_ADMITTED,),
    K.EXTENDED: (D.EXTENSION,),
    K.ENDED: (D.TERMINATION_PROPOSED,),
}
STEP = {K.ADMITTED: "T7", K.REFUSED: "T8"}


@transaction.atomic
def issue(
    case: Case,
    data: dict[str, Any],
    *,
    by: Clearance,
    author_team: int,
    mandate: MandateDecision | None,
    function: str,
    letter: str,
    copies: Copies,
) -> FormalDecision:
    """Issue a formal decision with its letter, which makes it known today unless it was sent
    elsewhere before; admitting and refusing take the step of the case with it (T7, T8)."""
    case = locked(case)
    kind, decided_on = K(data["kind"]), data["decided_on"]
    if kind not in STEP and case.state not in ADMITTED_STATES:
        raise StepRefused(
            case, [Missing(_("Only who is admitted can be extended or ended."), "case_detail")]
        )
    if kind == K.ENDED and ending_of(case) is not None:
        raise StepRefused(
            case, [Missing(_("It was decided already that the stay ends."), "formal_decisions")]
        )
    if mandate is None and not case.pilot.municipal_mode:
        raise StepRefused(case, [Missing(_("A decision in the minister's name needs a mandate."))])
    if (
        mandate is not None
        and not MandateDecision.objects.in_force(decided_on, case.pilot)
        .filter(pk=mandate.pk)
        .exists()
    ):
        raise StepRefused(
            case, [Missing(_("This mandate decision does not hold on the day of the decision."))]
        )
    rests = (
        ConferenceDecision.objects.current()
        .filter(case=case, kind__in=RESTS_ON[kind])
        .order_by("decided_on", "pk")
    )
    decision = rests.last()
    if kind == K.EXTENDED and (decision is None or _used(decision)):
        raise StepRefused(
            case,
            [Missing(_("An extension needs a decision of the conference (R16)."), "conference")],
        )
    if kind not in STEP and decision is not None and decided_on < decision.decided_on:
        if kind == K.EXTENDED:
            older = _("The conference decided on this on %(day)s; the decision cannot be older.")
            raise StepRefused(case, [Missing(older % {"day": format_day(decision.decided_on)})])
        decision = None  # an ending of the municipality's own, before the conference spoke of one
    made: FormalDecision = FormalDecision.objects.create(
        case=case,
        author_team_id=author_team,
        author=by.user,
        mandate=mandate,
        function=function,
        letter=letter,
        conference_decision=decision,
        criteria=criteria_of(case.pilot, decided_on),
        template=template_of(case.pilot, kind, decided_on),
        **{**data, "known_on": data.get("known_on") or timezone.localdate()},
    )
    send_copies(made, copies)
    done(case, [k.value for k in RESTS_ON[kind]], by=by)
    if kind in STEP:
        take_step(
            case, STEP[kind], by=by, on=data["effective_on"] if kind == K.ADMITTED else decided_on
        )
    else:
        refresh_deadline(case)
    return made


def ending_of(case: Case) -> FormalDecision | None:
    """The formal decision to end that stands. None if there is none, or a later one extended the
    admission."""
    standing = FormalDecision.objects.current().filter(
        case=case, annulled_on=None, kind__in=(K.ENDED, K.EXTENDED)
    )
    last: FormalDecision | None = standing.order_by("decided_on", "pk").last()
    return last if last is not None and last.kind == K.ENDED else None


def _used(decision: ConferenceDecision) -> bool:
    return FormalDecision.objects.current().filter(conference_decision=decision).exists()


def annul(decision: FormalDecision, why: str, on: date) -> None:
    """Annul a formal decision, as of a day. Its letter stays as it was sent."""
    decision.annulled_on, decision.annulled_because = on, why
    decision.version += 1
    set_change_reason(decision, "annulled")
    decision.save()


@transaction.atomic
def reopen(case: Case, why: str, *, by: Clearance, version: str, on: date) -> Case:
    """T9: the refusal no longer stands since that day, and the conference decides anew."""
    case = locked(case)
    case.progress.check_version(version)
    case = take_step(case, "T9", by=by, on=on)
    refusal = (
        FormalDecision.objects.current()
        .filter(case=case, kind=K.REFUSED, annulled_on=None)
        .order_by("pk")
        .last()
    )
    if refusal is not None:
        annul(refusal, why, on)
    refresh_deadline(case)
    return case


@transaction.atomic
def set_aside(decision: FormalDecision, why: str, *, version: str, on: date) -> None:
    """Annul a decision to end as of that day, after a ruling or a mistake, while the person is
    still admitted, so that the person stays. Raises StepRefused or VersionConflict."""
    case = locked(decision.case)
    row: FormalDecision = FormalDecision.objects.select_for_update(of=("self",)).get(pk=decision.pk)
    row.check_version(version)
    standing = ending_of(case)
    if standing is None or standing.pk != row.pk or case.state not in ADMITTED_STATES:
        raise StepRefused(
            case, [Missing(_("This decision to end does not stand any more."), "formal_decisions")]
        )
    annul(row, why, on)
    refresh_deadline(case)
