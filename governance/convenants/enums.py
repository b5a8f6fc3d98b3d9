from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ConvenantKind(TextChoices):
    CONVENANT = "convenant", _("convenant")
    NGO_AGREEMENT = "ngo_agreement", _("agreement with NGOs")
    MUNICIPAL_DECISION = "municipal_decision", _("municipal decision")
    CUSTODY_AGREEMENT = "custody_agreement", _("custody agreement")


class ConvenantState(TextChoices):
    DRAFT = "draft", _("draft")
    AGREED = "agreed", _("agreed, not in force")
    IN_FORCE = "in_force", _("in force")
    EXPIRED = "expired", _("expired")
    TERMINATED = "terminated", _("terminated")


class Cell(TextChoices):
    """What one team may do with one category under one convenant."""

    NONE = "none", _("nothing")
    READ = "read", _("reads")
    WRITE = "write", _("reads and writes")
    WRITE_OWN = "write_own", _("writes, reads its own only")


class Advice(TextChoices):
    """What a privacy officer advises her organisation."""

    FOR = "for", _("advises for it")
    AGAINST = "against", _("advises against it")


class Allows(TextChoices):
    """What an article may allow besides sharing within the pilot."""

    HIT_NO_HIT = "hit_no_hit", _("asking other pilots whether a person is known there")
