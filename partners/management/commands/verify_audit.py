from typing import Any

from django.core.management.base import BaseCommand, CommandError

from partners.accountability.heads import verify


class Command(BaseCommand):
    help = "Check the audit log: finds a changed, removed, reordered or cut-off row."

    def handle(self, *args: Any, **options: Any) -> None:
        if problems := verify():
            raise CommandError("\n".join(problems))
        self.stdout.write("The audit log is whole.")
