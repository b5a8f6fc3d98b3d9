import uuid
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.utils import timezone

KEEP = timedelta(days=14)  # drafts, and the tokens of sent forms; drafts_forget() deletes them then


class DraftQuerySet(models.QuerySet["Draft"]):
    def of(self, user: object) -> Self:
        """Drafts of this worker that are still kept."""
        return self.filter(owner=user, saved_at__gte=timezone.now() - KEEP).order_by("saved_at")

    def stamped(self, stamp: str) -> Self:
        """The draft with this stamp, unless it was saved again since."""
        reference, _at, saved = stamp.partition("@")
        try:
            return self.filter(
                reference=uuid.UUID(reference), saved_at=datetime.fromisoformat(saved)
            )
        except ValueError:
            return self.none()


class Draft(models.Model):
    """Text a worker typed into one opened form and has not sent yet. Only she ever sees it."""

    reference = models.UUIDField(
        default=uuid.uuid4, db_default=RandomUUID(), unique=True, editable=False
    )
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=120)  # which form, such as `register` or `note:<case>`
    # Which showing of it: the token of the form. Two tabs with one form keep a text each.
    opened = models.UUIDField(default=uuid.uuid4)
    page = models.CharField(max_length=300, blank=True, db_default="")  # where it was typed
    fields = models.JSONField()
    saved_at = models.DateTimeField(auto_now=True)

    objects = DraftQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "key", "opened"], name="draft_of_opened_form")
        ]

    def __str__(self) -> str:
        return f"draft {self.pk}"

    @property
    def stamp(self) -> str:
        """Which draft, and as it was saved when: what a form says it was filled in from."""
        return f"{self.reference}@{self.saved_at.isoformat()}"


class FormToken(models.Model):
    """A form that was sent: sending it again leads to the same result instead of a second
    record."""

    LONGEST = 200  # of an address that is kept

    token = models.UUIDField(primary_key=True, default=uuid.uuid4)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    result = models.CharField(max_length=LONGEST, blank=True)
    used_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.token)
