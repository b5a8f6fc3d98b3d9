from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from partners.accountability.heads import verify, vouched_for


class Command(BaseCommand):
    help = (
        "Check the audit log: finds a changed, removed, reordered or cut-off row, and says up to "
        "which row a head vouches for it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--heads", type=Path, help="a copy of the heads, kept elsewhere, instead of our own"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path | None = options["heads"]
        if file and not file.is_file():
            raise CommandError(f"{file} is no file.")
        problems, words = verify(file), vouched_for(file)
        if problems:
            raise CommandError("\n".join([*problems, words]))
        self.stdout.write(f"The audit log is whole. {words}")
