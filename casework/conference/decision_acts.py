"""Positions and decisions on an item. A decision locks the case first, and writes what it leads to
in the same act: scenario, commitments, tasks, steps."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.cases.case_reader import reveals_always
from casework.cases.models import Case
from casework.conference.attendance_acts import lacks_quorum
from casework.conference.enums import ADMISSION, ASKS, FROM, SETS_SCENARIO, DecisionKind
from casework.conference.models import AgendaItem, ConferenceDecision, Meeting, Position
from casework.escalation.acts import members_leave
from casework.escalation.models import Escalation
from casework.journey.acts import StepRefused, in_dutch, locked, refresh_deadline
from casework.journey.facts import fact_of
from casework.journey.guards import Missing, format_day
from casework.plan.models import Action, Scenario
from casework.tasks.acts import RULE_LENGTH
from casework.tasks.models import Task
from governance.access.clearance import Clearance
from governance.access.enums import Visibility
from partners.accountability.history import set_change_reason
from partners.organisations.models import Team

D = DecisionKind
TASK_DAYS = 14  # within which the municipality does what a decision asks of it


@transaction.atomic
def take_position(
    item: AgendaItem,
    data: dict[str, Any],
    *,
    by: Clearance,
    author_team: int,
    source_team: int | None = None,
    version: str,
) -> None:
    """Record a team's position on an item. A second one replaces the first, at the version that
    was seen. Raises VersionConflict."""
    locked(item.case)
    day = item.meeting.on if item.meeting.afterwards else timezone.localdate()
    held = (
        Position.objects.current()
        .filter(item=item, author_team=author_team, source_team=source_team)
        .first()
    )
    Position.claim(held, version)
    if held is None:
        more = (
            {
                "received_on": timezone.localdate(),
                "received_document": in_dutch(gettext_lazy("in the meeting")),
            }
            if source_team
            else {}
        )
        Position.objects.create(
            case_id=item.case_id,
            item=item,
            author_team_id=author_team,
            author=by.user,
            source_team_id=source_team,
            said_on=day,
            **data,
            **more,
        )
        return
    for name, value in data.items():
        setattr(held, name, value)
    held.said_on = day
    held.save()


# Of these one item may have several; of the others the same one, after no other of its family, was
# sent twice. Another day or body makes it another decision, other words do not: they belong in the
# summary.
SEVERAL = (D.RESEARCH_QUESTION, D.COMMITMENTS_SET)
FAMILIES: tuple[tuple[DecisionKind, ...], ...] = (ADMISSION, SETS_SCENARIO)
SAME = ("kind", "scenario", "body", "due_on", "review_on")


@transaction.atomic
def decide(
    item: AgendaItem,
    data: dict[str, Any],
    commitments: list[tuple[int, str, date]],
    *,
    by: Clearance,
    author_team: int,
    version: str,
) -> ConferenceDecision:
    """One decision about one case, with all that follows from it, from the version of the item
    that the chair saw. Raises StepRefused or VersionConflict, and nothing is written."""
    case = locked(item.case)
    item = AgendaItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    item.claim_version(version)
    meeting: Meeting = Meeting.objects.select_related("pilot").get(pk=item.meeting_id)
    if not meeting.is_running:
        raise StepRefused(case, [Missing(_("Decisions are taken while the meeting is under way."))])
    if lacks_quorum(meeting):
        few = _(
            "Record first who is there: this conference decides with at least %(quorum)s "
            "organisations at the table."
        )
        raise StepRefused(case, [Missing(few % {"quorum": meeting.quorum})])
    facts = fact_of(case)
    if facts.state not in FROM.get(data["kind"], (facts.state,)):
        moved = _("The case is “%(state)s” by now; this decision does not fit it any more.")
        raise StepRefused(case, [Missing(moved % {"state": case.state_label}, "case_detail")])
    # Of the day on which it was held, also where it is written down the next morning.
    opened = meeting.on if meeting.afterwards else timezone.localtime(meeting.opened_at).date()
    day = min(max(meeting.on, opened), timezone.localdate())
    early = facts.rest_ends is not None and day < facts.rest_ends and not facts.municipal
    if day < case.referred_on:
        raise StepRefused(case, [Missing(_("This meeting was held before the referral."))])
    if data["kind"] in SETS_SCENARIO and (early or not facts.rested):
        ends = format_day(facts.rest_ends) if facts.rest_ends else _("a day that is not known yet")
        raise StepRefused(case, [Missing(_("The rest period ends on %(day)s.") % {"day": ends})])
    if data["kind"] not in SEVERAL:
        alike = next((family for family in FAMILIES if data["kind"] in family), (data["kind"],))
        last = (
            ConferenceDecision.objects.current()
            .filter(item=item, kind__in=alike)
            .order_by("pk")
            .last()
        )
        if last is not None and all(getattr(last, name) == data[name] for name in SAME):
            raise StepRefused(
                case, [Missing(_("This was decided on this item already."), "conference")]
            )
    owner = data["owner_team_id"] or doer(
        data["kind"], chair=author_team, lead=leading(case, author_team)
    )
    decision: ConferenceDecision = ConferenceDecision.objects.create(
        case=case,
        item=item,
        author_team_id=author_team,
        author=by.user,
        convenant_id=meeting.convenant_id,
        decided_on=day,
        **data | {"owner_team_id": owner},
    )
    item.discussed_at = item.discussed_at or timezone.now()
    set_change_reason(item, "decided")
    item.save()
    for team, what, due in commitments:
        Action.objects.create(
            case=case,
            author_team_id=author_team,
            author=by.user,
            decision=decision,
            to_team_id=team,
            what=what,
            due_on=due,
            agreed_on=day,
        )
    _follow(case, decision, by=by, author_team=author_team)
    refresh_deadline(case)
    return decision


def doer(kind: str, *, chair: int, lead: int) -> int | None:
    """Id of the team that must carry out what follows from a decision of this kind. None if the
    conference chooses it."""
    if kind not in ASKS:
        return None
    return lead if kind == D.EXIT_CONFIRMED else chair


def leading(case: Case, chair: int) -> int:
    """Id of the team that leads. The chair's team instead if the leading team's name would tell of
    a place to all at the table (ADR 0017)."""
    lead = Team.objects.select_related("organisation").get(pk=case.lead_team_id)
    return lead.pk if reveals_always(lead) is None else chair


def _follow(case: Case, decision: ConferenceDecision, *, by: Clearance, author_team: int) -> None:
    kind = D(decision.kind)
    if kind in SETS_SCENARIO:
        _set_scenario(case, decision, by=by, author_team=author_team)
    if kind in (D.MRT_ADVICE_ADOPTED, D.MRT_ADVICE_NOT_ADOPTED):
        _answer_advice(case, decision)
    if decision.owner_team_id:
        Task.objects.create(
            case=case,
            author_team_id=author_team,
            author=by.user,
            to_team_id=decision.owner_team_id,
            rule=kind.value[:RULE_LENGTH],
            what=in_dutch(ASKS[kind]) if kind in ASKS else decision.reasons[:300],
            set_on=decision.decided_on,
            due_on=decision.due_on or decision.decided_on + timedelta(days=TASK_DAYS),
            visibility=Visibility.PERMITTED_PARTNERS,
        )


def _set_scenario(
    case: Case, decision: ConferenceDecision, *, by: Clearance, author_team: int
) -> None:
    for before in Scenario.objects.current().filter(case=case, until=None):
        before.until = decision.decided_on
        before.version += 1
        set_change_reason(before, "changed")
        before.save()
    Scenario.objects.create(
        case=case,
        author_team_id=author_team,
        author=by.user,
        scenario=decision.scenario,
        since=decision.decided_on,
        decision=decision,
    )


def _answer_advice(case: Case, decision: ConferenceDecision) -> None:
    """R26: what the conference did with the advice of the review team, with its reasons."""
    asked = (
        Escalation.objects.current()
        .filter(case=case, adopted=None)
        .exclude(advised_on=None)
        .first()
    )
    if asked is None:
        raise StepRefused(
            case,
            [
                Missing(
                    _("There is no advice of a review team that waits for an answer."), "escalation"
                )
            ],
        )
    asked.adopted = decision.kind == D.MRT_ADVICE_ADOPTED
    asked.adopted_reasons, asked.adopted_on = decision.reasons[:3000], decision.decided_on
    asked.version += 1
    asked.save()
    members_leave(asked)
