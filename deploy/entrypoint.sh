#!/usr/bin/env bash
# The container's entry script: the same path as `make run`, against the server it is given.
#   prepare   roles (with DATABASE_ADMIN_URL once), tables, messages, static files
#   web       gunicorn, as lvv_app        work   the background, as lvv_jobs
set -euo pipefail
cd "$(dirname "$0")/.."
python="$(command -v ./.venv/bin/python || command -v python3)"
exec "$python" -m lvv.start "${1:-web}"
