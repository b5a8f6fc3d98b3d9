"""To another pilot: the offer and what goes along, on this side; the answer, on the other."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from casework.cases.case_reader import CaseReader, find_case
from casework.cases.models import Case
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
from governance.drafts.form_views import (
    do_once,
    form_view,
    open_form,
    seen_version,
    send_form,
    show_form,
    show_refusal,
)
from lvv.common.refusal import NotDone
from partners.accountability.activities import CASEWORK, processes


def _reader(request: ClearanceRequest, reference: UUID) -> CaseReader:
    """The worker before the case, if she reads its guidance: the offer says where the person would
    live and what is needed there. Raises Http404 or PermissionDenied."""
    reader = find_case(request, reference)
    if not reader.reads(Category.GUIDANCE):
        raise PermissionDenied
    return reader


NOT_COUNTED = gettext_lazy(
    "This does not count: it was answered or taken back meanwhile, or your pilot takes "
    "no new cases."
)


def _page(case: Case) -> str:
    return reverse("casework:transfer", args=[case.reference])


@processes(CASEWORK)
@form_view
def transfer(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """Offer a case to another pilot, and see how that stands."""
    reader = _reader(request, reference)
    case = reader.case
    result = transfer_of(case)
    offers = perms.can_offer(reader)
    form, pilots = None, {pilot.pk: pilot for pilot in pilots_to_ask(case)}
    if offers and result is None:
        form = open_form(
            request,
            OfferForm,
            TRANSFER.key(case.reference),
            pilots=list(pilots.values()),
            identifying=_identifying(case),
        )

    def act() -> str:
        assert form is not None
        data = form.cleaned_data
        to = pilots[data["to_pilot"]]
        offer(case, to, data["text"], data["wanted_on"], by=request.clearance)
        return _page(case)

    before = Transfer.objects.filter(case=case).exclude(pk=result.pk if result else 0)
    return send_form(request, form, act) or show_form(
        request,
        "casework/transfer/transfer.html",
        form,
        transfer=result,
        takes_back=offers and result is not None and result.handed_over_on is None,
        before=before.select_related("to_pilot"),
        sheets=_sheets(reader, result),
        **reader.context(),
    )


def _identifying(case: Case) -> list[str]:
    """What an offer may not say, because it tells who the person is."""
    values = IdentityValue.objects.current().filter(
        case=case, kind__in=(ValueKind.NAME, ValueKind.ALIAS)
    )
    return [case.number, *values.values_list("value", flat=True)]


def _sheets(reader: CaseReader, transfer: Transfer | None) -> list[dict[str, Any]]:
    """For each of her teams that writes guidance: what it wrote, and whether it goes along."""
    if transfer is None or transfer.handed_over_on:
        return []
    teams = perms.guidance_teams(reader)
    ticked = {
        row.team_id: row for row in GuidanceTicked.objects.filter(transfer=transfer, team__in=teams)
    }
    return [
        {
            "team": reader.teams[team],
            "rows": [(*row, held is not None and row[0] in held.records) for row in rows],
            "ticked": held,
        }
        for team in teams
        for held in [ticked.get(team)]
        if (rows := own_guidance(reader.case, team))
    ]


@processes(CASEWORK)
@require_POST
def transfer_tick(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """The team that wrote it says which of the guidance goes along."""
    reader = _reader(request, reference)
    case = reader.case
    result = transfer_of(case)
    teams = perms.guidance_teams(reader)
    team = next((t for t in teams if str(t) == request.POST.get("team")), None)
    if result is None or result.handed_over_on or team is None:
        raise PermissionDenied

    def act() -> str:
        chosen = set(request.POST.getlist("record"))
        records = [row[0] for row in own_guidance(case, team) if str(row[0]) in chosen]
        tick(result, team, records, by=request.clearance, version=seen_version(request))
        messages.success(request, _("What goes along is saved."))
        return _page(case)

    return do_once(request, act, back=_page(case))


@processes(CASEWORK)
@require_POST
def transfer_take_back(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    reader = _reader(request, reference)
    case = reader.case
    result = transfer_of(case)
    if result is None or not perms.can_offer(reader):
        raise PermissionDenied

    def act() -> str:
        take_back(case, result)
        messages.success(request, _("The offer is taken back."))
        return _page(case)

    return do_once(request, act, back=_page(case))


@processes(CASEWORK)
@form_view
def transfer_offered(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """What another pilot offers, for the coordinator here: no more than the offer says, until it
    is handed over."""
    offers = Transfer.objects.filter(to_pilot__in=request.clearance.coordinated)
    transfer: Transfer = get_object_or_404(
        offers.select_related("pilot", "to_pilot", "offered_by", "answered_by"), reference=reference
    )
    request.audited = {"action": "transfer_read", "obj": ("transfer", transfer.reference)}
    form = None
    if perms.can_answer(request.clearance, transfer):
        form = open_form(request, AnswerForm, TRANSFER_ANSWER.key(transfer.reference))
    elif request.method == "POST":
        return show_refusal(request, NotDone(), request.path)

    def act() -> str:
        assert form is not None
        data = form.cleaned_data
        if not answer(transfer, Answer(data["answer"]), data["why"]):
            raise ValidationError(NOT_COUNTED)
        # what was declined is no longer hers to read
        return reverse("home") if data["answer"] == Answer.DECLINED else request.path

    return send_form(request, form, act) or show_form(
        request,
        "casework/transfer/offered.html",
        form,
        status=409 if form is not None and form.non_field_errors() else 0,
        transfer=transfer,
        new_case=Case.objects.filter(pk=transfer.new_case_id or 0).first(),
    )
