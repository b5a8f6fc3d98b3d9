from datetime import date
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from governance.access.clearance import Clearance
from governance.access.enums import Category
from governance.access.middleware import ClearanceRequest
from governance.convenants.approvals import (
    changes_of,
    missing,
    notify_parties,
    parties_to_agree,
    propose,
)
from governance.convenants.forms import DECLINE, PROPOSAL, DeclineForm, ProposalForm
from governance.convenants.matrix import matrix_of
from governance.convenants.models import Approval, Convenant, ConvenantParty, Proposal
from governance.convenants.perms import can_decide, can_propose
from governance.convenants.versions import activate
from governance.drafts.form_views import form_view, open_form, send_form, show_form
from lvv.common.refusal import NotDone
from partners.accountability.activities import AGREEMENTS, processes
from partners.organisations.models import Team


def visible_convenants(clearance: Clearance) -> QuerySet[Convenant]:
    """Agreements of the pilots in which a team of mine, or of an organisation I hold an office in,
    works: they may open its records whether or not it is party; and those to which it is."""
    pilots = {seat.pilot for seat in clearance.seats}
    organisations = {seat.organisation for seat in clearance.seats} | {
        org for _role, org in clearance.offices
    }
    return Convenant.objects.filter(
        Q(pilot__in=pilots)
        | Q(pilot__teams__organisation__in=organisations)
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
    proposals = list(convenant.proposals.select_related("result"))
    context = {
        "convenant": convenant,
        "teams": teams,
        "parties": _parties(convenant),
        "approvals": Approval.objects.filter(proposal__result=convenant).select_related(
            "organisation"
        ),
        "articles": convenant.articles.all(),
        "table": [
            (category, [matrix[team.pk][category] for team in teams]) for category in Category
        ],
        "can_propose": can_propose(request.clearance, convenant),
        "proposals": [row for row in proposals if row.decided_at is None],
        "decided": [row for row in proposals if row.decided_at is not None],
        "versions": Convenant.objects.filter(pilot=convenant.pilot, kind=convenant.kind).order_by(
            "-version"
        ),
    }
    return render(request, "governance/convenants/detail.html", context)


def _parties(convenant: Convenant) -> list[tuple[ConvenantParty, list[tuple[date | None, date]]]]:
    """Each party, with the signature days that stood there before, and when each was changed; the
    newest first."""
    earlier: dict[int, list[tuple[date | None, date]]] = {}
    before: dict[int, date | None] = {}
    versions = ConvenantParty.history.model.objects.filter(convenant=convenant.pk)
    rows = versions.order_by("history_id").values_list("id", "signed_on", "history_date")
    for key, day, at in rows:
        if key in before and before[key] != day:
            earlier.setdefault(key, []).insert(0, (before[key], timezone.localdate(at)))
        before[key] = day
    parties = convenant.parties.select_related("organisation", "stands_on")
    return [(party, earlier.get(party.pk, [])) for party in parties]


@processes(AGREEMENTS)
@form_view
def proposal_add(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """A coordinator proposes another matrix."""
    convenant = get_object_or_404(
        visible_convenants(request.clearance).select_related("pilot"), reference=reference
    )
    if not can_propose(request.clearance, convenant):
        raise PermissionDenied
    teams, matrix = _party_teams(convenant), matrix_of(convenant)[1]
    key = PROPOSAL.key(convenant.reference)
    form, status = open_form(request, ProposalForm, key, teams=teams, matrix=matrix), 0

    def act() -> str:
        _propose(request, convenant, form)
        messages.success(request, _("The proposal waits for a privacy officer."))
        return reverse("governance:convenant_detail", args=[convenant.reference])

    try:
        answer = send_form(request, form, act)
    except IntegrityError:
        form.add_error(None, _("Somebody else made a proposal in the meantime."))
        answer, status = None, 409
    return answer or show_form(
        request,
        "governance/convenants/propose.html",
        form,
        status=status,
        convenant=convenant,
        teams=teams,
        draft=form.restored,
    )


def _party_teams(convenant: Convenant) -> list[Team]:
    parties = convenant.parties.values_list("organisation_id", flat=True)
    here = Team.objects.filter(pilot=convenant.pilot, organisation__in=parties)
    return list(here.select_related("organisation"))


def _propose(request: ClearanceRequest, convenant: Convenant, form: ProposalForm) -> None:
    names = ("explanation", "article", "purpose", "legal_basis")
    proposal = Proposal(
        convenant=convenant,
        changes=form.changes(),
        proposed_by=request.user,
        **{name: form.cleaned_data[name] for name in names},
    )
    propose(proposal)
    _audit(request, "matrix_proposed", proposal)


def _audit(request: ClearanceRequest, action: str, proposal: Proposal) -> None:
    request.audited = {
        "action": action,
        "obj": ("proposal", proposal.reference),
        "pilot_id": proposal.convenant.pilot_id,
    }


@processes(AGREEMENTS)
@form_view
def proposal_decide(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """A privacy officer reads what would change, and activates or declines it."""
    proposal = get_object_or_404(
        Proposal.objects.filter(convenant__in=visible_convenants(request.clearance)).select_related(
            "convenant__pilot", "proposed_by"
        ),
        reference=reference,
    )
    form = None
    if can_decide(request.clearance, proposal):
        form = open_form(request, DeclineForm, DECLINE.key(proposal.reference))

    def act() -> str:
        assert form is not None
        return _decide(request, proposal, form.cleaned_data["reason"])

    cells = parties_to_agree(proposal)
    return send_form(request, form, act) or show_form(
        request,
        "governance/convenants/proposal.html",
        form,
        proposal=proposal,
        changes=changes_of(proposal),
        approvals=[
            (row, cells.get(row.organisation_id, []))
            for row in proposal.approvals.select_related("organisation")
        ],
        missing=missing(proposal) if proposal.decided_at is None else [],
    )


def _decide(request: ClearanceRequest, seen: Proposal, reason: str) -> str:
    """Activate or decline a proposal. Returns the page of the agreement that is in force then.
    Raises NotDone if somebody was first, if the agreement changed, or if a party has not agreed."""
    proposal = (
        Proposal.objects.select_for_update(of=("self",))
        .select_related("convenant__pilot")
        .get(pk=seen.pk)
    )
    if proposal.decided_at:
        raise NotDone
    result = proposal.convenant
    if "decline" in request.POST:
        proposal.decided_by, proposal.decided_at = request.user, timezone.now()
        proposal.declined_because = reason
        proposal.save()
        notify_parties(proposal, _("A proposal for another matrix was declined"))
        _audit(request, "matrix_declined", proposal)
    else:
        result = activate(proposal, by=request.clearance)
        _audit(request, "matrix_activated", proposal)
        sentence = _("Version %(version)s is in force.") % {"version": result.version}
        messages.success(request, sentence)
    return reverse("governance:convenant_detail", args=[result.reference])
