from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from governance.access.clearance import apply_due


class Command(BaseCommand):
    help = "Prove that team_ids on cases, persons and records are what the involvements say."

    def handle(self, *args: Any, **options: Any) -> None:
        apply_due()
        with connection.cursor() as cursor:
            cursor.execute("SELECT name, wrong FROM access_check_projections() WHERE wrong > 0")
            if wrong := cursor.fetchall():
                raise CommandError(
                    "\n".join(f"{name}: {number} rows differ" for name, number in wrong)
                )
        self.stdout.write("Every projection equals the facts.")
