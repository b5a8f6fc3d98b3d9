"""How a passage ends, on screen: the exit, what is claimed, who confirms it, and whether it
holds."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from casework.cases.case_reader import CaseReader, find_case
from casework.cases.enums import CaseState
from casework.cases.models import Case
from casework.cases.views import case_url
from casework.journey.acts import StepRefused, in_dutch
from casework.journey.addresses import linked
from casework.journey.deadlines import deadlines_of
from casework.journey.facts import fact_of
from casework.journey.guards import DURABLE, Missing
from casework.journey.perms import leads, manages, team_of_kind
from casework.journey.steps import STEPS
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
    DeathForm,
    DeclineForm,
    EstablishForm,
    ExitForm,
    UnconfirmedForm,
    UndoForm,
)
from casework.outcomes.models import Confirmation, Exit, FollowUpCheck
from casework.register.identity import record_death
from governance.access.enums import Category
from governance.access.middleware import ClearanceRequest
from governance.drafts.form_views import (
    do_once,
    form_view,
    open_form,
    seen_version,
    send_form,
    show_form,
    show_refusal,
)
from partners.accountability.activities import CASEWORK, processes
from partners.organisations.enums import OrganisationKind


def of_the_exit(
    view: Callable[[ClearanceRequest, CaseReader, Exit], HttpResponse],
) -> Callable[..., HttpResponse]:
    """Decorate a view to receive the exit that stands. If there is none, a reader of outcomes is
    told that it was undone, declined or never proposed, and others get a 404."""

    @wraps(view)
    def view_of_exit(request: ClearanceRequest, reference: UUID) -> HttpResponse:
        reader = find_case(request, reference)
        standing = exit_of(reader.case)
        if standing is None:
            if not reader.reads(Category.OUTCOME):
                raise Http404
            sentence = _(
                "No exit stands in this case: it was not proposed, or it was declined or undone."
            )
            refusal = StepRefused(reader.case, [Missing(sentence, "case_detail")])
            return show_refusal(request, refusal, _page(reader.case))
        standing.case = reader.case
        return view(request, reader, standing)

    return view_of_exit


def _page(case: Case) -> str:
    return reverse("casework:exit", args=[case.reference])


def _is_durable(exit_: Exit) -> bool:
    return exit_.classed is not None and exit_.classed.belongs_to in DURABLE


@processes(CASEWORK)
@form_view
def exit_page(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """The exit with its claim, answers and checks; the coordinator says here why a claim stays
    unconfirmed."""
    reader = find_case(request, reference)
    case = reader.case
    result = exit_of(case)
    form = None
    if leads(reader) and result and result.confirmed_on:
        form = open_form(request, UnconfirmedForm, EXIT.key(result.reference, "unconfirmed"))

    def act() -> str:
        assert form is not None
        assert result is not None
        because = form.cleaned_data["unconfirmed_because"]
        leave_unconfirmed(result, because, version=seen_version(request))
        return request.path

    return send_form(request, form, act) or show_form(
        request,
        "casework/outcomes/exit.html",
        form,
        exit=result,
        undone=Exit.objects.filter(case=case)
        .exclude(pk=result.pk if result else 0)
        .order_by("-pk"),
        manages=manages(reader),
        proposes=result is None and perms.can_propose(reader),
        moves=reader.reads(Category.GUIDANCE)
        and (
            case.state in STEPS["T11"].sources
            or bool(result and result.outcome == Outcome.MOVED_TO_OTHER_PILOT)
        ),
        **(_parts_of(reader, result) | _possible(reader, result) if result else {}),
        **reader.context(),
    )


def _parts_of(reader: CaseReader, exit_: Exit) -> dict[str, Any]:
    """What stands beside an exit: the answers to its claim, and the checks with who may take them
    back."""
    answers = Confirmation.objects.current().filter(exit=exit_).order_by("-said_on", "-pk")
    return {
        "durable": _is_durable(exit_),
        "claimed": exit_.outcome in perms.COMPETENT,
        "claims": [(row, reader.label(row.source_id)) for row in answers],
        "checks": _checks(reader, exit_) if _is_durable(exit_) else [],
    }


def _checks(reader: CaseReader, exit_: Exit) -> list[tuple[int, FollowUpCheck | None, bool]]:
    """For each moment of a check: what was recorded, and whether this worker may take it back."""
    rows = {row.months: row for row in FollowUpCheck.objects.current().filter(exit=exit_)}
    return [
        (months, row, bool(row and perms.can_take_back(reader, row)))
        for months in CHECK_MONTHS
        for row in [rows.get(months)]
    ]


def _possible(reader: CaseReader, exit_: Exit) -> dict[str, bool]:
    """What this worker may do with an exit."""
    done = FollowUpCheck.objects.current().filter(exit=exit_).values("months").distinct().count()
    confirmed = leads(reader) and exit_.confirmed_on is not None
    return {
        "confirms": not exit_.confirmed_on and perms.can_confirm(reader, exit_),
        "withdraws": perms.can_withdraw(reader, exit_),
        "by_colleague": not exit_.confirmed_on and perms.proposed_by_coordinator(exit_),
        "answers": bool(perms.claim_team(reader, exit_)),
        "supplies": bool(perms.answers_for(reader, exit_)),
        "follows": _is_durable(exit_)
        and done < len(CHECK_MONTHS)
        and bool(perms.check_team(reader, exit_)),
        "establishes": perms.can_establish(reader, exit_),
        "undoes": confirmed and reader.case.state in STEPS["T16"].sources,
        "unconfirmed": confirmed
        and exit_.classed is not None
        and exit_.classed.belongs_to == Class.DURABLE,
    }


def _without_death(form: DeathForm) -> tuple[dict[str, Any], str]:
    """What the form says of the outcome, and apart from it on which day the person died, which
    belongs to who the person is."""
    data = dict(form.cleaned_data)
    return data, data.pop("died_on")


@processes(CASEWORK)
@form_view
def exit_propose(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    reader = find_case(request, reference)
    case = reader.case
    if exit_of(case) is not None:
        return redirect(_page(case))
    if not perms.can_propose(reader):
        raise PermissionDenied
    team = case.lead_team_id
    asks = perms.can_record_death(reader, team)
    form = open_form(request, ExitForm, EXIT.key(case.reference), case=case, asks_death=asks)

    def act() -> str:
        data, died_on = _without_death(form)
        propose_exit(case, data, by=request.clearance, author_team=team)
        record_death(case.pk, died_on, by=request.clearance.user, team=team)
        return _page(case)

    return send_form(request, form, act) or show_form(
        request, "casework/outcomes/propose.html", form, **reader.context()
    )


@processes(CASEWORK)
@form_view
def exit_confirm(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """The coordinator confirms what somebody else proposed (T11), or declines it with a reason."""
    reader = find_case(request, reference)
    case = reader.case
    result = exit_of(case)
    if result is None:
        if not leads(reader):
            raise PermissionDenied
        page = reverse("casework:exit_propose", args=[reference])
        return redirect(page if perms.can_propose(reader) else _page(case))
    result.case = case
    if not perms.can_confirm(reader, result):
        raise PermissionDenied
    form = open_form(
        request,
        DeclineForm,
        EXIT.key(result.reference, "decline"),
        sent="decline" in request.POST,
    )

    def confirm() -> str:
        confirm_exit(result, by=request.clearance, version=seen_version(request))
        return _page(case)

    def decline() -> str:
        decline_exit(result, form.cleaned_data["because"], version=seen_version(request))
        return case_url(case)

    if request.method == "POST" and "decline" not in request.POST:
        return do_once(request, confirm, back=_page(case))
    return send_form(request, form, decline, back=_page(case)) or show_form(
        request,
        "casework/outcomes/confirm.html",
        form,
        exit=result,
        missing=linked(case, STEPS["T11"].missing(fact_of(case))),
        early=too_early(case, result.outcome),
        here=case.state in STEPS["T11"].sources and result.confirmed_on is None,
        **reader.context(),
    )


@processes(CASEWORK)
@require_POST
def exit_withdraw(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """Who proposed an exit takes it back before it is confirmed."""
    reader = find_case(request, reference)
    result = exit_of(reader.case)
    if result is None:
        raise Http404
    if not perms.can_withdraw(reader, result):
        raise PermissionDenied

    def act() -> str:
        why = in_dutch(gettext_lazy("withdrawn by who proposed it"))
        decline_exit(result, why, version=seen_version(request))
        return _page(reader.case)

    return do_once(request, act, back=_page(reader.case))


@processes(CASEWORK)
@form_view
@of_the_exit
def exit_establish(request: ClearanceRequest, reader: CaseReader, exit_: Exit) -> HttpResponse:
    """What became of her, once that is known."""
    if not perms.can_establish(reader, exit_):
        raise PermissionDenied
    team = reader.author_team() or reader.case.lead_team_id
    asks = perms.can_record_death(reader, team)
    key = EXIT.key(reader.case.reference)
    form = open_form(request, EstablishForm, key, exit_=exit_, asks_death=asks)

    def act() -> str:
        data, died_on = _without_death(form)
        establish(exit_, data, version=seen_version(request))
        record_death(reader.case.pk, died_on, by=request.clearance.user, team=team)
        return _page(reader.case)

    return send_form(request, form, act, back=_page(reader.case)) or show_form(
        request, "casework/outcomes/establish.html", form, exit=exit_, **reader.context()
    )


@processes(CASEWORK)
@form_view
@of_the_exit
def exit_undo(request: ClearanceRequest, reader: CaseReader, exit_: Exit) -> HttpResponse:
    case = reader.case
    if not leads(reader) or exit_.confirmed_on is None:
        raise PermissionDenied
    form = open_form(request, UndoForm, EXIT.key(exit_.reference, "undo"))

    def act() -> str:
        undo_exit(exit_, form.cleaned_data, by=request.clearance, version=seen_version(request))
        return case_url(case)

    here = case.state == CaseState.EXITED
    return send_form(request, form, act, back=_page(case)) or show_form(
        request,
        "casework/outcomes/undo.html",
        form,
        exit=exit_,
        missing=linked(case, STEPS["T16"].missing(fact_of(case)) if here else []),
        here=here,
        before=CaseState(exit_.state_before).label,
        **reader.context(),
    )


@processes(CASEWORK)
@form_view
@of_the_exit
def claim_answer(request: ClearanceRequest, reader: CaseReader, exit_: Exit) -> HttpResponse:
    """The competent partner confirms or refutes what is claimed; or the coordinator on its
    behalf, with the paper."""
    team, sources = perms.claim_team(reader, exit_), []
    if team is None:
        sources = [reader.teams[pk] for pk in perms.answers_for(reader, exit_)]
        team = team_of_kind(reader, (OrganisationKind.MUNICIPALITY,)) if sources else None
    if team is None:
        raise PermissionDenied
    key = CLAIM.key(reader.case.reference)
    form = open_form(request, ClaimForm, key, exit_=exit_, sources=sources)

    def act() -> str:
        data = dict(form.cleaned_data)
        if sources:  # her own team, on documentary evidence, is no source
            source = data.pop("source_team")
            data["source_team_id"] = source if source != team else None
        answer_claim(exit_, data, by=request.clearance, author_team=team)
        return _page(reader.case)

    return send_form(request, form, act) or show_form(
        request,
        "casework/outcomes/claim.html",
        form,
        exit=exit_,
        supplying=bool(sources),
        **reader.context(),
    )


def _came_back(case: Case) -> bool:
    """Whether she has a newer case led by the same team. One elsewhere is nobody's to tell here
    (R1)."""
    newer = Case.objects.filter(
        person__same_as=case.person.same_as, lead_team=case.lead_team_id, pk__gt=case.pk
    )
    return newer.exists()


@processes(CASEWORK)
@form_view
@of_the_exit
def check_add(request: ClearanceRequest, reader: CaseReader, exit_: Exit) -> HttpResponse:
    case = reader.case
    team = perms.check_team(reader, exit_)
    followed = _is_durable(exit_) and case.state in (CaseState.EXITED, CaseState.IN_AFTERCARE)
    if team is None or not followed:
        raise PermissionDenied
    form = open_form(
        request,
        CheckForm,
        CHECK.key(case.reference),
        exit_=exit_,
        done=set(
            FollowUpCheck.objects.current().filter(exit=exit_).values_list("months", flat=True)
        ),
        early=any(term.rule == "R13" for term in deadlines_of(fact_of(case))),
        newer_case=_came_back(case),
        asks_death=perms.can_record_death(reader, team),
    )

    def act() -> str:
        data, died_on = _without_death(form)
        record_check(exit_, data, by=request.clearance, author_team=team)
        record_death(case.pk, died_on, by=request.clearance.user, team=team)
        return _page(case)

    return send_form(request, form, act) or show_form(
        request, "casework/outcomes/check.html", form, exit=exit_, **reader.context()
    )


@processes(CASEWORK)
@require_POST
@of_the_exit
def check_take_back(request: ClearanceRequest, reader: CaseReader, exit_: Exit) -> HttpResponse:
    """Take back a check that was recorded by mistake, by the team that recorded it. Checks that
    lapsed together are taken back together."""
    rows = [
        row
        for row in FollowUpCheck.objects.current().filter(exit=exit_)
        if perms.can_take_back(reader, row)
    ]
    named = [row for row in rows if str(row.reference) == request.POST.get("check")]
    if not named:
        raise PermissionDenied
    together = rows if named[0].result == CheckResult.LAPSED else named

    def act() -> str:
        alike = [row.reference for row in together if row.result == named[0].result]
        take_back_checks(exit_, alike)
        return _page(reader.case)

    return do_once(request, act, back=_page(reader.case))
