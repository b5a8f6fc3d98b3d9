"""The page on which a worker waits for a PDF, and fetches it."""

from typing import Any
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from governance.access.middleware import ClearanceRequest
from governance.drafts.form_views import do_once, show_refusal
from governance.printing.acts import ask_for, file_of
from governance.printing.enums import PrintoutState
from governance.printing.kinds import PrintoutKind
from governance.printing.models import Printout
from lvv.common import libraries
from lvv.common.refusal import NotDone
from partners.accountability.activities import CASEWORK, processes


def print_out(
    request: ClearanceRequest, kind: PrintoutKind, subject: UUID, page: str
) -> HttpResponse:
    """The answer to who asked for this: the page on which she waits, or why it cannot be made.

    page: where she asked.
    """
    if packages := libraries.missing():
        context = {"packages": packages, "page": page}
        return render(request, "governance/printing/no_pdf.html", context, status=503)

    def act() -> str:
        printout = ask_for(kind, subject, page, by=request.clearance, user=request.user)
        return str(reverse("governance:printout_detail", args=[printout.reference]))

    return do_once(request, act, back=page)


@processes(CASEWORK)
@require_GET
def printout_detail(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    printout = get_object_or_404(Printout, reference=reference)
    return render(request, "governance/printing/printout.html", _shown(printout))


@processes(CASEWORK, passive=True)
@require_GET
def printout_progress(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """How far it is; asked by the page itself. When it is ready the page comes anew."""
    printout = get_object_or_404(Printout, reference=reference)
    answer = render(request, "governance/printing/_progress.html", _shown(printout))
    if printout.state != PrintoutState.WAITING:
        answer["HX-Refresh"] = "true"
    return answer


def _shown(printout: Printout) -> dict[str, Any]:
    total = printout.sheets.count()
    done = printout.sheets.exclude(content=None).count()
    return {
        "printout": printout,
        "kind": PrintoutKind.declared[printout.kind],
        "total": total,
        "done": done,
        "percent": round(100 * done / total) if total else 0,
    }


@processes(CASEWORK)
@require_GET
def printout_file(request: ClearanceRequest, reference: UUID) -> HttpResponse:
    """The file, if its owner reads today what stands in it."""
    printout = get_object_or_404(Printout, reference=reference, state=PrintoutState.READY)
    anew = PrintoutKind.declared[printout.kind].signed_in_anew
    answer: HttpResponse = (reauthentication_required(_file) if anew else _file)(request, printout)
    return answer


def _file(request: ClearanceRequest, printout: Printout) -> HttpResponse:
    page, filename = printout.page, printout.filename
    try:
        content = file_of(printout, by=request.clearance)
    except NotDone as refusal:
        return show_refusal(request, refusal, page)
    request.audited = {"action": "printout_fetched", "obj": (printout.kind, printout.subject)}
    kind = "application/zip" if filename.endswith(".zip") else "application/pdf"
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{filename}"'
    return answer
