from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.records.models import Record
from casework.shelter.enums import StayGround
from governance.access.enums import Category
from partners.accountability.history import History


class Stay(Record):
    """Somebody has a place, from a day until (not including) a day. A record of its own, because it tells so."""

    case = models.ForeignKey("casework.Case", models.PROTECT, related_name="stays")
    ground = models.CharField(_("ground"), max_length=20, choices=StayGround)
    since = models.DateField(_("from"), default=timezone.localdate)
    until = models.DateField(_("until"), null=True, blank=True)
    history = History(excluded_fields=["team_ids"])

    class Meta:
        ordering = ["-since", "-id"]
        indexes = [models.Index(fields=["case"], name="stay_case")]
        constraints = [
            models.CheckConstraint(
                name="stay_ends_after_it_began",
                condition=Q(until=None) | Q(until__gte=F("since")),
                violation_error_message=_("The end lies before the beginning."),
            ),
        ]

    def __str__(self) -> str:
        return f"stay {self.reference}"

    @property
    def record_category(self) -> Category:
        return Category.CONTACT_SHELTER
