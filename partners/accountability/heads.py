"""The head of the audit chain, signed and kept outside the database: what it vouches for cannot be
changed, removed or cut off unseen. Rows after the last head are vouched for by nobody yet."""

import hashlib
import hmac
import json
import logging
import shlex
import subprocess
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from partners.accountability.models import AuditEntry

FILE = "audit-heads.jsonl"
MOST_ROWS, AT_MOST_EVERY = 1000, timedelta(minutes=1)
SINK_SECONDS = 10
ADMINISTRATOR = "functional_admin"  # as the rows name the role
Head = dict[str, Any]

# What audit_verify() answers, in words.
PROBLEMS = {"changed": "changed", "out_of_chain": "removed or reordered"}


def _signature(seq: int, digest: str) -> str:
    return hmac.new(
        settings.AUDIT_KEY.encode(), f"{seq}:{digest}".encode(), hashlib.sha256
    ).hexdigest()


def heads_file() -> Path:
    return Path(settings.DATA_DIR) / FILE


def write_head() -> None:
    """Add the present head to the file, and hand it to the command that keeps it elsewhere. Raises
    OSError or SubprocessError if that fails: the next head vouches for the same rows."""
    head = AuditEntry.objects.order_by("-seq").values("seq", "hash").first()
    if head is None:
        logging.getLogger("lvv.work").info("the audit log is empty: no head to sign yet")
        return
    signed = {"at": timezone.now().isoformat(), "signature": _signature(head["seq"], head["hash"])}
    line = json.dumps(head | signed) + "\n"
    with heads_file().open("a", encoding="utf-8") as file:
        file.write(line)
    if settings.AUDIT_SINK:
        command = shlex.split(settings.AUDIT_SINK)
        subprocess.run(command, input=line, text=True, check=True, timeout=SINK_SECONDS)  # noqa: S603


def write_head_if_due() -> None:
    """A head, at most one a minute, if since the last one somebody was refused, an administrator
    was at work, or a thousand rows were added."""
    heads = read_heads(heads_file(), most_bytes=4096)
    last: Head = heads[-1] if heads else {"seq": 0, "at": ""}
    if last["at"] and timezone.now() - datetime.fromisoformat(last["at"]) < AT_MOST_EVERY:
        return
    rows = AuditEntry.objects.filter(seq__gt=last["seq"])
    urgent = ~Q(outcome=AuditEntry.Outcome.DONE) | Q(role__contains=ADMINISTRATOR)
    many = AuditEntry.objects.filter(seq__gte=last["seq"] + MOST_ROWS)
    if rows.filter(urgent).exists() or many.exists():
        write_head()


def read_heads(file: Path, *, most_bytes: int = 0) -> list[Head]:
    """The heads in this file, or in the last so many bytes of it, as they were written. What is no
    head is one of row 0, which no signature fits."""
    if not file.exists():
        return []
    with file.open("rb") as stream:
        whole = not most_bytes or file.stat().st_size <= most_bytes
        if not whole:
            stream.seek(-most_bytes, 2)
        lines = stream.read().decode(errors="replace").splitlines()
    return [_head(line) for line in (lines if whole else lines[1:])]


def _head(line: str) -> Head:
    try:
        head = json.loads(line)
        return {**head, "seq": int(head["seq"]), "hash": str(head["hash"]), "at": str(head["at"])}
    except (ValueError, TypeError, KeyError):
        return {"seq": 0, "hash": "", "at": "", "signature": ""}


def _is_signed(head: Head) -> bool:
    return hmac.compare_digest(str(head["signature"]), _signature(head["seq"], head["hash"]))


def _first_problem() -> tuple[int, str] | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq, problem FROM audit_verify()")
        row: tuple[int, str] | None = cursor.fetchone()
        return row


def _hashes(heads: list[Head]) -> dict[int, str]:
    rows = AuditEntry.objects.filter(seq__in={head["seq"] for head in heads})
    return dict(rows.values_list("seq", "hash"))


def verify(file: Path | None = None) -> list[str]:
    """Every way in which the audit log does not fit itself or the heads kept outside; empty when
    all is well."""
    problem = _first_problem()
    problems = [f"row {problem[0]}: {PROBLEMS[problem[1]]}"] if problem else []
    heads = read_heads(file or heads_file())
    problems += [
        f"head {head['seq']}: not signed by this installation"
        for head in heads
        if not _is_signed(head)
    ]
    known = _hashes(heads)
    for head in heads:
        if head["seq"] not in known:
            problems.append(f"row {head['seq']}: cut off, it was there on {head['at']}")
        elif known[head["seq"]] != head["hash"]:
            problems.append(f"row {head['seq']}: differs from the head kept on {head['at']}")
    return problems


def vouched_for(file: Path | None = None) -> str:
    """Up to which row which head vouches for the log, and since when no head does."""
    problem, heads = _first_problem(), read_heads(file or heads_file())
    known = _hashes(heads)
    fitting = [
        head
        for head in heads
        if _is_signed(head)
        and known.get(head["seq"]) == head["hash"]
        and (problem is None or head["seq"] < problem[0])
    ]
    head = max(fitting, key=lambda head: head["seq"], default=None)
    after = AuditEntry.objects.filter(seq__gt=head["seq"] if head else 0).order_by("seq")
    first = after.first()
    words = [
        f"Vouched for up to row {head['seq']}, by the head of {head['at']}."
        if head
        else "No head vouches for any row."
    ]
    if first is not None:
        words.append(
            f"Not vouched for: {after.count()} rows from row {first.seq}, since "
            f"{first.at.isoformat()}. Whoever can write in the database can change these or cut "
            "them off unnoticed, until the next head."
        )
    return " ".join(words)
