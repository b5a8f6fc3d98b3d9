"""Libraries of the system that making a PDF needs, which pip does not bring."""

import ctypes
import ctypes.util
import os
import shutil
import subprocess

# As the loader knows them, and the package of Debian that brings each.
NEEDED = {
    "libgobject-2.0.so.0": "libglib2.0-0",
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libfontconfig.so.1": "libfontconfig1",
    "libharfbuzz.so.0": "libharfbuzz0b",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}


def missing() -> list[str]:
    """The packages that lack here."""
    return sorted(package for library, package in NEEDED.items() if not _loads(library))


def _loads(library: str) -> bool:
    stem = library.removeprefix("lib").split(".so")[0]  # how other systems look for it
    for name in (library, ctypes.util.find_library(stem)):
        try:
            if name and ctypes.CDLL(name):
                return True
        except OSError:
            continue
    return False


def install() -> None:
    """Install what lacks, where we may; else the page that needs it says what it is."""
    packages = missing()
    if not packages or os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        subprocess.run(["apt-get", "-qq", *command], check=False, env=environment)  # noqa: S603, S607
