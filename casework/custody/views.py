"""The dossiers of a facility that ends: to whom each goes, the packages and their receipts, the
custody agreement."""

from typing import Any
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
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
from casework.custody.package import PACKAGE, is_receipt, password_of, waits
from casework.register.identity import leading_names
from governance.access.middleware import ClearanceRequest
from governance.convenants.enums import ConvenantKind
from governance.convenants.models import Convenant
from governance.drafts.form_views import do_once, form_view, open_form, send_form, show_form
from governance.printing.views import print_out
from lvv.common.refusal import NotDone
from partners.accountability.activities import CASEWORK, processes
from partners.accounts.counterparts import is_counterpart
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
@form_view
def custody(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """Which dossiers lack a recipient, and handing them over; for the coordinator of the pilot."""
    pilot = _pilot(request, reference)
    form, later = None, 0
    if pilot.state == PilotState.WINDING_DOWN:
        dossiers = list(dossiers_to_hand_over(pilot)[:SHOWN])
        later = dossiers_to_hand_over(pilot).count() - len(dossiers)
        form = open_form(
            request,
            HandOverForm,
            CUSTODY.key(pilot.reference),
            keepers=keepers(pilot),
            dossiers=dossiers,
            names=leading_names([case.pk for case in dossiers]),
        )

    def act() -> str:
        assert form is not None
        package = _handed_over(request, pilot, form)
        return reverse("casework:custody_package", args=[package]) if package else request.path

    return send_form(request, form, act) or show_form(
        request,
        "casework/custody/custody.html",
        form,
        pilot=pilot,
        without=without_recipient(pilot),
        open=Case.objects.open().filter(pilot=pilot).count(),
        later=later,
        **_transfers(pilot),
        **_agreement(pilot),
    )


def _handed_over(request: ClearanceRequest, pilot: Pilot, form: HandOverForm) -> UUID | None:
    """Hand over the dossiers that were chosen. Returns their package, if there is one. Raises
    ValidationError if somebody else was first."""
    request.trace.cases = {case.reference: frozenset(case.team_ids) for case in form.chosen}
    team, basis, recipient = form.recipient
    agreed = form.cleaned_data["agreed"]
    try:
        with transaction.atomic():
            package: UUID | None = hand_over(
                form.chosen, team, basis, recipient, agreed, by=request.clearance
            )
    except IntegrityError:
        sentence = _("Somebody else handed over one of these meanwhile. Load the page again.")
        raise ValidationError({"cases": sentence}) from None
    request.audited = {
        "action": "dossiers_handed_over",
        "obj": ("pilot", pilot.reference),
        "pilot_id": pilot.pk,
    }
    return package


def _transfers(pilot: Pilot) -> dict[str, Any]:
    """The packages that wait for their receipt, and the dossiers that were handed over."""
    here = CustodyTransfer.objects.filter(pilot=pilot)
    waiting: dict[UUID | None, list[CustodyTransfer]] = {}
    for row in here.filter(handed_over_on=None, taken_back_at=None):
        waiting.setdefault(row.package, []).append(row)
    done = here.exclude(handed_over_on=None)
    return {
        "waiting": waiting.items(),
        "done": done.select_related("made_by").order_by("-handed_over_on", "-pk")[:SHOWN],
        "done_before": max(done.count() - SHOWN, 0),
    }


def _agreement(pilot: Pilot) -> dict[str, Any]:
    """The custody agreement, and whether one is to be made."""
    made = Convenant.objects.filter(pilot=pilot, kind=ConvenantKind.CUSTODY_AGREEMENT)
    agreement = made.order_by("-version").first()
    return {
        "agreement": agreement,
        "agrees": agreement is None
        or agreement.state_on(timezone.localdate()) in ("expired", "terminated"),
    }


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
    if request.method == "POST":
        assert rows[0].package
        answer = print_out(request, PACKAGE, rows[0].package, request.path)
        if answer.status_code == 302:
            request.audited = _said("dossiers_packaged", rows)
        return answer
    form = open_form(request, ReceiptForm, "", sent=False)
    return _package_page(request, rows, form, opened=True)


def _package_page(
    request: ClearanceRequest,
    rows: list[CustodyTransfer],
    form: ReceiptForm,
    *,
    opened: bool = False,
) -> HttpResponse:
    """Page of a package. It shows the words that open the package if `opened`, which means that the
    worker signed in once more."""
    package = rows[0].package
    assert package
    return show_form(
        request,
        "casework/custody/package.html",
        form if waits(rows) else None,
        errors=form.errors,
        pilot=rows[0].pilot,
        rows=rows,
        row=rows[0],
        password=password_of(package) if waits(rows) and opened else "",
    )


@processes(CASEWORK)
@require_POST
@form_view
def custody_receipt(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    rows = _package(request, reference)
    form = open_form(request, ReceiptForm, "")

    def act() -> str:
        data = form.cleaned_data
        if not is_counterpart(rows[0].made_by_id, request.clearance.user_id):
            raise ValidationError(
                _("Another coordinator than who made the package records its receipt.")
            )
        if not is_receipt(reference, data["code"]):
            raise ValidationError({"code": _("This is not the code of this package.")})
        request.audited = _said("dossiers_received", rows)
        if not receive(reference, data["receipt_on"], data["receipt_from"], by=request.clearance):
            raise NotDone
        return _custody_url(rows[0].pilot)

    answer = send_form(request, form, act, back=_package_url(reference))
    return answer or _package_page(request, rows, form)


def _package_url(package: UUID) -> str:
    return reverse("casework:custody_package", args=[package])


def _custody_url(pilot: Pilot) -> str:
    return reverse("casework:custody", args=[pilot.reference])


@processes(CASEWORK)
@require_POST
def custody_take_back(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    rows = _package(request, reference)

    def act() -> str:
        if not take_back(reference):
            raise NotDone
        request.audited = _said("dossiers_taken_back", rows)
        return _custody_url(rows[0].pilot)

    return do_once(request, act, back=_package_url(reference))


@processes(CASEWORK)
@form_view
def custody_agreement(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """A custody agreement, signed on paper: who keeps the dossiers, from when until when."""
    pilot = _pilot(request, reference)
    if pilot.state != PilotState.WINDING_DOWN:
        raise PermissionDenied
    teams = {
        team.pk: team
        for team in sorted(visible_teams(request.clearance).values(), key=lambda team: team.label)
        if team.pilot_id == pilot.pk and team.organisation.kind != OrganisationKind.AVIM
    }
    form = open_form(request, CustodyForm, "", teams=list(teams.values()))

    def act() -> str:
        data = form.cleaned_data
        days = data["signed_on"], data["since"], data["until"]
        try:
            with transaction.atomic():
                made = agree_custody(pilot, teams[data["team"]], *days)
        except IntegrityError:
            sentence = _("Another custody agreement is in force in this period.")
            raise ValidationError({"since": sentence}) from None
        request.audited = {
            "action": "custody_agreed",
            "obj": ("convenant", made.reference),
            "pilot_id": pilot.pk,
        }
        return _custody_url(pilot)

    return send_form(request, form, act) or show_form(
        request, "casework/custody/agreement.html", form, pilot=pilot
    )
