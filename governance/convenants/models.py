import uuid
from collections.abc import Iterable
from datetime import date
from typing import Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from governance.access.enums import Category
from governance.access.grants import GroupObjectPermissionBase
from governance.convenants.enums import Advice, Allows, ConvenantKind, ConvenantState
from lvv.common.periods import in_force
from partners.accountability.history import History
from partners.organisations.models import Organisation, Pilot, Team


class _Period(Func):
    function = "daterange"
    output_field = DateRangeField()


class ConvenantQuerySet(models.QuerySet["Convenant"]):
    def in_force(self, on: date | None = None) -> Self:
        """Convenants that have begun, have not ended, and are signed by all their parties on this
        day. Same rule as access_convenants_at() in SQL."""
        day = on or timezone.localdate()
        unsigned = ConvenantParty.objects.filter(convenant=models.OuterRef("pk")).exclude(
            Q(signed_on__lte=day) | Q(stands_on__isnull=False)
        )
        signed = ConvenantParty.objects.filter(convenant=models.OuterRef("pk"))
        return self.filter(
            in_force(day, since="in_force_from", until="in_force_until"),
            models.Exists(signed),
            ~models.Exists(unsigned),
        )


class Convenant(models.Model):
    """One version of the agreement under which partners share: it decides who sees what."""

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="convenants")
    kind = models.CharField(_("kind"), max_length=20, choices=ConvenantKind)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    title = models.CharField(_("title"), max_length=160)
    agreed_on = models.DateField(_("agreed on"), null=True, blank=True)
    in_force_from = models.DateField(_("in force from"), null=True, blank=True)
    in_force_until = models.DateField(_("in force until"), null=True, blank=True)
    terminated_on = models.DateField(_("notice given on"), null=True, blank=True)
    aim = models.TextField(_("aim"), blank=True)
    form = models.TextField(_("form"), blank=True)
    content = models.TextField(_("content"), blank=True)
    themes = models.TextField(_("themes"), blank=True)
    ground_rules = models.TextField(_("ground rules"), blank=True)
    expected_value = models.TextField(_("expected value"), blank=True)
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    activated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    history = History()

    objects = ConvenantQuerySet.as_manager()

    class Meta:
        ordering = ["pilot__name", "kind", "-version"]
        permissions = [
            (f"{right}_{category}", f"{right} {category}")
            for category in Category
            for right in ("read", "write")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["pilot", "kind", "version"], name="convenant_version_once"
            ),
            ExclusionConstraint(
                name="convenant_one_in_force",
                expressions=[
                    ("pilot", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    (_Period("in_force_from", "in_force_until"), RangeOperators.OVERLAPS),
                ],
                condition=Q(in_force_from__isnull=False),
                violation_error_message=_(
                    "Another version of this convenant is in force in this period."
                ),
            ),
            models.CheckConstraint(
                name="convenant_ends_after_it_began",
                condition=Q(in_force_until=None)
                | Q(in_force_from__isnull=False, in_force_until__gte=F("in_force_from")),
                violation_error_message=_("The end lies before the beginning."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}, {_('version')} {self.version}"

    def state_on(self, day: date) -> ConvenantState:
        parties = list(self.parties.all())
        if self.terminated_on and self.in_force_until and self.in_force_until <= day:
            return ConvenantState.TERMINATED
        if self.in_force_until and self.in_force_until <= day:
            return ConvenantState.EXPIRED
        if not self.agreed_on or self.agreed_on > day:
            return ConvenantState.DRAFT
        signed = parties and all(party.has_signed(day) for party in parties)
        if signed and self.in_force_from and self.in_force_from <= day:
            return ConvenantState.IN_FORCE
        return ConvenantState.AGREED

    @property
    def state(self) -> ConvenantState:
        return self.state_on(timezone.localdate())


class ConvenantParty(models.Model):
    """An organisation that is party to a convenant, and when it signed."""

    convenant = models.ForeignKey(Convenant, models.CASCADE, related_name="parties")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    signed_on = models.DateField(_("signed on"), null=True, blank=True)
    # What it signed of an earlier version, which this one opens no further for it.
    stands_on = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    history = History()

    class Meta:
        ordering = ["organisation__name"]
        constraints = [
            models.UniqueConstraint(fields=["convenant", "organisation"], name="party_once"),
            models.CheckConstraint(
                name="party_signs_or_stands",
                condition=Q(signed_on=None) | Q(stands_on=None),
            ),
        ]

    def __str__(self) -> str:
        return f"party {self.organisation_id} of {self.convenant_id}"

    def has_signed(self, day: date) -> bool:
        """True if it signed this version by this day, or stands on what it signed before."""
        return self.stands_on_id is not None or (
            self.signed_on is not None and self.signed_on <= day
        )

    @property
    def signature(self) -> "ConvenantParty":
        """The row of the version that it signed."""
        return self.stands_on.signature if self.stands_on else self


class ConvenantArticle(models.Model):
    """One article of the text, which cells of the matrix point at."""

    convenant = models.ForeignKey(Convenant, models.CASCADE, related_name="articles")
    number = models.CharField(_("number"), max_length=10)
    title = models.CharField(_("title"), max_length=160)
    text = models.TextField(_("text"))
    # What it allows besides sharing within the pilot.
    allows = models.CharField(max_length=20, choices=Allows, blank=True, db_default="")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["convenant", "number"], name="article_once")]

    def __str__(self) -> str:
        return f"article {self.number}"


class ConvenantGroupObjectPermission(GroupObjectPermissionBase):
    """One cell of the sharing matrix: the team of this group holds this right on this convenant
    version."""

    content_object = models.ForeignKey(Convenant, models.CASCADE, related_name="cells")
    article = models.CharField(max_length=10)
    purpose = models.CharField(max_length=200)
    legal_basis = models.CharField(max_length=200)
    # Besides that: of police records their ground in the Wpg, of criminal data that in AVG 10.
    further_basis = models.CharField(max_length=400, blank=True, db_default="")

    class Meta(GroupObjectPermissionBase.Meta):
        constraints = [
            models.CheckConstraint(
                name="cell_has_basis_and_purpose",
                condition=~Q(legal_basis="") & ~Q(purpose="") & ~Q(article=""),
            ),
        ]


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def waiting_for(self, organisations: Iterable[int]) -> Self:
        """Undecided proposals about an agreement to which one of these organisations is party, or
        which wait for its approval."""
        mine = ConvenantParty.objects.filter(organisation__in=organisations).values("convenant")
        asked = Approval.objects.filter(organisation__in=organisations).values("proposal")
        return self.filter(Q(convenant__in=mine) | Q(pk__in=asked), decided_at=None).select_related(
            "convenant__pilot"
        )


class Proposal(models.Model):
    """A coordinator's proposal for another matrix, waiting for a privacy officer."""

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    convenant = models.ForeignKey(Convenant, models.PROTECT, related_name="proposals")
    # {"<team id>": {"<category>": "<cell>"}}: only the cells that change
    changes = models.JSONField()
    explanation = models.TextField(_("explanation"), max_length=2000)
    legal_basis = models.CharField(_("legal basis"), max_length=200)
    purpose = models.CharField(_("purpose"), max_length=200)
    article = models.CharField(_("article"), max_length=10)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    result = models.ForeignKey(Convenant, models.PROTECT, null=True, related_name="+")
    declined_because = models.TextField(blank=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        ordering = ["-proposed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["convenant"],
                condition=Q(decided_at=None),
                name="proposal_one_open",
                violation_error_message=_("There is a proposal for this convenant already."),
            ),
            models.CheckConstraint(
                name="proposal_takes_two",
                condition=Q(decided_by=None) | ~Q(decided_by=F("proposed_by")),
                violation_error_message=_("Another person than the one who proposed must decide."),
            ),
        ]

    def __str__(self) -> str:
        return f"proposal {self.reference}"

    def cell(self, team: Team, category: str) -> str | None:
        wanted: str | None = self.changes.get(str(team.pk), {}).get(category)
        return wanted


class Approval(models.Model):
    """One organisation agrees to a proposal that opens its records further, or lets it read more:
    its privacy officer advises, its mandated decider agrees on paper, and what one person records
    of that the organisation's own contact confirms."""

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="approvals")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    cells = models.JSONField(default=list)  # to which it is asked to agree, as "team:category"
    advice = models.CharField(_("advice"), max_length=10, choices=Advice, blank=True)
    advice_text = models.TextField(_("explanation"), max_length=2000, blank=True)
    advised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    advised_on = models.DateField(null=True)
    objection = models.TextField(_("objection"), max_length=2000, blank=True)
    objected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    objected_at = models.DateTimeField(null=True)
    agreed_on = models.DateField(_("agreed on"), null=True)
    document = models.CharField(_("reference of the decision"), max_length=200, blank=True)
    function = models.CharField(_("function of who decided"), max_length=200, blank=True)
    mandate = models.CharField(_("mandate"), max_length=200, blank=True)
    opens_police_records = models.BooleanField(default=False)
    police_basis = models.CharField(_("ground in the Wpg"), max_length=200, blank=True)
    opens_criminal_data = models.BooleanField(default=False)
    criminal_basis = models.CharField(_("ground in AVG article 10"), max_length=200, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    recorded_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True)
    history = History()

    class Meta:
        ordering = ["organisation__name"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "organisation"], name="approval_once"),
            models.CheckConstraint(
                name="approval_is_whole",
                condition=Q(confirmed_at=None)
                | Q(
                    advised_by__isnull=False,
                    agreed_on__isnull=False,
                    recorded_by__isnull=False,
                    confirmed_by__isnull=False,
                )
                & ~Q(document="")
                & ~Q(function="")
                & ~Q(mandate="")
                & ~Q(confirmed_by=F("recorded_by")),
            ),
            models.CheckConstraint(
                name="approval_of_police_records_names_its_ground",
                condition=Q(confirmed_at=None)
                | (Q(opens_police_records=False) | ~Q(police_basis=""))
                & (Q(opens_criminal_data=False) | ~Q(criminal_basis="")),
            ),
        ]

    def __str__(self) -> str:
        return f"approval {self.pk}"

    @property
    def further_basis(self) -> str:
        return "; ".join(filter(None, [self.police_basis, self.criminal_basis]))
