"""What `docker build` is given: the rules of `.dockerignore`, as far as ours use them."""

import re
from pathlib import Path

from lvv.common.env import BASE_DIR


def _pattern(rule: str) -> re.Pattern[str]:
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", rule.strip("/"))
    meaning = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(meaning.get(part) or re.escape(part) for part in parts) + "(?:/.*)?")


def rules() -> list[tuple[bool, re.Pattern[str]]]:
    """Whether each rule lets in, and what; the last that fits a file decides."""
    lines = (BASE_DIR / ".dockerignore").read_text(encoding="utf-8").splitlines()
    kept = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    return [(line.startswith("!"), _pattern(line.removeprefix("!"))) for line in kept]


def is_admitted(path: str) -> bool:
    """path: relative to the root of the sources, with slashes. A rule that fits a folder fits what
    lies in it."""
    admitted = True
    for lets_in, pattern in rules():
        if pattern.fullmatch(path):
            admitted = lets_in
    return admitted


def admitted_files(tree: Path = BASE_DIR) -> list[str]:
    """Of the folders that a rule names, or all the files beside them."""
    found = (path for path in tree.iterdir() if path.name not in (".git", ".venv", "var"))
    files = (
        file
        for top in found
        for file in ([top] if top.is_file() else top.rglob("*"))
        if file.is_file()
    )
    names = (file.relative_to(tree).as_posix() for file in files)
    return sorted(name for name in names if is_admitted(name))
