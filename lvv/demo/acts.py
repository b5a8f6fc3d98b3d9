"""In each pilot what takes several acts: letters, objections, what was extended, ended or
undone; guests, review teams, households on one item; who is back with the dossiers of before, or
came from an earlier list. By the application's own acts, as the coordinators do them.
"""

from datetime import timedelta
from typing import Any

from django.db.models import Count
from django.utils import timezone

from casework.cases.enums import CaseState
from casework.conference.agenda_acts import put_on_agenda
from casework.escalation.acts import admit
from casework.formal_decisions.acts import issue, reopen
from casework.formal_decisions.copies import Copies
from casework.formal_decisions.forms import first_text
from casework.formal_decisions.models import LetterTemplate
from casework.formal_decisions.terms import TermsToObject
from casework.journey.acts import step_by_button
from casework.journey.steps import STEPS
from casework.models import (
    Case,
    ConferenceDecision,
    Escalation,
    Exit,
    FormalDecision,
    Meeting,
    MeetingGuest,
    Procedure,
    Relation,
    ServiceDossier,
    Stay,
    Task,
)
from casework.outcomes.acts import confirm_exit, exit_of, propose_exit, undo_exit
from casework.register.identity import leading_names
from casework.registration.acts import Claim, register
from governance.access.clearance import Clearance, acting_as
from governance.law.enums import ProcedureKind
from governance.models import MandateDecision
from lvv.demo.accounts import Cast
from partners.accountability.history import set_change_reason
from partners.models import Team
from partners.organisations.enums import OrganisationKind, TeamFunction

RULINGS = (("pending", None), ("dismissed", "ongegrond"), ("upheld", "gegrond"))
ADVISERS = ("gemeente", "ngo", "ind", "dtv")


def make_acts(cast: Cast) -> None:
    places = list(cast.pilots)
    for number, place in enumerate(places):
        elsewhere = places[(number + 1) % len(places)]
        own = cast.teams[place, OrganisationKind.MUNICIPALITY, TeamFunction.GENERAL]
        with acting_as(cast.workers["gemeente", place]) as clearance:
            left, gone = _left(cast, place, clearance, own)
        with acting_as(cast.workers["coordinator", place]) as clearance:
            _letters(cast, place)
            _objections(cast, place, clearance, own)
            _extended_and_ended(cast, place, clearance, own)
            _undone(left, clearance)
            if (result := exit_of(gone)) is not None:
                confirm_exit(result, by=clearance, version=str(result.version))
            _around_the_table(
                cast, place, (elsewhere, places[(number + 2) % len(places)]), clearance, own
            )
            _back(cast, place, clearance, own)


def _guided(cast: Cast, place: str) -> Any:
    """Cases in guidance about which nothing else is under way."""
    cases = Case.objects.filter(pilot=cast.pilots[place], progress__state=CaseState.IN_GUIDANCE)
    asked = Escalation.objects.current().values("case")
    return cases.exclude(pk__in=asked).order_by("-pk")


def _letters(cast: Cast, place: str) -> None:
    today = timezone.localdate()
    for kind in ("admitted", "refused"):
        for version, days in ((1, 400), (2, 30)):
            text = first_text(kind)
            LetterTemplate.objects.create(
                pilot=cast.pilots[place],
                kind=kind,
                version=version,
                in_force_from=today - timedelta(days=days),
                text=text
                if version == 1
                else f"{text}<p>Heeft u vragen? Bel het team van de LVV in {place}.</p>",
            )


def _objections(cast: Cast, place: str, clearance: Clearance, own: Team) -> None:
    """Three refused people objected: one waits, of one it was dismissed, one is back in the
    conference (T9)."""
    today = timezone.localdate()
    refused = Case.objects.filter(
        pilot=cast.pilots[place], progress__state=CaseState.NOT_ADMITTED
    ).order_by("pk")
    for case, (result, word) in zip(list(refused[:3]), RULINGS, strict=False):
        decision = FormalDecision.objects.filter(case=case, kind="refused").get()
        applied = min(decision.decided_on + timedelta(days=10), today)
        Procedure.objects.create(
            case=case,
            author_team=own,
            author=clearance.user,
            kind=ProcedureKind.OBJECTION_LVV_DECISION,
            applied_on=applied,
            result=result,
            result_on=today if word else None,
            known_on=today if word else None,
            formal_decision=decision,
        )
        if result == "upheld":
            reopen(
                case,
                f"Bezwaar {word} verklaard: de dossiers waren niet volledig.",
                by=clearance,
                version=str(case.progress.version),
                on=today,
            )


def _extended_and_ended(cast: Cast, place: str, clearance: Clearance, own: Team) -> None:
    today = timezone.localdate()
    mandate = MandateDecision.objects.get()
    data = {
        "decided_on": today,
        "effective_on": today,
        "objection_until": TermsToObject().until(today),
        "remedies": "U kunt binnen zes weken bezwaar maken bij de gemeente.",
    }
    longer, over = _guided(cast, place)[:2]
    ConferenceDecision.objects.create(
        case=longer,
        author_team=own,
        author=clearance.user,
        kind="extension",
        decided_on=today,
        reasons="Het reisdocument is onderweg.",
    )
    for case, kind, why, until in (
        (longer, "extended", "Het reisdocument is onderweg.", today + timedelta(days=180)),
        (over, "ended", "Werkt al maanden niet mee aan het plan.", None),
    ):
        issue(
            case,
            {"kind": kind, "reasons": why, "until": until, **data},
            by=clearance,
            author_team=own.pk,
            mandate=mandate,
            function=mandate.functions[0],
            letter=f"<p>Geachte heer of mevrouw,</p><p>{why}</p>",
            copies=Copies(names=[], teams=[]),
        )


def _left(cast: Cast, place: str, clearance: Clearance, own: Team) -> tuple[Case, Case]:
    """Somebody whose exit was recorded in the wrong case, and one of whom it is not known yet
    what became of her."""
    sheltered = Stay.objects.current().filter(until=None).values("case")
    hers = _guided(cast, place).filter(case_manager=clearance.user)
    mistaken, gone = hers.exclude(pk__in=sheltered)[2:4]
    data = {
        "exited_on": timezone.localdate(),
        "explanation": "Niet meer gezien.",
        "evidence": "",
        "evidence_on": None,
    }
    mob = {"reason": "left_unknown_destination", "outcome": "unknown_destination"}
    propose_exit(mistaken, {**data, **mob}, by=clearance, author_team=own.pk)
    asked = {"reason": "left_own_request", "outcome": "not_established"}
    propose_exit(gone, {**data, **asked}, by=clearance, author_team=own.pk)
    return mistaken, gone


def _undone(case: Case, clearance: Clearance) -> None:
    """T16: the coordinator confirmed it, and undid it when the mistake was found."""
    result = exit_of(case)
    assert result is not None
    confirm_exit(result, by=clearance, version=str(result.version))
    result.refresh_from_db()
    undo_exit(
        result,
        {
            "undone": "error",
            "undone_on": timezone.localdate(),
            "undone_reason": "Dit was het dossier van iemand anders.",
        },
        by=clearance,
        version=str(result.version),
    )


def _around_the_table(
    cast: Cast, place: str, elsewhere: tuple[str, str], clearance: Clearance, own: Team
) -> None:
    """Guests of the next meeting, a household on one item, minutes that are still to be sent,
    who advises on an escalation, and a task that somebody took on."""
    today = timezone.localdate()
    meetings = Meeting.objects.filter(pilot=cast.pilots[place])
    coming = meetings.filter(on__gte=today, opened_at=None).order_by("on").first()
    assert coming is not None
    MeetingGuest.objects.create(
        meeting=coming, name="Supervisor", capacity="toezicht op de LVV, DT&V"
    )
    related = Relation.objects.current().filter(case__pilot=cast.pilots[place], other__isnull=False)
    for relation in related.select_related("case").order_by("pk"):
        other = (
            Case.objects.open().filter(person=relation.other_id, pilot=cast.pilots[place]).first()
        )
        if other is not None and relation.case.is_open:
            partners = [
                cast.teams[place, kind, TeamFunction.GENERAL].pk
                for kind in (OrganisationKind.NGO, OrganisationKind.IND, OrganisationKind.DTV)
            ]
            put_on_agenda(
                relation.case,
                coming,
                by=clearance,
                author_team=own.pk,
                why="review",
                teams=partners,
                question="Hoe gaat het gezin verder?",
                household=[other],
            )
            break
    last = meetings.exclude(closed_at=None).order_by("-on").first()
    if last is not None:
        last.minutes_sent_on = last.minutes_due_on = None
        set_change_reason(last, "not sent yet")
        last.save()
    asked = Escalation.objects.current().filter(case__pilot=cast.pilots[place], level="mrt").first()
    if asked is not None and asked.answer_due_on >= today:
        for prefix in ADVISERS:
            admit(asked, cast.workers[prefix, elsewhere[0]].username)
        admit(asked, cast.workers["ind", elsewhere[1]].username)
    task = (
        Task.objects.current()
        .filter(case__pilot=cast.pilots[place], to_team=own, answer="")
        .first()
    )
    if task is not None:
        task.worker = cast.workers["gemeente", place]
        set_change_reason(task, "taken on")
        task.save()


def _back(cast: Cast, place: str, clearance: Clearance, own: Team) -> None:
    """Who left and is back: one with dossiers that are young enough (T17), one from an earlier
    list (T18)."""
    today = timezone.localdate()
    left = Case.objects.filter(
        pilot=cast.pilots[place],
        progress__state__in=(CaseState.EXITED, CaseState.ARCHIVED),
        read_only_from=None,
        left_on__lt=today - timedelta(days=20),
    ).exclude(
        pk__in=Exit.objects.filter(outcome__in=("deceased", "moved_to_other_pilot")).values("case")
    )
    young = ServiceDossier.objects.current().filter(delivered_on__gt=today - timedelta(days=250))
    both = (
        young.values("case")
        .annotate(services=Count("of", distinct=True))
        .filter(services=2)
        .values("case")
    )
    if (before := left.filter(pk__in=both).order_by("pk").first()) is not None:
        claim = Claim(names=[leading_names([before.pk])[before.pk]], told_on=today, language="en")
        case = register(claim, by=clearance, team=own, person=before.person)
        step_by_button(
            case, STEPS["T17"], by=clearance, version=str(case.progress.version), on=today
        )
    for other in left.exclude(pk__in=both).order_by("-left_on")[:1]:
        begun = today - timedelta(days=18)
        claim = Claim(
            names=[leading_names([other.pk])[other.pk]],
            state=CaseState.IN_GUIDANCE,
            referred_on=begun,
            registered_on=begun,
            admitted_on=begun + timedelta(days=5),
            guidance_from=begun + timedelta(days=9),
        )
        register(claim, by=clearance, team=own, person=other.person)
