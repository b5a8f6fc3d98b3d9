"""NL Design System markup for Django's own field groups: one renderer, one bound field, one template."""

from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting

WIDGET_CLASSES = [
    (forms.Textarea, "utrecht-textarea utrecht-textarea--html-textarea"),
    # before RadioSelect: it is a subclass of it
    (forms.CheckboxSelectMultiple, "utrecht-checkbox utrecht-checkbox--html-input"),
    (forms.RadioSelect, "utrecht-radio-button utrecht-radio-button--html-input"),
    (forms.CheckboxInput, "utrecht-checkbox utrecht-checkbox--html-input"),
    (forms.Select, "utrecht-select utrecht-select--html-select"),
    (forms.widgets.Input, "utrecht-textbox utrecht-textbox--html-input"),
]


class NLBoundField(BoundField):
    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        attrs = super().build_widget_attrs(attrs, widget)
        widget = widget or self.field.widget
        classes = next((names for kind, names in WIDGET_CLASSES if isinstance(widget, kind)), "")
        if self.errors and classes.startswith(("utrecht-text", "utrecht-select")):
            classes += f" {classes.split()[0]}--invalid"
        attrs["class"] = f"{widget.attrs.get('class', '')} {classes}".strip()
        return attrs

    @property
    def is_single_checkbox(self) -> bool:
        return isinstance(self.field.widget, forms.CheckboxInput)


class NLRenderer(TemplatesSetting):
    bound_field_class = NLBoundField
    field_template_name = "components/field.html"
    form_template_name = "components/form.html"
