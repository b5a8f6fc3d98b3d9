"""The page one begins with: what waits, the newest cases, what was not sent."""

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from casework.caseload.acts import givable, without_manager
from casework.cases import case_rows, perms
from casework.cases.case_reader import CaseReader
from casework.cases.models import Case
from casework.cases.partners import visible_teams
from casework.custody.acts import ending_pilots, without_recipient
from casework.dossiers import fact_check_views
from casework.known_elsewhere.views import contact_requests_waiting
from casework.overview.drafts import unsent
from casework.overview.worklist import grouped, worklist
from casework.register.clashes import clashes_for
from casework.registration.perms import can_complete_registration
from casework.transfer.acts import offers_waiting
from governance.access.middleware import ClearanceRequest
from governance.convenants.models import Proposal
from partners.accountability.activities import CASEWORK, processes
from partners.organisations.enums import Role

SHOWN_TO_DO = 8  # of what waits, before "more"
MOST_TO_DO = 300
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
    if clearance.sees_cases:
        mine_of = case_rows.partner_teams(clearance, teams)
        managed = (
            Case.objects.caseload_of(clearance.user_id, mine_of).open().for_list().newest_first()
        )
        mine = list(managed[:10])
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
    everything = "alles" in request.GET
    waits = worklist(clearance, teams, MOST_TO_DO if everything else SHOWN_TO_DO + 1)
    first = waits if everything else waits[:SHOWN_TO_DO]
    own = Case.objects.in_bulk([case for clash in clashes for case in clash.own_cases])
    context = {
        "rows": rows[: len(mine)],
        "unfinished": rows[len(mine) :],
        "drafts": unsent(request.user),
        "worklist": first,
        "groups": grouped(first),
        "more_to_do": not everything and len(waits) > SHOWN_TO_DO,
        "several_dossiers": sum(row.kind == "dossier_request" for row in waits) > 1,
        "to_check": fact_check_views.number_to_check(clearance, teams),
        "clashes": [(clash, own.get(clash.own_cases[0])) for clash in clashes],
        "contact_requests": contact_requests_waiting(clearance),
        "offers": offers_waiting(clearance),
        "ending": [(pilot, without_recipient(pilot)) for pilot in ending_pilots(clearance)],
        "coordinates": bool(clearance.coordinated),
        "without_manager": without_manager(givable(clearance))[:MOST_TO_DO].count()
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
