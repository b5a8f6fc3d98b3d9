"""The page one begins with: what waits, the newest cases, what was not sent."""

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from casework.caseload.acts import givable, without_manager
from casework.cases import case_rows, perms
from casework.cases.case_reader import CaseReader
from casework.cases.models import Case
from casework.cases.partners import visible_teams
from casework.custody.acts import ending_pilots, without_recipient
from casework.dossiers import fact_check_views
from casework.known_elsewhere.views import contact_requests_waiting
from casework.overview.agenda import agenda
from casework.overview.changes import FIRST, changes_since, saw, seen_until
from casework.overview.changes import MOST as MOST_CHANGES
from casework.overview.drafts import unsent
from casework.overview.signals import Signal, signals
from casework.overview.worklist import MOST, grouped, kinds_among, worklist
from casework.register.clashes import clashes_for
from casework.registration.perms import can_complete_registration
from casework.transfer.acts import offers_waiting
from governance.access.middleware import ClearanceRequest
from governance.convenants.models import Proposal
from partners.accountability.activities import CASEWORK, processes
from partners.organisations.enums import Role

MOST_COUNTED = 300
# What one does here in a role that sees no cases.
DOES = {
    Role.ANALYST: _("You read the convenants and the settings of the pilots."),
    Role.FUNCTIONAL_ADMIN: _(
        "You keep the accounts, teams and roles of your organisation, under Administration."
    ),
    Role.PRIVACY_OFFICER: _(
        "You read in the log of readings who opened what, and you advise and decide on changes of"
        " a convenant."
    ),
    Role.DATA_PROTECTION_OFFICER: _(
        "You read in the convenants who reads what, and object to a change that may not be."
    ),
}


@processes(CASEWORK)
@require_GET
def home(request: ClearanceRequest) -> HttpResponse:
    """The worklist: what waits for me, then my newest cases."""
    clearance = request.clearance
    teams = visible_teams(clearance)
    mine: list[Case] = []
    unfinished: list[Case] = []
    stand_out: list[Signal] = []
    if clearance.sees_cases:
        mine_of = case_rows.partner_teams(clearance, teams)
        own = Case.objects.caseload_of(clearance.user_id, mine_of).open()
        mine = list(own.for_list().newest_first()[:10])
        stand_out = signals(clearance, own)
        # Who may complete a registration; to others it would tell that there was an emergency.
        completes = Q(lead_team__in=clearance.teams) | Q(pilot__in=clearance.coordinated)
        waiting = (
            Case.objects.open()
            .filter(completes, doubles_judged_on=None)
            .for_list()
            .newest_first()[:20]
        )
        unfinished = [
            case for case in waiting if can_complete_registration(CaseReader(clearance, case))
        ][:10]
    rows = case_rows.rows([*mine, *unfinished], teams, clearance)
    clashes = clashes_for(clearance)
    result = worklist(clearance, teams)
    everything, kinds = result.lines, kinds_among(result.lines)
    kind = request.GET.get("soort", "")
    if kind not in dict(kinds):
        kind = ""
    if kind:
        result = worklist(clearance, teams, only=kind)
    own = Case.objects.in_bulk([case for clash in clashes for case in clash.own_cases])
    context = {
        "rows": rows[: len(mine)],
        "unfinished": rows[len(mine) :],
        "drafts": unsent(request.user),
        "worklist": everything,
        "groups": grouped(result.lines),
        "kinds": kinds,
        "kind": kind,
        "most": MOST,
        "cut": result.is_cut,
        "agenda": agenda(clearance, everything),
        "signals": stand_out,
        "today": timezone.localdate(),
        "several_dossiers": sum(row.kind == "dossier_request" and not row.by for row in everything)
        > 1,
        "to_check": fact_check_views.number_to_check(clearance, teams),
        "clashes": [(clash, own.get(clash.own_cases[0])) for clash in clashes],
        "contact_requests": contact_requests_waiting(clearance),
        "offers": offers_waiting(clearance),
        "ending": [(pilot, without_recipient(pilot)) for pilot in ending_pilots(clearance)],
        "coordinates": bool(clearance.coordinated),
        "without_manager": without_manager(givable(clearance))[:MOST_COUNTED].count()
        if clearance.holds(Role.COORDINATOR)
        else 0,
        "registers": perms.registers_people(clearance, teams),
        "proposals": Proposal.objects.waiting_for(clearance.organisations_as(Role.PRIVACY_OFFICER)),
        "offices": [
            (role.label, DOES[role])
            for role in DOES
            if any(held == role for held, _organisation in clearance.offices)
        ],
    }
    return render(request, "casework/overview/home.html", context)


@processes(CASEWORK)
@require_http_methods(["GET", "POST"])
def changes(request: ClearanceRequest) -> HttpResponse:
    """What changed in the worker's cases since she last looked. Sent, she has seen it."""
    clearance = request.clearance
    if not clearance.sees_cases:
        raise PermissionDenied
    if request.method == "POST":
        saw(request.user, request.POST.get("until", ""))
    teams = visible_teams(clearance)
    own = Case.objects.caseload_of(
        clearance.user_id, case_rows.partner_teams(clearance, teams)
    ).open()
    since, now = seen_until(request.user), timezone.now()
    keys = list(own.values_list("pk", flat=True)[:MOST_COUNTED])
    new = changes_since(clearance, teams, keys, since)
    context = {
        "since": since,
        "changes": new,
        "first": new[:FIRST],
        "folded": new[FIRST:],
        # Of what did not fit she has seen nothing.
        "until": new[0].at.isoformat() if len(new) >= MOST_CHANGES else now.isoformat(),
        "cut": len(new) >= MOST_CHANGES,
    }
    if request.method == "POST" and not request.htmx:
        return redirect("home")
    if request.htmx:
        return render(request, "casework/overview/_changes.html", context)
    return render(request, "casework/overview/changes.html", context)
