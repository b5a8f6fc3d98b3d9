import uuid
from typing import Any
from urllib.parse import urlsplit

from django import template
from django.urls import Resolver404, resolve, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from casework.cases.case_rows import TAB_CAP
from casework.dossiers.kinds import BY_MODEL
from casework.dossiers.presentation import record_url
from governance.drafts import acts as drafts
from lvv.common.days import days_from_today, days_waiting, lateness
from partners import components

register = template.Library()


register.simple_tag(components.icon)
register.simple_tag(components.badge)


@register.filter
def capped(number: int) -> str:
    """A count as tabs show it: never more than 100+."""
    return f"{TAB_CAP}+" if number > TAB_CAP else str(number)


EXPORTS = ("casework:case_export", "casework:custody_package")


@register.simple_tag(takes_context=True)
def why_once_more(context: template.Context) -> str:
    """Why who is signed in must show it once more, by the page that asks it."""
    request = context["request"]
    page = urlsplit(request.POST.get("next") or request.GET.get("next") or "").path
    try:
        name = resolve(page).view_name
    except Resolver404:
        name = ""
    if name in EXPORTS:
        return gettext("Before an export we ask for your password or passkey once more.")
    return gettext("Please reauthenticate to safeguard your account.")


for words in (days_from_today, days_waiting, lateness):
    register.filter(words)


@register.filter
def named_by(team: int, reader: Any) -> str:
    """How this reader may know a team that stands in a record of the case."""
    return str(reader.label(team))


@register.filter
def at(mapping: dict[Any, Any], key: Any) -> Any:
    return mapping.get(key, "")


@register.simple_tag
def record_page(case: Any, record: Any, page: str = "record_detail") -> str:
    """The address of a record of a case."""
    return record_url(case, BY_MODEL[type(record)].slug, record.reference, page)


@register.simple_tag(takes_context=True)
def form_token(context: template.Context) -> str:
    """One token for each showing of a form; the form that was refused keeps its own."""
    request = context.get("request")
    sent = request.POST if request is not None else {}
    is_sent = sent.get("draft_key") == context.get("draft_key")
    return (sent.get("form_token", "") if is_sent else "") or str(uuid.uuid4())


@register.simple_tag(takes_context=True)
def draft_from(context: template.Context) -> str:
    """Which draft the form was filled in from: hidden in it, so that its next save replaces it."""
    request = context.get("request")
    return drafts.draft_from(request, context.get("draft_key") or "") if request else ""


def with_template(context: template.Context, name: str, **values: Any) -> SafeString:
    """What `{% include %}` makes of that template."""
    assert context.template is not None
    with context.push(**values):
        return context.template.engine.get_template(name).render(context)


def further(cls: str) -> str:
    """Classes beside those that are always there."""
    return f" {cls}" if cls else ""


@register.simple_block_tag
def panel(content: str, title: Any, id: str = "", cls: str = "", level: int = 2) -> SafeString:
    """A part of a page under its own heading; `id` is the heading's, after which the part is
    named."""
    return format_html(
        '<section class="app-panel{}"{}><h{} class="nl-heading nl-heading--level-{}"{}>{}</h{}>'
        "{}</section>",
        further(cls),
        format_html(' aria-labelledby="{}"', id) if id else "",
        level,
        level,
        format_html(' id="{}"', id) if id else "",
        title,
        level,
        content,
    )


@register.simple_block_tag
def item(content: str, icon: str, cls: str = "") -> SafeString:
    """One line of a list, behind an icon."""
    return format_html(
        "<li>{}<span>{}</span></li>", components.icon(icon, cls=cls), SafeString(content.strip())
    )


@register.simple_tag
def button(
    label: Any,
    look: str = "primary",
    icon: str = "",
    name: str = "",
    value: str = "",
    cls: str = "",
) -> SafeString:
    """Sends its form, with a name and a value where the form has more than one."""
    return format_html(
        '<button class="nl-button nl-button--{}{}" type="submit"{}>{}'
        '<span class="nl-button__label">{}</span></button>',
        look,
        further(cls),
        format_html(' name="{}" value="{}"', name, value) if name else "",
        components.icon(icon) if icon else "",
        label,
    )


@register.simple_tag
def linkbutton(
    label: Any, page: str, *args: Any, look: str = "secondary", icon: str = ""
) -> SafeString:
    """A link that looks like a button, to a page by the name of its address."""
    return format_html(
        '<a class="nl-button nl-button--{}" href="{}">{}'
        '<span class="nl-button__label">{}</span></a>',
        look,
        reverse(page, args=args),
        components.icon(icon) if icon else "",
        label,
    )


@register.simple_block_tag(takes_context=True)
def draftform(
    context: template.Context, content: str, action: str = "", cls: str = "", draft_key: str = ""
) -> SafeString:
    """A form whose text is kept while it is typed, with the hidden fields that this needs."""
    kept = {"draft_key": draft_key} if draft_key else {}
    return format_html(
        '<form method="post" novalidate class="app-form{}"{} data-draft="{}">{}{}</form>',
        further(cls),
        format_html(' action="{}"', action) if action else "",
        reverse("governance:draft_save"),
        with_template(context, "components/kept_fields.html", **kept),
        content,
    )


@register.simple_block_tag(takes_context=True)
def lineform(
    context: template.Context, content: str, todo: Any, act: str = "", cls: str = ""
) -> SafeString:
    """A form of a line of the worklist, which answers in the place of that line: what is done with
    it (`act`), from the version that was seen."""
    page = reverse("casework:line_act", args=[todo.kind, todo.reference])
    fields = {"csrfmiddlewaretoken": context.get("csrf_token", "")}
    if act:
        fields |= {"act": act, "version": todo.version}
    return format_html(
        '<form class="{}" method="post" action="{}" hx-post="{}" hx-target="closest li"'
        ' hx-swap="outerHTML">{}{}</form>',
        cls,
        page,
        page,
        format_html_join("", '<input type="hidden" name="{}" value="{}">', fields.items()),
        content,
    )


@register.simple_tag(takes_context=True)
def formfoot(
    context: template.Context, label: Any, form: Any = None, look: str = "primary"
) -> SafeString:
    """The end of a form with one button; of a form that keeps its text it says so."""
    return format_html(
        '<div class="app-form__foot">{}{}</div>',
        button(label, look),
        with_template(context, "components/draft.html", restored=getattr(form, "restored", None))
        if form is not None
        else "",
    )


@register.simple_block_tag
def table(content: str, title: Any = "", label: Any = "", cls: str = "") -> SafeString:
    """A table in a frame that scrolls when it is too wide. The frame bears the title and the word
    table, or the label where there is one."""
    return format_html(
        '<div class="utrecht-table-container app-scroll" role="region" aria-label="{}"'
        ' tabindex="0"><table class="utrecht-table app-table{}">{}</table></div>',
        label or format_html("{}, {}", title, gettext("table")),
        further(cls),
        content,
    )


@register.simple_tag(takes_context=True)
def refused(context: template.Context, *forms: Any) -> SafeString:
    """The word before the title of a page whose form was refused, or one of these forms."""
    if not any(getattr(form, "errors", None) for form in forms or [context.get("form")]):
        return SafeString("")
    return format_html("{} ", gettext("Error:"))


@register.simple_tag
def columns(*titles: Any) -> SafeString:
    """The cells above the columns of a table."""
    return format_html_join(
        "", '<th scope="col" class="utrecht-table__header-cell">{}</th>', ((one,) for one in titles)
    )
