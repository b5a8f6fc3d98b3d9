from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from lvv.checks import refuse_a_stale_database
from lvv.jobs import run


class Command(BaseCommand):
    help = "The background process: messages, dates that come, the head of the audit log."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="one round, then stop")

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_a_stale_database()
        run(rounds=1 if options["once"] else None)
