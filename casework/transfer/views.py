"""To another pilot: the offer and what goes along, on this side; the answer, on the other."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from casework.cases.case_reader import CaseReader
from casework.cases.models import Case
from casework.cases.partners import visible_teams
from casework.journey.acts import StepRefused
from casework.journey.views import refused
from casework.records.enums import Answer
from casework.register.enums import ValueKind
from casework.register.models import IdentityValue
from casework.transfer import perms
from casework.transfer.acts import (
    answer,
    offer,
    own_guidance,
    pilots_to_ask,
    take_back,
    tick,
    transfer_of,
)
from casework.transfer.forms import TRANSFER, TRANSFER_ANSWER, AnswerForm, OfferForm
from casework.transfer.models import GuidanceTicked, Transfer
from governance.access.enums import Category
from governance.access.middleware import ClearanceRequest
from governance.drafts.acts import drop_draft, find_draft, sent_before, submit_once
from partners.accountability.activities import CASEWORK, processes


def _case(request: ClearanceRequest, reference: UUID) -> Case:
    """The case, if the worker reads its guidance: the offer says where the person would live and
    what is needed there. Raises Http404 or PermissionDenied."""
    case: Case = get_object_or_404(
        Case.objects.select_related("pilot", "person"), reference=reference
    )
    if not request.clearance.reads(case, Category.GUIDANCE):
        raise PermissionDenied
    return case


def _page(case: Case) -> str:
    return reverse("casework:transfer", args=[case.reference])


@processes(CASEWORK)
@require_http_methods(["GET", "POST"])
def transfer(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """Offer a case to another pilot, and see how that stands."""
    case = _case(request, reference)
    if request.method == "POST" and (sent := sent_before(request)):
        return sent
    clearance = request.clearance
    result = transfer_of(case)
    reader = CaseReader(clearance, case)
    offers = perms.can_offer(reader)
    key = TRANSFER.key(case.reference)
    form = None
    if offers and result is None:
        pilots = pilots_to_ask(case)
        values = IdentityValue.objects.current().filter(
            case=case, kind__in=(ValueKind.NAME, ValueKind.ALIAS)
        )
        identifying = [case.number, *values.values_list("value", flat=True)]
        form = OfferForm(request.POST or None, pilots=pilots, identifying=identifying)
        form.restore(find_draft(request, key))
    if request.method == "POST":
        if form is None:
            raise PermissionDenied
        if form.is_valid():
            to = next(pilot for pilot in pilots if pilot.pk == form.cleaned_data["to_pilot"])

            def act() -> str:
                offer(
                    case,
                    to,
                    form.cleaned_data["text"],
                    form.cleaned_data["wanted_on"],
                    by=clearance,
                )
                return _page(case)

            try:
                return submit_once(request, key, act)
            except StepRefused as refusal:
                return refused(request, case, refusal)
    context: dict[str, Any] = {
        "case": case,
        "name": reader.name,
        "transfer": result,
        "form": form,
        "takes_back": offers and result is not None and result.handed_over_on is None,
        "before": Transfer.objects.filter(case=case)
        .exclude(pk=result.pk if result else 0)
        .select_related("to_pilot"),
        "sheets": _sheets(request, case, result),
        "draft_key": key,
        "form_page": request.path,
    }
    return render(
        request,
        "casework/transfer/transfer.html",
        context,
        status=400 if form and form.errors else 200,
    )


def _sheets(
    request: ClearanceRequest, case: Case, transfer: Transfer | None
) -> list[dict[str, Any]]:
    """For each of her teams that writes guidance: what it wrote, and whether it goes along."""
    if transfer is None or transfer.handed_over_on:
        return []
    reader = CaseReader(request.clearance, case)
    teams = perms.guidance_teams(reader)
    data = {
        row.team_id: set(row.records)
        for row in GuidanceTicked.objects.filter(transfer=transfer, team__in=teams)
    }
    known = visible_teams(request.clearance)
    return [
        {
            "team": known[team],
            "rows": [(*row, row[0] in data.get(team, ())) for row in rows],
            "said": team in data,
        }
        for team in teams
        if (rows := own_guidance(case, team))
    ]


@processes(CASEWORK)
@require_POST
def transfer_tick(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """The team that wrote it says which of the guidance goes along."""
    case = _case(request, reference)
    result = transfer_of(case)
    reader = CaseReader(request.clearance, case)
    team = next(
        (t for t in perms.guidance_teams(reader) if str(t) == request.POST.get("team")),
        None,
    )
    if result is None or result.handed_over_on or team is None:
        raise PermissionDenied
    chosen = set(request.POST.getlist("record"))
    records = [row[0] for row in own_guidance(case, team) if str(row[0]) in chosen]
    tick(result, team, records, by=request.clearance)
    messages.success(request, _("Recorded what goes along."))
    return redirect(_page(case))


@processes(CASEWORK)
@require_POST
def transfer_take_back(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    case = _case(request, reference)
    result = transfer_of(case)
    reader = CaseReader(request.clearance, case)
    if result is None or not perms.can_offer(reader):
        raise PermissionDenied
    try:
        take_back(case, result)
    except StepRefused as refusal:
        return refused(request, case, refusal)
    messages.success(request, _("The offer is taken back."))
    return redirect(_page(case))


@processes(CASEWORK)
@require_http_methods(["GET", "POST"])
def transfer_offered(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """What another pilot offers, for the coordinator here: no more than the offer says, until it
    is handed over."""
    offers = Transfer.objects.filter(to_pilot__in=request.clearance.coordinated)
    transfer: Transfer = get_object_or_404(
        offers.select_related("pilot", "to_pilot", "offered_by", "answered_by"), reference=reference
    )
    key = TRANSFER_ANSWER.key(transfer.reference)
    form = None
    if perms.can_answer(request.clearance, transfer):
        form = AnswerForm(request.POST or None)
        form.restore(find_draft(request, key))
    status = 200
    if request.method == "POST":
        if form is None:
            return render(request, "errors/409.html", {"back": request.path}, status=409)
        if form.is_valid():
            with transaction.atomic():
                counted = answer(
                    transfer, Answer(form.cleaned_data["answer"]), form.cleaned_data["why"]
                )
            if counted:
                drop_draft(request, key)
                declined = (
                    form.cleaned_data["answer"] == Answer.DECLINED
                )  # then it is no longer hers to read
                return redirect("home" if declined else request.path)
            form.add_error(
                None,
                _(
                    "This does not count: it was answered or taken back meanwhile, or your "
                    "pilot takes "
                    "no new cases."
                ),
            )
        status = 409 if form.non_field_errors() else 400
    case = Case.objects.filter(pk=transfer.new_case_id or 0).first()
    context = {
        "transfer": transfer,
        "form": form,
        "new_case": case,
        "draft_key": key,
        "form_page": request.path,
    }
    return render(request, "casework/transfer/offered.html", context, status=status)
