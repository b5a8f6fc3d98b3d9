"""The agenda of a meeting: a case is put on it, moved up, changed, discussed and taken off."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.cases.models import Case
from casework.conference.guest_acts import guests_leave, guests_read
from casework.conference.models import AgendaItem, Meeting, MeetingTeam
from casework.journey.acts import (
    StepRefused,
    in_dutch,
    locked,
    refresh_deadline,
    take_step_if_possible,
)
from casework.journey.guards import Missing
from casework.records.enums import EndReason
from governance.access.clearance import Clearance
from governance.access.enums import Visibility
from partners.accountability.history import set_change_reason
from partners.organisations.enums import TeamFunction
from partners.organisations.models import Team

DISCUSSED = gettext_lazy("Discussed in the case conference")


def current_items(meeting: Meeting) -> QuerySet[AgendaItem]:
    """Current items of a meeting, ordered by case, because cases are locked in that order."""
    items: QuerySet[AgendaItem] = AgendaItem.objects.current().filter(meeting=meeting)
    return items.select_related("case").order_by("case_id")


def locked_meeting(meeting: Meeting) -> Meeting:
    result: Meeting = (
        Meeting.objects.select_related("pilot").select_for_update(of=("self",)).get(pk=meeting.pk)
    )
    return result


def locked_agenda(meeting: Meeting) -> tuple[Meeting, list[AgendaItem]]:
    """The meeting and its current items as they stand now, locked: the cases first and in order,
    as in every act."""
    cases = {item.case_id: locked(item.case) for item in current_items(meeting)}
    meeting = locked_meeting(meeting)
    items = list(current_items(meeting).select_for_update(of=("self",)))
    for item in items:  # one that was put on meanwhile: nobody else comes to it before the meeting
        item.case = cases.get(item.case_id) or locked(item.case)
    return meeting, items


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
        cases |= {item.case_id: item.case for item in current_items(meeting)}
    locks = {key: locked(cases[key]) for key in sorted(cases)}
    held = {key: row for key, row in locks.items() if key in wanted}
    meeting = locked_meeting(meeting)
    if meeting.closed_at or meeting.cancelled_on:
        raise StepRefused(case, [Missing(_("This meeting is over or cancelled."), "agenda_add")])
    if meeting.on < case.referred_on:
        raise StepRefused(case, [Missing(_("This meeting was held before the referral."))])
    last = AgendaItem.objects.filter(meeting=meeting).aggregate(last=Max("place"))["last"] or 0
    made = {}
    there = set(
        AgendaItem.objects.current()
        .filter(meeting=meeting, case__in=held)
        .values_list("case_id", flat=True)
    )
    if case.pk in there:
        raise StepRefused(case, [Missing(_("This case is on this agenda already."), "conference")])
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
        into_conference(row, by=by, on=min(meeting.on, timezone.localdate()))
    _invite(meeting, teams)
    guests_read(meeting)
    return made[case.pk]


def into_conference(case: Case, *, by: Clearance, on: date) -> None:
    """Take a case that stands on an agenda into the conference on this day, by the first of T5, T17
    and T6 that is possible. Does nothing if none is."""
    for number in ("T5", "T17", "T6"):
        if take_step_if_possible(case, number, by=by, on=on):
            return


@transaction.atomic
def move_up(item: AgendaItem) -> None:
    """Swap the item's place of the agenda, with all of its household, with the place before it."""
    _meeting, rows = locked_agenda(item.meeting)
    place = next((row.place for row in rows if row.pk == item.pk), 0)
    before = max((row.place for row in rows if row.place < place), default=None)
    if before is None:
        return
    for row in rows:
        if row.place in (place, before):
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
        raise StepRefused(case, [Missing(_("This item was discussed or taken off meanwhile."))])
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
    guests_leave(item.meeting)


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
