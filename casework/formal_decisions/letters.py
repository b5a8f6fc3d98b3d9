"""The letter that tells a formal decision: a text of the pilot, filled in, mended on screen, and
kept as it left."""

from datetime import date

import nh3
from django.utils import formats
from django.utils.html import escape, linebreaks
from django.utils.translation import gettext_lazy as _

from casework.formal_decisions.enums import FormalKind
from casework.formal_decisions.models import LetterTemplate
from partners.organisations.models import Pilot

TAGS = {"h1", "h2", "h3", "p", "br", "strong", "em", "u", "ul", "ol", "li", "blockquote"}
# What a template may name, between braces, and what that is.
FIELDS = {
    "naam": _("name of the person"),
    "casusnummer": _("case number"),
    "datum": _("date of the decision"),
    "functie": _("function that decided"),
    "mandaat": _("mandate decision"),
    "gemeente": _("municipality"),
    "redenen": _("reasons"),
    "rechtsmiddelen": _("objection and appeal (remedies)"),
    "ingangsdatum": _("takes effect on"),
    "tot": _("admitted until"),
    "bezwaar_tot": _("objection possible until"),
}
_HEAD = "<p>{gemeente}<br>{datum}<br>Kenmerk: {casusnummer}</p><p>Geachte {naam},</p>"
_FOOT = (
    "<h2>Waarom dit besluit</h2>{redenen}<h2>Wat u ertegen kunt doen</h2>{rechtsmiddelen}"
    "<p>{functie}<br>{mandaat}</p>"
)
# With which text a pilot begins that has written none of its own.
MODEL = {
    FormalKind.ADMITTED: f"{_HEAD}<p>U bent toegelaten tot de LVV. Dit besluit gaat in op "
    f"{{ingangsdatum}}.</p>{_FOOT}",
    FormalKind.REFUSED: f"{_HEAD}<p>U wordt niet toegelaten tot de LVV.</p>{_FOOT}",
    FormalKind.EXTENDED: f"{_HEAD}<p>Uw verblijf in de LVV is verlengd tot {{tot}}.</p>{_FOOT}",
    FormalKind.ENDED: f"{_HEAD}<p>Uw deelname aan de LVV eindigt op {{ingangsdatum}}.</p>{_FOOT}",
}


def clean_html(text: str) -> str:
    """Only the tags of a letter, without attributes: nothing in it runs or loads anything."""
    return nh3.clean(text, tags=TAGS, attributes={}, url_schemes=set()).strip()


def template_of(pilot: Pilot, kind: str, day: date) -> LetterTemplate | None:
    """The version of this pilot's letter that holds on a day; none if it has written none."""
    return (
        LetterTemplate.objects.filter(pilot=pilot, kind=kind, in_force_from__lte=day)
        .order_by("-version")
        .first()
    )


def filled(text: str, data: dict[str, object]) -> str:
    """The text of a template with what it names filled in; whatever comes from people is text,
    never HTML."""
    for name in FIELDS:
        value = data.get(name)
        visible = (
            formats.date_format(value, "j F Y") if isinstance(value, date) else str(value or "")
        )
        block = name in ("redenen", "rechtsmiddelen")
        text = text.replace(
            "{" + name + "}", linebreaks(visible, autoescape=True) if block else escape(visible)
        )
    return clean_html(text)
