"""The intake of one case, page by page."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from casework.cases.case_reader import CaseReader
from casework.cases.enums import CaseState
from casework.cases.models import Case
from casework.cases.partners import visible_teams
from casework.cases.views import case_url
from casework.intake import perms
from casework.intake.acts import (
    begin_intake,
    complete_intake,
    criteria_of,
    intake_of,
    keep_page,
    limitation_heard,
    record_limitation,
    stop_intake,
    unfinished,
    writes_limitations,
)
from casework.intake.enums import CriterionResult
from casework.intake.forms import (
    INTAKE,
    BeginForm,
    ConversationForm,
    CriteriaForm,
    FinishForm,
    LimitationForm,
    PageForm,
    SituationForm,
    StopForm,
)
from casework.intake.models import CriteriaList, Intake, IntakeReport
from casework.journey.acts import StepRefused
from casework.journey.facts import fact_of
from casework.journey.views import refused
from casework.records.models import VersionConflict
from casework.register.identity import leading_names
from casework.register.models import Briefing
from casework.sharing.audience import other_teams, tells_of_others, would_read
from governance.access.enums import Category, Visibility
from governance.access.middleware import ClearanceRequest
from governance.drafts.acts import drop_draft, find_draft, kept_value, submit_once
from partners.accountability.activities import CASEWORK, processes
from partners.organisations.models import Team

PAGES = {
    "gesprek": gettext_lazy("Conversation"),
    "situatie": gettext_lazy("Situation and needs"),
    "beperking": gettext_lazy("Limitation"),
    "criteria": gettext_lazy("Criteria"),
    "afronden": gettext_lazy("Complete"),
}
FORMS: dict[str, type[PageForm]] = {
    "gesprek": ConversationForm,
    "situatie": SituationForm,
    "beperking": LimitationForm,
    "criteria": CriteriaForm,
}


def case_or_404(reference: UUID) -> Case:
    case: Case = get_object_or_404(
        Case.objects.select_related("pilot", "person"), reference=reference
    )
    return case


def case_context(case: Case, **more: Any) -> dict[str, Any]:
    return {"case": case, "name": leading_names([case.pk]).get(case.pk, ""), **more}


def _parts(report: IntakeReport | None) -> list[tuple[str, str]]:
    """The report's texts, each with its heading. Empty without a report."""
    names = SituationForm.Meta.fields
    return (
        [
            (str(IntakeReport._meta.get_field(name).verbose_name), getattr(report, name))  # type: ignore[union-attr]
            for name in names
        ]
        if report
        else []
    )


def page_url(case: Case, page: str) -> str:
    return reverse("casework:intake_page", args=[case.reference, page])


@processes(CASEWORK)
@require_http_methods(["GET", "POST"])
def intake(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """Begin an intake, or go on with the one there is."""
    case = case_or_404(reference)
    teams = visible_teams(request.clearance)
    result = intake_of(case)
    reader = CaseReader(request.clearance, case, teams)
    if result is not None:
        if perms.can_continue(reader, result):
            report = IntakeReport.objects.filter(intake=result).first()
            left = unfinished(
                result,
                report,
                criteria_of(case.pilot, timezone.localdate()),
                asks_limitation=writes_limitations(reader) is not None,
            )
            return redirect(page_url(case, left[0] if left else "afronden"))
        return redirect("casework:intake_report", case.reference)
    team = perms.intake_team(reader)
    if team is None or case.state not in (CaseState.REGISTERED, CaseState.INTAKE):
        raise PermissionDenied
    key = INTAKE.key(case.reference, "begin")
    form = BeginForm(request.POST or None, case=case)
    form.restore(find_draft(request, key))
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            begin_intake(
                case, by=request.clearance, team=team, begun_on=form.cleaned_data["begun_on"]
            )
            return page_url(case, "gesprek")

        try:
            return submit_once(request, key, act)
        except StepRefused as refusal:
            return refused(request, case, refusal)
    context = case_context(case, form=form, draft_key=key, team=teams[team], form_page=request.path)
    return render(
        request, "casework/intake/begin.html", context, status=400 if form.errors else 200
    )


def _found(
    request: ClearanceRequest, reference: UUID, page: str = ""
) -> tuple[Case, Intake, dict[int, Team]]:
    """The intake that is under way, with its case and teams. Raises Http404 if there is none in
    sight, and PermissionDenied unless the worker may go on with it or, on the page "criteria",
    complete criteria that were not known yet."""
    case = case_or_404(reference)
    result = intake_of(case)
    if result is None:
        raise Http404
    teams = visible_teams(request.clearance)
    reader = CaseReader(request.clearance, case, teams)
    later = page == "criteria" and perms.can_complete_criteria(reader, result)
    if not (later or perms.can_continue(reader, result)):
        raise PermissionDenied
    result.case = case
    return case, result, teams


@processes(CASEWORK)
@require_http_methods(["GET", "POST"])
def intake_page(request: ClearanceRequest, reference: UUID, page: str) -> HttpResponse:
    """One page: keep it and go to the next. What a colleague kept meanwhile is shown, and
    nothing is lost."""
    if page not in PAGES:
        raise Http404
    case, result, teams = _found(request, reference, page)
    later = result.completed_on is not None  # only criteria: under the list of then
    criteria = result.criteria if later else criteria_of(case.pilot, timezone.localdate())
    report = IntakeReport.objects.filter(intake=result).first()
    if page == "afronden":
        return _finish(request, case, result, report, criteria, teams)
    key = INTAKE.key(case.reference, page)
    draft = find_draft(request, key) if request.method == "GET" else None
    seen = request.POST.get("version") or kept_value(draft, "version") or str(result.version)
    reader = CaseReader(request.clearance, case)
    limits = writes_limitations(reader)
    form = _page_form(request, page, case, result, report, criteria, limits, later=later)
    form.restore(draft)
    changed = seen != str(result.version)
    if request.method == "POST" and not changed and form.is_valid():
        if page == "beperking":
            result.limitation_asked = True
            if limits:
                text = form.cleaned_data["take_account_of"] if form.cleaned_data["limited"] else ""
                record_limitation(result, text, by=request.clearance, team=limits)
        if isinstance(form, CriteriaForm):
            result.criteria, result.results = criteria, form.results()
        answers = form.answers() if form.of_report else None
        try:
            keep_page(result, answers, by=request.clearance, version=seen)
        except VersionConflict:
            changed = True
        else:
            drop_draft(request, key)
            following = page_url(case, _next(page))
            return redirect(
                reverse("casework:intake_report", args=[reference]) if later else following
            )
    last = (
        result.history.select_related("history_user")
        .order_by("-history_date", "-history_id")
        .first()
    )
    context = case_context(
        case,
        form=form,
        page=page,
        pages=_pages(result, report, criteria, limits),
        draft_key=key,
        draft=draft,
        intake=result,
        form_page=request.path,
        changed=changed,
        version=result.version if request.method == "POST" else seen,
        last=last if last and last.history_user_id not in (None, request.user.pk) else None,
        criteria=criteria,
        limits=limits,
        before="" if later else _before(page),
        later=later,
        heading=PAGES[page],
        briefing=Briefing.objects.current().filter(case=case).first(),
    )
    status = 409 if changed and request.method == "POST" else 400 if form.errors else 200
    return render(request, "casework/intake/page.html", context, status=status)


def _page_form(
    request: ClearanceRequest,
    page: str,
    case: Case,
    intake: Intake,
    report: IntakeReport | None,
    criteria: CriteriaList | None,
    limits: int | None,
    *,
    later: bool,
) -> PageForm:
    made = FORMS[page]
    more: dict[str, Any] = {"criteria": criteria, "later": later} if made is CriteriaForm else {}
    if page == "beperking" and limits and intake.limitation_asked:
        heard = limitation_heard(intake, limits)
        more["initial"] = {
            "limited": "yes" if heard else "no",
            "take_account_of": heard.take_account_of if heard else "",
        }
    return made(
        request.POST or None,
        instance=(report or IntakeReport()) if made.of_report else intake,
        case=case,
        **more,
    )


def _next(page: str) -> str:
    names = list(PAGES)
    return names[names.index(page) + 1]


def _before(page: str) -> str:
    names = list(PAGES)
    return names[names.index(page) - 1] if names.index(page) else ""


def _pages(
    intake: Intake, report: IntakeReport | None, criteria: CriteriaList | None, limits: int | None
) -> list[tuple[str, Any, bool]]:
    """Every page, with its name and whether it is filled in."""
    left = unfinished(intake, report, criteria, asks_limitation=limits is not None)
    done = {name: name not in left for name in PAGES}
    done |= {"beperking": intake.limitation_asked, "afronden": False}
    done["criteria"] = done["criteria"] and bool(intake.criteria_id or criteria is None)
    return [(name, label, done[name]) for name, label in PAGES.items()]


def _finish(
    request: ClearanceRequest,
    case: Case,
    intake: Intake,
    report: IntakeReport | None,
    criteria: CriteriaList | None,
    teams: dict[int, Team],
) -> HttpResponse:
    key = INTAKE.key(case.reference, "finish")
    reader = CaseReader(request.clearance, case, teams)
    form = FinishForm(
        request.POST or None,
        partners=other_teams(reader, besides=intake.author_team_id),
    )
    form.restore(find_draft(request, key))
    limits = writes_limitations(reader)
    left = unfinished(intake, report, criteria, asks_limitation=limits is not None)
    preview = "preview" in request.POST
    changed = False
    if request.method == "POST" and not left and not preview and form.is_valid():
        try:
            complete_intake(
                intake,
                form.sharing(),
                by=request.clearance,
                version=request.POST.get("version", ""),
            )
        except VersionConflict:
            changed = True
        else:
            drop_draft(request, key)
            messages.success(request, _("The intake is complete."))
            asks = case.state == CaseState.INTAKE or fact_of(case).lacks_request
            return redirect(
                "casework:dossiers_request" if asks else "casework:case_detail", case.reference
            )
    context = case_context(
        case,
        form=form,
        page="afronden",
        pages=_pages(intake, report, criteria, limits),
        draft_key=key,
        intake=intake,
        report=report,
        left=[(name, PAGES[name]) for name in left],
        version=intake.version,
        changed=changed,
        results=results_of(intake),
        report_parts=_parts(report),
        form_page=request.path,
        before="criteria",
        **_readers(request, case, intake, teams),
    )
    status = 409 if changed else 400 if request.method == "POST" and not preview else 200
    return render(request, "casework/intake/finish.html", context, status=status)


def _readers(
    request: ClearanceRequest, case: Case, intake: Intake, teams: dict[int, Team]
) -> dict[str, Any]:
    text = request.POST if request.method == "POST" else _unsent()
    reader = CaseReader(request.clearance, case, teams)
    return {
        "readers": would_read(
            reader,
            Category.GUIDANCE,
            text,
            author=intake.author_team_id,
        ),
        "and_others": tells_of_others(reader, text),
    }


def _unsent() -> QueryDict:
    text = QueryDict(mutable=True)
    text["visibility"] = Visibility.OWN_ORGANISATION
    return text


@processes(CASEWORK)
@require_http_methods(["POST"])
def intake_readers(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """The line "visible to: ..." while the worker chooses."""
    case, result, teams = _found(request, reference)
    return render(request, "casework/sharing/_readers.html", _readers(request, case, result, teams))


def results_of(intake: Intake) -> list[tuple[str, str, str, str]]:
    """Each criterion of the list under which it was checked: text, result as a value and in
    words, remark."""
    texts = intake.criteria.criteria if intake.criteria else []
    return [
        (text, data["result"], str(CriterionResult(data["result"]).label), data["remark"])
        for text, data in zip(texts, intake.results, strict=False)
    ]


@processes(CASEWORK)
@require_GET
def intake_report(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """The intake to read and to print, as far as this worker may read it."""
    case = case_or_404(reference)
    result = intake_of(case)
    if result is None:
        raise Http404
    report = IntakeReport.objects.filter(intake=result).first()
    reader = CaseReader(request.clearance, case)
    context = case_context(
        case,
        intake=result,
        report=report,
        report_parts=_parts(report),
        results=results_of(result),
        continues=perms.can_continue(reader, result),
        completes_criteria=perms.can_complete_criteria(reader, result) and result.has_unknown,
    )
    return render(request, "casework/intake/report.html", context)


@processes(CASEWORK)
@require_http_methods(["GET", "POST"])
def intake_stop(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    case, result, _teams = _found(request, reference)
    key = INTAKE.key(case.reference, "stop")
    form = StopForm(request.POST or None)
    form.restore(find_draft(request, key))
    if request.method == "POST" and form.is_valid():
        try:
            stop_intake(
                result,
                form.cleaned_data["reason"],
                by=request.clearance,
                version=request.POST.get("version", ""),
            )
        except VersionConflict:
            return render(request, "errors/409.html", {"back": case_url(case)}, status=409)
        drop_draft(request, key)
        return redirect(case_url(case))
    context = case_context(
        case, form=form, draft_key=key, version=result.version, form_page=request.path
    )
    return render(request, "casework/intake/stop.html", context, status=400 if form.errors else 200)
