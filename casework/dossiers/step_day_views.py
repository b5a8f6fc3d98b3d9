"""The day of a step that a case took, corrected."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse

from casework.cases.case_reader import find_case
from casework.cases.enums import CaseState
from casework.cases.views import case_url
from casework.dossiers import perms
from casework.dossiers.kinds import KINDS
from casework.dossiers.rows import records_of
from casework.dossiers.step_copies import COPIES, copies
from casework.dossiers.step_day_acts import correct_step_day
from casework.journey.forms import STEP_DAY, StepDayForm
from casework.journey.step_days import day_of, readers_of_step, steps_taken
from governance.access.middleware import ClearanceRequest
from governance.drafts.form_views import form_view, open_form, seen_version, send_form, show_form
from partners.accountability.activities import CASEWORK, processes


@processes(CASEWORK)
@form_view
def step_day(request: ClearanceRequest, reference: UUID, step: UUID) -> HttpResponse:
    reader = find_case(request, reference)
    row = next((one for one in steps_taken(reader.case) if one.reference == step), None)
    if row is None:
        raise Http404
    records = records_of([reader.case])
    if not perms.can_correct_day(reader, row, records):
        raise PermissionDenied
    form = open_form(request, StepDayForm, STEP_DAY.key(row.reference), on=row.on)

    def act() -> str:
        data, version = form.cleaned_data, seen_version(request)
        correct_step_day(reader, row, data["on"], data["why"], version=version)
        return case_url(reader.case)

    return send_form(request, form, act) or show_form(
        request,
        "casework/dossiers/step_day.html",
        form,
        step=row,
        state=CaseState(row.state).label,
        day=day_of(reader.case, row) if row.on else None,
        read_by=readers_of_step(reader, row.category),
        also=KINDS[COPIES[row.number].slug].label if copies(row, records) else "",
        **reader.context(),
    )
