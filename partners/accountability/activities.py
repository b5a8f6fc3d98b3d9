"""What the application processes personal data for. Every view declares one of these (AVG
article 30)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.urls import ResolverMatch
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Activity:
    """One processing activity. A change of its content gets a new version; old log rows keep the
    old identifier."""

    slug: str
    version: int
    name: str | Promise
    purpose: str | Promise
    legal_basis: str | Promise
    shows_persons: bool = True
    shows_workers: bool = False  # of whom the audit log keeps who read of them, too

    @property
    def identifier(self) -> str:
        return f"urn:lvv:processing:{self.slug}:{self.version}"


_TASK = _(
    "Task in the public interest (GDPR article 6, paragraph 1, under e), as the convenant "
    "describes it."
)
_DUTY = _("Legal obligation (GDPR article 6, paragraph 1, under c): accountability and security.")

SIGN_IN = Activity(
    "sign-in", 1, _("Sign-in"), _("Letting only known workers in."), _DUTY, shows_persons=False
)
FRAME = Activity(
    "frame",
    1,
    _("Page frame"),
    _("Language, health, security reports."),
    _DUTY,
    shows_persons=False,
)
PARTICIPATION = Activity(
    "participation",
    1,
    _("Who takes part"),
    _("Keeping organisations, teams, members and settings."),
    _DUTY,
    shows_persons=False,
)
ADMINISTRATION = Activity(
    "administration",
    1,
    _("Administration"),
    _("Keeping accounts, teams and roles of the workers of an organisation."),
    _DUTY,
    shows_persons=False,
    shows_workers=True,
)
AGREEMENTS = Activity(
    "agreements",
    1,
    _("Convenants"),
    _("Recording under what the partners share."),
    _DUTY,
    shows_persons=False,
)
REGISTRATION = Activity(
    "registration",
    1,
    _("Registration"),
    _("Registering a person for shelter and guidance, once."),
    _TASK,
)
CASEWORK = Activity(
    "casework", 1, _("Casework"), _("Guiding a person towards a durable solution."), _TASK
)
SHELTER_ADDRESS = Activity(
    "shelter-address",
    1,
    _("Protected address"),
    _("Reaching somebody at a protected address, with a reason."),
    _TASK,
)
ELSEWHERE = Activity(
    "known-elsewhere",
    1,
    _("Known elsewhere"),
    _("Asking other pilots whether a person at hand is known there."),
    _TASK,
)
ACCOUNTABILITY = Activity(
    "accountability",
    1,
    _("Accountability"),
    _("Showing who looked at which case."),
    _DUTY,
    shows_persons=True,
)

ALL = (
    SIGN_IN,
    FRAME,
    PARTICIPATION,
    ADMINISTRATION,
    AGREEMENTS,
    REGISTRATION,
    CASEWORK,
    SHELTER_ADDRESS,
    ELSEWHERE,
    ACCOUNTABILITY,
)

# Views that are not ours cannot carry a declaration; their names tell what they are.
BY_NAME_PREFIX = {
    "account_": SIGN_IN,
    "mfa_": SIGN_IN,
    "admin:jsi18n": FRAME,
    "admin:": ADMINISTRATION,
}

View = TypeVar("View", bound=Callable[..., Any])


def processes(activity: Activity, *, passive: bool = False) -> Callable[[View], View]:
    """Declare what a view processes. `passive`: the page asks by itself, so it does not count as
    activity."""

    def declare(view: View) -> View:
        view.activity = activity  # type: ignore[attr-defined]
        view.passive = passive  # type: ignore[attr-defined]
        return view

    return declare


def activity_of(match: ResolverMatch) -> Activity | None:
    if declared := getattr(match.func, "activity", None):
        return declared
    name = match.view_name or ""
    return next(
        (activity for prefix, activity in BY_NAME_PREFIX.items() if name.startswith(prefix)), None
    )
