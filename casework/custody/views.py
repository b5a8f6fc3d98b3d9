"""The dossiers of a facility that ends: to whom each goes, the packages and their receipts, the
custody agreement."""

from typing import Any
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from casework.cases.models import Case
from casework.cases.partners import visible_teams
from casework.custody.acts import (
    agree_custody,
    dossiers_to_hand_over,
    hand_over,
    keepers,
    receive,
    take_back,
    without_recipient,
)
from casework.custody.forms import CUSTODY, CustodyForm, HandOverForm, ReceiptForm
from casework.custody.models import CustodyTransfer
from casework.custody.package import is_receipt, password_of, zip_of
from casework.register.identity import leading_names
from governance.access.middleware import ClearanceRequest
from governance.convenants.enums import ConvenantKind
from governance.convenants.models import Convenant
from governance.drafts.acts import find_draft, sent_before, submit_once
from lvv.common import libraries
from partners.accountability.activities import CASEWORK, processes
from partners.organisations.enums import OrganisationKind, PilotState
from partners.organisations.models import Pilot

SHOWN = 300


def _pilot(request: ClearanceRequest, reference: UUID) -> Pilot:
    pilot: Pilot = get_object_or_404(
        Pilot.objects.select_related("municipality"), reference=reference
    )
    if not request.clearance.coordinates(pilot.pk):
        raise PermissionDenied
    return pilot


@processes(CASEWORK)
@require_http_methods(["GET", "POST"])
def custody(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """Which dossiers lack a recipient, and handing them over; for the coordinator of the pilot."""
    pilot = _pilot(request, reference)
    if request.method == "POST" and (sent := sent_before(request)):
        return sent
    key = CUSTODY.key(pilot.reference)
    form, later = None, 0
    if pilot.state == PilotState.WINDING_DOWN:
        dossiers = list(dossiers_to_hand_over(pilot)[:SHOWN])
        later = dossiers_to_hand_over(pilot).count() - len(dossiers)
        names = leading_names([case.pk for case in dossiers])
        form = HandOverForm(
            request.POST or None, keepers=keepers(pilot), dossiers=dossiers, names=names
        )
        form.restore(find_draft(request, key))
    if request.method == "POST":
        if form is None:
            raise PermissionDenied
        if form.is_valid():

            def act() -> str:
                request.trace.cases = {
                    case.reference: frozenset(case.team_ids) for case in form.chosen
                }
                team, basis, recipient = form.recipient
                package = hand_over(
                    form.chosen,
                    team,
                    basis,
                    recipient,
                    form.cleaned_data["agreed"],
                    by=request.clearance,
                )
                request.audited = {
                    "action": "dossiers_handed_over",
                    "obj": ("pilot", pilot.reference),
                    "pilot_id": pilot.pk,
                }
                return (
                    reverse("casework:custody_package", args=[package]) if package else request.path
                )

            try:
                with transaction.atomic():
                    return submit_once(request, key, act)
            except IntegrityError:
                form.add_error(
                    "cases",
                    _("Somebody else handed over one of these meanwhile. Load the page again."),
                )
    here = CustodyTransfer.objects.filter(pilot=pilot)
    waiting: dict[UUID | None, list[CustodyTransfer]] = {}
    for row in here.filter(handed_over_on=None, taken_back_at=None):
        waiting.setdefault(row.package, []).append(row)
    done = here.exclude(handed_over_on=None)
    agreement = (
        Convenant.objects.filter(pilot=pilot, kind=ConvenantKind.CUSTODY_AGREEMENT)
        .order_by("-version")
        .first()
    )
    context: dict[str, Any] = {
        "pilot": pilot,
        "form": form,
        "draft_key": key,
        "form_page": request.path,
        "waiting": waiting.items(),
        "without": without_recipient(pilot),
        "open": Case.objects.open().filter(pilot=pilot).count(),
        "later": later,
        "done": done.select_related("made_by").order_by("-handed_over_on", "-pk")[:SHOWN],
        "done_before": max(done.count() - SHOWN, 0),
        "agreement": agreement,
        "agrees": agreement is None
        or agreement.state_on(timezone.localdate()) in ("expired", "terminated"),
    }
    return render(
        request,
        "casework/custody/custody.html",
        context,
        status=400 if form and form.errors else 200,
    )


def _package(request: ClearanceRequest, reference: UUID) -> list[CustodyTransfer]:
    """Dossiers of a package. Raises Http404 if there is none, and PermissionDenied for a worker who
    does not coordinate its pilot."""
    rows = list(
        CustodyTransfer.objects.filter(package=reference).select_related("pilot").order_by("number")
    )
    if not rows:
        raise Http404
    if not request.clearance.coordinates(rows[0].pilot_id):
        raise PermissionDenied
    list(
        Case.objects.filter(pk__in=[row.case_id for row in rows])
    )  # for the log: it is about these
    return rows


def _said(action: str, rows: list[CustodyTransfer]) -> dict[str, Any]:
    return {"action": action, "obj": ("package", rows[0].package), "pilot_id": rows[0].pilot_id}


@processes(CASEWORK)
@require_http_methods(["GET", "POST"])
def custody_package(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """The package to take along, the words that open it, and its receipt; after signing in once
    more."""
    visible: HttpResponse = _opened_package(request, _package(request, reference))
    return visible


@reauthentication_required  # type: ignore[untyped-decorator]
def _opened_package(request: ClearanceRequest, rows: list[CustodyTransfer]) -> HttpResponse:
    waits = rows[0].handed_over_on is None and rows[0].taken_back_at is None
    missing = libraries.missing()
    if request.method == "POST":
        if not waits or missing:
            return render(request, "errors/409.html", {"back": request.path}, status=409)
        cases = Case.objects.select_related("pilot", "person").in_bulk(
            [row.case_id for row in rows]
        )
        if len(cases) != len(rows):  # whoever does not read all of it makes no whole package
            raise PermissionDenied
        made = HttpResponse(
            zip_of(rows, cases, visible_teams(request.clearance)), content_type="application/zip"
        )
        made["Content-Disposition"] = (
            f'attachment; filename="dossiers-{rows[0].pilot.slug}-{rows[0].package}.zip"'
        )
        request.audited = _said("dossiers_packaged", rows)
        return made
    return _package_page(request, rows, ReceiptForm(), waits=waits, missing=missing, opened=True)


def _package_page(
    request: ClearanceRequest,
    rows: list[CustodyTransfer],
    form: ReceiptForm,
    *,
    waits: bool,
    missing: list[str],
    opened: bool = False,
) -> HttpResponse:
    """Page of a package. It shows the words that open the package if `opened`, which means that the
    worker signed in once more."""
    package = rows[0].package
    assert package
    context = {
        "pilot": rows[0].pilot,
        "rows": rows,
        "row": rows[0],
        "form": form if waits else None,
        "missing": missing,
        "password": password_of(package) if waits and opened else "",
    }
    return render(
        request, "casework/custody/package.html", context, status=400 if form.errors else 200
    )


@processes(CASEWORK)
@require_POST
def custody_receipt(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    rows = _package(request, reference)
    form = ReceiptForm(request.POST)
    if form.is_valid():
        if is_receipt(reference, form.cleaned_data["code"]):
            data = form.cleaned_data
            counted = receive(
                reference, data["receipt_on"], data["receipt_from"], by=request.clearance
            )
            request.audited = _said("dossiers_received", rows)
            if counted:
                return redirect("casework:custody", reference=rows[0].pilot.reference)
            return render(request, "errors/409.html", {"back": request.path}, status=409)
        form.add_error("code", _("This is not the code of this package."))
    waits = rows[0].handed_over_on is None and rows[0].taken_back_at is None
    return _package_page(request, rows, form, waits=waits, missing=[])


@processes(CASEWORK)
@require_POST
def custody_take_back(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    rows = _package(request, reference)
    if not take_back(reference):
        return render(request, "errors/409.html", {"back": request.path}, status=409)
    request.audited = _said("dossiers_taken_back", rows)
    return redirect("casework:custody", reference=rows[0].pilot.reference)


@processes(CASEWORK)
@require_http_methods(["GET", "POST"])
def custody_agreement(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """A custody agreement, signed on paper: who keeps the dossiers, from when until when."""
    pilot = _pilot(request, reference)
    teams = [
        team
        for team in visible_teams(request.clearance).values()
        if team.pilot_id == pilot.pk and team.organisation.kind != OrganisationKind.AVIM
    ]
    form = CustodyForm(request.POST or None, teams=sorted(teams, key=lambda team: team.label))
    if pilot.state != PilotState.WINDING_DOWN:
        raise PermissionDenied
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        team = next(team for team in teams if team.pk == data["team"])
        try:
            with transaction.atomic():
                made = agree_custody(pilot, team, data["signed_on"], data["since"], data["until"])
        except IntegrityError:
            form.add_error("since", _("Another custody agreement is in force in this period."))
        else:
            request.audited = {
                "action": "custody_agreed",
                "obj": ("convenant", made.reference),
                "pilot_id": pilot.pk,
            }
            return redirect("casework:custody", reference=pilot.reference)
    context = {"pilot": pilot, "form": form}
    return render(
        request, "casework/custody/agreement.html", context, status=400 if form.errors else 200
    )
