from partners.accountability.models import AuditEntry, OutboxMessage, ProcessingEntry
from partners.accounts.models import FactorReset, Invitation, Session, User
from partners.organisations.models import Membership, Organisation, Pilot, Team

__all__ = [
    "AuditEntry",
    "FactorReset",
    "Invitation",
    "Membership",
    "Organisation",
    "OutboxMessage",
    "Pilot",
    "ProcessingEntry",
    "Session",
    "Team",
    "User",
]
