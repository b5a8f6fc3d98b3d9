import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partners.organisations.models import Organisation


class Export(models.Model):
    """That somebody took a list out of the application, and why. The file itself is kept
    nowhere."""

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=300)
    format = models.CharField(max_length=4)
    rows = models.PositiveIntegerField()
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-made_at"]
        constraints = [models.CheckConstraint(name="export_has_reason", condition=~Q(reason=""))]

    def __str__(self) -> str:
        return f"export {self.reference}"
