"""R29: when a facility ends, each of its dossiers goes once, and whole, to a recipient who is
named here."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.custody.enums import Basis
from partners.organisations.models import Pilot, Team


class CustodyTransfer(models.Model):
    """One dossier to one recipient. From the day this is made nobody writes in the dossier; from
    the day it is handed over nobody but the recipient reads it."""

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey("casework.Case", models.PROTECT, related_name="+")
    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="+")
    number = models.CharField(
        _("case number"), max_length=14
    )  # who made it no longer sees the case itself
    basis = models.CharField(max_length=20, choices=Basis)
    to_team = models.ForeignKey(
        Team, models.PROTECT, null=True, related_name="+"
    )  # empty: it reads nothing here
    recipient = models.CharField(_("recipient"), max_length=160)
    agreed = models.CharField(_("what was agreed"), max_length=300)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    package = models.UUIDField(
        null=True
    )  # which one; the words that open it follow from this (custody/package.py)
    receipt_on = models.DateField(_("received on"), null=True)
    receipt_from = models.CharField(_("received by"), max_length=160, blank=True, default="")
    receipt_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    handed_over_on = models.DateField(null=True)
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-made_at", "-id"]
        indexes = [
            models.Index(fields=["pilot", "-made_at"], name="dossier_transfer_pilot"),
            models.Index(
                fields=["package"], name="dossier_package", condition=Q(package__isnull=False)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], name="dossier_goes_once", condition=Q(taken_back_at=None)
            ),
            models.CheckConstraint(
                name="dossier_recipient_named", condition=~Q(recipient="") & ~Q(agreed="")
            ),
            models.CheckConstraint(
                name="dossier_here_or_in_package",
                condition=Q(basis=Basis.PACKAGE, to_team=None, package__isnull=False)
                | ~Q(basis=Basis.PACKAGE)
                & Q(to_team__isnull=False, package=None, taken_back_at=None),
            ),
            models.CheckConstraint(
                name="dossier_receipt_whole",
                condition=Q(receipt_on=None, receipt_from="", receipt_by=None)
                | Q(
                    basis=Basis.PACKAGE,
                    receipt_on__isnull=False,
                    receipt_by__isnull=False,
                    taken_back_at=None,
                )
                & ~Q(receipt_from=""),
            ),
        ]

    def __str__(self) -> str:
        return f"dossier transfer {self.reference}"
