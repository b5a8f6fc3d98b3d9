"""Compile the committed `.po` files, without the system's gettext."""

from pathlib import Path

import polib

from lvv.common.env import BASE_DIR


def compile_messages(folder: Path = BASE_DIR / "locale") -> None:
    for source in folder.glob("*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            partial = target.with_suffix(".partial")
            polib.pofile(str(source)).save_as_mofile(str(partial))
            partial.replace(target)


if __name__ == "__main__":
    compile_messages()
