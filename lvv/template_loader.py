"""Templates with what never changes folded in: words, fixed addresses, icons and buttons become
text when a template is compiled, once for each language. A case page has some two hundred."""

from contextlib import suppress

from django.template import Context, Origin, Template
from django.template.base import FilterExpression, Node, NodeList, TextNode
from django.template.defaulttags import AutoEscapeControlNode, IfNode, URLNode
from django.template.library import SimpleBlockNode, SimpleNode
from django.template.loaders import base, cached
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.templatetags.static import StaticNode
from django.urls import NoReverseMatch, get_script_prefix
from django.utils.translation import get_language

from lvv.templatetags.ui import button, columns, linkbutton
from partners.components import badge, icon

# Tags that say the same to everybody, given the same words.
PLAIN_TAGS = (badge, button, columns, icon, linkbutton)


class _Folding(base.Loader):
    def get_template(self, template_name: str, skip: list[Origin] | None = None) -> Template:
        template: Template = super().get_template(template_name, skip)
        nobodys = Context()
        nobodys.template = template
        fold(template.nodelist, nobodys)
        return template


class Loader(cached.Loader, _Folding):
    """Finds templates as the loaders it is given do, and keeps them folded: one for each language,
    and for each prefix under which the application is served."""

    def cache_key(self, template_name: str, skip: list[Origin] | None = None) -> str:
        return f"{get_language()} {get_script_prefix()} {super().cache_key(template_name, skip)}"


def fold(nodes: NodeList, nobodys: Context) -> None:
    """Replace nodes that render to the same text for everybody, and join text that lies together.
    Before anybody renders them."""
    result: list[Node] = []
    for node in nodes:
        if _is_fixed(node):
            with suppress(NoReverseMatch):  # on a branch that nobody reaches
                node = TextNode(str(node.render(nobodys)))
        for inner in _inside(node):
            fold(inner, nobodys)
        if isinstance(node, TextNode) and result and isinstance(result[-1], TextNode):
            result[-1] = TextNode(result[-1].s + node.s)
        else:
            result.append(node)
    nodes[:] = result


def _inside(node: Node) -> list[NodeList]:
    if isinstance(node, AutoEscapeControlNode):  # what it holds renders differently elsewhere
        return []
    if isinstance(node, SimpleBlockNode):
        return [node.nodelist]
    if isinstance(node, IfNode):
        return [nodes for _condition, nodes in node.conditions_nodelists]
    lists = (getattr(node, name, None) for name in node.child_nodelists)
    return [nodes for nodes in lists if isinstance(nodes, NodeList)]


def _is_fixed(node: Node) -> bool:
    if isinstance(node, TranslateNode):
        return not node.asvar and not node.message_context and _is_constant(node.filter_expression)
    if isinstance(node, BlockTranslateNode):
        named = node.extra_context or node.countervar or node.message_context or node.asvar
        return not named and all(token.token_type.name == "TEXT" for token in node.singular)
    if isinstance(node, URLNode):
        bare = not node.args and not node.kwargs and not node.asvar
        return bare and _is_constant(node.view_name)
    if isinstance(node, StaticNode):
        return node.varname is None and _is_constant(node.path)
    if isinstance(node, SimpleNode) and node.func in PLAIN_TAGS:
        given = [*node.args, *node.kwargs.values()]
        return node.target_var is None and all(map(_is_constant, given))
    return False


def _is_constant(expression: FilterExpression) -> bool:
    """A word in quotes or a number, as it stands."""
    if expression.filters:
        return False
    return not expression.is_var or getattr(expression.var, "lookups", None) is None
