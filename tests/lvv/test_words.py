"""Which words people are shown: none that takes a person for a woman or a man, one word for one
thing, and buttons that end with their verb. Texts of the catalogue, in both languages, and those
that stand untranslated in code and templates, such as a letter, a paper or an invented note."""

import ast
import re
from collections.abc import Iterator

import polib

from lvv.common.env import BASE_DIR

APPS = ("lvv", "partners", "governance", "casework")
PRONOUNS = re.compile(
    r"\b(she|her|hers|herself|he|him|his|himself"
    r"|zij|haar|haarzelf|hare|hij|hem|hemzelf|zijn eigen|d'r)\b",
    re.I,
)
NAMES = {"herself"}  # what a link comes to: a name between code and database, shown to nobody
TAGS = re.compile(r"\{#.*?#\}|\{% comment.*?endcomment %\}|\{[%{].*?[%}]\}|<[^>]*>", re.S)


def entries() -> list[polib.POEntry]:
    return list(polib.pofile(str(BASE_DIR / "locale/nl/LC_MESSAGES/django.po")))


def dutch_of(entry: polib.POEntry) -> list[str]:
    return [entry.msgstr, *entry.msgstr_plural.values()]


def written_in_code() -> Iterator[tuple[str, str]]:
    """The texts of the code that are no docstrings."""
    for app in APPS:
        for path in (BASE_DIR / app).rglob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            bare = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
            constants = [n for n in ast.walk(tree) if isinstance(n, ast.Constant)]
            for node in constants:
                if isinstance(node.value, str) and id(node) not in bare:
                    yield f"{path.relative_to(BASE_DIR)}:{node.lineno}", node.value


def written_in_templates() -> Iterator[tuple[str, str]]:
    for path in (BASE_DIR / "templates").rglob("*.*"):
        text = path.read_text(encoding="utf-8")
        yield str(path.relative_to(BASE_DIR)), TAGS.sub(" ", text)


def texts() -> Iterator[tuple[str, str]]:
    for entry in entries():
        for text in (entry.msgid, entry.msgid_plural, *dutch_of(entry)):
            yield "catalogue", text
    yield from written_in_code()
    yield from written_in_templates()


def test_no_text_takes_a_person_for_a_woman_or_a_man():
    found = list(texts())
    assert len(found) > 10_000
    assert [pair for pair in found if pair[1] not in NAMES and PRONOUNS.search(pair[1])] == []
    assert PRONOUNS.search("Tell her first.")
    assert PRONOUNS.search("Hoort zij in de LVV?")
    assert not PRONOUNS.search("Zijn deze gegevens hierheen gehaald?")


# A word that is not used any more, what is said instead, and where it still may stand.
WORDS = {
    "overeenkomst(en)?": (
        "convenant",
        {
            "overeenkomst met maatschappelijke organisaties",
            "Overeenkomst maatschappelijke organisaties LVV %(pilot)s",
        },
    ),
    "overleg(gen)?": ("LSO", {"bestuurlijk overleg"}),
    "bijeenkomst(en)?": ("LSO", set()),
    "redenen": ("toelichting", set()),
    "begeleiders?": ("casemanager, or contactpersoon", set()),
    "behandelaars?": (
        "casemanager, or contactpersoon",
        {
            "behandelaar",
            "Behandelaars en coördinatoren werken voor een team; de andere rollen horen alleen bij de organisatie.",
        },
    ),
    "plek(ken)?": ("verblijf", set()),
    "noteer|noteert|noteren|genoteerd": ("vastleggen", set()),
    "opteken(en|t)|opgetekend": ("vastleggen", set()),
    r"opschrijven|opgeschreven|schrijf op|schrijf [^.]* op(?=\.)": (
        "vastleggen, or schrijf",
        set(),
    ),
    "registraties?": ("aanmelding, or wat is vastgelegd", set()),
    "leidend": ("gaat voor", set()),
    "regisseert|regisseur|leidt|leiding": ("voert de regie", set()),
}


def test_one_word_for_one_thing():
    found = [text for entry in entries() for text in dutch_of(entry)]
    for word, (chosen, allowed) in WORDS.items():
        pattern = re.compile(rf"\b({word})\b", re.I)
        wrong = [text for text in found if text not in allowed and pattern.search(text)]
        assert wrong == [], f"say {chosen}"
        assert allowed <= set(found), "allowed, and not used any more"


def test_who_leads_and_who_manages_are_two_things_each_said_in_one_way():
    """A team leads a case (voert de regie), one of its workers manages it (casemanager). Neither is
    the departure supervisor (regievoerder), nor the municipality that directs the facility."""
    one_way = re.compile(r"\bvoert de regie\b|\bde regie voer(t|en)\b")
    for entry in entries():
        for text in filter(None, dutch_of(entry)):
            if re.search(r"\bregie\b", text, re.I):
                assert one_way.search(text.lower()), text
                assert re.search(r"\blead", entry.msgid, re.I), text
            manages = re.search(r"case manager|\bmanage[sd]?\b", entry.msgid, re.I)
            assert bool(manages) is ("casemanager" in text.lower()), text


# Buttons that give an answer to what stands beside them, and names of pages.
NO_VERB = {
    "Checked, unchanged",
    "Discussed, without a decision",
    "I am the contact (make me the contact)",
    "Not the same person",
    "The same person",
    "This is the person: new case",
}
BUTTON = re.compile(
    r'\{% (?:button|formfoot) _\("([^"]+)"\)|<button\b[^>]*>(?:(?!</button>).)*?\{% translate "([^"]+)"',
    re.S,
)


def test_buttons_end_with_their_verb():
    dutch = {entry.msgid: entry.msgstr for entry in entries() if not entry.msgctxt}
    labels = set()
    for path in (BASE_DIR / "templates").rglob("*.html"):
        for one, other in BUTTON.findall(path.read_text(encoding="utf-8")):
            labels.add(one or other)
    assert len(labels) > 80
    assert labels >= NO_VERB
    verb = re.compile(r"(en|gaan|staan|slaan|zien|doen)$")
    assert [dutch[one] for one in sorted(labels - NO_VERB) if not verb.search(dutch[one])] == []
