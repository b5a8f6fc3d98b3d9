import uuid
from typing import Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.contrib.postgres.functions import RandomUUID
from django.contrib.postgres.indexes import GinIndex
from django.db import connection, models
from django.db.models import F, OuterRef, Prefetch, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.cases.enums import STATE_LABELS, CaseState, Ending, Ground, KnownState
from casework.cases.progress import Progress
from casework.records.models import Record, Versioned
from casework.records.periods import Period
from casework.register.models import Person
from governance.access.clearance import current_clearance
from governance.access.enums import Category, GrantKind
from governance.access.grants import UserObjectPermissionBase
from governance.access.wall import AccessChecked
from lvv.common.labels import Labelled
from lvv.common.periods import InForce, is_in_force
from partners.accountability.history import History, TrackedQuerySet
from partners.accountability.trace import Trace
from partners.organisations.models import Pilot, Team


class CaseQuerySet(TrackedQuerySet):
    def open(self) -> Self:
        """Cases that were not left, but for those of which the reader knows that she was not
        admitted."""
        refused = Progress.objects.filter(case=OuterRef("pk"), state=CaseState.NOT_ADMITTED)
        # As a value, asked row by row (as a join it is asked of everybody who was refused), and one
        # that the planner takes for rarely refused.
        state = Coalesce(Subquery(refused.values("state")), Value(""))
        return (
            self.alias(refused=state).exclude(refused=CaseState.NOT_ADMITTED).filter(left_on=None)
        )

    def managed_by(self, user_id: int) -> Self:
        return self.filter(case_manager_id=user_id)

    def caseload_of(self, user_id: int, partner_teams: list[int]) -> Self:
        """The cases somebody manages, and those in which she is the contact of a partner's team,
        over all pilots."""
        if not partner_teams:
            return self.managed_by(user_id)
        return self.filter(
            Q(case_manager_id=user_id) | Q(pk__in=contacted_cases(user_id, partner_teams))
        )

    def newest_first(self) -> Self:
        return self.order_by("-registered_on", "-id")

    def for_list(self) -> Self:
        """Cases with only the columns that a line of a list shows, and `team_ids`, which the second
        wall needs."""
        # How far they are is asked of a page, not of all that are sorted for it.
        progress = Prefetch("progress", Progress.objects.only("case", "state"))
        return (
            self.select_related("case_manager")
            .prefetch_related(progress)
            .only(
                "reference",
                "number",
                "person_id",
                "pilot_id",
                "lead_team_id",
                "left_on",
                "read_only_from",
                "referred_on",
                "registered_on",
                "team_ids",
                "team_reveals",
                "case_manager__name",
                "case_manager__username",
            )
        )


class CaseManager(models.Manager.from_queryset(CaseQuerySet)):  # type: ignore[misc]
    def next_number(self) -> str:
        return self.next_numbers(1)[0]

    def next_numbers(self, most: int, year: int | None = None) -> list[str]:
        """The numbers people say on the phone (cases/numbers.py). They tell the year and nothing
        else."""
        with connection.cursor() as cursor:
            year = year or timezone.localdate().year
            cursor.execute("SELECT * FROM case_numbers(%s, %s)", [most, year])
            return [number for (number,) in cursor.fetchall()]


class Case(AccessChecked, Versioned):
    """One passage of one person through one pilot."""

    needs_reading = Category.IDENTITY

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(_("case number"), max_length=14, unique=True, editable=False)
    # Its last four digits, by which a case in sight is found; kept by the database.
    number_end = models.CharField(max_length=4, db_default="", editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="cases")
    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="+")
    lead_team = models.ForeignKey(Team, models.PROTECT, related_name="+")
    case_manager = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("case manager"),
    )
    # The day on which somebody came or was referred, and the day on which that was recorded here.
    referred_on = models.DateField(_("referred on"), default=timezone.localdate)
    registered_on = models.DateField(_("registered on"), default=timezone.localdate)
    # The day on which it was left: by an exit, or archived after a refusal. Empty as long as it is
    # open. How far it is stands in its Progress (cases/progress.py).
    left_on = models.DateField(_("left on"), null=True, editable=False)
    # From this day it is only read: it went to who keeps it after its facility ended (custody,
    # R29).
    read_only_from = models.DateField(null=True, editable=False)
    referrer = models.CharField(_("referred by"), max_length=160, blank=True)
    # Somebody who is in danger when others learn where she is: no other pilot hears that she is
    # known here.
    shielded_reason = models.CharField(
        _("shielded because"), max_length=200, blank=True, db_default=""
    )
    # Likely doubles in the registrar's sight were looked at; after an emergency that is still to
    # do.
    doubles_judged_on = models.DateField(null=True, editable=False)
    team_ids = ArrayField(
        models.IntegerField(), default=list, editable=False
    )  # who is involved; kept by a trigger
    # What each of them reveals by taking part, as "team:category": kept by the same trigger, for
    # cases/case_reader.py.
    team_reveals = ArrayField(models.TextField(), default=list, editable=False)
    history = History(excluded_fields=["number_end", "team_ids", "team_reveals", "read_only_from"])

    objects = CaseManager()

    class Meta:
        indexes = [
            GinIndex(fields=["team_ids"], name="case_teams"),
            models.Index(fields=["-registered_on", "-id"], name="case_newest"),
            models.Index(fields=["case_manager", "-registered_on"], name="case_manager_newest"),
            models.Index(fields=["number_end"], name="case_number_end"),
            # The lists everybody opens are of open cases, which are the smaller part of a register
            # that grows old.
            GinIndex(fields=["team_ids"], name="case_open_teams", condition=Q(left_on=None)),
            models.Index(
                fields=["-registered_on", "-id"],
                name="case_newest_open",
                condition=Q(left_on=None),
            ),
            models.Index(
                fields=["case_manager"], name="case_unjudged", condition=Q(doubles_judged_on=None)
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def note_touched(self, trace: Trace) -> None:
        # A single column fetched later belongs to a case that was noted when it came.
        if "reference" in self.__dict__ and "person_id" in self.__dict__:
            trace.cases[self.reference] = frozenset(self.team_ids)
            trace.persons.add(self.person_id)

    def grant_key(self) -> int:
        return self.pk

    @property
    def visible_progress(self) -> Progress | None:
        """How far the case is; None for who does not read what its state reveals."""
        try:
            progress: Progress = self.progress
        except Progress.DoesNotExist:
            return None
        return progress

    @property
    def state(self) -> str:
        """How far the case is: a CaseState, as far as who is at work reads it, else a KnownState.
        Who reads the conference and not the guidance cannot tell an admission from the guidance
        that follows, and is told of the admission."""
        if (progress := self.visible_progress) is not None:
            return str(progress.state)
        if self.left_on is not None:
            return KnownState.LEFT
        clearance = current_clearance()
        if clearance is not None and clearance.reads(self, Category.CONFERENCE):
            return CaseState.ADMITTED
        return KnownState.OPEN

    @property
    def state_label(self) -> str:
        return str(STATE_LABELS[self.state])

    @property
    def is_open(self) -> bool:
        """True unless the case was left, or its reader knows that she was not admitted."""
        return self.left_on is None and self.state != CaseState.NOT_ADMITTED

    @property
    def is_known_open(self) -> bool:
        """True if the reader knows that the case is open in the sense of R1."""
        return self.is_open and self.visible_progress is not None


class InvolvementQuerySet(InForce, TrackedQuerySet):
    pass


class Involvement(Labelled):
    """One team takes part in one case, from a day until (not including) a day, on a ground."""

    # In addresses, where its key would count.
    reference = models.UUIDField(
        default=uuid.uuid4, db_default=RandomUUID(), unique=True, editable=False
    )
    case = models.ForeignKey(Case, models.PROTECT, related_name="involvements")
    team = models.ForeignKey(Team, models.PROTECT, related_name="+", verbose_name=_("team"))
    worker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    since = models.DateField(_("from"), default=timezone.localdate)
    until = models.DateField(_("until"), null=True, blank=True)
    ground = models.CharField(_("ground"), max_length=20, choices=Ground)
    explanation = models.CharField(_("explanation"), max_length=300, blank=True)
    ending = models.CharField(max_length=20, choices=Ending, blank=True, db_default="")
    # What it gives away that this team takes part: read by who reads that category. Set by the
    # database.
    reveals = models.CharField(
        max_length=20, choices=Category, default=Category.IDENTITY, editable=False
    )
    # Whether this row stands in the case's team_ids. The database sets it; access_apply_due() when
    # a date has come.
    counted = models.BooleanField(default=False, editable=False)
    # When that changes next, if a date is known: the one thing access_apply_due() has to look at.
    due_on = models.DateField(null=True, editable=False)
    history = History(excluded_fields=["counted", "due_on", "reference", "reveals"])

    objects = InvolvementQuerySet.as_manager()

    class Meta:
        ordering = ["since", "id"]
        indexes = [
            models.Index(
                fields=["due_on"], name="involvement_due", condition=Q(due_on__isnull=False)
            ),
            models.Index(
                fields=["worker"],
                name="involvement_contact",
                condition=Q(counted=True),
                include=["case"],
            ),
            models.Index(
                fields=["case"],
                name="involvement_counted",
                condition=Q(counted=True),
                include=["team"],
            ),
            models.Index(
                fields=["team"],
                name="involvement_custody",
                condition=Q(ground=Ground.CUSTODY, counted=True),
            ),
        ]
        constraints = [
            ExclusionConstraint(
                name="involvement_no_overlap",
                expressions=[
                    ("case", RangeOperators.EQUAL),
                    ("team", RangeOperators.EQUAL),
                    (Period("since", "until"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("This partner is involved in this case already."),
            ),
            models.CheckConstraint(
                name="involvement_ends_after_it_began",
                condition=Q(until=None) | Q(until__gte=F("since")),
                violation_error_message=_("The end lies before the beginning."),
            ),
        ]

    def __str__(self) -> str:
        return f"involvement {self.pk}"

    @property
    def holds(self) -> bool:
        return is_in_force(self.since, self.until)


class CaseUserObjectPermission(UserObjectPermissionBase):
    """A personal grant: one person, one case, some categories, for a short time."""

    content_object = models.ForeignKey(Case, models.PROTECT, related_name="personal_grants")
    categories = ArrayField(models.CharField(max_length=20, choices=Category))
    since = models.DateField(default=timezone.localdate)
    until = models.DateField()
    reason = models.CharField(max_length=300)
    kind = models.CharField(max_length=20, choices=GrantKind)
    history = History()

    class Meta(UserObjectPermissionBase.Meta):
        constraints = [
            models.CheckConstraint(name="grant_has_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="grant_includes_identity", condition=Q(categories__contains=["identity"])
            ),
            # read through a consent, or by nobody outside the team (R17, R18)
            models.CheckConstraint(
                name="grant_opens_no_confidence",
                condition=~Q(categories__overlap=["medical_content", "legal_aid"]),
            ),
        ]


class Consent(Record):
    """The person agrees that one team of another organisation reads her medical content, until a
    day (R17)."""

    CATEGORY = Category.MEDICAL_CONTENT

    case = models.ForeignKey(Case, models.PROTECT, related_name="consents")
    team = models.ForeignKey(
        Team, models.PROTECT, related_name="+", verbose_name=_("team that may read")
    )
    scope = models.CharField(
        _("what may be read"),
        max_length=300,
        help_text=_("In the words in which the person agreed."),
    )
    since = models.DateField(_("from"), default=timezone.localdate)
    until = models.DateField(_("until"))
    withdrawn_on = models.DateField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["case", "team"], name="consent_case_team")]
        constraints = [models.CheckConstraint(name="consent_has_scope", condition=~Q(scope=""))]


def contacted_cases(user_id: int, partner_teams: list[int]) -> list[int]:
    """Keys of the cases in which somebody is the contact of one of these teams. Asked apart: as
    a sub-select of a list it kept the planner from its indexes, and a caseload cost 200 ms at
    200,000 cases."""
    if not partner_teams:
        return []
    held = Involvement.objects.filter(worker=user_id, team__in=partner_teams, counted=True)
    return list(held.order_by().values_list("case_id", flat=True))
