"""The plan of the house, held: which files a room has, what a name may mean, who knows of whom."""

import io
import re
import tokenize
from collections import defaultdict

import pytest

from lvv.common import sql
from lvv.common.env import BASE_DIR

APPS = ("partners", "governance", "casework", "lvv")
SOURCES = [
    path
    for app in APPS
    for path in sorted((BASE_DIR / app).rglob("*.py"))
    if not re.match(r"0\d{3}_", path.name)
]
ROOMS = [
    path
    for app in APPS[:3]
    for path in sorted((BASE_DIR / app).iterdir())
    if (path / "__init__.py").exists() and path.name not in ("migrations", "management")
]
OF_THE_FIELD = {"matching.py"}  # -ing, and yet a subject
OLD_WORDS = {
    "tell", "tells", "told", "marks", "settle", "spent", "shown", "said", "found",
    "working", "moving",
}  # fmt: skip


PROSE = re.compile(r'{% blocktranslate.*?{% endblocktranslate %}|{% translate ".*?" |\b_\(".*?"\)')


def names(path):
    """Each name in a file that is no attribute of something else, with its line."""
    tokens = list(tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline))
    for before, token in zip(tokens, tokens[1:], strict=False):
        if token.type == tokenize.NAME and before.string != ".":
            yield token.string, token.start[0]


def test_a_module_is_named_after_its_layer_or_a_subject_never_after_a_manner():
    manner = [path for path in SOURCES if re.search(r"ing\.py$", path.name)]
    assert {path.name for path in manner} == OF_THE_FIELD
    assert [
        path for path in SOURCES if path.name in ("utils.py", "helpers.py", "services.py")
    ] == []


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: f"{room.parent.name}/{room.name}")
def test_one_file_name_for_one_layer(room):
    for path in room.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        if re.search(r"^    path\(|^urlpatterns", text, re.M):
            assert path.name == "urls.py", path
        if re.search(r"^class \w+\(.*(TextChoices|IntegerChoices)", text, re.M):
            assert path.name == "enums.py", path
        if re.search(r"^def can_\w+\((clearance|reader)", text, re.M):
            assert path.name in ("perms.py", "acts.py"), path
        if re.search(r"^@(form_view|require_(GET|POST|http_methods|safe))", text, re.M):
            assert re.search(r"views\.py$", path.name) or path.name in VIEWS, path


# Modules that hold a subject with its one page.
VIEWS = {"search.py", "sharing_register.py"}


def test_no_two_classes_differ_by_a_capital():
    classes = defaultdict(set)
    for path in SOURCES:
        for name in re.findall(r"^class (\w+)", path.read_text(encoding="utf-8"), re.M):
            classes[name.lower()].add(name)
    assert {key: found for key, found in classes.items() if len(found) > 1} == {}


def test_no_name_is_one_of_the_words_that_meant_several_things():
    """docs/development/words.md says what stands in their place."""
    old = [
        (path.name, line, name)
        for path in SOURCES
        for name, line in names(path)
        if name in OLD_WORDS
    ]
    assert old == []


def test_the_list_of_words_can_be_read():
    assert len((BASE_DIR / "docs/development/words.md").read_text().splitlines()) <= 40


def test_no_app_names_one_above_it():
    for app, above in (("partners", r"governance|casework"), ("governance", "casework")):
        for path in SOURCES:
            if path.relative_to(BASE_DIR).parts[0] == app:
                code = re.sub(
                    r"#[^\n]*|\"\"\".*?\"\"\"", "", path.read_text(encoding="utf-8"), flags=re.S
                )
                assert not re.search(rf"\b({above})\.\w", code), path


def test_sql_is_named_after_its_subject_and_only_casework_names_its_tables():
    for file in sql.files():
        if file.parents[1].name in ("partners", "governance"):
            text = re.sub(r"--[^\n]*", "", file.read_text(encoding="utf-8"))
            assert "casework_" not in text, file


def test_no_line_of_a_template_is_too_long_to_read_but_for_its_prose():
    """djlint indents what stands on a line of its own, and leaves the rest as long as it is."""
    too_long = [
        (str(path.relative_to(BASE_DIR)), number)
        for path in sorted((BASE_DIR / "templates").rglob("*.html"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if len(PROSE.sub("", line)) > 160
    ]
    assert too_long == []


NAMED = re.compile(r'"((?:partners|governance|casework)/[\w/{}]+\.\w+)"')


def test_a_template_stands_under_the_name_of_the_room_that_renders_it():
    """From another room it takes parts only: their names begin with an underscore. What every room
    may render stands in components/ and errors/."""
    templates = BASE_DIR / "templates"
    files = [path for app in APPS[:3] for path in sorted((templates / app).rglob("*.*"))]
    named = [
        (path, path.relative_to(base).parts[:2], template)
        for base, paths in ((BASE_DIR, SOURCES), (templates, files))
        for path in paths
        for template in NAMED.findall(path.read_text(encoding="utf-8"))
    ]
    elsewhere = [
        (str(path), template)
        for path, room, template in named
        if tuple(template.split("/")[:2]) != room and not template.split("/")[-1].startswith("_")
    ]
    assert elsewhere == []
    known = "|".join(re.sub(r"{\w+}", r"\\w+", template) for _path, _room, template in named)
    assert [
        path for path in files if not re.fullmatch(known, path.relative_to(templates).as_posix())
    ] == []
