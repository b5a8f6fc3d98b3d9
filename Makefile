# Two commands: `make run` and `make test`. Everything they need they install here, in .venv and var.
PYTHON ?= python3
PY := .venv/bin/python
UV ?= uv
COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
  $(UPGRADE) pyproject.toml

export DJANGO_SETTINGS_MODULE ?= lvv.settings.base

.PHONY: run test test-pg15 check slow mutants bench lock messages clean distclean

run: .venv/run
	LVV_DEMO=$${LVV_DEMO-1} $(PY) -m lvv.start

test: .venv/dev
	$(PY) -m tests.run

# The access tests on a PostgreSQL 15 server, where its binaries are installed.
test-pg15: .venv/dev
	$(PY) -m tests.run --postgres15

# Linters, types, contracts, migrations, fast tests: before every push.
check: .venv/dev
	$(PY) -m tests.run --check

# Searches too long for `make test`.
slow: .venv/dev
	$(PY) -m tests.run --slow

# Loosen one rule at a time; some test must notice.
mutants: .venv/dev
	$(PY) -m tests.mutants $(WORD)

bench: .venv/dev
	$(PY) -m bench

# After a change of the dependencies in pyproject.toml. Needs uv. Versions stay what they are, unless asked:
# make lock UPGRADE="--upgrade-package django"
lock:
	@command -v $(UV) >/dev/null || { echo "make lock needs uv: pip install uv, or make lock UV=path/to/uv"; exit 1; }
	$(COMPILE) --output-file requirements.txt
	$(COMPILE) --group dev --output-file requirements-dev.txt

# After a change of texts: brings locale/nl up to date, and says which have no Dutch yet. Needs gettext (xgettext).
messages: .venv/dev
	$(PY) -m lvv.catalogue

# What tools leave behind: their caches, compiled Python, compiled translations (made again at the next start).
# Never the data in var: the database and the keys of this folder.
clean:
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . \( -name .git -o -name .venv -o -name var \) -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +
	find locale -name "*.mo" -delete

# Also what was installed in .venv.
distclean: clean
	rm -rf .venv

.venv/bin/python:
	$(PYTHON) -m venv --without-pip .venv

.venv/run: requirements.txt | .venv/bin/python
	$(PYTHON) -m pip --python $(PY) install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	touch .venv/run

.venv/dev: requirements-dev.txt | .venv/bin/python
	$(PYTHON) -m pip --python $(PY) install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch .venv/dev .venv/run
