from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from governance.convenants.enums import ConvenantKind
from governance.convenants.models import Convenant
from governance.convenants.template_convenant import make_from_model
from partners.organisations.models import Pilot


class Command(BaseCommand):
    help = (
        "Give every pilot without agreements drafts of the model convenant. Runs after migrate, "
        "which makes rights."
    )

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        for pilot in Pilot.objects.filter(convenants=None):
            for kind in (ConvenantKind.CONVENANT, ConvenantKind.NGO_AGREEMENT):
                self.stdout.write(str(make_from_model(pilot, kind)))
        if not Convenant.objects.exists():
            self.stdout.write("No pilot yet: the model convenant waits for one.")
