# Everything starts here; `make help` lists it. Needs Python 3.11 or newer, pip and make.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/sh

VENV := .venv
BIN := $(VENV)/bin
RUN_READY := $(VENV)/.ready-to-run
TEST_READY := $(VENV)/.ready-to-test
LOCK_READY := $(VENV)/.ready-to-lock
# What the scanners need does not go with what Streamlit needs.
SCANNERS := $(VENV)/scanners
SCAN_READY := $(VENV)/.ready-to-scan

# The first interpreter that is new enough; `make run PYTHON=/path/to/python` overrides it.
PYTHON ?= $(shell for p in python3 python python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: help
help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: $(RUN_READY) ## start the app (installs it on the first run)
	$(BIN)/streamlit run app.py

.PHONY: test
test: $(TEST_READY) ## lint, types, layers, tests and the short form of each proof
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(MAKE) --no-print-directory --jobs 2 types scan
	$(BIN)/python -m benchmarks.rerun --short
	$(BIN)/python -m benchmarks.detection --short
	$(BIN)/pytest -m "not slow" --numprocesses auto --dist loadfile \
		--no-loadscope-reorder

.PHONY: types
types: $(TEST_READY)
	$(BIN)/mypy

# Both read files and ask nobody: no rules are fetched, no figures sent.
SEMGREP := SEMGREP_SETTINGS_FILE=$(CURDIR)/$(SCANNERS)/semgrep.yml \
	$(CURDIR)/$(SCANNERS)/bin/semgrep
OFFLINE := --metrics off --disable-version-check

.PHONY: scan
scan: $(SCAN_READY) $(TEST_READY) ## bandit, semgrep with our own rules, known advisories
	$(SCANNERS)/bin/bandit --quiet --configfile pyproject.toml --recursive app.py lib pages tools
	$(BIN)/python -m tools.advisories
	cd .semgrep && $(SEMGREP) --test $(OFFLINE) .
	$(SEMGREP) scan $(OFFLINE) --quiet --error --config .semgrep/data.yaml app.py lib pages tools
	$(SEMGREP) scan $(OFFLINE) --quiet --error --config .semgrep/screens.yaml app.py lib/ui pages
	$(SEMGREP) scan $(OFFLINE) --quiet --error --config .semgrep/settings.yaml .streamlit

.PHONY: proof
proof: $(TEST_READY) ## the long form of each proof, and the benchmarks
	$(BIN)/pytest -m slow
	$(BIN)/python -m benchmarks.rerun
	$(BIN)/python -m benchmarks.figures
	$(BIN)/python -m benchmarks.detection
	$(BIN)/python -m benchmarks.effects
	$(BIN)/python -m benchmarks.likeness --speed
	$(BIN)/python -m benchmarks.knowledge
	$(BIN)/python -m benchmarks.archive
	$(BIN)/python -m benchmarks.lost_updates

.PHONY: screenshots
screenshots: $(TEST_READY) ## picture every page into docs/screenshots/
	SCREENSHOTS=docs/screenshots $(BIN)/pytest tests/browser/test_screenshots.py tests/browser/test_risk.py

.PHONY: guide
guide: $(TEST_READY) ## picture the app anew for はじめかた and write its pages
	$(BIN)/python -m tools.guide pictures

.PHONY: dictionary
dictionary: $(TEST_READY) ## write docs/data-dictionary.md anew from the schema
	$(BIN)/python -m tools.dictionary

.PHONY: catalogue
catalogue: $(TEST_READY) ## drop unused English texts, then list the missing ones
	$(BIN)/python -m tools.catalogue prune
	$(BIN)/python -m tools.catalogue missing

# `--universal` makes one file right for every system; no index address is written.
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-header

.PHONY: lock
lock: $(LOCK_READY) ## pin what pyproject.toml asks for; pins that still fit stay
	$(COMPILE) pyproject.toml --output-file requirements.txt
	$(COMPILE) pyproject.toml --group dev --constraint requirements.txt \
		--output-file requirements-dev.txt
	$(COMPILE) --group scan --output-file requirements-scan.txt

.PHONY: upgrade
upgrade: COMPILE += --upgrade
upgrade: lock ## pin the newest versions that pyproject.toml allows

.PHONY: clean
clean: ## remove the environment and caches, never the data folder
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache test-results

# Debian ships Python without ensurepip; pip can then install itself from outside.
$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV) 2>/dev/null || { \
		$(PYTHON) -m venv --clear --without-pip $(VENV) && \
		$(PYTHON) -m pip --python $(BIN)/python install --quiet pip; }

# A stamp lies inside the environment, so it goes when the environment goes.
$(RUN_READY): requirements.txt | $(BIN)/python
	$(PIP) --requirement requirements.txt
	@touch $@

$(TEST_READY): requirements-dev.txt tools/browser.py $(RUN_READY)
	$(PIP) --requirement requirements-dev.txt
	$(BIN)/python -m tools.browser
	@touch $@

$(SCAN_READY): requirements-scan.txt | $(BIN)/python
	$(BIN)/python -m venv $(SCANNERS) 2>/dev/null || \
		$(BIN)/python -m venv --clear --without-pip $(SCANNERS)
	$(BIN)/python -m pip --python $(SCANNERS)/bin/python install --quiet \
		--disable-pip-version-check --requirement requirements-scan.txt
	@touch $@

$(LOCK_READY): | $(BIN)/python
	$(PIP) uv
	@touch $@
