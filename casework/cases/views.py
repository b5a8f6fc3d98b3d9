from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from casework.cases import case_rows, perms
from casework.cases.access_reasons import explain
from casework.cases.case_reader import CaseReader, find_case
from casework.cases.filters import CaseFilter, asked_list
from casework.cases.forms import INVOLVE, InvolveForm
from casework.cases.models import Case, Involvement
from casework.cases.partners import (
    AlreadyInvolved,
    end_involvement,
    involve,
    team_reads,
    visible_teams,
)
from casework.records.models import VersionConflict
from governance.access.enums import Category
from governance.access.middleware import ClearanceRequest
from governance.drafts.acts import find_draft, submit_once
from partners.accountability.activities import CASEWORK, processes


@processes(CASEWORK)
@require_GET
def case_list(request: ClearanceRequest) -> HttpResponse:
    clearance = request.clearance
    if not clearance.sees_cases:
        raise PermissionDenied
    teams = visible_teams(clearance)
    tab, result = asked_list(request.GET, clearance, teams)
    chips = _chips(result, request)
    only_table = request.htmx and not request.htmx.boosted
    counts = {} if only_table else case_rows.tab_counts(clearance, teams)
    known = counts.get(tab, 0)
    known_exactly = counts and not chips and known <= case_rows.TAB_CAP
    page = case_rows.CappedPaginator(result.qs, known if known_exactly else None).get_page(
        request.GET.get("page")
    )
    kept = request.GET.copy()
    kept.pop("page", None)
    context = {
        "rows": case_rows.rows(page.object_list, teams, clearance),
        "page": page,
        "filter": result,
        "tab": tab,
        "capped": page.paginator.count >= case_rows.CAP,
        "address": kept.urlencode(),
        "chips": chips,
        "tabs": [(name, case_rows.TAB_LABELS[name], number) for name, number in counts.items()],
        "registers": perms.registers_people(clearance, teams),
        "exports": perms.exports_lists(clearance, teams),
    }
    return render(
        request, "casework/cases/_table.html" if only_table else "casework/cases/list.html", context
    )


def _chips(case_filter: CaseFilter, request: ClearanceRequest) -> list[tuple[str, str, str]]:
    chips = []
    for name, field in case_filter.form.fields.items():
        if value := request.GET.get(name):
            rest = request.GET.copy()
            rest.pop(name)
            rest.pop("page", None)
            choices = {str(key): str(label) for key, label in field.choices}
            if value in choices:
                chips.append((str(field.label), choices[value], "?" + rest.urlencode()))
    return chips


@processes(CASEWORK)
@require_GET
def case_why(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """Why can I see this, and who sees what of it."""
    reader = find_case(request, reference)
    case = reader.case
    involved = reader.partners
    categories = [category for category in Category if reader.reads(category)]
    reads = team_reads([team.pk for team in involved])
    context = {
        "case": case,
        "name": reader.name,
        "reasons": explain(reader),
        "grants": [grant for grant in request.clearance.grants if grant.case == case.pk],
        "categories": categories,
        "who": [
            (team, [reads[team.pk].get(category, "none") for category in categories])
            for team in involved
        ],
    }
    return render(request, "casework/cases/why.html", context)


@processes(CASEWORK)
@require_http_methods(["GET", "POST"])
def case_involve(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """Involve a further team: choose, read what it will see, confirm."""
    reader = find_case(request, reference)
    case = reader.case
    if not perms.can_involve(reader):
        raise PermissionDenied
    key = INVOLVE.key(case.reference)
    teams = [team for team in reader.teams.values() if team.pilot_id == case.pilot_id]
    free = [team for team in teams if team.pk not in case.team_ids and reader.may_know(team)]
    form = InvolveForm(request.POST or None, teams=free, dtv_stays=perms.must_be_known_to_dtv(case))
    form.restore(find_draft(request, key))
    context: dict[str, Any] = {
        "case": case,
        "form": form,
        "draft_key": key,
        "name": reader.name,
    }
    if request.method == "POST" and form.is_valid():
        team = next(team for team in free if team.pk == form.cleaned_data["team"])
        if "confirmed" in request.POST:

            def act() -> str:
                data = form.cleaned_data
                involve(
                    case,
                    team,
                    by=request.clearance,
                    ground=data["ground"],
                    explanation=data["explanation"],
                    until=data["until"],
                )
                return reverse("casework:case_detail", args=[case.reference])

            try:
                return submit_once(request, key, act)
            except AlreadyInvolved:
                form.add_error("team", _("This team takes part already."))
                return render(request, "casework/cases/involve.html", context, status=409)
        visible = team_reads([team.pk])[team.pk]
        context |= {
            "team": team,
            "sees": [(category, visible[category]) for category in Category if category in visible],
        }
        return render(request, "casework/cases/involve_confirm.html", context)
    return render(
        request, "casework/cases/involve.html", context, status=400 if form.errors else 200
    )


@processes(CASEWORK)
@require_http_methods(["GET", "POST"])
def involvement_end(request: ClearanceRequest, reference: UUID, pk: int) -> HttpResponse:
    reader = find_case(request, reference)
    case = reader.case
    involvement = get_object_or_404(
        Involvement.objects.select_related("team__organisation"), pk=pk, case=case
    )
    if not perms.can_end_involvement(reader, involvement):
        raise PermissionDenied
    if request.method == "GET":
        mine = involvement.team_id in request.clearance.teams
        context = {
            "case": case,
            "involvement": involvement,
            "mine": mine,
            "name": reader.name,
        }
        return render(request, "casework/cases/involvement_end.html", context)
    end_involvement(involvement, by=request.clearance)
    return redirect(
        "casework:case_list" if involvement.team_id in request.clearance.teams else case_url(case)
    )


def case_url(case: Case) -> str:
    return reverse("casework:case_detail", args=[case.reference])


@processes(CASEWORK)
@require_POST
def case_take_over(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """Become case manager of a case of one's own team."""
    case = get_object_or_404(Case.objects.select_for_update(of=("self",)), reference=reference)
    reader = CaseReader(request.clearance, case)
    if not perms.can_take_over(reader):
        raise PermissionDenied
    try:
        case.claim_version(request.POST.get("version", ""))
    except VersionConflict:
        return render(request, "errors/409.html", {"back": case_url(case)}, status=409)
    case.case_manager = request.user
    case.save()
    return redirect(case_url(case))


@processes(CASEWORK)
@require_POST
def case_contact(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """Become the contact of one's own team in a case: whom partners phone, and whose caseload it
    is."""
    case = get_object_or_404(Case.objects.select_for_update(of=("self",)), reference=reference)
    involvement = next(
        (
            row
            for row in Involvement.objects.filter(case=case)
            if perms.can_become_contact(request.clearance, row)
        ),
        None,
    )
    if involvement is None:
        raise PermissionDenied
    involvement.worker = request.user
    involvement.save()
    return redirect(case_url(case))
