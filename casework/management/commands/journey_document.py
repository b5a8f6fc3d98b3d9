from typing import Any

from django.core.management.base import BaseCommand

from casework.journey.diagram import DOCUMENT, journey_document


class Command(BaseCommand):
    help = "Write docs/journey.md from the table of steps."

    def handle(self, *args: Any, **options: Any) -> None:
        DOCUMENT.write_text(journey_document(), encoding="utf-8")
