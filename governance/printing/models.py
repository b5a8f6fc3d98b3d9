import uuid

from django.conf import settings
from django.db import models

from governance.printing.enums import PrintoutState


class Printout(models.Model):
    """A PDF, or an archive of several, that somebody asked for. It is made in the background, and
    forgotten within the hour."""

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=30)
    subject = models.UUIDField()
    language = models.CharField(max_length=5)
    page = models.CharField(max_length=200)  # where it was asked for
    filename = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)  # of what she read when she asked
    state = models.CharField(
        max_length=10, choices=PrintoutState.choices, default=PrintoutState.WAITING
    )
    asked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-asked_at"]
        indexes = [
            models.Index(
                fields=["asked_at"], name="printout_waiting", condition=models.Q(state="waiting")
            )
        ]

    def __str__(self) -> str:
        return f"printout {self.reference}"


class PrintoutSheet(models.Model):
    """One file of it: its page, until the PDF is there instead."""

    printout = models.ForeignKey(Printout, models.CASCADE, related_name="sheets")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=200)
    source = models.JSONField(default=dict)
    content = models.BinaryField(null=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["printout", "number"], name="printout_sheet_once")
        ]

    def __str__(self) -> str:
        return f"sheet {self.number} of {self.printout_id}"
