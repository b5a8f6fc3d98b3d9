from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from governance.access.clearance import Clearance
from governance.access.enums import Category
from governance.access.middleware import ClearanceRequest
from governance.convenants.enums import Cell
from governance.convenants.forms import PROPOSAL, ProposalForm
from governance.convenants.matrix import (
    MatrixCell,
    OutOfDate,
    activate,
    matrix_of,
)
from governance.convenants.models import Convenant, Proposal
from governance.convenants.perms import can_decide, can_propose
from governance.drafts.acts import find_draft, submit_once
from partners.accountability.activities import AGREEMENTS, processes
from partners.organisations.models import Team


def visible_convenants(clearance: Clearance) -> QuerySet[Convenant]:
    """Agreements of my pilots, and those to which an organisation I hold an office in is party."""
    pilots = {seat.pilot for seat in clearance.seats}
    organisations = {seat.organisation for seat in clearance.seats} | {
        org for _role, org in clearance.offices
    }
    return Convenant.objects.filter(
        Q(pilot__in=pilots)
        | Q(parties__organisation__in=organisations)
        | Q(pilot__municipality__in=organisations)
    ).distinct()


@processes(AGREEMENTS)
@require_GET
def convenant_list(request: ClearanceRequest) -> HttpResponse:
    convenants = (
        visible_convenants(request.clearance)
        .select_related("pilot")
        .prefetch_related("parties__organisation")
    )
    return render(request, "governance/convenants/list.html", {"convenants": convenants})


@processes(AGREEMENTS)
@require_GET
def convenant_detail(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    convenant = get_object_or_404(
        visible_convenants(request.clearance).select_related("pilot", "replaces"),
        reference=reference,
    )
    teams, matrix = matrix_of(convenant)
    context = {
        "convenant": convenant,
        "teams": teams,
        "parties": convenant.parties.select_related("organisation"),
        "articles": convenant.articles.all(),
        "table": [
            (category, [matrix[team.pk][category] for team in teams]) for category in Category
        ],
        "can_propose": can_propose(request.clearance, convenant),
        "proposals": convenant.proposals.select_related("proposed_by", "decided_by"),
        "versions": Convenant.objects.filter(pilot=convenant.pilot, kind=convenant.kind).order_by(
            "-version"
        ),
    }
    return render(request, "governance/convenants/detail.html", context)


@processes(AGREEMENTS)
@require_http_methods(["GET", "POST"])
def proposal_add(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """A coordinator proposes another matrix."""
    convenant = get_object_or_404(
        visible_convenants(request.clearance).select_related("pilot"), reference=reference
    )
    if not can_propose(request.clearance, convenant):
        raise PermissionDenied
    parties = convenant.parties.values_list("organisation_id", flat=True)
    teams = list(
        Team.objects.filter(pilot=convenant.pilot, organisation__in=parties).select_related(
            "organisation"
        )
    )
    form = ProposalForm(request.POST or None, teams=teams, matrix=matrix_of(convenant)[1])
    key = PROPOSAL.key(convenant.reference)
    draft = find_draft(request, key)
    form.restore(draft)
    status = 200
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data

        def act() -> str:
            proposal = Proposal.objects.create(
                convenant=convenant,
                changes=form.changes(),
                explanation=data["explanation"],
                article=data["article"],
                purpose=data["purpose"],
                legal_basis=data["legal_basis"],
                proposed_by=request.user,
            )
            request.audited = {
                "action": "matrix_proposed",
                "obj": ("proposal", proposal.reference),
                "pilot_id": convenant.pilot_id,
            }
            messages.success(request, _("The proposal waits for a privacy officer."))
            return reverse("governance:convenant_detail", args=[convenant.reference])

        try:
            return submit_once(request, key, act)
        except IntegrityError:
            form.add_error(None, _("Somebody else made a proposal in the meantime."))
            status = 409
    elif form.errors:
        status = 400
    context = {
        "convenant": convenant,
        "form": form,
        "teams": teams,
        "draft_key": key,
        "draft": draft if request.method == "GET" else None,
    }
    return render(request, "governance/convenants/propose.html", context, status=status)


@processes(AGREEMENTS)
@require_http_methods(["GET", "POST"])
def proposal_decide(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """A privacy officer reads what would change, and activates or declines it."""
    proposal = get_object_or_404(
        Proposal.objects.filter(convenant__in=visible_convenants(request.clearance)).select_related(
            "convenant__pilot", "proposed_by"
        ),
        reference=reference,
    )
    teams, matrix = matrix_of(proposal.convenant)
    everyone = {
        team.pk: team
        for team in Team.objects.filter(pilot=proposal.convenant.pilot).select_related(
            "organisation"
        )
    }
    changes = [
        (
            everyone[int(team)],
            Category(category),
            matrix.get(int(team), {}).get(Category(category), MatrixCell(Cell.NONE)).cell,
            Cell(cell),
        )
        for team, row in proposal.changes.items()
        for category, cell in row.items()
    ]
    decides = can_decide(request.clearance, proposal)
    context = {"proposal": proposal, "changes": changes, "decides": decides}
    if request.method == "GET":
        return render(request, "governance/convenants/proposal.html", context)
    if not decides:
        raise PermissionDenied
    audited = {"obj": ("proposal", proposal.reference), "pilot_id": proposal.convenant.pilot_id}
    proposal = (
        Proposal.objects.select_for_update(of=("self",))
        .select_related("convenant__pilot")
        .get(pk=proposal.pk)
    )
    if proposal.decided_at:
        return render(request, "errors/409.html", {"back": request.path}, status=409)
    if "decline" in request.POST:
        proposal.decided_by, proposal.decided_at = request.user, timezone.now()
        proposal.declined_because = request.POST.get("reason", "").replace("\x00", "")[:2000]
        proposal.save()
        request.audited = {"action": "matrix_declined", **audited}
        return redirect("governance:convenant_detail", proposal.convenant.reference)
    try:
        new = activate(proposal, by=request.clearance)
    except OutOfDate:
        return render(request, "errors/409.html", {"back": request.path}, status=409)
    request.audited = {"action": "matrix_activated", **audited}
    messages.success(request, _("Version %(version)s is in force.") % {"version": new.version})
    return redirect("governance:convenant_detail", new.reference)
