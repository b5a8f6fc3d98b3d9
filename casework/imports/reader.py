"""A file is read apart from everything else (lvv/common/apart.py)."""

import json
import sys
from dataclasses import asdict

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from casework.imports.files import Line, Unreadable, read_lines
from lvv.common.apart import TookTooMuch, limit_itself, run_apart

MOST_MEMORY = 512 * 2**20
MOST_SECONDS = 30


def read_apart(content: bytes) -> list[Line]:
    """What read_lines says of this file. Raises Unreadable too if reading it takes more than it
    may."""
    try:
        text = run_apart(__name__, content, memory=MOST_MEMORY, seconds=MOST_SECONDS)
    except TookTooMuch:
        raise Unreadable(
            _("Reading this file takes too much. Save the list anew, without layout.")
        ) from None
    answer = json.loads(text)
    if "refused" in answer:
        raise Unreadable(gettext(answer["refused"]))
    return [Line(**line) for line in answer["lines"]]


def main() -> None:
    """Read the file on standard input; print its rows, or why not."""
    from django.conf import settings

    settings.configure(USE_I18N=False)  # who asked translates
    limit_itself()
    try:
        answer: dict[str, object] = {
            "lines": [asdict(line) for line in read_lines(sys.stdin.buffer.read())]
        }
    except Unreadable as error:
        answer = {"refused": str(error)}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
