"""Giving cases to a colleague: one's own, or those of the team that one coordinates."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import ngettext

from casework.caseload.acts import colleagues, givable, give, without_manager
from casework.caseload.forms import GIVE, GiveForm
from casework.cases.models import Case
from casework.cases.views import case_url
from casework.register.identity import leading_names
from governance.access.middleware import ClearanceRequest
from governance.drafts.form_views import form_view, open_form, send_form, show_form
from partners.accountability.activities import CASEWORK, processes
from partners.accounts.models import User

SHOWN = 100
NOBODY = "niemand"
SHEET = UUID(int=0)  # it is about no case


@processes(CASEWORK)
@form_view
def caseload_give(request: ClearanceRequest) -> HttpResponse:
    """Choose cases, a colleague and a note. `van`: of whom, by her account, or of nobody; `casus`:
    one case."""
    mine = givable(request.clearance)
    if not request.clearance.sees_cases or not mine.exists():
        raise PermissionDenied
    of = request.GET.get("van", "")
    listed = list(
        _asked(mine, of, request.GET.get("casus", "")).select_related(
            "case_manager", "pilot", "progress"
        )[:SHOWN]
    )
    form = open_form(
        request,
        GiveForm,
        GIVE.key(listed[0].reference if len(listed) == 1 else SHEET),
        cases=listed,
        names=leading_names([case.pk for case in listed]),
        colleagues=list(colleagues({case.lead_team_id for case in listed})),
        initial={"cases": [case.reference for case in listed] if len(listed) == 1 else []},
    )

    def act() -> str:
        chosen, colleague = form.chosen, form.people[form.cleaned_data["to"]]
        give(chosen, colleague, form.cleaned_data["note"], by=request.clearance)
        text = ngettext(
            "%(n)d case is managed by %(colleague)s from now on.",
            "%(n)d cases are managed by %(colleague)s from now on.",
            len(chosen),
        )
        messages.success(request, text % {"n": len(chosen), "colleague": colleague})
        return case_url(chosen[0]) if len(chosen) == 1 else request.path

    managers = User.objects.filter(pk__in=mine.order_by().values("case_manager"))
    return send_form(request, form, act) or show_form(
        request,
        "casework/caseload/give.html",
        form,
        form_page=request.get_full_path(),
        of=of,
        managers=list(managers),
        nobody=without_manager(mine).count(),
        more=len(listed) == SHOWN,
        listed=listed,
    )


def _asked(mine: QuerySet[Case], of: str, case: str) -> QuerySet[Case]:
    """Of the cases that may be given those that were asked for."""
    if case:
        return mine.filter(number=case)
    if of == NOBODY:
        return without_manager(mine)
    return mine.filter(case_manager__username=of) if of else mine
