"""Handing over the dossiers of a facility that ends."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.cases.models import Case
from casework.cases.partners import team_reads
from casework.conference.agenda_acts import take_off
from casework.conference.models import AgendaItem
from casework.custody.enums import Basis
from casework.custody.models import CustodyTransfer
from casework.journey.acts import in_dutch, locked, refresh_deadline
from governance.access.clearance import Clearance
from governance.access.enums import Category
from governance.convenants.enums import Cell, ConvenantKind
from governance.convenants.models import Convenant, ConvenantArticle, ConvenantParty
from governance.convenants.template_convenant import PURPOSES, GivenCell, write_cells
from lvv.common.database import call
from partners.organisations.enums import PilotState
from partners.organisations.models import Pilot, Team, pilot_closes

NEVER_KEPT = (
    Category.LEGAL_AID,
    Category.MEDICAL_CONTENT,
)  # R17, R18: they stay with the team they were said to


def without_recipient(pilot: Pilot) -> int:
    """How many dossiers of this pilot, seen or unseen, were not handed over."""
    result: int = call("custody_without_recipient", pilot.pk)
    return result


def ending_pilots(clearance: Clearance) -> list[Pilot]:
    """The pilots this worker coordinates that wind down."""
    ending = Pilot.objects.filter(pk__in=clearance.coordinated, state=PilotState.WINDING_DOWN)
    return list(ending) if clearance.coordinated else []


@receiver(pilot_closes)
def says_what_is_left(sender: object, pilot: Pilot, **_signal: object) -> str:
    """Sentence that keeps a pilot from closing; empty if every dossier was handed over. It gives no
    number, because the closer may be of the ministry, which learns no small one (R25)."""
    if without_recipient(pilot) == 0:
        return ""
    return _("Dossiers of this pilot lack a recipient: its coordinator hands them over first.")


def dossiers_to_hand_over(pilot: Pilot) -> "QuerySet[Case]":
    """Cases of this pilot that are no longer open and were given to nobody."""
    given = CustodyTransfer.objects.filter(case=OuterRef("pk"), taken_back_at=None)
    ended = Case.objects.filter(~Q(left_on=None) | Q(progress__state="not_admitted"), pilot=pilot)
    result: QuerySet[Case] = ended.filter(~Exists(given)).order_by("registered_on", "pk")
    return result


def keepers(pilot: Pilot) -> list[tuple[Team, Basis]]:
    """Teams that can read the dossiers of this pilot after it ended, each with the basis on which
    they do."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT team_id, basis FROM custody_keepers(%s)", [pilot.pk])
        result = {team: Basis(basis) for team, basis in cursor.fetchall()}
    teams = Team.objects.filter(pk__in=result).select_related("organisation", "pilot")
    return [(team, result[team.pk]) for team in teams.order_by("organisation__name", "pilot__name")]


@transaction.atomic
def hand_over(
    cases: Sequence[Case],
    team: Team | None,
    basis: Basis,
    recipient: str,
    agreed: str,
    *,
    by: Clearance,
) -> UUID | None:
    """Hand dossiers over: to `team`, which reads here, at once; or into a package that waits for
    its receipt. Returns the id of the package, or None if there is none."""
    package = uuid4() if basis == Basis.PACKAGE else None
    # in the order in which everybody locks them
    for case in sorted(cases, key=lambda case: case.pk):
        for item in AgendaItem.objects.current().filter(case=case, discussed_at=None):
            take_off(item)
        made = CustodyTransfer.objects.create(
            case=case,
            pilot_id=case.pilot_id,
            number=case.number,
            basis=basis,
            to_team=team,
            recipient=recipient,
            agreed=agreed,
            made_by_id=by.user_id,
            package=package,
        )
        _carry_out([made.pk])
    return package


def _carry_out(transfers: Iterable[int]) -> None:
    """Apply these transfers in the database: who writes, who reads, who takes part
    (sql/custody.sql)."""
    purpose = in_dutch(gettext_lazy("Hand-over of the dossier"))
    for key in transfers:
        call("custody_carry_out", key, purpose)


@transaction.atomic
def receive(package: UUID, on: date, who: str, *, by: Clearance) -> int:
    rows = CustodyTransfer.objects.filter(package=package, handed_over_on=None, taken_back_at=None)
    keys = list(rows.order_by("case").values_list("pk", flat=True))
    counted = rows.update(receipt_on=on, receipt_from=who, receipt_by_id=by.user_id)
    _carry_out(keys)
    return counted


@transaction.atomic
def take_back(package: UUID) -> int:
    """Cancel a package that has no receipt yet: its dossiers can be written in again. Returns the
    number of dossiers."""
    rows = CustodyTransfer.objects.filter(package=package, handed_over_on=None, taken_back_at=None)
    cases = list(rows.values_list("case", flat=True))
    keys = list(rows.order_by("case").values_list("pk", flat=True))
    counted = rows.update(taken_back_at=timezone.now())
    _carry_out(keys)
    for case in Case.objects.filter(pk__in=cases).order_by("pk"):
        refresh_deadline(locked(case))
    return counted


@transaction.atomic
def agree_custody(pilot: Pilot, team: Team, signed_on: date, since: date, until: date) -> Convenant:
    """A custody agreement: this team goes on reading what it reads today, and writes nothing."""
    latest = (
        Convenant.objects.filter(pilot=pilot, kind=ConvenantKind.CUSTODY_AGREEMENT)
        .order_by("-version")
        .first()
    )
    convenant = Convenant.objects.create(
        pilot=pilot,
        kind=ConvenantKind.CUSTODY_AGREEMENT,
        version=latest.version + 1 if latest else 1,
        title=_("Custody agreement, %(pilot)s") % {"pilot": pilot.name},
        agreed_on=signed_on,
        in_force_from=since,
        in_force_until=until,
        aim="De dossiers bewaren nadat de voorziening is beëindigd.",
    )
    ConvenantArticle.objects.create(
        convenant=convenant,
        number="1",
        title="Bewaring",
        text="Het team leest de dossiers die het in bewaring kreeg, zolang deze overeenkomst "
        "geldt, en wijzigt niets.",
    )
    ConvenantParty.objects.bulk_create(
        ConvenantParty(convenant=convenant, organisation_id=organisation, signed_on=signed_on)
        for organisation in sorted({pilot.municipality_id, team.organisation_id})
    )
    reads = [
        category
        for category, verb in team_reads([team.pk])[team.pk].items()
        if verb in ("read", "write")
    ]
    write_cells(
        convenant,
        (
            GivenCell(
                team,
                Category(category),
                Cell.READ,
                "1",
                PURPOSES[Category(category)][1],
                "AVG artikel 28",
            )
            for category in reads
            if category not in NEVER_KEPT
        ),
    )
    return convenant
