"""What holds for the project as a whole: translations, locks, documents, demonstration data."""

import re
import subprocess
import tomllib
from importlib import import_module
from uuid import uuid4

import polib
import pytest
from django.db import connection

from governance.drafts.kinds import DraftKind, kind_of
from lvv import heartbeat
from lvv.common.env import BASE_DIR
from lvv.jobs import run
from tests.mutants import MUTANTS


def tracked() -> list[str]:
    found = subprocess.run(
        ["git", "ls-files"], cwd=BASE_DIR, capture_output=True, text=True, check=False
    ).stdout.split()
    return found or [str(path.relative_to(BASE_DIR)) for path in BASE_DIR.rglob("*.py")]


def test_every_text_has_its_dutch():
    catalogue = polib.pofile(str(BASE_DIR / "locale/nl/LC_MESSAGES/django.po"))
    assert len(catalogue) > 500
    assert [entry.msgid for entry in catalogue if not entry.translated() or entry.fuzzy] == []


def test_every_text_in_the_code_is_in_the_catalogue():
    known = {
        entry.msgid for entry in polib.pofile(str(BASE_DIR / "locale/nl/LC_MESSAGES/django.po"))
    }
    used = set()
    for name in tracked():
        if name.startswith(("tests/", "bench/")) or not name.endswith((".py", ".html")):
            continue
        text = (BASE_DIR / name).read_text(encoding="utf-8")
        used |= (
            set(re.findall(r'\{% translate "([^"]+)"', text)) if name.endswith(".html") else set()
        )
        if name.endswith(".py") and "django.utils.translation" in text:
            used |= set(re.findall(r'\b(?:_|gettext)\(\s*"((?:[^"\\]|\\.)+)"\s*\)', text))
    assert len(used) > 400
    assert used - known == set()


def test_locked_packages_have_hashes_and_no_addresses():
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (BASE_DIR / name).read_text()
        assert "http" not in text
        pins = re.findall(r"^([a-z0-9-]+)==", text, re.M)
        assert len(pins) > 15
        assert text.count("--hash=sha256:") >= len(pins)


def test_what_the_project_names_is_locked():
    project = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())
    runs, develops = project["project"]["dependencies"], project["dependency-groups"]["dev"]
    for name, wanted in (("requirements.txt", runs), ("requirements-dev.txt", [*runs, *develops])):
        pins = set(re.findall(r"^([a-z0-9-]+)==", (BASE_DIR / name).read_text(), re.M))
        assert {re.match(r"[a-z0-9-]+", line)[0] for line in wanted} - pins == set()


def test_documents_point_at_files_that_exist():
    for name in [name for name in tracked() if name.endswith(".md")] or ["README.md"]:
        text = (BASE_DIR / name).read_text(encoding="utf-8")
        for link in re.findall(r"\]\((?!http|#)([^)#]+)", text):
            assert ((BASE_DIR / name).parent / link).exists(), (name, link)


def test_every_decision_stands_in_the_index():
    index = (BASE_DIR / "docs/adr/README.md").read_text(encoding="utf-8")
    for page in sorted((BASE_DIR / "docs/adr").glob("[0-9]*.md")):
        title = re.match(r"# [0-9]+\.? (.+)", page.read_text(encoding="utf-8"))[1]
        assert index.count(f"| {page.name[:4]} | [{title}]({page.name}) | ") == 1, page.name


def test_the_picture_of_the_rooms_is_the_contract():
    text = (BASE_DIR / "README.md").read_text(encoding="utf-8")
    picture = text.partition("```text\nlvv ")[2].partition("```")[0].partition("\n")[2]
    tools = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["tool"]
    contracts = tools["importlinter"]["contracts"]
    (apps,) = [c["layers"] for c in contracts if "layers" in c and "containers" not in c]
    rooms = {app: c["layers"] for c in contracts for app in c.get("containers", ())}
    layers = [layer for app in apps for layer in (app, *rooms.get(app, ()))]
    expected = [word for layer in layers for word in layer.split(" | ")]
    assert re.findall(r"[a-z_.]+", picture) == expected


def test_every_target_that_is_declared_has_a_recipe():
    text = (BASE_DIR / "Makefile").read_text(encoding="utf-8")
    declared = " ".join(re.findall(r"^\.PHONY: (.+)$", text, re.M)).split()
    assert len(declared) > 5
    for target in declared:
        assert re.search(rf"^{re.escape(target)}:.*\n\t\S", text, re.M), target


def test_the_four_questions_are_asked_alike_everywhere():
    github = (BASE_DIR / ".github/pull_request_template.md").read_text(encoding="utf-8")
    assert github == (BASE_DIR / ".gitlab/merge_request_templates/Default.md").read_text(
        encoding="utf-8"
    )
    said = " ".join((BASE_DIR / "CONTRIBUTING.md").read_text(encoding="utf-8").split())
    questions = re.findall(r"^- (.+)\?$", github, re.M)
    assert len(questions) == 4
    for question in questions:
        assert question[0].lower() + question[1:] in said


def test_the_key_of_a_draft_is_made_by_the_form_that_declares_it():
    """A key that `draft_save` refuses would say that text is kept which is not."""
    import_module("lvv.urls")  # every room declares its own
    assert {"link", "undo", "note", "contact", "answer"} <= set(DraftKind.declared)
    for kind in DraftKind.declared.values():
        for part in ("", "identity_value", "identity_value-birth_date"):
            assert kind_of(kind.key(uuid4(), part)) == (kind, part)
            assert kind.label(part)
    assert kind_of(f"nobody:{uuid4()}") is None
    by_hand = re.compile(rf'f"({"|".join(DraftKind.declared)})(-[^":]+)?:\{{')
    names = [name for name in tracked() if name.endswith(".py") and not name.startswith("tests/")]
    assert [n for n in names if by_hand.search((BASE_DIR / n).read_text(encoding="utf-8"))] == []


def test_templates_are_all_used():
    everything = "".join(
        (BASE_DIR / name).read_text(encoding="utf-8")
        for name in tracked()
        if name.endswith((".py", ".html"))
    )
    for name in tracked():
        if name.startswith("templates/") and name.endswith(".html"):
            short = name.removeprefix("templates/")
            # The sign-in package looks its templates up by name; so do Django and its
            # administration, and who shows a plan to the person, one template for each language.
            if short.startswith(
                ("admin/", "allauth/", "account/", "mfa/", "errors/", "casework/plan/person/")
            ):
                continue
            assert everything.count(short) >= 1, short


@pytest.mark.django_db
def test_one_round_of_work_leaves_a_heartbeat_and_a_head(settings, tmp_path):
    from partners.accountability.logs import audit

    settings.DATA_DIR = tmp_path
    audit("probe")
    run(rounds=1)
    with connection.cursor() as cursor:
        assert heartbeat.works(cursor)
    assert (tmp_path / "audit-heads.jsonl").read_text().count("signature") == 1


def test_the_same_seed_invents_the_same_people():
    from random import Random

    from lvv.demo.names import invent

    def people(seed):
        rng = Random(seed)
        return [invent(rng) for _ in range(200)]

    assert people(1) == people(1)
    assert people(1) != people(2)
    assert len({names[0] for _code, names in people(1)}) > 120


def test_every_rule_to_be_loosened_still_stands_where_it_is_looked_for():
    """`make mutants` is too slow to run each time; that its list fits the code is not."""
    for path, old, new in MUTANTS:
        assert old in (BASE_DIR / path).read_text(encoding="utf-8"), f"{path}: {old}"
        assert old != new


def test_the_page_about_partners_says_what_the_model_gives_them():
    from django.utils import translation

    from governance.access.enums import Category
    from governance.convenants.template_convenant import COLUMNS, MATRIX

    text = (BASE_DIR / "docs/partners.md").read_text(encoding="utf-8")
    sections = text.split("\n## ")[1:]
    assert len(sections) == len(COLUMNS)
    with translation.override("en"):
        for column, section in enumerate(sections):
            cells = {category.label: row.split()[column] for category, row in MATRIX.items()}
            assert {Category(category).label for category in MATRIX} == set(cells)
            for word, letters in (("Reads", "RW"), ("Writes", "WO"), ("Never", "-")):
                (said,) = [line for line in section.split("\n") if line.startswith(f"- {word}: ")]
                expected = [str(label) for label, letter in cells.items() if letter in letters]
                assert said.removeprefix(f"- {word}: ").split(", ") == (expected or ["nothing"]), (
                    section[:20]
                )
            (picture,) = [line for line in section.split("\n") if line.startswith("![")]
            assert (BASE_DIR / "docs" / picture.rpartition("(")[2].rstrip(")")).exists()
