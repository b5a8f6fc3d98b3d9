"""A template with what never changes folded in says the same."""

import pytest
from django.template import Context, Engine
from django.template.backends.django import get_installed_libraries
from django.test import override_settings
from django.urls import NoReverseMatch
from django.utils import translation

FOUND = "django.template.loaders.locmem.Loader"
BUILTIN = {"libraries": get_installed_libraries()}
PARTS = {
    "frame": """{% load i18n %}<title>{% block title %}{% translate "Cases" %}{% endblock %}</title>
        {% block main %}{% endblock %}""",
    "part": """{% load i18n ui %}{% icon "clock" %} {% translate "Name" %} {{ word }}""",
    "panel": """{% load i18n ui %}{% panel word %}{% translate "Name" %}{% columns _("Name") %}{% endpanel %}""",
    "nowhere": """{% if word %}{% url "nowhere" %}{% else %}leeg{% endif %}""",
    "page": """{% extends "frame" %}{% load i18n ui static %}
        {% block title %}{% translate "Error:" %} {{ block.super }}{% endblock %}
        {% block main %}
          {% translate "Name" as kept %}{{ kept }}
          {% if word %}{% translate "Pilot" %} {{ word }}{% else %}{% translate "Organisation" %}{% endif %}
          {% for letter in word %}{% url "casework:case_list" %}{% icon "clock" label=letter %}{% endfor %}
          {% blocktranslate %}Cases{% endblocktranslate %}
          {% blocktranslate with n=word %}Cases {{ n }}{% endblocktranslate %}
          {% badge "open" word %}{% badge "open" _("Open") %}{% badge "open" "<Open>" %}
          {% button _("Save") %}{% button word look="secondary" %}{% columns _("Name") word %}
          {% linkbutton _("Cases") "casework:case_list" icon="clock" %}{% panel _("Name") %}{% translate "Name" %}{% endpanel %}
          {% static "app.css" %}{% static word %}{% translate word %}
          {% autoescape off %}{% translate "Name" %}{{ word }}{% endautoescape %}
          {% with part="part" %}{% include part %}{% include "part" with word="<b>" only %}{% endwith %}
          {% verbatim %}{% translate "Name" %}{% endverbatim %}{# nothing #}
          {% translate "Name" noop %}{% translate "May" context "month name" %}{% firstof "" word %}
        {% endblock %}""",
}


def engine(loader):
    return Engine(loaders=[(loader, [(FOUND, PARTS)])], **BUILTIN)


FOLDED = engine("lvv.template_loader.Loader")
PLAIN = engine("django.template.loaders.cached.Loader")


@override_settings(
    STORAGES={"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
)
def test_a_folded_template_says_the_same_in_every_language():
    for language in ("nl", "en", "nl"):
        with translation.override(language):
            for word in ("", "Zwolle", "<b>"):
                said = [
                    engine.get_template("page").render(Context({"word": word}))
                    for engine in (FOLDED, PLAIN)
                ]
                assert said[0] == said[1]
    with translation.override("nl"):
        dutch = FOLDED.get_template("page").render(Context({"word": "x"}))
    with translation.override("en"):
        assert FOLDED.get_template("page").render(Context({"word": "x"})) != dutch


def test_what_is_the_same_for_everybody_is_text():
    with translation.override("nl"):
        nodes = FOLDED.get_template("part").nodelist
        assert [type(node).__name__ for node in nodes] == ["LoadNode", "TextNode", "VariableNode"]
        _load, panel = FOLDED.get_template("panel").nodelist
    assert [type(node).__name__ for node in panel.nodelist] == ["TextNode"]


def test_an_address_that_does_not_exist_matters_only_where_it_is_shown():
    with translation.override("nl"):
        assert "leeg" in FOLDED.get_template("nowhere").render(Context({"word": ""}))
        with pytest.raises(NoReverseMatch):
            FOLDED.get_template("nowhere").render(Context({"word": "x"}))
