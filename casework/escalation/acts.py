"""The acts of an escalation (R26): asking, contributing, who advises, the advice, and what is
done with it."""

from collections import Counter
from datetime import date
from typing import Any

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.cases.models import Case
from casework.escalation.enums import Level
from casework.escalation.models import Escalation, EscalationPart
from casework.journey.acts import StepRefused, in_dutch, locked, refresh_deadline
from casework.journey.facts import Decided, Facts
from casework.journey.guards import Missing
from casework.records.enums import EndReason
from casework.records.models import VersionConflict
from casework.tasks.acts import done
from governance.access.clearance import Clearance
from lvv.common.database import call
from partners.accountability.history import set_change_reason
from partners.organisations.enums import OrganisationKind
from partners.organisations.models import Membership

ASKED_BY = {
    Level.MRT: "escalate_mrt"
}  # the decision of the conference; the levels above it have one kind
ABOVE = "escalate_steering"


def reached(case: Case) -> str:
    """The highest level at which a question of this case was put; the conference itself to begin
    with."""
    levels = list(Level)
    asked = Escalation.objects.current().filter(case=case).values_list("level", flat=True)
    return max((Level(level) for level in asked), key=levels.index, default=Level.LSO)


def askable(case: Case, facts: Facts) -> list[Level]:
    """Levels above the highest reached to which the conference decided to put a question that was
    not put yet."""
    levels, asked = list(Level), Escalation.objects.current().filter(case=case)
    used = set(asked.values_list("decision", flat=True))
    return [
        level
        for level in levels[levels.index(Level(reached(case))) + 1 :]
        if (decision := asked_by(level, facts)) and decision.key not in used
    ]


def asked_by(level: Level, facts: Facts) -> Decided | None:
    """The last decision of the conference to put a question to this level."""
    return facts.last_decision(ASKED_BY.get(level, ABOVE))


@transaction.atomic
def ask(
    case: Case, data: dict[str, Any], facts: Facts, *, by: Clearance, author_team: int
) -> Escalation:
    """A question that the conference decided to put to a level above it."""
    case = locked(case)
    if not case.is_open:
        raise StepRefused(
            case,
            [Missing(_("Only of an open case a question is put to a level above."), "case_detail")],
        )
    decision = asked_by(Level(data["level"]), facts)
    if decision is None or Escalation.objects.current().filter(decision=decision.key).exists():
        raise StepRefused(
            case,
            [
                Missing(
                    _("The conference has not decided to put a question to this level."),
                    "conference",
                )
            ],
        )
    if Escalation.objects.current().filter(case=case, adopted=None).exists():
        raise StepRefused(
            case,
            [Missing(_("There is a question under way at another level already."), "escalation")],
        )
    made: Escalation = Escalation.objects.create(
        case=case, author_team_id=author_team, author=by.user, decision_id=decision.key, **data
    )
    done(case, ["escalate_mrt", "escalate_steering"], by=by)
    refresh_deadline(case)
    return made


def part_of(asked: Escalation, team: int) -> EscalationPart | None:
    """What this team has written on the form of a question."""
    return (
        EscalationPart.objects.current()
        .filter(escalation=asked, author_team=team, source_team=None)
        .first()
    )


@transaction.atomic
def contribute(
    asked: Escalation, text: str, *, by: Clearance, author_team: int, version: str
) -> None:
    """What one team writes on the form that all complete; said again, it replaces what it said
    before, at the version that was seen. Raises VersionConflict."""
    locked(asked.case)
    held = part_of(asked, author_team)
    EscalationPart.claim(held, version)
    if held is None:
        EscalationPart.objects.create(
            case_id=asked.case_id,
            escalation=asked,
            author_team_id=author_team,
            author=by.user,
            text=text,
        )
        return
    held.text, held.said_on = text, timezone.localdate()
    held.save()


# How many members of a review team come from each kind of organisation; no more are let in.
SEATS = {
    OrganisationKind.MUNICIPALITY: 1,
    OrganisationKind.NGO: 1,
    OrganisationKind.IND: 2,
    OrganisationKind.DTV: 1,
}
MEMBER = gettext_lazy("member of the review team")


@transaction.atomic
def admit(asked: Escalation, account: str) -> str:
    """Let somebody advise, with personal access until the answer.

    Returns what is in the way, or nothing: `closed` for a question that no review team answers,
    `unknown` for an account that cannot be a member, `full` where its kind of organisation has all
    its seats, `involved` for somebody of a service who had to do with the case before.
    """
    locked(asked.case)  # one after the other: seats are counted
    asked.refresh_from_db()
    open_until = asked.answer_due_on if asked.adopted is None and asked.ended_at is None else None
    if asked.level != Level.MRT or open_until is None or open_until < timezone.localdate():
        return "closed"
    member = _eligible(account)
    if member is None:
        return "unknown"
    kind = OrganisationKind(member.organisation.kind)
    others = asked.members.advising().filter(organisation__kind=kind).exclude(user=member.user_id)
    if others.count() >= SEATS[kind]:
        return "full"
    who, its = member.user_id, member.organisation_id
    admitted = call("escalation_admit", asked.pk, who, its, SEATS[kind], in_dutch(MEMBER))
    return "" if admitted else "involved"


def _eligible(account: str) -> Membership | None:
    """Membership by which this account could sit in a review team: that of a service if there is
    one. None if the account has no such membership, or also works for the police, the ministry or
    the VNG."""
    seats = (
        Membership.objects.in_force()
        .filter(user__username=account, organisation__kind__in=SEATS)
        .select_related("organisation")
        .order_by("pk")
    )
    services = (OrganisationKind.IND, OrganisationKind.DTV)
    result = sorted(seats, key=lambda seat: seat.organisation.kind not in services)
    if not result:
        return None
    return result[0] if call("access_grantable", result[0].user_id) else None


def seats_empty(asked: Escalation) -> list[str]:
    """Of which organisations the review team has not all its members yet."""
    there = Counter(asked.members.advising().values_list("organisation__kind", flat=True))
    return [str(kind.label) for kind, seats in SEATS.items() if there[kind] < seats]


@transaction.atomic
def advise(asked: Escalation, advice: str, advised_on: date, *, version: str) -> None:
    case = locked(asked.case)
    row: Escalation = Escalation.objects.select_for_update(of=("self",)).get(pk=asked.pk)
    row.claim_version(version)
    if row.level == Level.MRT and (empty := seats_empty(row)):
        sentence = _("The review team is not complete yet: %(kinds)s.") % {
            "kinds": ", ".join(empty)
        }
        raise StepRefused(case, [Missing(sentence, "escalation")])
    row.advice, row.advised_on = advice, advised_on
    set_change_reason(row, "advised")
    row.save()
    refresh_deadline(case)


@transaction.atomic
def extend(asked: Escalation, until: date, *, version: str) -> None:
    """Another day for the answer; who advises reads until then."""
    case = locked(asked.case)
    row: Escalation = Escalation.objects.select_for_update(of=("self",)).get(pk=asked.pk)
    row.claim_version(version)
    row.answer_due_on = until
    set_change_reason(row, "extended")
    row.save()
    for account in row.members.advising().values_list("user__username", flat=True):
        admit(row, account)
    refresh_deadline(case)


@transaction.atomic
def withdraw(asked: Escalation, *, version: str) -> None:
    """The question needs no answer any more; whoever was to advise reads no further."""
    case = locked(asked.case)
    row: Escalation = Escalation.objects.select_for_update(of=("self",)).get(pk=asked.pk)
    row.claim_version(version)
    if row.adopted is not None or row.ended_at is not None:
        raise VersionConflict
    _over(row)
    refresh_deadline(case)


def all_over(case: Case) -> None:
    """Withdraw every open question of a case: a person who has left needs no answer."""
    for row in (
        Escalation.objects.current().select_for_update(of=("self",)).filter(case=case, adopted=None)
    ):
        row.version += 1
        _over(row)


def _over(row: Escalation) -> None:
    row.end(EndReason.OVER)
    members_leave(row)


@transaction.atomic
def answer(
    asked: Escalation, adopted: bool, reasons: str, adopted_on: date, *, version: str
) -> None:
    """Record what a level above the review team decided: advice followed, or not with reasons.
    Advice of a review team is decided upon in a meeting instead (R26). Raises StepRefused or
    VersionConflict."""
    case = locked(asked.case)
    row: Escalation = Escalation.objects.select_for_update(of=("self",)).get(pk=asked.pk)
    row.claim_version(version)
    if row.advised_on is None or row.adopted is not None:
        raise StepRefused(
            case, [Missing(_("There is no advice that waits for an answer."), "escalation")]
        )
    row.adopted, row.adopted_reasons, row.adopted_on = adopted, reasons, adopted_on
    set_change_reason(row, "answered")
    row.save()
    members_leave(row)
    refresh_deadline(case)


def dismiss(asked: Escalation, user: int) -> None:
    """Somebody who was let in by mistake advises no longer, and reads no further."""
    call("escalation_dismiss", get_object_or_404(asked.members.advising(), user=user).pk)


def members_leave(asked: Escalation) -> None:
    call("escalation_members_leave", asked.pk)
