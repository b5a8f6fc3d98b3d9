import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from lvv.demo.accounts import make_cast, printed
from lvv.demo.acts import make_acts
from lvv.demo.cases import make_cases
from lvv.demo.handovers import make_hand_overs
from partners.models import Pilot


class Command(BaseCommand):
    help = (
        "Load the demonstration: five pilots, their accounts, and 2,065 invented people. Only "
        "under LVV_DEMO=1."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--once", action="store_true", help="do nothing if there is data already"
        )
        parser.add_argument("--accounts", action="store_true", help="only print the accounts")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("These accounts have a known password: only under LVV_DEMO=1.")
        if options["accounts"]:
            self.stdout.write(printed())
            return
        if Pilot.objects.exists():
            if options["once"]:
                return
            raise CommandError(
                "There is data already; demonstration data goes into an empty database only."
            )
        begun = time.monotonic()
        with transaction.atomic():
            cast = make_cast()
            number = make_cases(cast)
            make_acts(cast)
            make_hand_overs(cast)
        self.stdout.write(f"{number} invented people in {time.monotonic() - begun:.0f} s")
