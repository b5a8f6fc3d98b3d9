"""Giving cases to a colleague: one's own, or those of the team that one coordinates."""

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.utils.translation import ngettext

from casework.caseload.acts import (
    colleagues,
    contacts,
    givable,
    give,
    left_contact,
    without_manager,
)
from casework.caseload.forms import GIVE, GiveForm
from casework.cases.models import Case, Involvement
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
    """Choose cases, parts of contact, a colleague and a note. `van`: of whom, by account, or of
    nobody; `casus`: one case; `deel`: the part of contact in it, by its reference."""
    mine, parts = givable(request.clearance), contacts(request.clearance)
    if not request.clearance.sees_cases or not (mine.exists() or parts.exists()):
        raise PermissionDenied
    of, case = request.GET.get("van", ""), request.GET.get("casus", "")
    listed = list(
        _asked(mine, of, case).select_related("case_manager", "pilot", "progress")[:SHOWN]
    )
    held = list(
        _asked_parts(parts, of, case).select_related(
            "case__pilot", "case__progress", "team__organisation", "team__pilot", "worker"
        )[:SHOWN]
    )
    one = {row.reference for row in listed} | {row.case.reference for row in held}
    form = open_form(
        request,
        GiveForm,
        GIVE.key(next(iter(one)) if len(one) == 1 else SHEET),
        cases=listed,
        parts=held,
        names=leading_names([row.pk for row in listed] + [row.case_id for row in held]),
        colleagues=list(
            colleagues({row.lead_team_id for row in listed} | {row.team_id for row in held})
        ),
        initial=_ticked(request.GET.get("deel", ""), listed, held) if len(one) == 1 else {},
    )

    def act() -> str:
        chosen, parts = form.chosen, form.chosen_parts
        colleague, note = form.people[form.cleaned_data["to"]], form.cleaned_data["note"]
        give(chosen, colleague, note, by=request.clearance, parts=parts)
        if chosen:
            text = ngettext(
                "%(n)d case is managed by %(colleague)s from now on.",
                "%(n)d cases are managed by %(colleague)s from now on.",
                len(chosen),
            )
            messages.success(request, text % {"n": len(chosen), "colleague": colleague})
        if parts:
            text = ngettext(
                "%(colleague)s is the contact in %(n)d case from now on.",
                "%(colleague)s is the contact in %(n)d cases from now on.",
                len(parts),
            )
            messages.success(request, text % {"n": len(parts), "colleague": colleague})
        given = [*chosen, *(part.case for part in parts)]
        return case_url(given[0]) if len({row.pk for row in given}) == 1 else request.path

    managers = User.objects.filter(
        Q(pk__in=mine.order_by().values("case_manager"))
        | Q(pk__in=parts.order_by().values("worker"))
    )
    return send_form(request, form, act) or show_form(
        request,
        "casework/caseload/give.html",
        form,
        form_page=request.get_full_path(),
        of=of,
        managers=list(managers),
        nobody=without_manager(mine).count() + left_contact(parts).count(),
        more=SHOWN in (len(listed), len(held)),
        listed=[*listed, *held],
    )


def _asked(mine: QuerySet[Case], of: str, case: str) -> QuerySet[Case]:
    """Of the cases that may be given those that were asked for."""
    if case:
        return mine.filter(number=case)
    if of == NOBODY:
        return without_manager(mine)
    return mine.filter(case_manager__username=of) if of else mine


def _asked_parts(parts: QuerySet[Involvement], of: str, case: str) -> QuerySet[Involvement]:
    if case:
        return parts.filter(case__number=case)
    if of == NOBODY:
        return left_contact(parts)
    return parts.filter(worker__username=of) if of else parts


def _ticked(
    part: str, cases: Sequence[Case], parts: Sequence[Involvement]
) -> dict[str, list[UUID]]:
    """What is ticked to begin with of one case: the part that was asked for; else the case alone,
    or where the worker gives no case, her part."""
    chosen = [row.reference for row in parts if str(row.reference) == part]
    if chosen:
        return {"parts": chosen}
    if cases:
        return {"cases": [row.reference for row in cases]}
    return {"parts": [row.reference for row in parts]}
