from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from partners.accounts.models import User


class WithoutResetByMail:
    """Without the package's way to a forgotten password by mail: an administrator invites anew."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if name in ("password", "oldpassword"):
                field.help_text = ""
            field.widget.attrs.pop("placeholder", None)  # the label says it already, and stays


class SignInForm(WithoutResetByMail, LoginForm):
    pass


class ConfirmForm(WithoutResetByMail, ReauthenticateForm):
    pass


class NewPasswordForm(WithoutResetByMail, ChangePasswordForm):
    pass


class AccountForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a worker keeps of her own account; the rest is for an administrator."""

    use_required_attribute = False

    class Meta:
        model = User
        fields = ("phone", "shortcuts")
        labels = {
            "phone": _("My phone number at work"),
            "shortcuts": _("Single keys as shortcuts, such as / for search"),
        }
        help_texts = {"phone": _("Partners in your cases see this.")}


class ChoosePasswordForm(forms.Form):
    use_required_attribute = False
    password = forms.CharField(
        label=_("New password"),
        strip=False,
        max_length=128,
        help_text=_(
            "At least 15 characters. A sentence of a few words is strong and easy to remember."
        ),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": _("Choose a password.")},
    )
    again = forms.CharField(
        label=_("The same password again"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": _("Repeat the password.")},
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, self.user)
        return password

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("password") and data.get("again") and data["password"] != data["again"]:
            self.add_error("again", ValidationError(_("The two passwords differ.")))
        return data

    def save(self) -> None:
        self.user.set_password(self.cleaned_data["password"])
        self.user.save(update_fields=["password"])
