"""The libraries of the system that a PDF needs: found, named when they lack, installed where we
may."""

import os
import shutil
import subprocess

import pytest

from lvv.common import libraries


@pytest.fixture
def lacking(monkeypatch):
    monkeypatch.setattr(libraries, "NEEDED", {"libc.so.6": "libc6", "libnobody.so.9": "libnobody9"})
    ran: list[list[str]] = []
    monkeypatch.setattr(subprocess, "run", lambda command, **_: ran.append(command))
    monkeypatch.setattr(shutil, "which", lambda _: "/usr/bin/apt-get")
    return ran


def test_what_lacks_is_named_by_its_package(lacking):
    assert libraries.missing() == ["libnobody9"]


@pytest.mark.parametrize(("user", "installs"), [(0, True), (1000, False)])
def test_root_installs_what_lacks_and_nothing_else(lacking, monkeypatch, user, installs):
    monkeypatch.setattr(os, "geteuid", lambda: user)
    libraries.install()
    assert [command[2] for command in lacking] == (["update", "install"] if installs else [])
    assert not installs or lacking[-1][-1] == "libnobody9"
    assert not any("libc6" in command for command in lacking)


def test_where_nothing_lacks_or_packages_cannot_be_installed_nothing_is_run(lacking, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    libraries.install()
    monkeypatch.setattr(shutil, "which", lambda _: "/usr/bin/apt-get")
    monkeypatch.setattr(libraries, "NEEDED", {"libc.so.6": "libc6"})
    libraries.install()
    assert lacking == []
