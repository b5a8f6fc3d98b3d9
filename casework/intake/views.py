"""The intake of one case, page by page."""

from functools import cached_property
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from casework.cases.case_reader import CaseReader, find_case
from casework.cases.enums import CaseState
from casework.cases.models import Case
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
from casework.journey.facts import fact_of
from casework.records.models import VersionConflict
from casework.register.models import Briefing
from casework.sharing.audience import other_teams, tells_of_others, would_read
from governance.access.clearance import Clearance
from governance.access.enums import Category, Visibility
from governance.access.middleware import ClearanceRequest
from governance.drafts.acts import kept_value
from governance.drafts.form_views import form_view, open_form, seen_version, send_form, show_form
from partners.accountability.activities import CASEWORK, processes

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


class IntakeUnderWay:
    """An intake before the worker who goes on with it or, when it was completed, adds criteria that
    were not known then."""

    def __init__(self, reader: CaseReader, intake: Intake) -> None:
        self.reader, self.case, self.intake = reader, reader.case, intake
        intake.case = reader.case
        self.later = intake.completed_on is not None  # only criteria: under the list of then

    @cached_property
    def report(self) -> IntakeReport | None:
        report: IntakeReport | None = IntakeReport.objects.filter(intake=self.intake).first()
        return report

    @cached_property
    def criteria(self) -> CriteriaList | None:
        if self.later:
            return self.intake.criteria
        return criteria_of(self.case.pilot, timezone.localdate())

    @cached_property
    def limits(self) -> int | None:
        """The team in whose name this worker records a limitation."""
        return writes_limitations(self.reader)

    def left(self) -> list[str]:
        """The pages that still miss something."""
        asks = self.limits is not None
        return unfinished(self.intake, self.report, self.criteria, asks_limitation=asks)

    def pages(self) -> list[tuple[str, Any, bool]]:
        """Every page, with its name and whether it is filled in."""
        left = self.left()
        done = {name: name not in left for name in PAGES}
        done |= {"beperking": self.intake.limitation_asked, "afronden": False}
        done["criteria"] = done["criteria"] and bool(
            self.intake.criteria_id or self.criteria is None
        )
        return [(name, label, done[name]) for name, label in PAGES.items()]


def _under_way(request: ClearanceRequest, reference: UUID, page: str = "") -> IntakeUnderWay:
    """The intake that is under way. Raises Http404 if there is none in sight, and PermissionDenied
    unless the worker may go on with it or, on the page "criteria", complete criteria that were not
    known yet."""
    reader = find_case(request, reference)
    result = intake_of(reader.case)
    if result is None:
        raise Http404
    later = page == "criteria" and perms.can_complete_criteria(reader, result)
    if not (later or perms.can_continue(reader, result)):
        raise PermissionDenied
    return IntakeUnderWay(reader, result)


@processes(CASEWORK)
@form_view
def intake(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """Begin an intake, or go on with the one there is."""
    reader = find_case(request, reference)
    case = reader.case
    result = intake_of(case)
    if result is not None and perms.can_continue(reader, result):
        left = IntakeUnderWay(reader, result).left()
        return redirect(page_url(case, left[0] if left else "afronden"))
    if result is not None:
        return redirect("casework:intake_report", case.reference)
    team = perms.intake_team(reader)
    if team is None or case.state not in (CaseState.REGISTERED, CaseState.INTAKE):
        raise PermissionDenied
    form = open_form(request, BeginForm, INTAKE.key(case.reference, "begin"), case=case)

    def act() -> str:
        day = form.cleaned_data["begun_on"]
        begin_intake(case, by=request.clearance, team=team, begun_on=day)
        return page_url(case, "gesprek")

    return send_form(request, form, act) or show_form(
        request, "casework/intake/begin.html", form, team=reader.teams[team], **reader.context()
    )


@processes(CASEWORK)
@form_view
def intake_page(request: ClearanceRequest, reference: UUID, page: str) -> HttpResponse:
    """One page: keep it and go to the next. What a colleague kept meanwhile is shown, and
    nothing is lost."""
    if page not in PAGES:
        raise Http404
    work = _under_way(request, reference, page)
    if page == "afronden":
        return _finish(request, work)
    result = work.intake
    form = _page_form(request, work, page)
    seen = seen_version(request) or kept_value(form.restored, "version") or str(result.version)
    changed = seen != str(result.version)

    def act() -> str:
        _keep(work, form, by=request.clearance, version=seen)
        if work.later:
            return reverse("casework:intake_report", args=[reference])
        return page_url(work.case, _next(page))

    try:
        if not changed and (answer := send_form(request, form, act, raises=VersionConflict)):
            return answer
    except VersionConflict:
        changed = True
    return show_form(
        request,
        "casework/intake/page.html",
        form,
        status=409 if changed and request.method == "POST" else 0,
        page=page,
        draft=form.restored,
        changed=changed,
        version=result.version if request.method == "POST" else seen,
        **_page_context(request, work, page),
    )


def _page_context(request: ClearanceRequest, work: IntakeUnderWay, page: str) -> dict[str, Any]:
    history = work.intake.history.select_related("history_user")
    last = history.order_by("-history_date", "-history_id").first()
    mine = last is None or last.history_user_id in (None, request.user.pk)
    return {
        "pages": work.pages(),
        "intake": work.intake,
        "last": None if mine else last,
        "criteria": work.criteria,
        "limits": work.limits,
        "asks": page != "beperking" or bool(work.limits),
        "before": "" if work.later else _before(page),
        "later": work.later,
        "heading": PAGES[page],
        "briefing": Briefing.objects.current().filter(case=work.case).first(),
        **work.reader.context(),
    }


def _page_form(request: ClearanceRequest, work: IntakeUnderWay, page: str) -> PageForm:
    form = FORMS[page]
    options: dict[str, Any] = {}
    if form is CriteriaForm:
        options = {"criteria": work.criteria, "later": work.later}
    if page == "beperking" and work.limits and work.intake.limitation_asked:
        heard = limitation_heard(work.intake, work.limits)
        options["initial"] = {
            "limited": "yes" if heard else "no",
            "take_account_of": heard.take_account_of if heard else "",
        }
    return open_form(
        request,
        form,
        INTAKE.key(work.case.reference, page),
        instance=(work.report or IntakeReport()) if form.of_report else work.intake,
        case=work.case,
        **options,
    )


def _keep(work: IntakeUnderWay, form: PageForm, *, by: Clearance, version: str) -> None:
    """Save one page as it was sent. Raises VersionConflict."""
    intake = work.intake
    if isinstance(form, LimitationForm):
        intake.limitation_asked = True
        if work.limits:
            data = form.cleaned_data
            text = data["take_account_of"] if data["limited"] else ""
            record_limitation(intake, text, by=by, team=work.limits)
    if isinstance(form, CriteriaForm):
        intake.criteria, intake.results = work.criteria, form.results()
    answers = form.answers() if form.of_report else None
    keep_page(intake, answers, by=by, version=version)


def _next(page: str) -> str:
    names = list(PAGES)
    return names[names.index(page) + 1]


def _before(page: str) -> str:
    names = list(PAGES)
    return names[names.index(page) - 1] if names.index(page) else ""


def _finish(request: ClearanceRequest, work: IntakeUnderWay) -> HttpResponse:
    """The last page: who reads what she told, and completing it."""
    case, result = work.case, work.intake
    key = INTAKE.key(case.reference, "finish")
    partners = other_teams(work.reader, besides=result.author_team_id)
    form = open_form(request, FinishForm, key, intake=result, partners=partners)
    left = work.left()
    preview, changed = "preview" in request.POST, False

    def act() -> str:
        version = seen_version(request)
        on = form.cleaned_data["completed_on"]
        complete_intake(result, form.sharing(), version=version, on=on)
        messages.success(request, _("The intake is complete."))
        asks = case.state == CaseState.INTAKE or fact_of(case).lacks_request
        page = "casework:dossiers_request" if asks else "casework:case_detail"
        return reverse(page, args=[case.reference])

    try:
        if not left and not preview:
            answer = send_form(request, form, act, raises=VersionConflict)
            if answer is not None:
                return answer
    except VersionConflict:
        changed = True
    refused = request.method == "POST" and not preview
    return show_form(
        request,
        "casework/intake/finish.html",
        form,
        status=409 if changed else 400 if refused else 200,
        page="afronden",
        left=[(name, PAGES[name]) for name in left],
        changed=changed,
        before="criteria",
        **_whole(work),
        **_readers(request, work),
    )


def _whole(work: IntakeUnderWay) -> dict[str, Any]:
    """The intake as it stands, to be read once more."""
    return {
        "pages": work.pages(),
        "intake": work.intake,
        "version": work.intake.version,
        "report": work.report,
        "report_parts": _parts(work.report),
        "results": results_of(work.intake),
        **work.reader.context(),
    }


def _readers(request: ClearanceRequest, work: IntakeUnderWay) -> dict[str, Any]:
    text = request.POST if request.method == "POST" else _unsent()
    author = work.intake.author_team_id
    return {
        "readers": would_read(work.reader, Category.GUIDANCE, text, author=author),
        "and_others": tells_of_others(work.reader, text),
    }


def _unsent() -> QueryDict:
    text = QueryDict(mutable=True)
    text["visibility"] = Visibility.OWN_ORGANISATION
    return text


@processes(CASEWORK)
@require_POST
def intake_readers(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """The line "visible to: ..." while the worker chooses."""
    work = _under_way(request, reference)
    return render(request, "casework/sharing/_readers.html", _readers(request, work))


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
    reader = find_case(request, reference)
    result = intake_of(reader.case)
    if result is None:
        raise Http404
    report = IntakeReport.objects.filter(intake=result).first()
    context = reader.context() | {
        "intake": result,
        "report": report,
        "report_parts": _parts(report),
        "results": results_of(result),
        "continues": perms.can_continue(reader, result),
        "completes_criteria": perms.can_complete_criteria(reader, result) and result.has_unknown,
    }
    return render(request, "casework/intake/report.html", context)


@processes(CASEWORK)
@form_view
def intake_stop(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    work = _under_way(request, reference)
    case, result = work.case, work.intake
    form = open_form(request, StopForm, INTAKE.key(case.reference, "stop"), intake=result)

    def act() -> str:
        data, version = form.cleaned_data, seen_version(request)
        stop_intake(result, data["reason"], data["stopped_on"], version=version)
        return case_url(case)

    return send_form(request, form, act, back=case_url(case)) or show_form(
        request,
        "casework/intake/stop.html",
        form,
        version=result.version,
        **work.reader.context(),
    )
