"""A list of 5,000 people taken over, in a register of any size: upload, dry run, taking over, undo;
seconds and memory.

The web's part runs here as lvv_app; the background's in a process of its own as lvv_jobs,
started anew for each step, whose start does not count.
"""

import io
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from random import Random

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook

from bench.seed import names
from casework.imports.models import Import, ImportRow
from governance.access.clearance import acting_as
from partners.accounts.models import User

ROWS = 5000
BACKGROUND = """
import django, json, resource, time
django.setup()
from casework.imports.models import Import
from casework.imports.acts import work_on_imports
begun = time.perf_counter()
while Import.objects.filter(state__in=["reading", "checking", "running", "undoing"]).exists():
    work_on_imports()
print(json.dumps([time.perf_counter() - begun, round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)]))
"""


def workbook() -> bytes:
    """People with the names of the register, so that doubles are found; each with a date of
    birth and a nationality."""
    rng, known = Random(7), names()
    book = Workbook(write_only=True)
    standalone_draft_key = book.create_sheet()
    standalone_draft_key.append(["Naam", "Geboortedatum", "Nationaliteit", "V-nummer", "Verwijzer"])
    for number in range(ROWS):
        born = f"{rng.randint(1, 28):02}-{rng.randint(1, 12):02}-{rng.randint(1960, 2004)}"
        standalone_draft_key.append(
            [rng.choice(known), born, "Eritrese", str(2900000000 + number), "Wijkteam"]
        )
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def megabytes() -> float:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


def measure(username: str, cookie: str) -> None:
    client = Client(SERVER_NAME="127.0.0.1")
    client.cookies[settings.SESSION_COOKIE_NAME] = cookie.partition("=")[2]
    owner = User.objects.get(username=username)
    client.get("/personen/invoer/")
    content, before, took, memory = workbook(), megabytes(), {}, {}

    def timed(step: str, act: Callable[[], object]) -> None:
        begun = time.perf_counter()
        act()
        took[step] = round(time.perf_counter() - begun, 1)

    def work(step: str) -> None:
        worked = subprocess.run(
            [sys.executable, "-c", BACKGROUND],
            env={**os.environ, "LVV_ROLE": "jobs"},
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        seconds, memory[step] = json.loads(worked.stdout)
        took[step] = round(took[step] + seconds, 1)

    def post(page: str, **said: object) -> None:
        answer = client.post(page, said)
        if answer.status_code != 302:
            raise SystemExit(f"{page} answered {answer.status_code}: {answer.text[:500]}")

    timed(
        "upload", lambda: post("/personen/invoer/", file=SimpleUploadedFile("lijst.xlsx", content))
    )
    work("upload")
    with acting_as(owner):
        upload = Import.objects.latest("pk")
    page = f"/personen/invoer/{upload.reference}/"

    def act(step: str, **said: object) -> None:
        with acting_as(owner):
            version = Import.objects.get(pk=upload.pk).version
        timed(step, lambda: post(page, version=version, **{step: "1"}, **said))
        if step != "answers":
            work(step)

    act("check", **{slug: str(column) for slug, column in upload.mapping.items()})
    with acting_as(owner):
        doubles = list(
            ImportRow.objects.filter(upload=upload)
            .exclude(doubles=[])
            .values_list("number", flat=True)
        )
    for first in range(0, len(doubles), 200):  # as many as the page shows at a time
        act("answers", **{f"row{number}": "new" for number in doubles[first : first + 200]})
    took.pop("answers", None)
    act("run")
    with acting_as(owner):
        made = ImportRow.objects.filter(upload=upload).exclude(case=None).count()
    act("undo")
    print(
        json.dumps(
            {
                "step": "import",
                "rows": ROWS,
                "doubles": len(doubles),
                "made": made,
                "seconds": took,
                "mb_web_before": before,
                "mb_web": megabytes(),
                "mb_background": memory,
            }
        )
    )
