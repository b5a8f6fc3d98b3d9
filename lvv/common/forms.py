"""NL Design System markup for Django's own field groups: one renderer, one bound field, one
template."""

import re
from collections.abc import Iterator
from datetime import date
from html import escape
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

FARTHEST = 50  # years ahead: nobody plans beyond, and the calendar ends somewhere


def not_too_far(day: date) -> None:
    if day.year > timezone.localdate().year + FARTHEST:
        raise ValidationError(_("The year lies too far ahead. Check the date."), code="far")


class DateField(forms.DateField):
    """A day as people write it here, with a message for each way to get it wrong."""

    default_validators = [not_too_far]

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", _("For example 12-11-2026"))
        kwargs.setdefault(
            "widget", forms.DateInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
        )
        wrong = {
            "required": _("Enter a day."),
            "invalid": _("Enter an existing date, for example 12-11-2026."),
        }
        super().__init__(error_messages=wrong | kwargs.pop("error_messages", {}), **kwargs)


AMOUNT = re.compile(
    r"(?:€|EUR)?\s*(?P<whole>\d{1,3}(?:[. ]\d{3})+|\d+)"
    r"(?:[.,](?P<cents>\d{1,2}|-{1,2}))?\s*(?:€|EUR)?",
    re.IGNORECASE,
)


class AmountField(forms.DecimalField):
    """An amount in euros as people write it: 62,50, € 62.50, 1.250,- or 1 250."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and (text := value.replace("\xa0", " ").strip()):
            written = AMOUNT.fullmatch(text)
            if written is None:
                raise ValidationError(_("Enter an amount such as 62,50."), code="invalid")
            whole = re.sub(r"\D", "", written["whole"])
            value = f"{whole}.{(written['cents'] or '0').replace('-', '0')}"
        return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        """As it is written here: 62,50."""
        if value is None or isinstance(value, str):
            return value
        return f"{value:.2f}".replace(".", ",")


WIDGET_CLASSES = [
    (forms.Textarea, "utrecht-textarea utrecht-textarea--html-textarea"),
    # before RadioSelect: it is a subclass of it
    (forms.CheckboxSelectMultiple, "utrecht-checkbox utrecht-checkbox--html-input"),
    (forms.RadioSelect, "utrecht-radio-button utrecht-radio-button--html-input"),
    (forms.CheckboxInput, "utrecht-checkbox utrecht-checkbox--html-input"),
    (forms.Select, "utrecht-select utrecht-select--html-select"),
    (forms.widgets.Input, "utrecht-textbox utrecht-textbox--html-input"),
]


PLAIN_WIDGETS = {
    forms.TextInput,
    forms.DateInput,
    forms.Textarea,
    forms.Select,
    forms.EmailInput,
    forms.NumberInput,
}


class NLBoundField(BoundField):
    def build_widget_attrs(
        self, attrs: dict[str, Any], widget: forms.Widget | None = None
    ) -> dict[str, Any]:
        attrs = super().build_widget_attrs(attrs, widget)
        widget = widget or self.field.widget
        classes = next((names for kind, names in WIDGET_CLASSES if isinstance(widget, kind)), "")
        if self.errors and classes.startswith(("utrecht-text", "utrecht-select")):
            classes += f" {classes.split()[0]}--invalid"
        attrs["class"] = f"{widget.attrs.get('class', '')} {classes}".strip()
        return attrs

    def as_widget(
        self, widget: Any = None, attrs: Any = None, only_initial: bool = False
    ) -> SafeString:
        """Text, long text and selects are written here: Django renders a template per widget and
        per option, which made the forms of a case page cost as much as the page."""
        widget = widget or self.field.widget
        plain = type(widget) in PLAIN_WIDGETS and not (self.field.localize or only_initial)
        if not plain:
            return super().as_widget(widget, attrs, only_initial)
        attrs = self.build_widget_attrs(dict(attrs or {}), widget)
        if self.auto_id:
            attrs.setdefault("id", self.html_initial_id if only_initial else self.auto_id)
        attrs = widget.build_attrs(widget.attrs, attrs) | {"name": self.html_name}
        value = self.value()
        if isinstance(widget, forms.Select):
            chosen = "" if value is None else str(value)
            options = "".join(
                _element(
                    "option",
                    {"value": "" if key is None else key, "selected": str(key) == chosen},
                    label,
                )
                for key, label in widget.choices
            )
            return _element("select", attrs, mark_safe(options))  # noqa: S308 - made of elements
        text = widget.format_value(value) or ""
        if isinstance(widget, forms.Textarea):
            return _element("textarea", attrs, f"\n{text}")
        return _element(
            "input", attrs | {"type": widget.input_type} | ({"value": text} if text else {})
        )

    @property
    def options(self) -> Iterator[tuple[str, SafeString, Any]]:
        """Of a group of radio buttons or checkboxes: each one's id, itself and its label."""
        for option in self.subwidgets:
            text = option.data
            attrs = text["attrs"] | {
                "type": text["type"],
                "name": text["name"],
                "value": text["value"],
            }
            yield option.id_for_label, _element("input", attrs), option.choice_label

    @property
    def is_single_checkbox(self) -> bool:
        return isinstance(self.field.widget, forms.CheckboxInput)


def _element(tag: str, attrs: dict[str, Any], content: object = None) -> SafeString:
    """An element of HTML with everything in it escaped; format_html() takes four times as long."""
    text = "".join(
        f" {name}" if value is True else f' {name}="{escape(str(value))}"'
        for name, value in attrs.items()
        if value is not None and value is not False
    )
    if content is None:
        return mark_safe(f"<{tag}{text}>")  # noqa: S308
    inside = content if isinstance(content, SafeString) else escape(str(content))
    return mark_safe(f"<{tag}{text}>{inside}</{tag}>")  # noqa: S308


class NLRenderer(TemplatesSetting):
    bound_field_class = NLBoundField
    field_template_name = "components/field.html"
    form_template_name = "components/form.html"
