"""What the law of procedures tells apart: kinds of procedure, their stages, how a term counts."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ProcedureKind(TextChoices):
    FIRST_ASYLUM = "first_asylum", _("first asylum application")
    REPEAT_ASYLUM = "repeat_asylum", _("repeat asylum application")
    DUBLIN = "dublin", _("Dublin procedure")
    MEDICAL_POSTPONEMENT = "medical_postponement", _("medical postponement of departure")
    NO_FAULT = "no_fault", _("no-fault permit")
    NO_FAULT_MEDICAL = "no_fault_medical", _("no-fault permit, medical")
    REGULAR_FAMILY_LIFE = "regular_family_life", _("regular, family or private life")
    REGULAR_MEDICAL = "regular_medical", _("regular, medical treatment")
    REGULAR_TRAFFICKING = "regular_trafficking", _("regular, trafficking victim")
    REGULAR_OTHER = "regular_other", _("regular, other")
    STATELESSNESS = "statelessness", _("determination of statelessness")
    LIFT_ENTRY_BAN = "lift_entry_ban", _("lifting an entry ban")
    MEDIATION_REQUEST = "mediation_request", _("request for mediation by the departure service")
    OBJECTION_LVV_DECISION = "objection_lvv_decision", _("objection to an LVV decision")


class ProcedureStage(TextChoices):
    APPLICATION = "application", _("application")
    INTENTION = "intention", _("notice of intention")
    VIEWS = "views", _("written views")
    DECISION = "decision", pgettext_lazy("stage", "decision")
    OBJECTION = "objection", _("objection")
    APPEAL = "appeal", _("appeal")
    INTERIM_RELIEF = "interim_relief", _("interim relief")
    HIGHER_APPEAL = "higher_appeal", _("higher appeal")
    ECHR = "echr", _("European Court of Human Rights")


# What one does against a decision or a ruling, within a term.
REMEDIES = (ProcedureStage.OBJECTION, ProcedureStage.APPEAL, ProcedureStage.HIGHER_APPEAL)


class TermUnit(TextChoices):
    WEEK = "week", _("weeks")
    DAY = "day", _("days")
