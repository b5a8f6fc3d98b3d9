"""Of the departure service and the migration organisation: plan, travel papers, mediation,
support."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.dossiers.enums import (
    MediationResult,
    ReturnSupportKind,
    TravelDocumentKind,
    TravelDocumentStepKind,
)
from casework.records.models import Checked, Record, old_facts
from casework.records.validators import not_in_future
from governance.access.enums import Category


class DeparturePlan(Checked):
    """What the departure service and the person agreed about leaving."""

    CATEGORY = Category.DEPARTURE

    destination = models.CharField(_("destination"), max_length=100)
    agreed_on = models.DateField(_("agreed on"), validators=[not_in_future])
    plan = models.TextField(_("plan"), max_length=5000)
    target_on = models.DateField(_("aimed at"), null=True, blank=True)

    class Meta(Checked.Meta):
        ordering = ["-agreed_on", "-id"]
        indexes = [old_facts("departure_plan_checked")]


class TravelDocument(Checked):
    """One application for a travel document."""

    CATEGORY = Category.DEPARTURE

    kind = models.CharField(_("travel document"), max_length=30, choices=TravelDocumentKind)
    country = models.CharField(_("country"), max_length=100)
    applied_on = models.DateField(_("applied on"), validators=[not_in_future])
    remark = models.CharField(_("remark"), max_length=300, blank=True)

    class Meta(Checked.Meta):
        ordering = ["-applied_on", "-id"]
        indexes = [old_facts("travel_document_checked")]


class TravelDocumentStep(Record):
    """A step of an application: shown to whoever the application is shown to."""

    CATEGORY = Category.DEPARTURE

    application = models.ForeignKey(
        TravelDocument, models.PROTECT, related_name="steps", verbose_name=_("application")
    )
    step = models.CharField(_("step"), max_length=20, choices=TravelDocumentStepKind)
    happened_on = models.DateField(_("date"), validators=[not_in_future])
    remark = models.CharField(_("remark"), max_length=300, blank=True)

    class Meta(Record.Meta):
        ordering = ["happened_on", "id"]


class Mediation(Record):
    """The departure service mediates with the authorities of a country; this is no residence
    procedure."""

    CATEGORY = Category.DEPARTURE

    country = models.CharField(_("country"), max_length=100)
    requested_on = models.DateField(_("requested on"), validators=[not_in_future])
    reason = models.CharField(_("reason"), max_length=300)
    result = models.CharField(
        _("result"), max_length=20, choices=MediationResult, default=MediationResult.PENDING
    )
    result_on = models.DateField(
        _("date of the result"), null=True, blank=True, validators=[not_in_future]
    )

    class Meta(Record.Meta):
        ordering = ["-requested_on", "-id"]


class ReturnSupport(Record):
    """Support of return and of a new start, for somebody referred to the migration organisation."""

    CATEGORY = Category.DEPARTURE

    kind = models.CharField(_("support"), max_length=20, choices=ReturnSupportKind)
    requested_on = models.DateField(_("requested on"), validators=[not_in_future])
    departs_on = models.DateField(_("departs on"), null=True, blank=True)
    remark = models.CharField(_("remark"), max_length=1000, blank=True)

    class Meta(Record.Meta):
        ordering = ["-requested_on", "-id"]
