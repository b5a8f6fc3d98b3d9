"""The background: one process that keeps the schedule and delivers messages (`manage.py work`)."""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.core.mail import send_mail
from django.db import close_old_connections, connection, transaction
from django.utils import timezone

from casework.imports.acts import work_on_imports
from governance.printing.acts import work_on_printouts
from lvv import heartbeat
from partners.accountability.heads import write_head, write_head_if_due
from partners.accountability.models import OutboxMessage
from partners.accounts.models import Session

log = logging.getLogger("lvv.work")
MOST_ATTEMPTS = 8


def beat() -> None:
    with connection.cursor() as cursor:
        heartbeat.beat(cursor)


def deliver_messages() -> int:
    """Send what waits in the outbox. A message is locked while it is sent, so two workers send
    it once."""
    sent = 0
    while True:
        with transaction.atomic():
            message = (
                OutboxMessage.objects.select_for_update(skip_locked=True)
                .filter(sent_at=None, attempts__lt=MOST_ATTEMPTS)
                .order_by("attempts", "id")
                .first()
            )
            if message is None:
                return sent
            message.attempts += 1
            try:
                if address := message.address or message.user.email:
                    send_mail(message.subject, message.body, None, [address])
                message.sent_at = timezone.now()
                sent += 1
            except OSError:
                log.exception("message %s was not delivered", message.pk)
            message.save(update_fields=["attempts", "sent_at"])
            if message.sent_at is None:
                return sent


def apply_due() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT access_apply_due()")


def clear_sessions() -> None:
    Session.objects.filter(expire_date__lt=timezone.now()).delete()


def forget() -> None:
    """What nobody sent or took over within fourteen days."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT import_forget(), drafts_forget()")


def forget_printouts() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT printouts_forget()")


SCHEDULE: list[tuple[timedelta, Callable[[], object]]] = [
    (timedelta(seconds=5), write_head_if_due),  # before what may take long
    (timedelta(seconds=1), work_on_imports),
    (timedelta(seconds=1), work_on_printouts),
    (timedelta(minutes=5), forget_printouts),
    (timedelta(hours=1), forget),
    (timedelta(seconds=10), beat),
    (timedelta(seconds=10), deliver_messages),
    (timedelta(minutes=1), apply_due),
    (timedelta(hours=1), write_head),
    (timedelta(hours=1), clear_sessions),
]


def run(rounds: int | None = None, pause: float = 1) -> None:
    """Do what is due, for ever or for some rounds. One job that fails does not stop the others."""
    last: dict[Callable[[], object], datetime] = {}
    while rounds is None or rounds > 0:
        for every, job in SCHEDULE:
            now = timezone.now()
            if job not in last or now - last[job] >= every:
                last[job] = now
                try:
                    job()
                except Exception:
                    log.exception("the job %s failed", job.__name__)
                    close_old_connections()
        rounds = None if rounds is None else rounds - 1
        if rounds is None or rounds > 0:
            time.sleep(pause)
