"""What is under way: exits that wait, absences, reports of another register; cases that go to
another pilot, and the dossiers of a facility that ends.

By the application's own acts, as the coordinators do them: the database carries them out.
"""

from datetime import timedelta

from django.utils import timezone

from casework.cases.enums import CaseState
from casework.custody.acts import agree_custody, dossiers_to_hand_over, hand_over
from casework.custody.enums import Basis
from casework.dossiers.acts import raise_conflict
from casework.escalation.acts import contribute
from casework.models import Absence, Case, DestinationReport, Escalation, Exit, Stay, Transfer
from casework.outcomes.acts import confirm_exit, propose_exit
from casework.records.enums import Answer
from casework.transfer.acts import answer, offer
from governance.access.clearance import acting_as
from lvv.demo.accounts import Cast
from partners.accountability.history import set_change_reason
from partners.organisations.enums import OrganisationKind, PilotState, TeamFunction

OFFERS = (
    ("Een zus woont in uw stad en heeft een kamer vrij.", Answer.ACCEPTED, ""),
    (
        "Kan bij u een opleiding volgen die hier niet wordt gegeven.",
        Answer.DECLINED,
        "Er is tot het voorjaar geen plaats.",
    ),
    ("Het netwerk woont bij u; hier lukt het niet om contact te houden.", None, ""),
    ("Heeft in uw stad werk als vrijwilliger gevonden.", None, ""),
)
ENDING = "Groningen"


def make_hand_overs(cast: Cast) -> None:
    for place in cast.pilots:
        _under_way(cast, place)
    _to_another_pilot(cast)
    _the_facility_ends(cast)


def _under_way(cast: Cast, place: str) -> None:
    """In each pilot: exits proposed and not confirmed, somebody away from her place, a report
    that she is gone, and what partners wrote on the escalations that wait."""
    today = timezone.localdate()
    pilot = cast.pilots[place]
    guided = Case.objects.filter(pilot=pilot, progress__state=CaseState.IN_GUIDANCE)
    stays = (
        Stay.objects.current()
        .filter(case__in=guided, until=None)
        .select_related("case")
        .order_by("pk")
    )
    away, gone, longer = list(stays.filter(since__lt=today - timedelta(days=30))[6:9])
    leaving = guided.exclude(pk__in=stays.values("case")).order_by("pk")[6:8]
    own = cast.teams[place, OrganisationKind.MUNICIPALITY, TeamFunction.GENERAL]
    with acting_as(cast.workers["gemeente", place]) as clearance:
        for case in leaving:
            propose_exit(
                case,
                {
                    "exited_on": today,
                    "reason": "durable_solution_reached",
                    "outcome": "independent_return",
                    "explanation": "Vertrokken met een laissez-passer.",
                    "evidence": "",
                    "evidence_on": None,
                },
                by=clearance,
                author_team=own.pk,
            )
        for stay, days, remark in (
            (away, 3, "Bij familie, zegt een huisgenoot."),
            (longer, 20, "De spullen zijn er nog."),
        ):
            Absence.objects.create(
                case=stay.case,
                stay=stay,
                author_team=own,
                author=clearance.user,
                since=today - timedelta(days=days),
                remark=remark,
            )
    departure = cast.teams[place, OrganisationKind.DTV, TeamFunction.GENERAL]
    with acting_as(cast.workers["dtv", place]) as clearance:
        if departure.pk in gone.case.team_ids:
            report = DestinationReport.objects.create(
                case=gone.case,
                author_team=departure,
                author=clearance.user,
                reported_on=today - timedelta(days=2),
                text="Met onbekende bestemming vertrokken, volgens het eigen register.",
            )
            raise_conflict(report, clearance)
        for asked in Escalation.objects.current().filter(case__pilot=pilot, adopted=None):
            contribute(
                asked,
                "De ambassade vraagt een geboorteakte.",
                by=clearance,
                author_team=departure.pk,
                version="",
            )


def _to_another_pilot(cast: Cast) -> None:
    today = timezone.localdate()
    pilot, there = cast.pilots["Amsterdam"], cast.pilots["Utrecht"]
    sheltered = Stay.objects.current().filter(until=None).values("case")
    taken = (
        Exit.objects.current().filter(undone_on=None).values("case")
    )  # some wait for the coordinator
    guided = (
        Case.objects.filter(pilot=pilot, progress__state=CaseState.IN_GUIDANCE)
        .exclude(pk__in=taken)
        .order_by("pk")
    )
    cases = list(guided.exclude(pk__in=sheltered)[: len(OFFERS) + 1])
    for case, (text, data, why) in zip(cases, (OFFERS[0], *OFFERS), strict=False):
        with acting_as(cast.workers["coordinator", "Amsterdam"]) as clearance:
            offer(case, there, text, today + timedelta(days=9), by=clearance)
        if data:
            with acting_as(cast.workers["coordinator", "Utrecht"]):
                answer(Transfer.objects.get(case=case), data, why)
    if not cases:
        return
    with acting_as(cast.workers["gemeente", "Amsterdam"]) as clearance:
        team = cast.teams["Amsterdam", OrganisationKind.MUNICIPALITY, TeamFunction.GENERAL]
        exit_ = Exit.objects.create(
            case=cases[0],
            author_team=team,
            author=clearance.user,
            exited_on=today,
            reason="moved_to_other_pilot",
            outcome="moved_to_other_pilot",
            explanation="Utrecht heeft plaats, en de familie woont daar.",
        )
    with acting_as(cast.workers["coordinator", "Amsterdam"]) as clearance:
        confirm_exit(exit_, by=clearance, version=str(exit_.version))


def _the_facility_ends(cast: Cast) -> None:
    today = timezone.localdate()
    pilot = cast.pilots[ENDING]
    pilot.state, pilot.closes_on = PilotState.WINDING_DOWN, today + timedelta(days=150)
    set_change_reason(pilot, "ends")
    pilot.save()
    own = cast.teams[ENDING, OrganisationKind.MUNICIPALITY, TeamFunction.GENERAL]
    other = cast.teams["Utrecht", OrganisationKind.MUNICIPALITY, TeamFunction.GENERAL]
    with acting_as(cast.workers["coordinator", ENDING]) as clearance:
        agree_custody(
            pilot,
            own,
            today - timedelta(days=20),
            today - timedelta(days=20),
            today + timedelta(days=1825),
        )
        ended = list(dossiers_to_hand_over(pilot)[:15])
        hand_over(
            ended[:6],
            other,
            Basis.OWN_CONVENANT,
            str(other),
            "Overdrachtsovereenkomst, artikel 2",
            by=clearance,
        )
        hand_over(
            ended[6:12],
            own,
            Basis.CUSTODY_AGREEMENT,
            str(own),
            "Bewaarovereenkomst, artikel 1",
            by=clearance,
        )
        hand_over(
            ended[12:],
            None,
            Basis.PACKAGE,
            "Ministerie, dossierhouder",
            "Brief van het ministerie",
            by=clearance,
        )
