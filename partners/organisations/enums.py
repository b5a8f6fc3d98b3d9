from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class OrganisationKind(TextChoices):
    MUNICIPALITY = "municipality", _("municipality")
    NGO = "ngo", _("NGO")
    IND = "ind", _("immigration service")
    DTV = "dtv", _("departure service")
    AVIM = "avim", _("aliens police")
    IOM = "iom", _("migration organisation")
    COA = "coa", _("reception agency")
    MINISTRY = "ministry", _("ministry")
    VNG = "vng", _("municipal association")
    SHELTER_OPERATOR = "shelter_operator", _("shelter operator")
    HEALTH_PROVIDER = "health_provider", _("health provider")
    OTHER_GOVERNMENT = "other_government", _("other government")
    OTHER_PARTY = "other_party", _("other party")


class TeamFunction(TextChoices):
    GENERAL = "general", _("general")
    SHELTER = "shelter", _("shelter team")
    LEGAL = "legal", _("legal team")
    CARE = "care", _("care team")


class PilotState(TextChoices):
    PREPARING = "preparing", _("in preparation")
    OPEN = "open", _("open")
    WINDING_DOWN = "winding_down", _("winding down")
    CLOSED = "closed", _("closed")


class Role(TextChoices):
    CASEWORKER = "caseworker", _("caseworker")
    COORDINATOR = "coordinator", _("coordinator")
    ANALYST = "analyst", _("analyst")
    FUNCTIONAL_ADMIN = "functional_admin", _("functional administrator")
    PRIVACY_OFFICER = "privacy_officer", _("privacy officer")
    # Functionaris gegevensbescherming: reads and objects, and decides nothing.
    DATA_PROTECTION_OFFICER = "data_protection_officer", _("data protection officer")


# These work on cases, so they work for a team; the others belong to an organisation and see no case
# at all.
TEAM_ROLES = (Role.CASEWORKER, Role.COORDINATOR)
# Given by one administrator and confirmed by another.
NEEDS_TWO = (
    Role.CASEWORKER,
    Role.COORDINATOR,
    Role.PRIVACY_OFFICER,
    Role.DATA_PROTECTION_OFFICER,
    Role.FUNCTIONAL_ADMIN,
)
# Read what their organisation did in the log.
OVERSIGHT_ROLES = (Role.PRIVACY_OFFICER, Role.DATA_PROTECTION_OFFICER)
