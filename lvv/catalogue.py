"""`make messages`: bring the catalogue in `locale/nl` up to date with the texts in the code.

Needs the system's gettext, which running and testing do not (see `lvv.messages`).
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

from lvv.common.env import BASE_DIR, NO_DATABASE

CATALOGUE = BASE_DIR / "locale/nl/LC_MESSAGES/django.po"
HEADER = "Made from the texts in the code by `make messages`. Write the Dutch here."


def collect() -> None:
    """Add new texts and drop those that are gone. Folders that begin with a dot are not read."""
    command = [sys.executable, "manage.py", "makemessages", "--locale", "nl", "--verbosity", "0"]
    command += ["--no-location", "--no-wrap", "--no-obsolete"]
    command += ["--ignore=var", "--ignore=tests", "--ignore=bench"]
    with tempfile.TemporaryDirectory(prefix="lvv-messages-") as folder:
        surroundings = {"LVV_DATA_DIR": folder, "LVV_ROLE": "app", "DATABASE_URL": NO_DATABASE}
        subprocess.run(command, cwd=BASE_DIR, env=os.environ | surroundings, check=True)  # noqa: S603


def tidy(path: Path = CATALOGUE) -> list[str]:
    """Take out what gettext guesses, and its clock. Returns the texts without Dutch."""
    catalogue = polib.pofile(str(path), wrapwidth=0)
    catalogue.header = HEADER
    catalogue.metadata_is_fuzzy = False
    catalogue.metadata.pop("POT-Creation-Date", None)
    for entry in catalogue:
        if entry.fuzzy:
            entry.flags.remove("fuzzy")
            entry.msgstr, entry.msgstr_plural = "", dict.fromkeys(entry.msgstr_plural, "")
            entry.previous_msgctxt = entry.previous_msgid = entry.previous_msgid_plural = None
    catalogue.save()
    return [entry.msgid for entry in catalogue.untranslated_entries()]


def main() -> None:
    if shutil.which("xgettext") is None:
        sys.exit("make messages needs gettext, which finds the texts: apt-get install gettext")
    collect()
    for text in tidy():
        print(f"Without Dutch: {text}")


if __name__ == "__main__":
    main()
