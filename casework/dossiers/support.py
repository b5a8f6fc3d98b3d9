"""Of NGO teams and the municipality: legal aid, allowance, and handing somebody over."""

from django.db import models
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from casework.dossiers.enums import AllowancePeriod, HandOverPlace
from casework.records.models import Addressed, Record, open_questions
from casework.records.validators import not_in_future
from governance.access.enums import Category


class LegalAid(Record):
    """What the legal team does for somebody; it stays with that team (R18)."""

    CATEGORY = Category.LEGAL_AID

    subject = models.CharField(_("subject"), max_length=160)
    asked_on = models.DateField(_("date"), validators=[not_in_future])
    lawyer = models.CharField(_("lawyer"), max_length=160, blank=True)
    deadline_on = models.DateField(_("deadline"), null=True, blank=True)
    advice = models.TextField(_("advice"), max_length=10_000, blank=True)

    class Meta(Record.Meta):
        ordering = ["-asked_on", "-id"]


class Allowance(Record):
    """A living allowance, with or without a place."""

    CATEGORY = Category.CONTACT_SHELTER

    amount = models.DecimalField(_("amount in euros"), max_digits=7, decimal_places=2)
    period = models.CharField(
        _("per"), max_length=10, choices=AllowancePeriod, default=AllowancePeriod.WEEK
    )
    since = models.DateField(_("from"))
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta(Record.Meta):
        ordering = ["-since", "-id"]
        constraints = [
            models.CheckConstraint(
                name="allowance_is_something",
                condition=models.Q(amount__gt=0),
                violation_error_message=_("Enter an amount above zero."),
            ),
            models.CheckConstraint(
                name="allowance_ends_after_it_began",
                condition=models.Q(until=None) | models.Q(until__gte=models.F("since")),
                violation_error_message=_("The end lies before the beginning."),
            ),
        ]

    @property
    def payment(self) -> str:
        whole = self.amount == self.amount.to_integral_value()
        return f"€ {number_format(self.amount, 0 if whole else 2)} {self.get_period_display()}"


class ReceptionHandover(Addressed):
    """Somebody moves to state reception; the reception agency says whether it takes her in."""

    CATEGORY = Category.OUTCOME

    place = models.CharField(_("moves to"), max_length=20, choices=HandOverPlace)
    planned_on = models.DateField(_("planned on"))
    remark = models.CharField(
        _("remark"),
        max_length=500,
        blank=True,
        help_text=_("What the reception agency needs to know on arrival. No medical data."),
    )

    class Meta(Addressed.Meta):
        ordering = ["-planned_on", "-id"]
        indexes = [open_questions("hand_over_open")]
