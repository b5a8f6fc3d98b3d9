"""What one organisation says of a proposal for another matrix."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from governance.access.middleware import ClearanceRequest
from governance.convenants import perms
from governance.convenants.approvals import (
    Change,
    Decided,
    advise,
    confirm_decision,
    object_to,
    parties_to_agree,
    record_decision,
)
from governance.convenants.forms import (
    ADVICE,
    DECISION,
    OBJECTION,
    AdviceForm,
    DecisionForm,
    ObjectionForm,
)
from governance.convenants.models import Approval
from governance.convenants.views import visible_convenants
from governance.drafts.form_views import do_once, form_view, open_form, send_form, show_form
from partners.accountability.activities import AGREEMENTS, processes


def find_approval(request: ClearanceRequest, reference: UUID) -> Approval:
    """What an organisation is asked about a proposal in sight. Raises Http404."""
    rows = Approval.objects.filter(
        proposal__convenant__in=visible_convenants(request.clearance)
    ).select_related(
        "proposal__convenant__pilot", "organisation", "advised_by", "recorded_by", "confirmed_by"
    )
    return get_object_or_404(rows, reference=reference)


def _page(approval: Approval) -> str:
    return reverse("governance:approval_detail", args=[approval.reference])


def _context(approval: Approval) -> dict[str, Any]:
    cells: list[Change] = parties_to_agree(approval.proposal).get(approval.organisation_id, [])
    return {"approval": approval, "cells": cells}


def _done(request: ClearanceRequest, approval: Approval, action: str, sentence: str) -> str:
    request.audited = {
        "action": action,
        "obj": ("proposal", approval.proposal.reference),
        "pilot_id": approval.proposal.convenant.pilot_id,
    }
    messages.success(request, sentence)
    return _page(approval)


@processes(AGREEMENTS)
@form_view
def approval_detail(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """What the organisation is asked, what it said, and what this worker may add; confirming is the
    button."""
    approval = find_approval(request, reference)
    confirms = perms.can_confirm(request.clearance, approval)
    if request.method == "POST":
        if not confirms:
            raise PermissionDenied

        def act() -> str:
            read = request.POST.get("recorded", "")
            if str(approval.recorded_at) != read:
                raise Decided
            confirm_decision(approval, by=request.clearance)
            return _done(request, approval, "approval_confirmed", _("The decision is confirmed."))

        return do_once(request, act)
    context = _context(approval) | {
        "confirms": confirms,
        "recorded": str(approval.recorded_at),
        "advises": perms.can_advise(request.clearance, approval),
        "objects": perms.can_object(request.clearance, approval),
        "records": perms.can_record(request.clearance, approval),
    }
    return render(request, "governance/convenants/approval.html", context)


@processes(AGREEMENTS)
@form_view
def approval_advise(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """The privacy officer advises her organisation."""
    approval = find_approval(request, reference)
    if not perms.can_advise(request.clearance, approval):
        raise PermissionDenied
    form = open_form(request, AdviceForm, ADVICE.key(reference))

    def act() -> str:
        data = form.cleaned_data
        advise(approval, data["advice"], data["advice_text"], by=request.clearance)
        return _done(request, approval, "approval_advised", _("Your advice is saved."))

    return _answer(request, form, act, approval, _("Advice"))


@processes(AGREEMENTS)
@form_view
def approval_object(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """The data protection officer objects."""
    approval = find_approval(request, reference)
    if not perms.can_object(request.clearance, approval):
        raise PermissionDenied
    form = open_form(request, ObjectionForm, OBJECTION.key(reference))

    def act() -> str:
        object_to(approval, form.cleaned_data["objection"], by=request.clearance)
        return _done(request, approval, "approval_objected", _("Your objection is saved."))

    return _answer(request, form, act, approval, _("Objection"))


@processes(AGREEMENTS)
@form_view
def approval_record(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """What the organisation's decider agreed to on paper."""
    approval = find_approval(request, reference)
    if not perms.can_record(request.clearance, approval):
        raise PermissionDenied
    key = DECISION.key(reference)
    form = open_form(request, DecisionForm, key, approval=approval)

    def act() -> str:
        record_decision(approval, form.cleaned_data, by=request.clearance)
        sentence = _("The decision is saved; the organisation's own contact confirms it.")
        return _done(request, approval, "approval_recorded", sentence)

    return _answer(request, form, act, approval, _("Decision on paper"))


def _answer(
    request: ClearanceRequest, form: Any, act: Any, approval: Approval, title: str
) -> HttpResponse:
    return send_form(request, form, act, back=_page(approval)) or show_form(
        request,
        "governance/convenants/approval_form.html",
        form,
        title=title,
        back=_page(approval),
        **_context(approval),
    )
