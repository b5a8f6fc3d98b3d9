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

from casework.cases.case_reader import CaseReader
from casework.cases.models import Case
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
from governance.drafts.acts import find_draft
from governance.drafts.form_views import do_once, form_view, open_form
from governance.drafts.forms import KeptForm
from governance.drafts.kinds import DraftKind
from governance.drafts.models import Draft
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
    rows = DossierRequest.objects.current().filter(open=True, case__in=Case.objects.open())
    rows = rows.order_by("requested_on", "pk")
    if behalf:
        rows = rows.filter(of=behalf, case__pilot__in=clearance.coordinated)
    else:
        rows = rows.filter(to_team__in=clearance.teams)
    result = []
    for row in rows.select_related("case__pilot", "case__person")[: 5 * MOST]:
        reader = CaseReader(clearance, row.case, teams)
        if behalf:
            team = perms.supplying_team(reader)
            possible = perms.can_be_supplied(reader, KIND) and row.to_team_id in row.case.team_ids
        else:
            team = perms.adding_team(reader, KIND)
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


def _behalf(request: ClearanceRequest, *, own: bool) -> str:
    """The service on whose behalf answers are recorded. Empty for the worker's own."""
    if not request.clearance.coordinated:
        return ""
    asked = request.GET.get("namens", "")
    if asked in DossierOf.values:
        return asked
    return "" if own else DossierOf.IND.value


def _rows(
    request: ClearanceRequest,
    waiting: list[tuple[DossierRequest, int]],
    draft: Draft | None,
    *,
    supplied: bool,
) -> list[Asked]:
    """Each dossier of the page with its form."""
    teams = visible_teams(request.clearance)
    result = []
    for asked, author in waiting[:MOST]:
        source = teams[asked.to_team_id] if supplied else None
        form = _form(request, asked, teams.get(author), source)
        form.restore(draft)
        result.append(Asked(asked, author, form))
    return result


def _record(request: ClearanceRequest, rows: list[Asked], late: list[str]) -> None:
    """Record what came, and say of how many; and of which somebody was first."""
    number = 0
    # cases in order, as everywhere
    for row in sorted(rows, key=lambda row: row.request.case_id):
        locked(row.request.case)
        if DossierRequest.objects.current().filter(pk=row.request.pk, open=True).exists():
            add_record(row.form.record(), by=request.clearance, author_team=row.author)
            number += 1
        else:
            late.append(row.request.case.number)
    if number:
        text = ngettext("%(n)d dossier recorded.", "%(n)d dossiers recorded.", number)
        messages.success(request, text % {"n": number})
    _say_late(request, late)


def _say_late(request: ClearanceRequest, late: list[str]) -> None:
    if late:
        messages.warning(request, LATE % {"cases": ", ".join(sorted(late))})


@processes(CASEWORK)
@form_view
def dossiers_deliver(request: ClearanceRequest) -> HttpResponse:
    """A form for each dossier of the page; those for which she chose a result are sent."""
    clearance = request.clearance
    if not clearance.sees_cases:
        raise PermissionDenied
    own = _own_service(request, visible_teams(clearance))
    behalf = _behalf(request, own=own)
    key = DELIVER.key(uuid5(NAMESPACE_URL, request.path + behalf))
    received = open_form(request, ReceivedForm, key) if behalf else None
    waiting = open_requests(request, behalf)
    draft = find_draft(request, key)
    rows = _rows(request, waiting, draft, supplied=bool(behalf))
    sent = [row for row in rows if row.form.is_bound]
    late = _answered_meanwhile(request, {str(row.request.reference) for row in rows})

    def act() -> str:
        _record(request, sent, late)
        return request.get_full_path()

    sound = (received is None or received.is_valid()) and all([row.form.is_valid() for row in sent])
    if sent and sound:
        return do_once(request, act, key=key)
    _say_late(request, late)
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
        "nothing": request.method == "POST" and not sent and not late,
        "errors": _errors(sent),
    }
    status = 400 if request.method == "POST" else 200
    return render(request, "casework/dossiers/deliver.html", context, status=status)


def _errors(rows: list[Asked]) -> list[tuple[Asked, list[Any]]]:
    """The rows that are wrong, each with the fields that are."""
    return [
        (row, [field for name in ROW if (field := row.form[name]).errors])
        for row in rows
        if any(name in row.form.errors for name in (*ROW, "__all__"))
    ]


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
