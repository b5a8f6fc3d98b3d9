#!/usr/bin/env python
"""Django's command line. Maintenance commands run as the owner of the tables, what needs the key of
the audit log as the background, the rest as the web does."""

import os
import sys

OWNER_COMMANDS = {
    "migrate",
    "makemigrations",
    "sqlmigrate",
    "dbshell",
    "model_convenants",
    "first_administrators",
    "demo",
    "check_projections",
    "createcachetable",
    "showmigrations",
}
JOB_COMMANDS = {"work", "verify_audit"}  # whoever signs the heads verifies them


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lvv.settings.base")
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    if command in OWNER_COMMANDS:
        os.environ.setdefault("LVV_ROLE", "owner")
    elif command in JOB_COMMANDS:
        os.environ.setdefault("LVV_ROLE", "jobs")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
