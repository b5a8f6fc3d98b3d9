import uuid
from typing import Any

from django import template

from casework.cases.case_rows import TAB_CAP
from casework.dossiers.kinds import BY_MODEL
from casework.dossiers.presentation import record_url
from partners.components import badge, icon

register = template.Library()


register.simple_tag(icon)
register.simple_tag(badge)


@register.filter
def capped(number: int) -> str:
    """A count as tabs show it: never more than 100+."""
    return f"{TAB_CAP}+" if number > TAB_CAP else str(number)


@register.filter
def at(mapping: dict[Any, Any], key: Any) -> Any:
    return mapping.get(key, "")


@register.simple_tag
def record_page(case: Any, record: Any, page: str = "record_detail") -> str:
    """The address of a record of a case."""
    return record_url(case, BY_MODEL[type(record)].slug, record.reference, page)


@register.simple_tag(takes_context=True)
def form_token(context: template.Context) -> str:
    """One token for each showing of a form; a refused form keeps its own."""
    request = context.get("request")
    kept = (
        request.POST.get("form_token", "")
        if request is not None and request.method == "POST"
        else ""
    )
    return kept or str(uuid.uuid4())
