"""One page for the questions of a case that went above the conference."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from casework.cases.case_reader import CaseReader, find_case
from casework.cases.models import Case
from casework.escalation.acts import (
    admit,
    advise,
    answer,
    ask,
    contribute,
    dismiss,
    extend,
    reached,
    seats_empty,
    withdraw,
)
from casework.escalation.enums import Level
from casework.escalation.forms import (
    ESCALATION,
    AdviceForm,
    AnswerForm,
    EscalateForm,
    ExtendForm,
    MemberForm,
    PartForm,
)
from casework.escalation.models import Escalation, EscalationPart
from casework.journey.acts import StepRefused
from casework.journey.facts import fact_of
from casework.journey.perms import FACILITY, SERVICES, leads, team_of_kind
from casework.journey.views import not_taken
from casework.records.models import VersionConflict
from governance.access.middleware import ClearanceRequest
from governance.drafts.acts import drop_draft, find_draft
from partners.accountability.activities import CASEWORK, processes
from partners.organisations.enums import OrganisationKind

IN_THE_WAY = {
    "unknown": _("This account cannot be a member of a review team."),
    "involved": _("This person had to do with the case before."),
    "full": _("Of this kind of organisation the review team has all its members."),
    "closed": _("The question is answered, or its day has passed."),
}


@processes(CASEWORK)
@require_http_methods(["GET", "POST"])
def escalation(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """Questions at each level, with what each team brought forward, the advice, and what was
    done with it."""
    reader = find_case(request, reference)
    case = reader.case
    chairs = leads(reader)
    writes = team_of_kind(reader, FACILITY) or team_of_kind(reader, SERVICES)
    rows = list(
        Escalation.objects.current()
        .filter(case=case)
        .prefetch_related("members__user", "members__organisation")
    )
    asked = next((row for row in rows if row.adopted is None), None)
    if asked is not None:
        asked.case = case
    act = request.POST.get("act", "")
    key = ESCALATION.key(case.reference)
    made: dict[str, Any] = {
        "ask": lambda data: (
            EscalateForm(data, reached=reached(case))
            if chairs
            and asked is None
            and case.is_open
            and reached(case) != Level.ADMINISTRATIVE_CONSULTATION
            else None
        ),
        "part": lambda data: PartForm(data) if writes and asked else None,
        "member": lambda data: (
            MemberForm(data) if chairs and asked and asked.level == Level.MRT else None
        ),
        "advice": lambda data: (
            AdviceForm(data, asked=asked) if chairs and asked and asked.advised_on is None else None
        ),
        # What a review team advised the conference adopts or not, in a meeting.
        "answer": lambda data: (
            AnswerForm(data, asked=asked)
            if chairs and asked and asked.advised_on and asked.level != Level.MRT
            else None
        ),
        "extend": lambda data: ExtendForm(data, asked=asked) if chairs and asked else None,
    }
    forms = {name: make(request.POST if name == act else None) for name, make in made.items()}
    draft = find_draft(request, key)
    for form in forms.values():
        if form is not None:
            form.restore(draft)
    if request.method == "POST" and act in ("dismiss", "withdraw"):
        if not chairs or asked is None:
            raise PermissionDenied
        if act == "dismiss":
            dismiss(
                asked,
                int(request.POST["member"]) if request.POST.get("member", "").isdecimal() else 0,
            )
            return redirect(request.path)
        try:
            withdraw(asked, version=request.POST.get("version", ""))
        except VersionConflict:
            return render(request, "errors/409.html", {"back": request.path}, status=409)
        return redirect(request.path)
    if request.method == "POST":
        form = forms.get(act)
        if act not in made:
            raise Http404
        if form is None:
            raise PermissionDenied
        if form.is_valid():
            try:
                if _done(request, case, asked, act, form, writes):
                    drop_draft(request, key)
                    return redirect(reverse("casework:escalation", args=[reference]))
            except (StepRefused, VersionConflict) as problem:
                return not_taken(request, case, problem, key=key, page=request.path)
    parts: dict[int, list[tuple[str, EscalationPart]]] = {}
    for part in EscalationPart.objects.current().filter(case=case).order_by("pk"):
        label = reader.label(part.source_id)
        parts.setdefault(part.escalation_id, []).append((label, part))
    context = {
        "case": case,
        "name": reader.name,
        "forms": forms,
        "asked": asked,
        "rows": [(row, parts.get(row.pk, []), list(row.members.all())) for row in rows],
        "draft_key": key,
        "form_page": request.path,
        "chairs": chairs,
        "empty": seats_empty(asked) if chairs and asked and asked.level == Level.MRT else [],
        "errors": next((form for form in forms.values() if form is not None and form.errors), None),
    }
    return render(
        request,
        "casework/escalation/escalation.html",
        context,
        status=400 if context["errors"] else 200,
    )


def _done(
    request: ClearanceRequest,
    case: Case,
    asked: Escalation | None,
    act: str,
    form: Any,
    writes: int | None,
) -> bool:
    """Do what was sent; False if the form says what is in the way."""
    data, version = form.cleaned_data, request.POST.get("version", "")
    reader = CaseReader(request.clearance, case)
    if act == "ask":
        team = team_of_kind(
            reader,
            (OrganisationKind.MUNICIPALITY,),
        )
        assert team is not None
        ask(case, data, fact_of(case), by=request.clearance, author_team=team)
        return True
    assert asked is not None
    if act == "part" and writes is not None:
        contribute(asked, data["text"], by=request.clearance, author_team=writes)
    elif act == "advice":
        advise(asked, data["advice"], data["advised_on"], version=version)
    elif act == "answer":
        answer(asked, data["adopted"], data["reasons"], data["adopted_on"], version=version)
    elif act == "extend":
        extend(asked, data["answer_due_on"], version=version)
    elif act == "member" and (problem := admit(asked, data["username"].strip())):
        form.add_error("username", str(IN_THE_WAY[problem]))
        return False
    return True
