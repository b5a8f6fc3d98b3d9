"""The head of the audit chain, signed and kept outside the database: against it a cut-off tail
shows."""

import hashlib
import hmac
import json
import logging
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone

from partners.accountability.models import AuditEntry

FILE = "audit-heads.jsonl"


def _signature(seq: int, digest: str) -> str:
    return hmac.new(
        settings.AUDIT_KEY.encode(), f"{seq}:{digest}".encode(), hashlib.sha256
    ).hexdigest()


# What audit_verify() answers, in words.
PROBLEMS = {"changed": "changed", "out_of_chain": "removed or reordered"}


def write_head(folder: Path | None = None) -> None:
    """Add the present head to the file; copy that file to a place the database's operator cannot
    write."""
    head = AuditEntry.objects.order_by("-seq").values("seq", "hash").first()
    if head is None:
        logging.getLogger("lvv.work").info("the audit log is empty: no head to sign yet")
        return
    line = {
        **head,
        "at": timezone.now().isoformat(),
        "signature": _signature(head["seq"], head["hash"]),
    }
    with ((folder or settings.DATA_DIR) / FILE).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def verify(folder: Path | None = None) -> list[str]:
    """Every way in which the audit log does not fit itself or the heads kept outside; empty when
    all is well."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq, problem FROM audit_verify()")
        problems = [f"row {seq}: {PROBLEMS[problem]}" for seq, problem in cursor.fetchall()]
    path = (folder or settings.DATA_DIR) / FILE
    heads = (
        [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        if path.exists()
        else []
    )
    problems += [
        f"head {head['seq']}: not signed by this installation"
        for head in heads
        if not hmac.compare_digest(head["signature"], _signature(head["seq"], head["hash"]))
    ]
    known = dict(
        AuditEntry.objects.filter(seq__in=[head["seq"] for head in heads]).values_list(
            "seq", "hash"
        )
    )
    for head in heads:
        if head["seq"] not in known:
            problems.append(f"row {head['seq']}: cut off, it was there on {head['at']}")
        elif known[head["seq"]] != head["hash"]:
            problems.append(f"row {head['seq']}: differs from the head kept on {head['at']}")
    return problems
