"""The acts of an exit: proposing, confirming, declining, undoing; answering a claim; checking
whether it holds."""

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.cases.enums import CaseState, Ending, Ground
from casework.cases.models import Case, Involvement
from casework.cases.partners import team_reads
from casework.escalation.acts import all_over
from casework.formal_decisions.acts import annul, ending_of
from casework.journey.acts import (
    StepRefused,
    end_involvements,
    in_dutch,
    locked,
    refresh_deadline,
    take_step,
)
from casework.journey.deadlines import FAILED_CHECK_TERM
from casework.journey.facts import fact_of
from casework.journey.guards import Missing
from casework.journey.steps import STEPS
from casework.outcomes.enums import CHECK_MONTHS, NEEDS_DECISION, CheckResult, Outcome, Undone
from casework.outcomes.models import Confirmation, Exit, FollowUpCheck, class_of
from casework.outcomes.perms import COMPETENT, FOLLOWS
from casework.records.enums import EndReason, ShareBasis
from casework.records.models import VersionConflict
from casework.shelter.models import Absence, Stay
from casework.tasks.acts import done
from casework.tasks.models import Task
from governance.access.clearance import Clearance
from governance.access.enums import Category, Visibility
from lvv.common.database import call
from partners.accountability.history import set_change_reason
from partners.organisations.models import Team

FAILED_CHECK = "failed_check"
DID_NOT_HOLD = gettext_lazy("After %(months)s months the outcome did not hold: what do you know?")
FOLLOWED = gettext_lazy("Following the outcome")
# What goes along: the document, and from whom it came where that team is not at work there.
TAKEN_OVER = {
    "document": gettext_lazy("Dossier taken over"),
    "municipality": gettext_lazy(", from the municipality there"),
    "ngo": gettext_lazy(", from an NGO there"),
}


def exit_of(case: Case) -> Exit | None:
    """The exit that stands in a case, proposed or confirmed."""
    exit_: Exit | None = (
        Exit.objects.current()
        .filter(case=case, undone_on=None)
        .select_related("classed", "formal_decision")
        .first()
    )
    return exit_


@transaction.atomic
def propose_exit(case: Case, data: dict[str, Any], *, by: Clearance, author_team: int) -> Exit:
    """The case stays where it is until the coordinator confirms."""
    case = locked(case)
    if case.state not in STEPS["T11"].sources or exit_of(case) is not None:
        raise StepRefused(case, [Missing(_("There is an exit in this case already."), "exit")])
    decision = ending_of(case) if data["reason"] in NEEDS_DECISION else None
    made: Exit = Exit.objects.create(
        case=case,
        author_team_id=author_team,
        author=by.user,
        state_before=case.state,
        formal_decision=decision,
        **data,
    )
    done(case, ["exit_confirmed"], by=by)
    refresh_deadline(case)
    return made


@transaction.atomic
def confirm_exit(exit_: Exit, *, by: Clearance, version: str) -> Case:
    """T11. The class follows from the table of that day; involvements without anything to follow
    end, and what was still asked of a level above."""
    case = locked(exit_.case)
    row: Exit = Exit.objects.select_for_update(of=("self",)).get(pk=exit_.pk)
    row.claim_version(version)
    row.state_before = case.state
    if row.reason in NEEDS_DECISION:  # the one that stands now
        row.formal_decision = ending_of(case)
    row.confirmed_on, row.confirmed_by = timezone.localdate(), by.user
    _class(row)
    set_change_reason(row, "confirmed")
    row.save()
    words = {name: in_dutch(text) for name, text in TAKEN_OVER.items()}
    if row.outcome != Outcome.MOVED_TO_OTHER_PILOT:
        call("transfer_lapses", row.pk)
    elif not call("transfer_case", row.pk, json.dumps(words)) and (
        fact_of(case).accepted_elsewhere
    ):
        # Why it cannot be is nobody's to tell here (R1).
        sentence = _("The case cannot be handed over now; settle it with the other pilot.")
        raise StepRefused(case, [Missing(sentence, "transfer")])
    all_over(case)
    done(case, ["exit_confirmed"], by=by)
    case = take_step(case, "T11", by=by, on=row.exited_on)
    _others_leave(case, row)
    return case


def _class(row: Exit) -> None:
    """Set the class of the outcome on the day of the exit, and whether a competent partner is asked
    to confirm it."""
    row.classed, row.claim_open = class_of(row.outcome, row.exited_on), row.outcome in COMPETENT


def _others_leave(case: Case, row: Exit) -> None:
    end_involvements(case, (*COMPETENT.get(row.outcome, ()), *FOLLOWS.get(row.outcome, ())))


@transaction.atomic
def establish(exit_: Exit, data: dict[str, Any], *, version: str) -> None:
    """Record what became of the person, once it is known or explained. History keeps what the exit
    said before; the class is that of the day of the exit."""
    case = _followed(exit_)
    row: Exit = Exit.objects.select_for_update(of=("self",)).get(pk=exit_.pk)
    row.claim_version(version)
    for name, value in data.items():
        setattr(row, name, value)
    _class(row)
    set_change_reason(row, "established")
    row.save()
    _others_leave(case, row)
    refresh_deadline(case)


@transaction.atomic
def decline_exit(exit_: Exit, why: str, *, version: str) -> None:
    case = locked(exit_.case)
    row: Exit = Exit.objects.select_for_update(of=("self",)).get(pk=exit_.pk)
    if row.confirmed_on is not None or row.ended_at is not None:
        raise VersionConflict
    row.claim_version(version)
    row.undone_reason = why
    row.end(EndReason.MISTAKE)
    refresh_deadline(case)


@transaction.atomic
def undo_exit(exit_: Exit, data: dict[str, Any], *, by: Clearance, version: str) -> Case:
    """T16: back to where the case was since that day, with the teams that took part until the exit,
    which take part again from today (R21)."""
    case = locked(exit_.case)
    row: Exit = (
        Exit.objects.select_for_update(of=("self",))
        .select_related("formal_decision")
        .get(pk=exit_.pk)
    )
    row.claim_version(version)
    case = take_step(case, "T16", by=by, to=CaseState(row.state_before), on=data["undone_on"])
    row.undone_on, row.undone = data["undone_on"], data["undone"]
    row.undone_reason = data["undone_reason"]
    set_change_reason(row, data["undone"])
    row.save()
    if row.formal_decision and data["undone"] in (Undone.ANNULLED, Undone.SUSPENDED):
        annul(row.formal_decision, data["undone_reason"], data["undone_on"])
    ended = Involvement.objects.filter(case=case, until=row.confirmed_on, ending=Ending.EXIT)
    for involvement in ended.exclude(ground=Ground.STAY).select_related("team"):
        if not Involvement.objects.in_force().filter(case=case, team=involvement.team).exists():
            Involvement.objects.create(
                case=case,
                team=involvement.team,
                ground=involvement.ground,
                worker=involvement.worker,
                explanation=involvement.explanation,
            )
    refresh_deadline(case)
    return case


def _standing(exit_: Exit) -> Case:
    """The locked case of an exit that still stands. Raises StepRefused."""
    case = locked(exit_.case)
    standing = exit_of(case)
    if standing is None or standing.pk != exit_.pk:
        raise StepRefused(case, [Missing(_("The exit was undone meanwhile."), "case_detail")])
    return case


def _followed(exit_: Exit) -> Case:
    """The locked case of an exit that still stands and is followed: not archived. Raises
    StepRefused."""
    case = _standing(exit_)
    if case.state not in (CaseState.EXITED, CaseState.IN_AFTERCARE):
        raise StepRefused(case, [Missing(_("The case was archived meanwhile."), "case_detail")])
    return case


@transaction.atomic
def answer_claim(
    exit_: Exit, data: dict[str, Any], *, by: Clearance, author_team: int
) -> Confirmation:
    """Record the answer of a competent partner to the claim. A later answer may differ. Raises
    StepRefused if the same was given before."""
    case = _standing(exit_)
    mine = Confirmation.objects.current().filter(
        exit=exit_, author_team=author_team, source_team=data.get("source_team_id")
    )
    last = mine.order_by("pk").last()
    if last is not None and all(
        getattr(last, name) == data.get(name) for name in ("result", "said_on", "evidence")
    ):
        raise StepRefused(case, [Missing(_("This answer was given already."), "exit")])
    made: Confirmation = Confirmation.objects.create(
        case=case, exit=exit_, author_team_id=author_team, author=by.user, **data
    )
    refresh_deadline(case)
    return made


@transaction.atomic
def record_check(exit_: Exit, data: dict[str, Any], *, by: Clearance, author_team: int) -> None:
    """Record a follow-up check (R12). A result "lapsed", because the person died or is back, makes
    all unrecorded checks lapse. Raises StepRefused."""
    case = _followed(exit_)
    done = set(FollowUpCheck.objects.current().filter(exit=exit_).values_list("months", flat=True))
    if data["months"] in done:
        raise StepRefused(case, [Missing(_("This check was recorded already."), "exit")])
    lapses = data["result"] == CheckResult.LAPSED
    for months in sorted(set(CHECK_MONTHS) - done) if lapses else [data["months"]]:
        FollowUpCheck.objects.create(
            case=case,
            exit=exit_,
            author_team_id=author_team,
            author=by.user,
            **{**data, "months": months},
        )
    if data["result"] == CheckResult.DOES_NOT_HOLD and author_team == case.lead_team_id:
        _ask_who_follows(case, exit_, data["months"], by=by)
    refresh_deadline(case)


def _ask_who_follows(case: Case, exit_: Exit, months: int, *, by: Clearance) -> None:
    """Ask the partners that follow this outcome, as far as they may read that it did not hold, what
    they know of it."""
    follow = (*COMPETENT.get(exit_.outcome, ()), *FOLLOWS.get(exit_.outcome, ()))
    reads = team_reads(case.team_ids) if by.writes(case, Category.CONFERENCE) else {}
    for team in Team.objects.filter(pk__in=reads, organisation__kind__in=follow):
        needs = (Category.OUTCOME, Category.CONFERENCE)
        if all(reads[team.pk].get(category) in ("read", "write") for category in needs):
            Task.objects.create(
                case=case,
                author_team_id=case.lead_team_id,
                author=by.user,
                to_team=team,
                rule=FAILED_CHECK,
                what=in_dutch(DID_NOT_HOLD, months=months),
                due_on=timezone.localdate() + FAILED_CHECK_TERM,
                visibility=Visibility.SELECTED_PARTNERS,
                shared_team_ids=[team.pk],
                share_purpose=in_dutch(FOLLOWED),
                share_basis=ShareBasis.CONVENANT,
            )


@transaction.atomic
def take_back_checks(exit_: Exit, checks: Iterable[UUID]) -> None:
    """Checks that were recorded by mistake: they count no longer, and are to be done again."""
    case = _followed(exit_)
    rows = FollowUpCheck.objects.current().filter(exit=exit_, reference__in=list(checks))
    for row in rows.select_for_update(of=("self",)):
        row.version += 1
        row.end(EndReason.MISTAKE)
    for task in Task.objects.current().filter(case=case, rule=FAILED_CHECK, answer=""):
        task.version += 1
        task.end(EndReason.MISTAKE)
    refresh_deadline(case)


@transaction.atomic
def leave_unconfirmed(exit_: Exit, why: str, *, version: str) -> None:
    case = _standing(exit_)
    row: Exit = Exit.objects.select_for_update(of=("self",)).get(pk=exit_.pk)
    row.claim_version(version)
    row.unconfirmed_because, row.claim_open = why, False
    set_change_reason(row, "unconfirmed")
    row.save()
    refresh_deadline(case)


def too_early(case: Case, outcome: str) -> int | None:
    """Days left of the pilot's return term for a person who left with unknown destination and may
    still come back (R14). The full term if the person has a stay but no absence was recorded. None
    if there is no term, it is over, or neither is recorded."""
    term = case.pilot.return_term_days
    if outcome != Outcome.UNKNOWN_DESTINATION or term is None:
        return None
    away = Absence.objects.current().filter(case=case, until=None).order_by("since").first()
    if away is None:
        return term if Stay.objects.current().filter(case=case).exists() else None
    left = term - (timezone.localdate() - away.since).days
    return left if left > 0 else None
