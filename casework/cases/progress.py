"""How far a case is: the state it is in, and the steps that led there. What a state reveals
is a category of the sharing matrix: who does not read that learns that the case is open or left
(docs/adr/0024)."""

import uuid
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.cases.enums import CaseState, Ground
from casework.records.models import Versioned
from governance.access.enums import Category
from partners.accountability.history import History, TrackedQuerySet, insert
from partners.accountability.trace import current_actor
from partners.accounts.models import User
from partners.organisations.models import Pilot, Team

if TYPE_CHECKING:
    from casework.cases.models import Case

S, C = CaseState, Category

# What it reveals that a case is, or was, in a state: its category, which the database holds in each
# row.
REVEALED_BY_STATE = {
    **dict.fromkeys(
        (
            S.REGISTERED,
            S.INTAKE,
            S.AWAITING_DOSSIERS,
            S.REST_PERIOD,
            S.IN_CONFERENCE,
            S.ADMITTED,
            S.NOT_ADMITTED,
        ),
        C.CONFERENCE,
    ),
    S.IN_GUIDANCE: C.GUIDANCE,
    **dict.fromkeys((S.EXITED, S.IN_AFTERCARE, S.ARCHIVED), C.OUTCOME),
}
# The category that a day of a case reveals.
REVEALED_BY_DAY = {
    "referred_on": C.IDENTITY,
    "registered_on": C.IDENTITY,
    "left_on": C.IDENTITY,
    "admitted_on": C.CONFERENCE,
    "guidance_from": C.GUIDANCE,
    "exited_on": C.OUTCOME,
}
# What the ground on which a team takes part, and the day from which it does, reveal of how far the
# case is. The other grounds reveal no more than taking part does (case_reader.py).
REVEALED_BY_GROUND = {
    Ground.DOSSIER_REQUEST: C.CONFERENCE,
    Ground.COOPERATION: C.GUIDANCE,
    Ground.MADE_KNOWN: C.GUIDANCE,  # without a place she is made known when the guidance begins
}

LEFT_STATES = tuple(state for state, category in REVEALED_BY_STATE.items() if category == C.OUTCOME)


def _reveals() -> Q:
    """That the category of a row is that of its state."""
    result = Q()
    for category in dict.fromkeys(REVEALED_BY_STATE.values()):
        states = [state for state, its in REVEALED_BY_STATE.items() if its == category]
        result |= Q(category=category, state__in=states)
    return result


class Progress(Versioned):
    """The state a case is in, and when a term runs out next: what lists filter and sort by."""

    case = models.OneToOneField("casework.Case", models.PROTECT, related_name="progress")
    state = models.CharField(_("state"), max_length=20, choices=CaseState)
    since = models.DateField(default=timezone.localdate)
    category = models.CharField(max_length=20, choices=Category)
    # When a term of this case runs out next: worked out from its facts by whoever changes them
    # (journey/deadlines.py).
    deadline_on = models.DateField(null=True, editable=False)
    # Of the case, for the policy and the order of lists; the database fills them in.
    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="+", editable=False)
    registered_on = models.DateField(editable=False)
    team_ids = ArrayField(models.IntegerField(), default=list, editable=False)
    history = History(
        excluded_fields=["deadline_on", "pilot", "registered_on", "team_ids", "version"]
    )

    objects = TrackedQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["state", "-registered_on", "-case"], name="progress_state_newest"),
            # One for each state, so that who takes part in most cases of a register reads no more
            # of it than those in the state she asks for.
            *(
                GinIndex(
                    fields=["team_ids"], name=f"progress_in_{state}"[:30], condition=Q(state=state)
                )
                for state in CaseState.values
            ),
            # A list of open cases asks of every row whether it was refused.
            models.Index(
                fields=["case"], name="progress_refused", condition=Q(state="not_admitted")
            ),
            # What waits for who coordinates the pilot (sql/worklist.sql).
            models.Index(
                fields=["pilot", "deadline_on"],
                name="progress_pilot_deadline",
                condition=Q(deadline_on__isnull=False),
            ),
        ]
        constraints = [models.CheckConstraint(name="progress_reveals", condition=_reveals())]

    def __str__(self) -> str:
        return f"progress {self.pk}"

    def move(self, state: str, since: date) -> None:
        """Set the state, and what it reveals. Not saved yet."""
        self.state, self.since, self.category = state, since, REVEALED_BY_STATE[CaseState(state)]


class StepTaken(Versioned):
    """A step that a case took: where it led, on which day, and who recorded it when. Nothing of it
    is ever changed but its day, and then the old one is kept (CorrectedDay)."""

    # In addresses, where its key would count.
    reference = models.UUIDField(
        default=uuid.uuid4, db_default=RandomUUID(), unique=True, editable=False
    )
    case = models.ForeignKey("casework.Case", models.PROTECT, related_name="steps_taken")
    # Of journey/steps.py; empty where the list of the case was taken back, which is no step.
    number = models.CharField(max_length=4, blank=True)
    state = models.CharField(max_length=20, choices=CaseState)
    category = models.CharField(max_length=20, choices=Category)
    on = models.DateField(null=True)  # when it happened; empty if a list did not say
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["recorded_at", "id"]
        constraints = [models.CheckConstraint(name="step_reveals", condition=_reveals())]

    def __str__(self) -> str:
        return f"step {self.pk}"


class CorrectedDay(models.Model):
    """That the day of a step was corrected: which day stood there, and who says why. Read by who
    reads the step, and never changed."""

    case = models.ForeignKey("casework.Case", models.PROTECT, related_name="+")
    step = models.ForeignKey(StepTaken, models.PROTECT, related_name="corrected_days")
    version = models.PositiveIntegerField()  # of the step as it stood before
    was_on = models.DateField(null=True)
    on = models.DateField()
    why = models.CharField(_("What was wrong?"), max_length=300)
    team = models.ForeignKey(Team, models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["recorded_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["step", "version"], name="corrected_day_once"),
            models.CheckConstraint(name="corrected_day_has_reason", condition=~Q(why="")),
        ]

    def __str__(self) -> str:
        return f"corrected day {self.pk}"


def begin(rows: Sequence[Progress], reason: str = "") -> None:
    """Write how far new cases are, with the history of it: also by who does not read it, who could
    not copy the one from the other."""
    insert(rows)
    history = Progress.history.model
    fields = [field.attname for field in history.tracked_fields]
    insert(
        [
            history(
                **{name: getattr(row, name) for name in fields},
                history_date=timezone.now(),
                history_type="+",
                history_change_reason=reason,
                history_user=current_actor(),
            )
            for row in rows
        ]
    )


def at(case: "Case", state: str, since: date) -> Progress:
    """That this case is in this state since this day. Not saved yet."""
    row = Progress(case_id=case.pk, pilot_id=case.pilot_id, registered_on=case.registered_on)
    row.team_ids = case.team_ids
    row.move(state, since)
    return row


def step_to(progress: Progress, number: str, by: User | None, on: date | None) -> StepTaken:
    """That the case came into its state by this step, on this day. Not saved yet."""
    return StepTaken(
        case_id=progress.case_id,
        number=number,
        state=progress.state,
        category=progress.category,
        on=on,
        by=by,
    )
