"""How a passage ends, on screen: the exit, what is claimed, who confirms it, and whether it
holds."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from casework.cases.case_reader import CaseReader, find_case
from casework.cases.enums import CaseState
from casework.cases.models import Case
from casework.cases.partners import visible_teams
from casework.cases.views import case_url
from casework.journey.acts import StepRefused
from casework.journey.addresses import linked
from casework.journey.deadlines import deadlines_of
from casework.journey.facts import fact_of
from casework.journey.guards import DURABLE, Missing
from casework.journey.perms import leads, manages, team_of_kind
from casework.journey.steps import STEPS
from casework.journey.views import not_taken, refused
from casework.outcomes import perms
from casework.outcomes.acts import (
    answer_claim,
    confirm_exit,
    decline_exit,
    establish,
    exit_of,
    leave_unconfirmed,
    propose_exit,
    record_check,
    take_back_checks,
    too_early,
    undo_exit,
)
from casework.outcomes.enums import CHECK_MONTHS, CheckResult, Class, Outcome
from casework.outcomes.forms import (
    CHECK,
    CLAIM,
    EXIT,
    CheckForm,
    ClaimForm,
    DeclineForm,
    EstablishForm,
    ExitForm,
    UnconfirmedForm,
    UndoForm,
)
from casework.outcomes.models import Confirmation, Exit, FollowUpCheck
from casework.records.models import VersionConflict
from casework.register.identity import leading_names
from governance.access.enums import Category
from governance.access.middleware import ClearanceRequest
from governance.drafts.acts import find_draft, sent_before, submit_once
from partners.accountability.activities import CASEWORK, processes
from partners.organisations.enums import OrganisationKind
from partners.organisations.models import Team


def _case(reference: UUID) -> Case:
    case: Case = get_object_or_404(
        Case.objects.select_related("pilot", "person"), reference=reference
    )
    return case


def of_the_exit(
    view: Callable[[ClearanceRequest, Case, Exit], HttpResponse],
) -> Callable[..., HttpResponse]:
    """Decorate a view to receive the exit that stands. If there is none, a reader of outcomes is
    told that it was undone, declined or never proposed, and others get a 404."""

    @wraps(view)
    def view_of_exit(request: ClearanceRequest, reference: UUID) -> HttpResponse:
        case = _case(reference)
        standing = exit_of(case)
        if standing is None:
            if not request.clearance.reads(case, Category.OUTCOME):
                raise Http404
            sentence = _(
                "No exit stands in this case: it was not proposed, or it was declined or undone."
            )
            return refused(request, case, StepRefused(case, [Missing(sentence, "case_detail")]))
        standing.case = case
        return view(request, case, standing)

    return view_of_exit


def _context(case: Case, **more: Any) -> dict[str, Any]:
    return {"case": case, "name": leading_names([case.pk]).get(case.pk, ""), **more}


def _page(case: Case) -> str:
    return reverse("casework:exit", args=[case.reference])


def _conflict(request: ClearanceRequest, case: Case) -> HttpResponse:
    return render(request, "errors/409.html", {"back": _page(case)}, status=409)


@processes(CASEWORK)
@require_http_methods(["GET", "POST"])
def exit_page(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """The exit with its claim, answers and checks; the coordinator says here why a claim stays
    unconfirmed."""
    reader = find_case(request, reference)
    case = reader.case
    clearance = request.clearance
    result = exit_of(case)
    chairs = leads(reader)
    form = (
        UnconfirmedForm(request.POST or None) if chairs and result and result.confirmed_on else None
    )
    if request.method == "POST":
        if form is None or result is None:
            raise PermissionDenied
        if form.is_valid():
            try:
                leave_unconfirmed(
                    result,
                    form.cleaned_data["unconfirmed_because"],
                    version=request.POST.get("version", ""),
                )
            except StepRefused as refusal:
                return refused(request, case, refusal)
            except VersionConflict:
                return _conflict(request, case)
            return redirect(request.path)
    checks = (
        {row.months: row for row in FollowUpCheck.objects.current().filter(exit=result)}
        if result
        else {}
    )
    durable = bool(result and result.classed and result.classed.belongs_to in DURABLE)
    context = _context(
        case,
        exit=result,
        form=form,
        durable=durable,
        claimed=bool(result and result.outcome in perms.COMPETENT),
        claims=[
            (row, reader.label(row.source_id))
            for row in Confirmation.objects.current()
            .filter(exit=result)
            .order_by("-said_on", "-pk")
        ]
        if result
        else [],
        checks=[
            (months, row, bool(row and perms.can_take_back(reader, row)))
            for months in CHECK_MONTHS
            for row in [checks.get(months)]
        ]
        if durable
        else [],
        proposes=result is None and perms.can_propose(reader),
        confirms=bool(result and not result.confirmed_on and perms.can_confirm(reader, result)),
        answers=bool(result and perms.claim_team(reader, result)),
        supplies=bool(result and perms.answers_for(reader, result)),
        follows=bool(
            result
            and durable
            and len(checks) < len(CHECK_MONTHS)
            and perms.check_team(reader, result)
        ),
        establishes=bool(result and perms.can_establish(reader, result)),
        undoes=bool(
            result and result.confirmed_on and chairs and case.state in STEPS["T16"].sources
        ),
        moves=clearance.reads(case, Category.GUIDANCE)
        and (
            case.state in STEPS["T11"].sources
            or bool(result and result.outcome == Outcome.MOVED_TO_OTHER_PILOT)
        ),
        undone=Exit.objects.filter(case=case)
        .exclude(pk=result.pk if result else 0)
        .order_by("-pk"),
        manages=manages(reader),
        unconfirmed=form is not None
        and result is not None
        and result.classed is not None
        and result.classed.belongs_to == Class.DURABLE,
    )
    return render(
        request, "casework/outcomes/exit.html", context, status=400 if form and form.errors else 200
    )


@processes(CASEWORK)
@require_http_methods(["GET", "POST"])
def exit_propose(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    reader = find_case(request, reference)
    case = reader.case
    if request.method == "POST" and (sent := sent_before(request)):
        return sent
    if exit_of(case) is not None:
        return redirect(_page(case))
    if not perms.can_propose(reader):
        raise PermissionDenied
    key = EXIT.key(case.reference)
    form = ExitForm(request.POST or None, case=case)
    form.restore(find_draft(request, key))
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            propose_exit(
                case, form.cleaned_data, by=request.clearance, author_team=case.lead_team_id
            )
            return _page(case)

        try:
            return submit_once(request, key, act)
        except StepRefused as refusal:
            return refused(request, case, refusal)
    context = _context(case, form=form, draft_key=key, form_page=request.path)
    return render(
        request, "casework/outcomes/propose.html", context, status=400 if form.errors else 200
    )


@processes(CASEWORK)
@require_http_methods(["GET", "POST"])
def exit_confirm(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """The coordinator confirms what somebody else proposed (T11), or declines it with a reason."""
    reader = find_case(request, reference)
    case = reader.case
    result = exit_of(case)
    if result is None:
        if not leads(reader):
            raise PermissionDenied
        return redirect(
            reverse("casework:exit_propose", args=[reference])
            if perms.can_propose(reader)
            else _page(case)
        )
    result.case = case
    if not perms.can_confirm(reader, result):
        raise PermissionDenied
    form = DeclineForm(request.POST if "decline" in request.POST else None)
    version = request.POST.get("version", "")
    try:
        if "decline" in request.POST and form.is_valid():
            decline_exit(result, form.cleaned_data["because"], version=version)
            return redirect(case_url(case))
        if request.method == "POST" and "decline" not in request.POST:
            confirm_exit(result, by=request.clearance, version=version)
            return redirect(_page(case))
    except StepRefused as refusal:
        return refused(request, case, refusal)
    except VersionConflict:
        return _conflict(request, case)
    context = _context(
        case,
        exit=result,
        form=form,
        missing=linked(case, STEPS["T11"].missing(fact_of(case))),
        early=too_early(case, result.outcome),
        draft_key="",
        form_page=request.path,
        here=case.state in STEPS["T11"].sources and result.confirmed_on is None,
    )
    return render(
        request, "casework/outcomes/confirm.html", context, status=400 if form.errors else 200
    )


@processes(CASEWORK)
@require_http_methods(["GET", "POST"])
@of_the_exit
def exit_establish(request: ClearanceRequest, case: Case, exit_: Exit) -> HttpResponse:
    """What became of her, once that is known."""
    reader = CaseReader(request.clearance, case)
    if not perms.can_establish(reader, exit_):
        raise PermissionDenied
    key = EXIT.key(case.reference)
    form = EstablishForm(request.POST or None, exit_=exit_)
    form.restore(find_draft(request, key))
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            establish(exit_, form.cleaned_data, version=request.POST.get("version", ""))
            return _page(case)

        try:
            return submit_once(request, key, act)
        except StepRefused as refusal:
            return refused(request, case, refusal)
        except VersionConflict:
            return _conflict(request, case)
    context = _context(case, exit=exit_, form=form, draft_key=key, form_page=request.path)
    return render(
        request, "casework/outcomes/establish.html", context, status=400 if form.errors else 200
    )


@processes(CASEWORK)
@require_http_methods(["GET", "POST"])
@of_the_exit
def exit_undo(request: ClearanceRequest, case: Case, exit_: Exit) -> HttpResponse:
    reader = CaseReader(request.clearance, case)
    if not leads(reader) or exit_.confirmed_on is None:
        raise PermissionDenied
    form = UndoForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            undo_exit(
                exit_,
                form.cleaned_data,
                by=request.clearance,
                version=request.POST.get("version", ""),
            )
        except StepRefused as refusal:
            return refused(request, case, refusal)
        except VersionConflict:
            return _conflict(request, case)
        return redirect(case_url(case))
    missing = STEPS["T16"].missing(fact_of(case)) if case.state == CaseState.EXITED else []
    context = _context(
        case,
        exit=exit_,
        form=form,
        missing=linked(case, missing),
        here=case.state == CaseState.EXITED,
        draft_key="",
        form_page=request.path,
        before=CaseState(exit_.state_before).label,
    )
    return render(
        request, "casework/outcomes/undo.html", context, status=400 if form.errors else 200
    )


@processes(CASEWORK)
@require_http_methods(["GET", "POST"])
@of_the_exit
def claim_answer(request: ClearanceRequest, case: Case, exit_: Exit) -> HttpResponse:
    """The competent partner confirms or refutes what is claimed; or the coordinator on its
    behalf, with the paper."""
    teams = visible_teams(request.clearance)
    reader = CaseReader(request.clearance, case, teams)
    team = perms.claim_team(reader, exit_)
    sources: list[Team] = []
    if team is None:
        sources = [teams[pk] for pk in perms.answers_for(reader, exit_)]
        team = team_of_kind(reader, (OrganisationKind.MUNICIPALITY,)) if sources else None
    if team is None:
        raise PermissionDenied
    key = CLAIM.key(case.reference)
    form = ClaimForm(request.POST or None, exit_=exit_, sources=sources)
    form.restore(find_draft(request, key))
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        if sources:
            source = data.pop("source_team")
            data["source_team_id"] = (
                source if source != team else None
            )  # her own team, on documentary evidence

        def act() -> str:
            answer_claim(exit_, data, by=request.clearance, author_team=team)
            return _page(case)

        try:
            return submit_once(request, key, act)
        except StepRefused as refusal:
            return not_taken(request, case, refusal, key=key, page=request.path)
    context = _context(
        case, exit=exit_, form=form, draft_key=key, form_page=request.path, supplying=bool(sources)
    )
    return render(
        request, "casework/outcomes/claim.html", context, status=400 if form.errors else 200
    )


def _came_back(case: Case) -> bool:
    """Whether she has a newer case led by the same team. One elsewhere is nobody's to tell here
    (R1)."""
    newer = Case.objects.filter(
        person__same_as=case.person.same_as, lead_team=case.lead_team_id, pk__gt=case.pk
    )
    return newer.exists()


@processes(CASEWORK)
@require_http_methods(["GET", "POST"])
@of_the_exit
def check_add(request: ClearanceRequest, case: Case, exit_: Exit) -> HttpResponse:
    reader = CaseReader(request.clearance, case)
    team = perms.check_team(reader, exit_)
    durable = exit_.classed is not None and exit_.classed.belongs_to in DURABLE
    if team is None or not durable or case.state not in (CaseState.EXITED, CaseState.IN_AFTERCARE):
        raise PermissionDenied
    key = CHECK.key(case.reference)
    done = set(FollowUpCheck.objects.current().filter(exit=exit_).values_list("months", flat=True))
    facts = fact_of(case)
    early = any(term.rule == "R13" for term in deadlines_of(facts))
    form = CheckForm(
        request.POST or None, exit_=exit_, done=done, early=early, newer_case=_came_back(case)
    )
    form.restore(find_draft(request, key))
    if request.method == "POST" and (sent := sent_before(request)):
        return sent
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            record_check(exit_, form.cleaned_data, by=request.clearance, author_team=team)
            return _page(case)

        try:
            return submit_once(request, key, act)
        except StepRefused as refusal:
            return refused(request, case, refusal)
    context = _context(case, exit=exit_, form=form, draft_key=key, form_page=request.path)
    return render(
        request, "casework/outcomes/check.html", context, status=400 if form.errors else 200
    )


@processes(CASEWORK)
@require_POST
@of_the_exit
def check_take_back(request: ClearanceRequest, case: Case, exit_: Exit) -> HttpResponse:
    """Take back a check that was recorded by mistake, by the team that recorded it. Checks that
    lapsed together are taken back together."""
    reader = CaseReader(request.clearance, case)
    rows = [
        row
        for row in FollowUpCheck.objects.current().filter(exit=exit_)
        if perms.can_take_back(reader, row)
    ]
    named = [row for row in rows if str(row.reference) == request.POST.get("check")]
    if not named:
        raise PermissionDenied
    together = rows if named[0].result == CheckResult.LAPSED else named
    try:
        take_back_checks(
            exit_, [row.reference for row in together if row.result == named[0].result]
        )
    except StepRefused as refusal:
        return refused(request, case, refusal)
    return redirect(_page(case))
