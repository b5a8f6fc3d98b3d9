"""Taking over a list: upload, choose the columns, read what is wrong, judge doubles, take over,
undo."""

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import OperationalError, transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from casework.cases.enums import CaseState
from casework.cases.models import Case
from casework.imports import columns
from casework.imports.acts import ready, unjudged, without_day
from casework.imports.enums import ImportState, RowAnswer
from casework.imports.files import MOST_BYTES, Unreadable, look
from casework.imports.models import Import, ImportFile, ImportRow
from casework.journey.guards import format_day
from casework.register.identity import leading_names
from casework.registration.forms import add_team_choice
from casework.registration.views import chosen_team, teams_or_refuse
from governance.access.middleware import ClearanceRequest
from governance.drafts.form_views import (
    do_once,
    form_view,
    open_form,
    seen_version,
    send_form,
    show_form,
    show_refusal,
)
from governance.drafts.forms import KeptForm
from lvv.common.refusal import NotDone
from partners.accountability.activities import REGISTRATION, processes
from partners.accountability.history import save_fields
from partners.organisations.models import Team

S = ImportState
MOST_UNREAD = 3  # lists of one worker that wait to be read
SHOWN = 200  # problems and doubles on one page


class UploadForm(KeptForm):
    file = forms.FileField(
        label=gettext_lazy("List"),
        help_text=gettext_lazy("Excel (.xlsx) or CSV, at most 10 MB and 10,000 rows."),
        allow_empty_file=True,
        max_length=200,
        error_messages={"required": gettext_lazy("Choose a file.")},
    )

    def __init__(self, *args: Any, teams: list[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        add_team_choice(self, teams)


class ColumnsForm(KeptForm):
    """For each thing that can be taken over: under which text it stands."""

    def __init__(self, *args: Any, upload: Import, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [
            ("", _("not in this list")),
            *((str(n), text or _("column %d") % (n + 1)) for n, text in enumerate(upload.header)),
        ]
        for field in columns.FIELDS:
            self.fields[field.slug] = forms.ChoiceField(
                label=str(field.label).capitalize(),
                choices=choices,
                required=field.slug == "name",
                initial=str(upload.mapping.get(field.slug, "")),
                error_messages={"required": _("Choose under which text the name stands.")},
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        chosen: dict[str, str] = {}
        for slug, column in list(data.items()):
            if column and column in chosen:
                self.add_error(slug, _("This column is chosen for something else already."))
            elif column:
                chosen[column] = slug
        return data

    def mapping(self) -> dict[str, int]:
        return {slug: int(column) for slug, column in self.cleaned_data.items() if column}


@processes(REGISTRATION)
@form_view
def import_list(request: ClearanceRequest) -> HttpResponse:
    teams = teams_or_refuse(request)
    form = open_form(request, UploadForm, "", files=request.FILES or None, teams=teams)

    def act() -> str:
        file = form.cleaned_data["file"]
        if Import.objects.filter(owner=request.user, state=S.READING).count() >= MOST_UNREAD:
            raise ValidationError({"file": _("Wait until your earlier lists have been read.")})
        try:
            content = file.read(MOST_BYTES + 1)
            look(content)
        except Unreadable as error:
            raise ValidationError({"file": str(error.message)}) from None
        made = Import.objects.create(
            owner=request.user, team=chosen_team(teams, form.cleaned_data), name=file.name[-120:]
        )
        ImportFile.objects.create(upload=made, content=content)
        return _page(made)

    return send_form(request, form, act) or show_form(
        request,
        "casework/imports/list.html",
        form,
        imports=Import.objects.select_related("team__organisation", "team__pilot")[:20],
        fields=[field.label for field in columns.FIELDS],
    )


def _page(upload: Import) -> str:
    return reverse("casework:import_detail", args=[upload.reference])


@processes(REGISTRATION)
@form_view
def import_detail(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    teams_or_refuse(request)
    rows = Import.objects.select_related("team__organisation", "team__pilot")
    if request.method == "POST":
        rows = rows.select_for_update(of=("self",), nowait=True)
    try:
        with transaction.atomic():
            upload = get_object_or_404(rows, reference=reference)
    except OperationalError:  # the background works on it: nobody waits for that
        return show_refusal(request, NotDone(), request.path)
    form = open_form(request, ColumnsForm, "", sent="check" in request.POST, upload=upload)
    checks = form.is_bound and upload.state in (S.UPLOADED, S.CHECKED)
    if request.method == "POST" and seen_version(request) != str(upload.version):
        return show_refusal(request, NotDone(), request.path)
    if request.method == "POST" and not checks:
        return do_once(request, lambda: _act(request, upload))
    return send_form(request, form, lambda: _check(request, upload, form)) or show_form(
        request,
        "casework/imports/detail.html",
        form,
        upload=upload,
        **_counts(upload, request.GET.get("blad", "")),
    )


def _check(request: ClearanceRequest, upload: Import, form: ColumnsForm) -> str:
    """The columns are chosen: the rows are checked anew."""
    upload.mapping, upload.state, upload.done, upload.stopped = form.mapping(), S.CHECKING, 0, ""
    columns.remember_mapping(upload.header, upload.mapping, upload.team)
    return _save(request, upload)


def _act(request: ClearanceRequest, upload: Import) -> str:
    """Carry out what was asked of an import by a button. Raises NotDone if it is not possible
    now."""
    asked = request.POST
    taken = upload.rows.exclude(case=None)
    if "answers" in asked and upload.state == S.CHECKED:
        _judge(upload, asked)
    elif "run" in asked and upload.state == S.CHECKED:
        _judge(upload, asked)
        if ready(upload).exists():
            upload.state, upload.done = S.RUNNING, 0
        elif not unjudged(upload).exists() and taken.exists():
            upload.state = S.DONE  # what was left is left out
    elif "undo" in asked and upload.state in (S.DONE, S.CHECKED) and taken.exists():
        upload.state = S.UNDOING
    elif (
        "discard" in asked
        and upload.state in (S.REFUSED, S.UPLOADED, S.CHECKED)
        and not taken.exists()
    ):
        upload.delete()
        return reverse("casework:import_list")
    else:
        raise NotDone
    return _save(request, upload)


def _save(request: ClearanceRequest, upload: Import) -> str:
    request.audited = {"action": f"import_{upload.state}", "obj": ("import", upload.reference)}
    upload.version += 1
    upload.save()
    return _page(upload)


def _judge(upload: Import, asked: Any) -> None:
    """Keep the answers to likely doubles; only those that were shown with the row count."""
    changed = []
    cases = {
        str(case.reference): case
        for case in Case.objects.filter(pk__in=_doubles(upload)).only("reference", "person")
    }
    for row in upload.rows.filter(case=None).exclude(doubles=[]):
        text, _colon, reference = asked.get(f"row{row.number}", "").partition(":")
        case = cases.get(reference)
        if (
            text == RowAnswer.SAME
            and case is not None  # in sight until now
            and case.pk in {visible for visible, _words in row.doubles}
        ):
            row.answer, row.same_as = RowAnswer.SAME, case.person_id
        elif text in (RowAnswer.NEW, RowAnswer.SKIP):
            row.answer, row.same_as = text, None
        else:
            continue
        changed.append(row)
    save_fields(changed, ["answer", "same_as"])


def _doubles(upload: Import) -> set[int]:
    return {
        case
        for result in upload.rows.exclude(doubles=[]).values_list("doubles", flat=True)
        for case, _words in result
    }


def _counts(upload: Import, page: str) -> dict[str, Any]:
    """The counts, a page of the problems by row and cell, and the first rows to be judged: the
    others follow them."""
    rows = upload.rows
    troubled = Paginator(rows.exclude(problems=[]).filter(case=None), SHOWN).get_page(page)
    problems = [
        (
            row.number,
            upload.header[column] if column is not None and column < len(upload.header) else "",
            row.cells[column][:80] if column is not None and column < len(row.cells) else "",
            words,
        )
        for row in troubled
        for column, words in row.problems
    ]
    doubtful = list(
        rows.filter(problems=[], case=None).exclude(doubles=[]).order_by("answer", "number")[:SHOWN]
    )
    keys = {case for row in doubtful for case, _words in row.doubles}
    cases = Case.objects.select_related("pilot", "progress").in_bulk(keys)
    names = leading_names(keys) if keys else {}
    doubles = [
        (
            row,
            [
                (cases[key], names.get(key) or cases[key].number, words)
                for key, words in row.doubles
                if key in cases
            ],
        )
        for row in doubtful
    ]
    return {
        "problems": problems,
        "assumed": [_assumed(row) for row in without_day(upload)[:SHOWN]],
        "without_day": without_day(upload).count(),
        "troubled": troubled.paginator.count,
        "page": troubled,
        "doubles": doubles,
        "unjudged": unjudged(upload).count(),
        "ready": ready(upload).count() if upload.state == S.CHECKED else 0,
        "answers": RowAnswer,
        "taken": rows.filter(case__isnull=False, undone=False).count(),
        "undone": rows.filter(undone=True).count(),
        "kept": rows.filter(kept=True).count(),
        "samples": list(rows.all()[:3]) if upload.state == S.UPLOADED else [],
        "percent": round(100 * upload.done / upload.total) if upload.total else 0,
    }


def _assumed(row: ImportRow) -> tuple[int, str, Any, str]:
    """Of a row without a day for its state: its number, the name, the state, and which day is
    assumed."""
    data = row.claim
    if data.get("admitted_on"):
        sentence = _("day of the admission assumed: %(day)s")
    elif data.get("registered_on"):
        sentence = _("day of the referral assumed: %(day)s")
    else:
        return row.number, data["name"], CaseState(data["state"]).label, _("today is assumed")
    day = date.fromisoformat(data.get("admitted_on") or data["registered_on"])
    return (
        row.number,
        data["name"],
        CaseState(data["state"]).label,
        sentence % {"day": format_day(day)},
    )


@processes(REGISTRATION, passive=True)
@require_GET
def import_progress(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """How far it is; asked by the page itself. When it is ready the page comes anew."""
    upload = get_object_or_404(Import, reference=reference)
    answer = render(
        request,
        "casework/imports/_progress.html",
        {
            "upload": upload,
            "percent": round(100 * upload.done / upload.total) if upload.total else 0,
        },
    )
    if not upload.is_at_work:
        answer["HX-Refresh"] = "true"
    return answer
