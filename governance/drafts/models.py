import uuid
from datetime import timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone

KEEP = timedelta(days=14)  # drafts, and the tokens of sent forms; drafts_forget() deletes them then


class DraftQuerySet(models.QuerySet["Draft"]):
    def of(self, user: object) -> Self:
        """Drafts of this worker that are still kept."""
        return self.filter(owner=user, saved_at__gte=timezone.now() - KEEP)


class Draft(models.Model):
    """Text a worker typed and has not sent yet. Only she ever sees it."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=120)  # which form, such as `register` or `note:<case>`
    page = models.CharField(max_length=300, blank=True, db_default="")  # where it was typed
    fields = models.JSONField()
    saved_at = models.DateTimeField(auto_now=True)

    objects = DraftQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="draft_once")]

    def __str__(self) -> str:
        return f"draft {self.pk}"


class FormToken(models.Model):
    """A form that was sent: sending it again leads to the same result instead of a second
    record."""

    token = models.UUIDField(primary_key=True, default=uuid.uuid4)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    result = models.CharField(max_length=200, blank=True)
    used_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.token)
