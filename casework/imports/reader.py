"""A file is read in a process of its own, which gets nothing but its bytes, little memory and
little time: what a library does with a hostile file stays in there."""

import json
import os
import resource
import subprocess
import sys
from dataclasses import asdict

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from casework.imports.files import Line, Unreadable, read_lines
from lvv.common.env import BASE_DIR

MOST_MEMORY = 512 * 2**20
MOST_SECONDS = 30


def read_apart(content: bytes) -> list[Line]:
    """What read_lines says of this file. Raises Unreadable too if reading it takes more than it
    may."""
    command = [sys.executable, "-m", "casework.imports.reader", str(MOST_MEMORY), str(MOST_SECONDS)]
    known = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    try:
        done = subprocess.run(  # noqa: S603 - itself
            command,
            input=content,
            capture_output=True,
            timeout=MOST_SECONDS,
            cwd=BASE_DIR,
            env=known | {"PYTHONDONTWRITEBYTECODE": "1"},
        )
    except subprocess.TimeoutExpired:
        done = None
    if done is None or done.returncode:
        raise Unreadable(_("Reading this file takes too much. Save the list anew, without layout."))
    answer = json.loads(done.stdout)
    if "refused" in answer:
        raise Unreadable(gettext(answer["refused"]))
    return [Line(**line) for line in answer["lines"]]


def main(memory: int, seconds: int) -> None:
    """Read the file on standard input, within these limits; print its rows, or why not."""
    from django.conf import settings

    settings.configure(USE_I18N=False)  # who asked translates
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    try:
        answer: dict[str, object] = {
            "lines": [asdict(line) for line in read_lines(sys.stdin.buffer.read())]
        }
    except Unreadable as error:
        answer = {"refused": str(error)}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
