"""The acts of the intake: begin, keep a page, complete, stop; asking for the dossiers. Each
locks the case first."""

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from casework.care.models import MedicalLimitation
from casework.cases.case_reader import CaseReader
from casework.cases.enums import CaseState
from casework.cases.models import Case
from casework.cases.partners import ask_for_dossiers
from casework.intake.enums import DossierOf
from casework.intake.models import CriteriaList, DossierRequest, Intake, IntakeReport
from casework.journey.acts import StepRefused, locked, refresh_deadline, take_step
from casework.journey.facts import fact_of
from casework.journey.guards import Missing, criteria_checked, informed, intake_complete
from casework.records.enums import EndReason
from governance.access.clearance import Clearance
from governance.access.enums import Category, Visibility
from partners.accountability.history import set_change_reason
from partners.organisations.models import Pilot, Team


def criteria_of(pilot: Pilot, day: date) -> CriteriaList | None:
    """The criteria of this pilot that hold on a day; none if it has not agreed on any."""
    return (
        CriteriaList.objects.filter(pilot=pilot, in_force_from__lte=day)
        .order_by("-version")
        .first()
    )


def intake_of(case: Case) -> Intake | None:
    return Intake.objects.current().filter(case=case).select_related("criteria", "author").first()


@transaction.atomic
def begin_intake(case: Case, *, by: Clearance, team: int, begun_on: date) -> Intake:
    """T2, or a new intake after one that was stopped. Until it is complete only its own team
    reads it."""
    case = locked(case)
    if case.state != CaseState.INTAKE or intake_of(case) is not None:
        case = take_step(case, "T2", by=by, on=begun_on)
    try:
        with transaction.atomic():
            return Intake.objects.create(
                case=case,
                author_team_id=team,
                author=by.user,
                begun_on=begun_on,
                visibility=Visibility.OWN_ORGANISATION,
            )
    except IntegrityError:  # that one is under way the state of the case tells; not whose it is
        raise StepRefused(case, [Missing(_("There is an intake in this case already."))]) from None


@transaction.atomic
def keep_page(
    intake: Intake, report: dict[str, Any] | None, *, by: Clearance, version: str
) -> Intake:
    """Save one page of an intake. Raises VersionConflict if a colleague saved it meanwhile."""
    result: Intake = Intake.objects.select_for_update(of=("self",)).get(pk=intake.pk)
    result.claim_version(version)
    for field in (
        "interviewed_on",
        "interpreter",
        "present",
        "informed",
        "limitation_asked",
        "criteria",
        "results",
    ):
        setattr(result, field, getattr(intake, field))
    set_change_reason(result, "page")
    result.save()
    if report is not None:
        mine, made = IntakeReport.objects.get_or_create(
            intake=result,
            defaults={
                "case_id": result.case_id,
                "author_team_id": result.author_team_id,
                "author": by.user,
                "visibility": Visibility.OWN_ORGANISATION,
                "told_on": result.interviewed_on or result.begun_on,
                **report,
            },
        )
        if not made:
            for field, value in report.items():
                setattr(mine, field, value)
            mine.version += 1
            mine.save()
    return result


def limitation_heard(intake: Intake, team: int) -> MedicalLimitation | None:
    """What this team recorded of a limitation in this intake."""
    medical_limitation: MedicalLimitation | None = (
        MedicalLimitation.objects.current()
        .filter(
            case=intake.case_id, author_team=team, since=intake.interviewed_on or intake.begun_on
        )
        .order_by("pk")
        .first()
    )
    return medical_limitation


@transaction.atomic
def record_limitation(intake: Intake, text: str, *, by: Clearance, team: int) -> None:
    """Record a limitation heard in the intake. A new text replaces the earlier one; an empty text
    ends it as a mistake."""
    heard = limitation_heard(intake, team)
    if heard is None and text:
        MedicalLimitation.objects.create(
            case_id=intake.case_id,
            author_team_id=team,
            author=by.user,
            take_account_of=text,
            since=intake.interviewed_on or intake.begun_on,
            visibility=Visibility.OWN_ORGANISATION,
        )
    elif heard is not None and heard.take_account_of != text:
        heard.version += 1
        if text:
            heard.take_account_of = text
            heard.save()
        else:
            heard.end(EndReason.MISTAKE)


def unfinished(
    intake: Intake,
    report: IntakeReport | None,
    criteria: CriteriaList | None,
    *,
    asks_limitation: bool,
) -> list[str]:
    """Names of the pages that still miss something. The page on limitations counts only if the
    worker may record one (`asks_limitation`)."""
    result = []
    if intake.interviewed_on is None or not intake.informed:
        result.append("gesprek")
    if report is None or not (report.living and report.wishes and report.needs):
        result.append("situatie")
    if asks_limitation and not intake.limitation_asked:
        result.append("beperking")
    if criteria is not None and (
        intake.criteria_id != criteria.pk or len(intake.results) < len(criteria.criteria)
    ):
        result.append("criteria")
    return result


@transaction.atomic
def complete_intake(intake: Intake, sharing: dict[str, Any], *, version: str, on: date) -> None:
    """Complete an intake, as of the day on which it was. From now on the partners of the conference
    read it; `sharing` says who reads the report."""
    case = locked(intake.case)
    result: Intake = Intake.objects.select_for_update(of=("self",)).get(pk=intake.pk)
    result.claim_version(version)
    result.completed_on, result.visibility = on, Visibility.PERMITTED_PARTNERS
    set_change_reason(result, "completed")
    result.save()
    report = IntakeReport.objects.get(intake=result)
    for field, value in sharing.items():
        setattr(report, field, value)
    report.version += 1
    set_change_reason(report, "completed")
    report.save()
    refresh_deadline(case)


@transaction.atomic
def stop_intake(intake: Intake, reason: str, on: date, *, version: str) -> None:
    """It ends without result; a new one may begin in the same case."""
    locked(intake.case)
    result: Intake = Intake.objects.select_for_update(of=("self",)).get(pk=intake.pk)
    result.claim_version(version)
    result.stopped_because, result.stopped_on = reason, on
    result.end(EndReason.OVER)
    for report in IntakeReport.objects.filter(intake=result):
        report.version += 1
        report.end(EndReason.OVER)


@transaction.atomic
def request_dossiers(case: Case, *, by: Clearance, team: int, requested_on: date) -> Case:
    """Ask IND and DT&V for their dossiers (T3); both take part from now on. Raises StepRefused,
    before either is involved, if something is missing. A case that went into the conference without
    dossiers stays in its state."""
    case = locked(case)
    facts = fact_of(case)
    needed = (informed,) if facts.lacks_request else (informed, intake_complete, criteria_checked)
    if missing := [data for guard in needed if (data := guard(facts))]:
        raise StepRefused(case, missing)
    partners = {}
    for of in DossierOf:
        partner = Team.objects.filter(pilot=case.pilot_id, organisation__kind=of.value).first()
        if partner is None:
            raise StepRefused(
                case,
                [Missing(_("This pilot has no team of the %(service)s.") % {"service": of.label})],
            )
        partners[of] = partner
    for of, partner in partners.items():
        if of not in facts.requested:
            DossierRequest.objects.create(
                case=case,
                author_team_id=team,
                author=by.user,
                of=of,
                to_team=partner,
                requested_on=requested_on,
            )
    ask_for_dossiers((case, partner) for partner in partners.values())
    if facts.lacks_request:
        refresh_deadline(case)
        return case
    return take_step(case, "T3", by=by, on=requested_on)


def writes_limitations(reader: CaseReader) -> int | None:
    """Id of the worker's team in whose name a limitation may be recorded. None if there is none."""
    return reader.author_team(Category.MEDICAL_LIMITATION)
