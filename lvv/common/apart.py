"""Work that is done in a process of its own, which gets nothing but its input, little memory and
little time: what a library does with hostile or huge input stays in there."""

import os
import resource
import subprocess
import sys

from lvv.common.env import BASE_DIR


class TookTooMuch(Exception):
    """The work ended without a result: it wanted more memory or time than it may have."""


def run_apart(module: str, content: bytes, *, memory: int, seconds: int) -> bytes:
    """What this module, run by itself, prints when it reads this content. Raises TookTooMuch.

    memory: bytes. The module's main calls `limit_itself` first.
    """
    known = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    try:
        done = subprocess.run(  # noqa: S603 - itself
            [sys.executable, "-m", module, str(memory), str(seconds)],
            input=content,
            capture_output=True,
            timeout=seconds,
            cwd=BASE_DIR,
            env=known | {"PYTHONDONTWRITEBYTECODE": "1"},
        )
    except subprocess.TimeoutExpired:
        raise TookTooMuch from None
    if done.returncode:
        raise TookTooMuch
    return done.stdout


def limit_itself() -> None:
    """Take the limits that stand on the command line."""
    memory, seconds = map(int, sys.argv[1:])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
