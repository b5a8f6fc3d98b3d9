"""The acts of a conference: planning, the agenda, positions, decisions and what follows from each,
the minutes.

Each locks the case first; a decision writes what it leads to in the same act: scenario,
commitments, tasks, steps.
"""

from collections.abc import Iterable
from datetime import date, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.cases.models import Case
from casework.cases.partners import function_reveals
from casework.conference.enums import (
    ADMISSION,
    ASKS,
    FROM,
    SETS_SCENARIO,
    DecisionKind,
    MinutesAnswer,
)
from casework.conference.models import (
    AgendaItem,
    ConferenceDecision,
    Meeting,
    MeetingTeam,
    Position,
)
from casework.escalation.acts import members_leave
from casework.escalation.models import Escalation
from casework.journey.acts import (
    StepRefused,
    in_dutch,
    locked,
    refresh_deadline,
    take_step_if_possible,
)
from casework.journey.facts import fact_of
from casework.journey.guards import Missing, format_day
from casework.plan.models import Action, Scenario
from casework.records.enums import EndReason
from casework.tasks.acts import RULE_LENGTH
from casework.tasks.models import Task
from governance.access.clearance import Clearance
from governance.access.enums import Visibility
from governance.convenants.enums import ConvenantKind
from governance.convenants.models import Convenant
from lvv.common.database import call
from partners.accountability.history import set_change_reason
from partners.organisations.enums import TeamFunction
from partners.organisations.models import Pilot, Team

D = DecisionKind
DISCUSSED = gettext_lazy("Discussed in the case conference")
GUEST = gettext_lazy("guest of the case conference of %(day)s")
TASK_DAYS = 14  # within which the municipality does what a decision asks of it


class TakenMoment(Exception):
    """There is a meeting of this pilot at this moment already."""

    def __init__(self, day: date) -> None:
        super().__init__(day)
        self.day = day


class NoConvenant(Exception):
    """On this day no agreement of the pilot is in force under which the conference may meet."""

    def __init__(self, day: date) -> None:
        super().__init__(day)
        self.day = day


def convenant_on(pilot: Pilot, day: date) -> Convenant | None:
    """The convenant under which the conference of this pilot meets on a day; in municipal mode
    the college's own."""
    kinds = [ConvenantKind.CONVENANT] + (
        [ConvenantKind.MUNICIPAL_DECISION] if pilot.municipal_mode else []
    )
    convenant: Convenant | None = (
        Convenant.objects.in_force(day).filter(pilot=pilot, kind__in=kinds).order_by("kind").first()
    )
    return convenant


@transaction.atomic
def plan_meetings(
    pilot: Pilot, days: Iterable[date], *, begins_at: time, place: str, teams: list[int]
) -> list[Meeting]:
    """A series of meetings, all or none: each under a convenant that is in force on its own day."""
    planned = []
    for day in days:
        convenant = _free(pilot, day, begins_at)
        meeting = Meeting.objects.create(
            pilot=pilot, convenant=convenant, on=day, begins_at=begins_at, place=place
        )
        for team in teams:
            MeetingTeam.objects.create(meeting=meeting, team_id=team)
        planned.append(meeting)
    return planned


def _free(pilot: Pilot, day: date, begins_at: time, *, but: int | None = None) -> Convenant:
    """The convenant under which the conference may meet at this moment; raises if it may not."""
    convenant = convenant_on(pilot, day)
    if convenant is None or pilot.is_closed(day):
        raise NoConvenant(day)
    taken = Meeting.objects.filter(
        pilot=pilot, on=day, begins_at=begins_at, cancelled_on=None
    ).exclude(pk=but)
    if taken.exists():
        raise TakenMoment(day)
    return convenant


@transaction.atomic
def move_meeting(meeting: Meeting, *, on: date, begins_at: time, place: str) -> None:
    """A planned meeting goes to another moment, with its agenda and its guests."""
    items = _items(meeting)
    cases = [locked(item.case) for item in items]
    meeting = locked_meeting(meeting)
    if not meeting.is_planned:
        raise StepRefused([Missing(_("This meeting is over or cancelled."))])
    meeting.convenant = _free(meeting.pilot, on, begins_at, but=meeting.pk)
    meeting.on, meeting.begins_at, meeting.place = on, begins_at, place
    meeting.version += 1
    set_change_reason(meeting, "moved")
    meeting.save()
    for item in items:
        item.happened_on = on
        item.version += 1
        set_change_reason(item, "moved")
        item.save()
    _guests_read(meeting)
    for case in cases:
        refresh_deadline(case)


def _items(meeting: Meeting) -> list[AgendaItem]:
    """Current items of a meeting, ordered by case, because cases are locked in that order."""
    return list(
        AgendaItem.objects.current()
        .filter(meeting=meeting)
        .select_related("case")
        .order_by("case_id")
    )


def _guests_read(meeting: Meeting) -> None:
    """Admit the guests of a meeting who have an account to the items now on its agenda, for the day
    of the meeting."""
    for account in meeting.guests.exclude(user=None).values_list("user__username", flat=True):
        admit_guest(meeting, account)


def admit_guest(meeting: Meeting, account: str) -> int | None:
    """The user who reads along at this meeting from now on; None if this account cannot."""
    why = in_dutch(GUEST, day=date_format(meeting.on, "j-n-Y"))
    who: int | None = call("conference_admit", meeting.pk, account, why)
    return who


def locked_meeting(meeting: Meeting) -> Meeting:
    result: Meeting = (
        Meeting.objects.select_related("pilot").select_for_update(of=("self",)).get(pk=meeting.pk)
    )
    return result


@transaction.atomic
def put_on_agenda(
    case: Case,
    meeting: Meeting,
    *,
    by: Clearance,
    author_team: int,
    why: str,
    question: str,
    teams: list[int],
    household: list[Case] | None = None,
) -> AgendaItem:
    """Put a case, together with the given members of its household, on one place of an agenda, and
    take each into the conference where nothing is missing (T5). Returns the item of the case.
    Raises StepRefused."""
    wanted = {row.pk: row for row in [case, *(household or [])]}
    cases = dict(wanted)
    # they come to read the whole agenda: its cases before the meeting
    if meeting.guests.exclude(user=None).exists():
        cases |= {item.case_id: item.case for item in _items(meeting)}
    locks = {key: locked(cases[key]) for key in sorted(cases)}
    held = {key: row for key, row in locks.items() if key in wanted}
    meeting = locked_meeting(meeting)
    if meeting.closed_at or meeting.cancelled_on:
        raise StepRefused([Missing(_("This meeting is over or cancelled."), "agenda_add")])
    last = AgendaItem.objects.filter(meeting=meeting).aggregate(last=Max("place"))["last"] or 0
    made = {}
    there = set(
        AgendaItem.objects.current()
        .filter(meeting=meeting, case__in=held)
        .values_list("case_id", flat=True)
    )
    if case.pk in there:
        raise StepRefused([Missing(_("This case is on this agenda already."), "conference")])
    for row in (row for row in held.values() if row.pk not in there):
        fits = [team for team in teams if team in row.team_ids]
        made[row.pk] = AgendaItem.objects.create(
            case=row,
            meeting=meeting,
            author_team_id=author_team,
            author=by.user,
            place=last + 1,
            why=why,
            question=question,
            happened_on=meeting.on,
            visibility=Visibility.SELECTED_PARTNERS,
            shared_team_ids=sorted({*fits, author_team}),
            share_purpose=in_dutch(DISCUSSED),
            share_basis="convenant",
        )
        into_conference(row, by=by)
    _invite(meeting, teams)
    _guests_read(meeting)
    return made[case.pk]


def into_conference(case: Case, *, by: Clearance) -> None:
    """Take a case that stands on an agenda into the conference, by the first of T5, T17 and T6 that
    is possible. Does nothing if none is."""
    for number in ("T5", "T17", "T6"):
        if take_step_if_possible(case, number, by=by):
            return


@transaction.atomic
def move_up(item: AgendaItem) -> None:
    """Swap the item's place of the agenda, with all of its household, with the place before it."""
    meeting = locked_meeting(item.meeting)
    rows = list(
        AgendaItem.objects.current()
        .filter(meeting=meeting)
        .select_related("case")
        .order_by("case_id")
    )
    place = next((row.place for row in rows if row.pk == item.pk), 0)
    before = max((row.place for row in rows if row.place < place), default=None)
    if before is None:
        return
    for row in rows:
        if row.place in (place, before):
            locked(row.case)
            row.place = before if row.place == place else place
            row.version += 1
            set_change_reason(row, "moved")
            row.save()


@transaction.atomic
def change_item(item: AgendaItem, question: str, teams: list[int], *, version: str) -> None:
    """Change the question of an item and the teams that attend it. Raises StepRefused once the item
    was discussed or ended, and VersionConflict."""
    case = locked(item.case)
    agenda_item: AgendaItem = AgendaItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    agenda_item.claim_version(version)
    if agenda_item.discussed_at or agenda_item.ended_at:
        raise StepRefused([Missing(_("This item was discussed or taken off meanwhile."))])
    agenda_item.question = question
    agenda_item.shared_team_ids = sorted(
        {*(team for team in teams if team in case.team_ids), agenda_item.author_team_id}
    )
    set_change_reason(agenda_item, "changed")
    agenda_item.save()
    _invite(item.meeting, teams)


def _invite(meeting: Meeting, teams: Iterable[int]) -> None:
    there = set(MeetingTeam.objects.filter(meeting=meeting).values_list("team", flat=True))
    for team in sorted(set(teams) - there):
        MeetingTeam.objects.create(meeting=meeting, team_id=team)


@transaction.atomic
def take_off(item: AgendaItem) -> None:
    """Take an item off the agenda undiscussed. Guests of the meeting no longer read it."""
    case = locked(item.case)
    item = AgendaItem.objects.select_related("meeting").get(pk=item.pk)
    item.version += 1
    item.end(EndReason.OVER)
    refresh_deadline(case)
    _guests_leave(item.meeting)


@transaction.atomic
def open_meeting(meeting: Meeting, *, by: Clearance) -> None:
    """The chair opens the meeting: cases whose rest period ended since go into the conference."""
    meeting = locked_meeting(meeting)
    if not meeting.is_planned:
        return
    convenant = convenant_on(meeting.pilot, timezone.localdate())
    if meeting.on > timezone.localdate() or convenant is None:
        raise NoConvenant(meeting.on)
    # that of the day: a newer version may have replaced the one it was planned under
    meeting.convenant = convenant
    meeting.opened_at = timezone.now()
    meeting.version += 1
    meeting.save()
    for item in (
        AgendaItem.objects.current()
        .filter(meeting=meeting)
        .select_related("case")
        .order_by("case_id")
    ):
        into_conference(locked(item.case), by=by)


@transaction.atomic
def close_meeting(meeting: Meeting) -> None:
    """What was not discussed is taken off; the access of guests ends with the meeting."""
    meeting = locked_meeting(meeting)
    if not meeting.is_running:
        return
    for item in (
        AgendaItem.objects.current().filter(meeting=meeting, discussed_at=None).order_by("case_id")
    ):
        take_off(item)
    meeting.closed_at = timezone.now()
    meeting.version += 1
    meeting.save()
    _guests_leave(meeting)


def _guests_leave(meeting: Meeting) -> None:
    call("conference_guests_leave", meeting.pk)


@transaction.atomic
def cancel_meeting(meeting: Meeting, reason: str) -> None:
    meeting = locked_meeting(meeting)
    if not meeting.is_planned:
        return
    for item in AgendaItem.objects.current().filter(meeting=meeting).order_by("case_id"):
        take_off(item)
    meeting.cancelled_on, meeting.cancelled_because = timezone.localdate(), reason
    meeting.version += 1
    meeting.save()


@transaction.atomic
def take_position(
    item: AgendaItem,
    data: dict[str, Any],
    *,
    by: Clearance,
    author_team: int,
    source_team: int | None = None,
) -> None:
    """Record a team's position on an item. A second one replaces the first."""
    held = (
        Position.objects.current()
        .select_for_update(of=("self",))
        .filter(item=item, author_team=author_team, source_team=source_team)
        .first()
    )
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
            **data,
            **more,
        )
        return
    for name, value in data.items():
        setattr(held, name, value)
    held.said_on = timezone.localdate()
    held.version += 1
    held.save()


@transaction.atomic
def keep_summary(item: AgendaItem, summary: str, *, version: str) -> None:
    """Save the summary of an item. A change after the minutes were sent is a correction, and
    restarts the term in which partners may answer the minutes."""
    agenda_item: AgendaItem = AgendaItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    agenda_item.claim_version(version)
    if item.meeting.minutes_sent_on and summary != agenda_item.summary:
        agenda_item.corrected_on = timezone.localdate()
        meeting = locked_meeting(item.meeting)
        meeting.minutes_due_on = agenda_item.corrected_on + timedelta(
            days=meeting.pilot.minutes_term_days
        )
        meeting.version += 1
        meeting.save()
    agenda_item.summary = summary
    agenda_item.save()


@transaction.atomic
def mark_discussed(item: AgendaItem) -> None:
    case = locked(item.case)
    agenda_item: AgendaItem = AgendaItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    if agenda_item.discussed_at is None:
        agenda_item.discussed_at = timezone.now()
        agenda_item.version += 1
        set_change_reason(agenda_item, "discussed")
        agenda_item.save()
    refresh_deadline(case)


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
    meeting: Meeting = Meeting.objects.get(pk=item.meeting_id)
    if not meeting.is_running:
        raise StepRefused([Missing(_("Decisions are taken while the meeting is under way."))])
    facts = fact_of(case)
    if facts.state not in FROM.get(data["kind"], (facts.state,)):
        moved = _("The case is “%(state)s” by now; this decision does not fit it any more.")
        raise StepRefused([Missing(moved % {"state": case.get_state_display()}, "case_detail")])
    # Of the day on which it was held, also where it is written down the next morning.
    held = timezone.localtime(meeting.opened_at).date()
    day = min(max(meeting.on, held), timezone.localdate())
    early = facts.rest_ends is not None and day < facts.rest_ends and not facts.municipal
    if data["kind"] in SETS_SCENARIO and (early or not facts.rested):
        ends = format_day(facts.rest_ends) if facts.rest_ends else _("a day that is not known yet")
        raise StepRefused([Missing(_("The rest period ends on %(day)s.") % {"day": ends})])
    if data["kind"] not in SEVERAL:
        alike = next((family for family in FAMILIES if data["kind"] in family), (data["kind"],))
        last = (
            ConferenceDecision.objects.current()
            .filter(item=item, kind__in=alike)
            .order_by("pk")
            .last()
        )
        if last is not None and all(getattr(last, name) == data[name] for name in SAME):
            raise StepRefused([Missing(_("This was decided on this item already."), "conference")])
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
    return lead.pk if function_reveals(lead) is None else chair


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
            due_on=decision.due_on or timezone.localdate() + timedelta(days=TASK_DAYS),
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
            [
                Missing(
                    _("There is no advice of a review team that waits for an answer."), "escalation"
                )
            ]
        )
    asked.adopted = decision.kind == D.MRT_ADVICE_ADOPTED
    asked.adopted_reasons, asked.adopted_on = decision.reasons[:3000], decision.decided_on
    asked.version += 1
    asked.save()
    members_leave(asked)


@transaction.atomic
def send_minutes(meeting: Meeting) -> None:
    """From today the partners have the term of the pilot to say something of the minutes."""
    meeting = locked_meeting(meeting)
    if meeting.closed_at is None or meeting.minutes_sent_on:
        return
    meeting.minutes_sent_on = timezone.localdate()
    meeting.minutes_due_on = meeting.minutes_sent_on + timedelta(
        days=meeting.pilot.minutes_term_days
    )
    meeting.version += 1
    meeting.save()


@transaction.atomic
def answer_minutes(row: MeetingTeam, answer: str, remark: str, *, by: Clearance) -> None:
    row.answer, row.remark = answer, remark
    row.answered_on, row.answered_by = timezone.localdate(), by.user
    row.save()


def minutes_state(row: MeetingTeam, meeting: Meeting, today: date) -> str:
    """What a team answered about the minutes. Without an answer: "no response" once the term has
    passed, which closes the row, and empty before that."""
    if row.answer:
        return str(row.answer)
    silent = meeting.minutes_due_on is not None and today > meeting.minutes_due_on
    return MinutesAnswer.NO_RESPONSE.value if silent else ""


def conference_teams(
    case: Case, teams: dict[int, Team], reads: dict[int, dict[str, str]]
) -> list[Team]:
    """General teams of a case that read, write or attend conferences, as `reads` says. Legal aid,
    care and shelter do not sit at the table: their names on an item would give away that they take
    part (R18, ADR 0010)."""
    return [
        teams[pk]
        for pk in case.team_ids
        if pk in teams
        and teams[pk].function == TeamFunction.GENERAL
        and "conference" in reads.get(pk, {})
    ]
