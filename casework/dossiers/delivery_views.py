"""Dossiers of many cases at once: what came, or that there is none; by the service, or on its
behalf (R20)."""

import re
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from casework.cases.case_reader import CaseReader
from casework.cases.enums import OPEN_STATES
from casework.cases.partners import visible_teams
from casework.dossiers import perms
from casework.dossiers.acts import add_record
from casework.dossiers.forms import DossierForm, form_class
from casework.dossiers.kinds import KINDS
from casework.intake.enums import DossierOf, DossierResult
from casework.intake.models import DossierRequest
from casework.journey.acts import locked
from casework.journey.perms import SERVICES
from casework.register.forms import DayField
from casework.register.identity import leading_names
from governance.access.middleware import ClearanceRequest
from governance.drafts.acts import find_draft, sent_before, submit_once
from governance.drafts.forms import KeptForm
from governance.drafts.kinds import DraftKind
from partners.accountability.activities import CASEWORK, processes
from partners.organisations.models import Team

DELIVER = DraftKind("deliver", _("Deliver dossiers"))

MOST = 100
KIND = KINDS["dossier"]
ROW = ("result", "delivered_on", "completed_on")  # what the page asks of each dossier
LATE = _("Somebody was first: nothing was recorded for %(cases)s.")
UUID_SHAPE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class ReceivedForm(KeptForm):
    """When and in which document a service's answer came in, if it was supplied outside the
    application; asked once for all dossiers of the page."""

    received_on = DayField(
        label=_("Received on"), error_messages={"required": _("Enter the day on which it came.")}
    )
    received_document = forms.CharField(
        label=_("In which document"),
        max_length=200,
        help_text=_("Such as: letter of 3 March, reference 12."),
    )


@dataclass(frozen=True)
class Asked:
    """A dossier request that was not answered yet, the team in whose name this worker records the
    answer, and the form for it."""

    request: DossierRequest
    author: int
    form: Any


def open_requests(request: ClearanceRequest, behalf: str) -> list[tuple[DossierRequest, int]]:
    """Requests of open cases that were not answered yet, the oldest first, each with the worker's
    team that records the answer. Without `behalf`: requests to the worker's own service. With it:
    requests to that service in pilots that the worker coordinates."""
    clearance, teams = request.clearance, visible_teams(request.clearance)
    rows = DossierRequest.objects.current().filter(open=True, case__state__in=OPEN_STATES)
    rows = rows.order_by("requested_on", "pk")
    if behalf:
        rows = rows.filter(of=behalf, case__pilot__in=clearance.coordinated)
    else:
        rows = rows.filter(to_team__in=clearance.teams)
    result = []
    for row in rows.select_related("case__pilot", "case__person")[: 5 * MOST]:
        if behalf:
            team = perms.supplying_team(CaseReader(clearance, row.case, teams))
            possible = (
                perms.can_be_supplied(CaseReader(clearance, row.case), KIND)
                and row.to_team_id in row.case.team_ids
            )
        else:
            team = perms.adding_team(CaseReader(clearance, row.case, teams), KIND)
            possible = team == row.to_team_id
        if team is not None and possible:
            result.append((row, team))
        if len(result) > MOST:
            break
    return result


def _form(
    request: ClearanceRequest, row: DossierRequest, author: Team | None, source: Team | None
) -> Any:
    """Form of one dossier. It is bound only if the worker chose a result for it, so that the others
    stay as they are."""
    prefix = str(row.reference)
    data = None
    if request.method == "POST" and request.POST.get(f"{prefix}-result"):
        data = request.POST.copy()
        for name in ReceivedForm.base_fields:
            data[f"{prefix}-{name}"] = request.POST.get(name, "")
        data[f"{prefix}-source_team"] = str(row.to_team_id)
    form: DossierForm = form_class(KIND)(  # type: ignore[assignment]
        data,
        prefix=prefix,
        kind=KIND,
        case=row.case,
        author=author,
        partners=[],
        sources=[source] if source else [],
    )
    form.fields["result"].choices = [("", _("nothing yet")), *DossierResult.choices]  # type: ignore[attr-defined]
    form.fields["result"].required = form.fields["delivered_on"].required = form.is_bound
    # the page again, with what she typed in rows without a result
    if request.method == "POST" and data is None:
        for name in ROW:
            form.initial[name] = request.POST.get(f"{prefix}-{name}", "")
    return form


def _own_service(request: ClearanceRequest, teams: dict[int, Team]) -> bool:
    return any(
        teams[team].organisation.kind in SERVICES
        for team in request.clearance.teams
        if team in teams
    )


@processes(CASEWORK)
@require_http_methods(["GET", "POST"])
def dossiers_deliver(request: ClearanceRequest) -> HttpResponse:
    clearance = request.clearance
    if not clearance.sees_cases:
        raise PermissionDenied
    if request.method == "POST" and (sent := sent_before(request)):
        return sent
    teams = visible_teams(clearance)
    own = _own_service(request, teams)
    behalf = request.GET.get("namens", "") if clearance.coordinated else ""
    if behalf not in DossierOf.values:
        behalf = "" if own or not clearance.coordinated else DossierOf.IND.value
    key = DELIVER.key(uuid5(NAMESPACE_URL, request.path + behalf))
    draft = find_draft(request, key)
    received = ReceivedForm(request.POST or None) if behalf else None
    rows = []
    waiting = open_requests(request, behalf)
    for asked, author in waiting[:MOST]:
        form = _form(request, asked, teams.get(author), teams[asked.to_team_id] if behalf else None)
        form.restore(draft)
        rows.append(Asked(asked, author, form))
    if received is not None:
        received.restore(draft)
    bound = [row for row in rows if row.form.is_bound]
    sound = (received is None or received.is_valid()) and all(
        [row.form.is_valid() for row in bound]
    )
    late = _answered_meanwhile(request, {str(row.request.reference) for row in rows})
    if bound and sound:

        def act() -> str:
            number = 0
            # cases in order, as everywhere
            for row in sorted(bound, key=lambda row: row.request.case_id):
                locked(row.request.case)
                if DossierRequest.objects.current().filter(pk=row.request.pk, open=True).exists():
                    add_record(row.form.record(), by=clearance, author_team=row.author)
                    number += 1
                else:
                    late.append(row.request.case.number)
            if number:
                text = ngettext("%(n)d dossier recorded.", "%(n)d dossiers recorded.", number)
                messages.success(request, text % {"n": number})
            if late:
                messages.warning(request, LATE % {"cases": ", ".join(sorted(late))})
            return request.get_full_path()

        return submit_once(request, key, act)
    if late:
        messages.warning(request, LATE % {"cases": ", ".join(sorted(late))})
    names = leading_names({row.request.case_id for row in rows})
    context = {
        "rows": [(row, names.get(row.request.case_id, "")) for row in rows],
        "received": received,
        "behalf": behalf,
        "services": DossierOf.choices if clearance.coordinated else [],
        "asked": own or behalf,
        "more": len(waiting) > MOST,
        "draft_key": key,
        "form_page": request.get_full_path(),
        "draft": draft,
        "nothing": request.method == "POST" and not bound and not late,
        "errors": [
            (row, [field for name in ROW if (field := row.form[name]).errors])
            for row in bound
            if any(name in row.form.errors for name in (*ROW, "__all__"))
        ],
    }
    status = 400 if request.method == "POST" else 200
    return render(request, "casework/dossiers/deliver.html", context, status=status)


def _answered_meanwhile(request: ClearanceRequest, visible: set[str]) -> list[str]:
    """Case numbers of the dossiers for which the worker chose a result but which no longer wait for
    one."""
    data = {
        name.removesuffix("-result")
        for name, value in request.POST.items()
        if name.endswith("-result") and value
    }
    gone = [key for key in data - visible if UUID_SHAPE.fullmatch(key)]
    return list(
        DossierRequest.objects.filter(reference__in=gone).values_list("case__number", flat=True)
    )
