"""Sentences of the sign-in package that we say in our own Dutch: formal, and "passkey" for what it
calls a security key.

Listed so that they stand in our catalogue, which goes before the package's own.
"""

from django.utils.translation import gettext_noop as _

WORDS = (
    _("Please type your current password."),
    _("Be patient, you are sending too many requests."),
    _("Use your password"),
    _("Use a security key"),
    _(
        "Enabling passwordless operation allows you to sign in using just this key, but imposes additional requirements such as biometrics or PIN protection."
    ),
    _("Please reauthenticate to safeguard your account."),
    _("Are you sure you want to sign out?"),
    _("Enter your password:"),
    _("Two-Factor Authentication"),
    _("Security Keys"),
    _("No security keys have been added."),
    _("Security key added."),
    _("Security key removed."),
    _("You are about to generate a new set of recovery codes for your account."),
    _("Are you sure?"),
    _("You are about to deactivate authenticator app based authentication. Are you sure?"),
    _("Add Security Key"),
    _("Remove Security Key"),
    _("Are you sure you want to remove this security key?"),
    _("Security key"),
    _("Edit Security Key"),
    _(
        "You are about to create a passkey for your account. As you can add additional keys later on, you can use a descriptive name to tell the keys apart."
    ),
)
