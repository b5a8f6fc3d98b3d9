from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

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
from governance.access.enums import Category
from governance.access.middleware import ClearanceRequest
from governance.drafts.form_views import (
    do_once,
    form_view,
    open_form,
    seen_version,
    send_form,
    show_form,
)
from partners.accountability.activities import CASEWORK, processes
from partners.organisations.models import Team


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
    most_open = case_rows.TAB_CAP if chips or tab != "open" else case_rows.CAP
    counts = {} if only_table else case_rows.tab_counts(clearance, teams, most_open)
    known = counts.get(tab, 0)
    most = most_open if tab == "open" else case_rows.TAB_CAP
    known_exactly = counts and not chips and (known <= most or most == case_rows.CAP)
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
@form_view
def case_involve(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """Involve a further team: choose, read what it will see, confirm."""
    reader = find_case(request, reference)
    case = reader.case
    if not perms.can_involve(reader):
        raise PermissionDenied
    free = {team.pk: team for team in _free_teams(reader)}
    form = open_form(
        request,
        InvolveForm,
        INVOLVE.key(case.reference),
        teams=list(free.values()),
        dtv_stays=perms.must_be_known_to_dtv(case),
    )

    def act() -> str:
        data = dict(form.cleaned_data)
        involve(
            case,
            free[data["team"]],
            ground=data["ground"],
            explanation=data["explanation"],
            until=data["until"],
        )
        return case_url(case)

    answer, status = None, 0
    if "confirmed" not in request.POST and form.is_valid():
        return _confirm_involving(request, reader, form, free[form.cleaned_data["team"]])
    try:
        answer = send_form(request, form, act)
    except AlreadyInvolved:
        form.add_error("team", _("This partner takes part already."))
        status = 409
    return answer or show_form(
        request, "casework/cases/involve.html", form, status=status, **reader.context()
    )


def _free_teams(reader: CaseReader) -> list[Team]:
    """The teams that may be involved: of this pilot, not taking part, as far as they are known."""
    case = reader.case
    here = [team for team in reader.teams.values() if team.pilot_id == case.pilot_id]
    return [team for team in here if team.pk not in case.team_ids and reader.may_know(team)]


def _confirm_involving(
    request: ClearanceRequest, reader: CaseReader, form: InvolveForm, team: Team
) -> HttpResponse:
    """What this team will see, before it is involved."""
    visible = team_reads([team.pk])[team.pk]
    return show_form(
        request,
        "casework/cases/involve_confirm.html",
        form,
        team=team,
        sees=[(category, visible[category]) for category in Category if category in visible],
        **reader.context(),
    )


@processes(CASEWORK)
@form_view
def involvement_end(request: ClearanceRequest, reference: UUID, involvement: UUID) -> HttpResponse:
    reader = find_case(request, reference)
    case = reader.case
    row = get_object_or_404(
        Involvement.objects.select_related("team__organisation"), reference=involvement, case=case
    )
    if not perms.can_end_involvement(reader, row):
        raise PermissionDenied
    mine = row.team_id in request.clearance.teams

    def act() -> str:
        end_involvement(row)
        return reverse("casework:case_list") if mine else case_url(case)

    if request.method == "POST":
        return do_once(request, act)
    context = reader.context() | {"involvement": row, "mine": mine}
    return render(request, "casework/cases/involvement_end.html", context)


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

    def act() -> str:
        case.claim_version(seen_version(request))
        case.case_manager = request.user
        case.save()
        return case_url(case)

    return do_once(request, act, back=case_url(case))


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

    def act() -> str:
        involvement.worker = request.user
        involvement.save()
        return case_url(case)

    return do_once(request, act, back=case_url(case))
