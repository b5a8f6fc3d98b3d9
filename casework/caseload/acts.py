"""Cases that one colleague gives to another, and those that a leaver left behind."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.cases.enums import CaseState
from casework.cases.models import Case, Involvement
from casework.journal.models import Note
from casework.journey.acts import StepRefused, in_dutch, locked
from casework.journey.guards import Missing
from casework.tasks.models import Task
from governance.access.clearance import Clearance
from governance.access.enums import Category, Visibility
from partners.accountability.history import set_change_reason
from partners.accounts.lifecycle import account_closes
from partners.accounts.models import User
from partners.organisations.enums import Role
from partners.organisations.models import Membership

GIVEN = "given"  # the rule of the task with which a colleague hears of it
READ_IN_DAYS = 3


def givable(clearance: Clearance) -> QuerySet[Case]:
    """Cases that a worker may give to a colleague are all of:
    - led by a team of hers, not archived and not handed over
    - managed by herself, or led by a team that she coordinates
    """
    coordinated = [seat.team for seat in clearance.seats if Role.COORDINATOR in seat.roles]
    mine = Q(case_manager=clearance.user_id) | Q(lead_team__in=coordinated)
    running = Q(left_on=None) | Q(progress__state__in=(CaseState.EXITED, CaseState.IN_AFTERCARE))
    result: QuerySet[Case] = Case.objects.filter(
        mine, running, lead_team__in=clearance.teams, read_only_from=None
    )
    return result.order_by("registered_on", "pk")


def contacts(clearance: Clearance) -> QuerySet[Involvement]:
    """The part of contact in a case that a worker may hand over to a colleague is all of:
    - of a team of hers that takes part in a case which was not left and not handed over, and that
      writes something
    - her own, or of a colleague in a team that she coordinates
    - not that of the case manager in the team that leads: it goes with the case
    """
    writing = {seat.team for seat in clearance.seats if seat.writes}
    coordinated = {seat.team for seat in clearance.seats if Role.COORDINATOR in seat.roles}
    leads = Q(team=F("case__lead_team"), worker=F("case__case_manager"))
    result: QuerySet[Involvement] = (
        Involvement.objects.in_force()
        .filter(
            Q(worker=clearance.user_id) | Q(team__in=coordinated),
            team__in=writing,
            worker__isnull=False,
            case__left_on=None,
            case__read_only_from=None,
        )
        .exclude(leads)
    )
    return result.order_by("case__registered_on", "case_id", "pk")


def left_contact(rows: QuerySet[Involvement]) -> QuerySet[Involvement]:
    """Of these parts those whose contact works in the team no longer."""
    works = Membership.objects.in_force().filter(
        user=OuterRef("worker"), team=OuterRef("team"), user__is_active=True
    )
    return rows.filter(~Exists(works))


def without_manager(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Of these cases those that nobody manages, or whose manager left the team that leads."""
    works = Membership.objects.in_force().filter(
        user=OuterRef("case_manager"), team=OuterRef("lead_team"), user__is_active=True
    )
    return cases.filter(~Exists(works))


def colleagues(teams: Iterable[int]) -> QuerySet[Membership]:
    """Who may manage a case of these teams."""
    result: QuerySet[Membership] = Membership.objects.in_force().filter(
        team__in=teams, role__in=(Role.CASEWORKER, Role.COORDINATOR), user__is_active=True
    )
    return result.select_related("user", "team__organisation").order_by("user__name", "pk")


@transaction.atomic
def give(
    cases: Iterable[Case],
    colleague: User,
    note: str,
    *,
    by: Clearance,
    parts: Iterable[Involvement] = (),
) -> None:
    """The colleague manages these cases from now on, and is their contact where the former manager
    or nobody was; and is the contact of the team in these parts of other cases. It is told by a
    task, which holds the note. Raises StepRefused."""
    for case in sorted(cases, key=lambda case: case.pk):
        now = locked(case)
        if not givable(by).filter(pk=now.pk).exists():
            raise StepRefused(
                now, [Missing(_("This case changed hands meanwhile."), "case_detail")]
            )
        if not colleagues([now.lead_team_id]).filter(user=colleague).exists():
            raise StepRefused(now, [Missing(_("This colleague does not work in the team."))])
        former, now.case_manager = now.case_manager_id, colleague
        now.version += 1
        set_change_reason(now, GIVEN)
        now.save()
        contact = Q(worker=former) | Q(worker=None)
        held = Involvement.objects.in_force().filter(contact, case=now, team=now.lead_team_id)
        for involvement in held:
            involvement.worker = colleague
            involvement.save()
        _say(now, now.lead_team_id, colleague, note, by=by)
    for part in sorted(parts, key=lambda part: (part.case_id, part.pk)):
        _give_part(part, colleague, note, by=by)


def _give_part(part: Involvement, colleague: User, note: str, *, by: Clearance) -> None:
    case = locked(part.case)
    row = contacts(by).filter(pk=part.pk, worker=part.worker_id).first()
    if row is None:
        raise StepRefused(case, [Missing(_("This case changed hands meanwhile."), "case_detail")])
    if not colleagues([row.team_id]).filter(user=colleague).exists():
        raise StepRefused(case, [Missing(_("This colleague does not work in the team."))])
    row.worker = colleague
    set_change_reason(row, GIVEN)
    row.save()
    _say(case, row.team_id, colleague, note, by=by)


def _say(case: Case, team: int, colleague: User, note: str, *, by: Clearance) -> None:
    """Tell the colleague by a task of the team, or by a note where the team writes nothing of the
    conference. Raises StepRefused where the team could read neither."""
    if not note and colleague.pk == by.user_id:
        return
    writes = [
        category
        for category in (Category.CONFERENCE, Category.GUIDANCE, Category.IDENTITY)
        if any(seat.team == team for seat in by.seats_writing(case, category))
    ]
    if Category.CONFERENCE not in writes:
        if note and not writes:
            raise StepRefused(case, [Missing(_("Nobody would read this note: leave it empty."))])
        if note:
            Note.objects.create(
                case=case,
                author_team_id=team,
                author=by.user,
                category=writes[0],
                text=in_dutch(gettext_lazy("Case given to you: %(note)s"), note=note),
                visibility=Visibility.OWN_ORGANISATION,
            )
        return
    Task.objects.create(
        case=case,
        author_team_id=team,
        author=by.user,
        to_team_id=team,
        worker=colleague,
        rule=GIVEN,
        what=in_dutch(gettext_lazy("Case given to you: %(note)s"), note=note or "–")[:300],
        due_on=timezone.localdate() + timedelta(days=READ_IN_DAYS),
        visibility=Visibility.OWN_ORGANISATION,
    )


@receiver(account_closes)
def open_work(sender: object, user: User, **kwargs: Any) -> list[tuple[str, int, int]]:
    """Of each team of an account: how many running cases it manages there, and in how many it is
    the contact. Numbers only, and only for who administers or coordinates that team's
    organisation."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT team, managed, contact FROM caseload_of(%s)", [user.pk])
        return list(cursor.fetchall())
