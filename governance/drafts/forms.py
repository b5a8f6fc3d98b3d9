from typing import Any

from django import forms

from governance.drafts.models import Draft

HOUSEKEEPING = {"csrfmiddlewaretoken", "form_token", "draft_key", "draft_from", "form_page"}


class Kept:
    """What makes the text of a form survive: saved while typing, restored on return, sent twice is
    done once.

    Its page carries the hidden fields `form_token`, `draft_key`, `draft_from`
    and `form_page`
    (components/kept_fields.html).
    """

    draft_key: str = ""
    draft: Draft | None = None  # what is kept of it
    restored: Draft | None = None  # what was put back, for the page to say so
    # the style sheet paints :invalid, so an untouched field would be red at once
    use_required_attribute = False

    def restore(self: Any, draft: Draft | None) -> None:
        """Put a draft's text back into an unsent form."""
        if draft is not None and not self.is_bound:
            self.restored = draft
            for name, field in self.fields.items():
                if values := draft.fields.get(self.add_prefix(name)):
                    several = isinstance(field, forms.MultipleChoiceField)
                    self.initial[name] = values if several else values[-1]


class KeptForm(Kept, forms.Form):
    """A form whose text survives."""


def typed_fields(data: Any) -> dict[str, list[str]]:
    """What a worker typed, without the form's own housekeeping."""
    return {name: data.getlist(name) for name in data if name not in HOUSEKEEPING}
