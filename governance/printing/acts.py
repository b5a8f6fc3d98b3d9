"""Asking for a PDF, making it in the background, and handing it out to who still reads the same."""

import hashlib
import io
import json
import time
import zipfile
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from governance.access.clearance import Clearance
from governance.printing.enums import PrintoutState
from governance.printing.kinds import Contents, PrintoutKind
from governance.printing.models import Printout, PrintoutSheet
from governance.printing.pdf import Sheet, pdf_apart
from lvv.common.apart import TookTooMuch
from lvv.common.refusal import NotDone
from partners.accounts.models import User

MOST_WAITING = 3
SECONDS_A_ROUND = 5  # then the rest of the schedule has its turn


class PrintoutRefused(NotDone):
    template = "governance/printing/refused.html"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence

    def context(self) -> dict[str, Any]:
        return {"sentence": self.sentence}


@transaction.atomic
def ask_for(kind: PrintoutKind, subject: UUID, page: str, *, by: Clearance, user: User) -> Printout:
    """Have this made, from what the worker reads now. What she asked of the same before is
    forgotten. Raises PrintoutRefused, and what the contents of its kind raise."""
    contents = kind.contents(by, subject)
    own = Printout.objects.filter(owner=user)
    own.filter(kind=kind.name, subject=subject).delete()
    if own.filter(state=PrintoutState.WAITING).count() >= MOST_WAITING:
        raise PrintoutRefused(_("You wait for other files already. Ask again when they are ready."))
    printout: Printout = Printout.objects.create(
        owner=user,
        kind=kind.name,
        subject=subject,
        language=translation.get_language(),
        page=page,
        filename=contents.filename,
        digest=_digest(contents),
    )
    PrintoutSheet.objects.bulk_create(
        [
            PrintoutSheet(printout=printout, number=number, name=name, source=sheet.as_json())
            for number, (name, sheet) in enumerate(contents.sheets.items(), start=1)
        ]
    )
    return printout


def _digest(contents: Contents) -> str:
    sheets = {name: sheet.as_json() for name, sheet in contents.sheets.items()}
    return hashlib.sha256(json.dumps(sheets, sort_keys=True).encode()).hexdigest()


def file_of(printout: Printout, *, by: Clearance) -> bytes:
    """What was made. Raises PrintoutRefused, and forgets it, if the worker reads something else by
    now; and what the contents of its kind raise if she may not read it any more."""
    with translation.override(printout.language):
        now = PrintoutKind.declared[printout.kind].contents(by, printout.subject)
    if _digest(now) != printout.digest:
        printout.delete()
        raise PrintoutRefused(
            _("What you read there changed since this file was made. Ask for it again.")
        )
    sheets = printout.sheets.all()
    if not printout.filename.endswith(".zip"):
        return bytes(sheets.get().content or b"")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for sheet in sheets:
            archive.writestr(sheet.name, bytes(sheet.content or b""))
    return out.getvalue()


def work_on_printouts() -> None:
    """Make what waits, the first sheet of each first, for some seconds."""
    until = time.monotonic() + SECONDS_A_ROUND
    while time.monotonic() < until:
        sheet = (
            PrintoutSheet.objects.filter(printout__state=PrintoutState.WAITING, content=None)
            .order_by("number", "printout__asked_at")
            .first()
        )
        if sheet is None:
            return
        _make(sheet)


def _make(sheet: PrintoutSheet) -> None:
    printout = Printout.objects.filter(pk=sheet.printout_id)
    sheets = PrintoutSheet.objects.filter(printout=sheet.printout_id)
    try:
        content = pdf_apart(Sheet(**sheet.source))
    except TookTooMuch:
        with transaction.atomic():
            sheets.update(source={}, content=None)
            printout.update(state=PrintoutState.FAILED)
        return
    with transaction.atomic():
        sheets.filter(pk=sheet.pk).update(source={}, content=content)
        if not sheets.filter(content=None).exists():
            printout.update(state=PrintoutState.READY)
