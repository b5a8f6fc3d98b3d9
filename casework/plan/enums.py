from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ScenarioKind(TextChoices):
    """The aim of the guidance; never its result (R9)."""

    RETURN_HOME = "return_home", _("return")
    ONWARD_MIGRATION = "onward_migration", _("onward migration")
    LEGALISATION = "legalisation", _("legalisation")
    UNDER_INVESTIGATION = "under_investigation", _("under investigation")


class GoalState(TextChoices):
    OPEN = "open", _("under way")
    REACHED = "reached", _("reached")
    DROPPED = "dropped", _("dropped")
