"""The list on the screen as a file: the same rows and columns, with a reason, after signing in
once more."""

import csv
import io
from collections.abc import Sequence
from uuid import NAMESPACE_URL, uuid5

from allauth.account.decorators import reauthentication_required
from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods
from xlsxwriter import Workbook  # type: ignore[import-untyped]

from casework.cases import case_rows, perms
from casework.cases.filters import asked_list
from casework.cases.partners import visible_teams
from casework.exports.models import Export
from casework.register.forms import ReasonField
from governance.access.middleware import ClearanceRequest
from governance.drafts.acts import ASKED, drop_draft
from governance.drafts.form_views import open_form, show_form
from governance.drafts.forms import KeptForm
from governance.drafts.kinds import DraftKind
from partners.accountability.activities import CASEWORK, processes

EXPORT = DraftKind("export", gettext_lazy("Export the list"))

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


class ExportForm(KeptForm):
    reason = ReasonField(
        label=gettext_lazy("What do you need this list for?"),
        help_text=gettext_lazy("Kept, and read by the privacy officer of your organisation."),
        required_message=gettext_lazy("Write what you need it for."),
    )
    format = forms.ChoiceField(
        label=gettext_lazy("File type"),
        choices=[("xlsx", "Excel (.xlsx)"), ("csv", "CSV")],
        widget=forms.RadioSelect,
        initial="xlsx",
    )


def harmless(text: str) -> str:
    """The text with an apostrophe before it if a spreadsheet program would take it for a
    formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def as_csv(table: Sequence[Sequence[str]]) -> bytes:
    """With a byte order mark and semicolons, as spreadsheet programs here expect."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";").writerows([[harmless(cell) for cell in row] for row in table])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def as_xlsx(table: Sequence[Sequence[str]]) -> bytes:
    out = io.BytesIO()
    book = Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet(_("Cases")[:31])
    bold = book.add_format({"bold": True})
    for number, row in enumerate(table):
        for column, cell in enumerate(row):
            sheet.write_string(number, column, harmless(cell), bold if number == 0 else None)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(table[0]) - 1, 22)
    book.close()
    return out.getvalue()


@processes(CASEWORK)
@reauthentication_required  # type: ignore[untyped-decorator]
@require_http_methods(["GET", "POST"])
def case_export(request: ClearanceRequest) -> HttpResponse:
    """The rows come from the same tab and filters as the list, up to its cap."""
    clearance = request.clearance
    teams = visible_teams(clearance)
    if not perms.exports_lists(clearance, teams):
        raise PermissionDenied
    tab, filtered = asked_list(request.GET, clearance, teams)
    result = filtered.qs.filter(team_ids__overlap=perms.exporting_teams(clearance, teams))
    asked = request.GET.copy()
    asked.pop(ASKED, None)
    key = EXPORT.key(uuid5(NAMESPACE_URL, asked.urlencode()))  # this list of hers
    form = open_form(request, ExportForm, key)
    if form.is_bound and form.is_valid():
        table = _table(case_rows.rows(result[: case_rows.CAP], teams, clearance))
        _note(request, form)
        drop_draft(request, key)  # the page stays, and the file may be asked for again
        return _file(table, form.cleaned_data["format"])
    return show_form(
        request,
        "casework/exports/export.html",
        form,
        form_page=request.get_full_path(),
        number=case_rows.capped_count(result),
        cap=case_rows.CAP,
        address=request.GET.urlencode(),
        tab=case_rows.TAB_LABELS[tab],
    )


def _table(rows: list[case_rows.Row]) -> list[list[str]]:
    """The rows of the list, under the names of their columns."""
    head = [
        _("Case number"),
        _("Person"),
        _("State"),
        _("Pilot"),
        _("Partners"),
        _("Registered"),
        _("Case manager"),
    ]
    return [
        head,
        *(
            [
                row.number,
                row.name,
                row.state_label,
                row.pilot,
                ", ".join(row.partners),
                row.referred,
                row.case_manager,
            ]
            for row in rows
        ),
    ]


def _note(request: ClearanceRequest, form: ExportForm) -> None:
    """Keep for each organisation that its cases were exported, and why."""
    cases = request.clearance.cases_by_organisation(request.trace.cases)
    for organisation, its in cases.items():
        export = Export.objects.create(
            owner=request.user,
            organisation_id=organisation,
            reason=form.cleaned_data["reason"],
            format=form.cleaned_data["format"],
            rows=len(its),
        )
        request.audited = {"action": "cases_exported", "obj": ("export", export.reference)}


def _file(table: list[list[str]], kind: str) -> HttpResponse:
    content = as_xlsx(table) if kind == "xlsx" else as_csv(table)
    answer = HttpResponse(content, content_type=TYPES[kind])
    name = f"casussen-{timezone.localdate().isoformat()}.{kind}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
