from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from partners.accounts.first_administrators import SetUpRefusedError, invite_first_administrators


class Command(BaseCommand):
    help = "Invite the first two functional administrators. Prints a link for each, once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("administrators", nargs="*", metavar="USERNAME[=NAME]")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            links = invite_first_administrators(options["administrators"])
        except SetUpRefusedError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            "Shown once, works once, for three days. Give everybody their own, by a safe way:"
        )
        for user, link in links.items():
            self.stdout.write(f"{user.username}: {link}")
