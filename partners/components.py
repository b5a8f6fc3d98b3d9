"""The small parts of every page that Python makes too: icons and badges."""

from functools import cache

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString


@cache  # a page has dozens, of some forty kinds
def icon(name: str, label: str = "", cls: str = "") -> SafeString:
    """Decorative unless a label is given. One cached sprite: works under a strict content
    security policy."""
    if label:
        return format_html(
            '<svg class="app-icon {}" role="img" aria-label="{}"><use href="{}#{}"></use></svg>',
            cls,
            label,
            static("vendor/icons/icons.svg"),
            name,
        )
    return format_html(
        '<svg class="app-icon {}" aria-hidden="true" focusable="false">'
        '<use href="{}#{}"></use></svg>',
        cls,
        static("vendor/icons/icons.svg"),
        name,
    )


# What stands behind a word of state: NL Design System variant and icon, so that colour is never the
# only signal.
LOOKS = {
    "registered": ("neutral", "plus"),
    "intake": ("neutral", "pencil"),
    "awaiting_dossiers": ("warning", "clock"),
    "rest_period": ("warning", "clock"),
    "in_conference": ("neutral", "users"),
    "admitted": ("success", "circle-check"),
    "not_admitted": ("inactive", "circle-x"),
    "in_guidance": ("success", "arrow-right"),
    "exited": ("inactive", "check"),
    "in_aftercare": ("neutral", "history"),
    "archived": ("inactive", "lock"),
    "draft": ("inactive", "pencil"),
    "agreed": ("warning", "clock"),
    "in_force": ("success", "circle-check"),
    "expired": ("inactive", "clock"),
    "terminated": ("danger", "circle-x"),
    "open": ("success", "circle-check"),
    "left": ("inactive", "check"),
    "winding_down": ("warning", "clock"),
    "closed": ("inactive", "lock"),
    "claimed": ("neutral", "message"),
    "plausible": ("warning", "info-circle"),
    "established": ("success", "circle-check"),
    "todo": ("danger", "alert-triangle"),
    "denied": ("danger", "circle-x"),
    "agree": ("success", "circle-check"),
    "object": ("danger", "circle-x"),
    "no_answer": ("inactive", "clock"),
    "met": ("success", "circle-check"),
    "not_met": ("danger", "circle-x"),
    "unknown": ("warning", "info-circle"),
    "holds": ("success", "circle-check"),
    "does_not_hold": ("danger", "circle-x"),
    "lapsed": ("inactive", "clock"),
}


@cache
def badge(kind: str, label: str) -> SafeString:
    variant, sign = LOOKS.get(kind, ("inactive", "info-circle"))
    return format_html(
        '<span class="utrecht-status-badge utrecht-status-badge--{} app-status">{}{}</span>',
        variant,
        icon(sign),
        label,
    )
