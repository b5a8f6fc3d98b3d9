"""Taking a step: one act. Lock, check, write, record who and why, and tell the others through
the outbox."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from casework.cases.enums import CaseState, Ending
from casework.cases.involvements import involve_departure_service
from casework.cases.models import Case, Involvement
from casework.cases.partners import team_reads
from casework.cases.progress import LEFT_STATES, REVEALED_BY_STATE, step_to
from casework.journey.addresses import linked
from casework.journey.deadlines import next_deadline
from casework.journey.facts import Facts, fact_of
from casework.journey.guards import Missing, format_day
from casework.journey.steps import STEPS, Step
from casework.register.identity import leading_names
from governance.access.clearance import Clearance, current_clearance
from governance.access.enums import Category
from lvv.common.refusal import NotDone
from partners.accountability.history import insert, set_change_reason, without_history
from partners.accountability.models import OutboxMessage
from partners.organisations.enums import TeamFunction
from partners.organisations.models import Membership


def in_dutch(text: Promise | str, **values: object) -> str:
    """The text in Dutch, whatever language the current worker reads, because everybody reads what
    is stored."""
    with override("nl"):
        return str(text) % values if values else str(text)


TERMS_RUN_FROM = (Category.CONFERENCE, Category.OUTCOME)


class StepRefused(NotDone):
    """The step may not be taken now: somebody was first, or something is missing. Its page says
    what, in sentences, each with a link to where it is mended."""

    template = "casework/journey/refused.html"

    def __init__(self, case: Case, missing: list[Missing]) -> None:
        super().__init__("; ".join(text.sentence for text in missing))
        self.case, self.missing = case, missing

    def context(self) -> dict[str, Any]:
        return {
            "case": self.case,
            "name": leading_names([self.case.pk]).get(self.case.pk, ""),
            "missing": linked(self.case, self.missing),
        }


def locked(case: Case) -> Case:
    """The case as it stands now, locked until the transaction ends. Cases are locked before any
    other row."""
    result: Case = (
        Case.objects.select_related("pilot", "person")
        .select_for_update(of=("self",), no_key=True)
        .get(pk=case.pk)
    )
    return result  # its progress is read afterwards, as it stands now


def take_step(
    case: Case,
    number: str,
    *,
    by: Clearance,
    to: CaseState | None = None,
    on: date | None = None,
) -> Case:
    """Take this step with a case that is locked, as of the day on which it happened: `on`, else
    today. What runs until a day is judged by that day.

    Who may, the view asked before. Raises StepRefused, and nothing is written.
    """
    step, on = STEPS[number], on or timezone.localdate()
    if case.state not in step.sources or case.visible_progress is None:
        raise StepRefused(case, [_moved_on(case, step)])
    early = [] if step.may_precede else too_early(case, on)
    if missing := [*unread(case, step, by), *early, *step.missing(fact_of(case, on))]:
        raise StepRefused(case, missing)
    return _moved(case, CaseState(step.target or to or case.state), step.number, by, on)


def take_step_if_possible(
    case: Case, number: str, *, by: Clearance, on: date | None = None
) -> bool:
    """Take this step as a consequence of another act, where nothing stands in its way."""
    try:
        take_step(case, number, by=by, on=on)
    except StepRefused:
        refresh_deadline(case)
        return False
    return True


def unread(case: Case, step: Step, by: Clearance) -> list[Missing]:
    """What stands in the way because this worker cannot read a category in `step.rests_on`, without
    which nobody can say that something is absent, or what the state it leads to reveals."""
    sentence = _("Your team does not read “%(category)s”, on which this step rests.")
    needed = (*step.rests_on, *([REVEALED_BY_STATE[step.target]] if step.target else []))
    return [
        Missing(sentence % {"category": c.label})
        for c in dict.fromkeys(needed)
        if not by.reads(case, c)
    ]


def too_early(case: Case, on: date) -> list[Missing]:
    """What stands in the way because the case was not in its state yet on this day."""
    progress = case.visible_progress
    if progress is None or on >= progress.since:
        return []
    sentence = _("The case is “%(state)s” since %(day)s: what came after is of that day or later.")
    day = format_day(progress.since)
    return [Missing(sentence % {"state": case.state_label, "day": day}, "case_detail")]


def _moved_on(case: Case, step: Step) -> Missing:
    sentence = _("The case is “%(state)s” by now, from where this step does not go.")
    return Missing(sentence % {"state": case.state_label}, "case_detail")


def _moved(case: Case, state: CaseState, number: str, by: Clearance, on: date) -> Case:
    left_on = (case.left_on or on) if state in LEFT_STATES else None
    if left_on != case.left_on:  # before its progress: the database compares them
        case.left_on = left_on
        case.save()
    progress = case.progress
    progress.move(state, on)
    progress.version += 1
    set_change_reason(progress, number)
    progress.save()
    insert([step_to(progress, number, by.user, on)])
    refresh_deadline(case)
    notify_team_members(case, by=by)
    return case


def refresh_deadline(case: Case, facts: Facts | None = None) -> None:
    """Recompute when a term of the case runs out next, after a fact of it changed.

    Skipped for readers who do not see how far the case is, or cannot see conference or outcome:
    facts hidden from them would look absent.
    """
    clearance, progress = current_clearance(), case.visible_progress
    if progress is None or (
        clearance is not None
        and not all(clearance.reads(case, category) for category in TERMS_RUN_FROM)
    ):
        return
    day = next_deadline(facts or fact_of(case))
    if day != progress.deadline_on:
        progress.deadline_on = day
        without_history(progress, ["deadline_on"])


def notify_team_members(case: Case, *, by: Clearance) -> None:
    """Put a message in the outbox for the case manager and the contacts of the teams that take
    part and read how far the case is, if they still work there. It holds the case number and a
    link, no name and not what happened."""
    category = case.progress.category
    reading = [
        team
        for team, rights in team_reads(case.team_ids).items()
        if rights.get(category) in ("read", "write")
    ]
    contacts = (
        Involvement.objects.in_force().filter(case=case, worker__isnull=False).values("worker")
    )
    members = Membership.objects.in_force().filter(
        Q(user__in=contacts) | Q(user=case.case_manager_id),
        team__in=reading,
        user__is_active=True,
    )
    users = {row.user for row in members.select_related("user")}
    subject = in_dutch(gettext_lazy("Case %(number)s: a step was taken"), number=case.number)
    body = in_dutch(
        gettext_lazy("Sign in to see what changed in case %(number)s."), number=case.number
    )
    OutboxMessage.objects.bulk_create(
        OutboxMessage(user=user, subject=subject, body=body)
        for user in sorted(users - {by.user}, key=lambda user: user.pk)
    )


@transaction.atomic
def step_by_button(case: Case, step: Step, *, by: Clearance, version: str, on: date) -> Case:
    """A step that is a button of its own, on its day, from the version of the case that the worker
    saw."""
    case = locked(case)
    case.progress.check_version(version)
    case = take_step(case, step.number, by=by, on=on)
    if step.number == "T10":  # R7: whoever is guided is known to the departure service
        involve_departure_service(case)
    if step.target == CaseState.ARCHIVED:
        end_involvements(case)
    return case


def end_involvements(case: Case, stay: Collection[str] = ()) -> None:
    """End the involvement of every team except the leading one, and except general teams of the
    kinds of organisation in `stay`."""
    rows = Involvement.objects.in_force().filter(case=case).exclude(team=case.lead_team_id)
    for row in rows.select_related("team__organisation").order_by("pk"):
        if row.team.organisation.kind not in stay or row.team.function != TeamFunction.GENERAL:
            row.until, row.ending = timezone.localdate(), Ending.EXIT
            set_change_reason(row, row.ending)
            row.save()
