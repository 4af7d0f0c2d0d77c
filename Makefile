# Two commands: `make run` and `make test`. Each sets up whatever is missing.

PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
VENV ?= .venv
BIN := $(VENV)/bin
TEST_PROCESSES ?= 4
UV := uv==0.13.9
# Dozens of processes start in a run: where none may keep what it compiled, each compiles the whole project again.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help run stop test test-engine erp-ahead lint types layers bench bench-matching prove chaos screenshots fix demo-reset doctor lock

help: ## Say what each command does
	@grep -E '^[a-z-]+:.*## ' $(firstword $(MAKEFILE_LIST)) | sed -E 's/:.*## /\t/' | expand -t 14

run: $(VENV)/.run ## Start everything: servers, demo data on the first start, web, worker, beat (PORT=8000, TOUCHSTONE_VAR=./var)
	@$(BIN)/python manage.py up

stop: $(VENV)/.run ## Stop the PostgreSQL and Redis that a command left running
	@$(BIN)/python manage.py down

# The tests are compiled once, beside lint, for all processes that read them; types are looked at while the suite waits
# for something, and what they have to say comes at the end.
test: $(VENV)/.dev erp-ahead ## Run lint, types, layers and the whole suite
	@$(BIN)/pytest --collect-only -q >$(VENV)/collected.log 2>&1 & collected=$$!; \
	$(MAKE) --no-print-directory lint layers || exit 1; \
	wait $$collected; \
	$(BIN)/mypy >$(VENV)/types.log 2>&1 & types=$$!; \
	$(BIN)/pytest -n $(TEST_PROCESSES) --dist worksteal; suite=$$?; \
	wait $$types; wrong=$$?; cat $(VENV)/types.log; exit $$((suite + wrong))

# The ERP that some tests talk to takes a minute to install, once: it begins while lint and types are looked at.
erp-ahead: $(VENV)/.dev
	@$(BIN)/python -m config.erp prepare >/dev/null 2>&1 &

test-engine: $(VENV)/.dev ## Run the pure part's tests: no database, seconds
	$(BIN)/pytest -q tests/mdm/engine tests/mdm/domains

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/mypy

layers: $(VENV)/.dev
	$(BIN)/lint-imports

bench: $(VENV)/.dev ## Measure what the README claims
	$(BIN)/python -m bench.standardise
	$(BIN)/python -m bench.ingest
	$(BIN)/python -m bench.crosswalk
	$(BIN)/python -m bench.deliver

screenshots: $(VENV)/.dev ## Take pictures of every screen of the running demo into docs/screenshots
	$(BIN)/python -m demo.screenshots

prove: $(VENV)/.dev ## Try properties on many examples; go on until every act has directly followed every other 20 times, and print how often (TOUCHSTONE_PROVE_TIMES, _MINUTES)
	TOUCHSTONE_PROVE=1 $(BIN)/pytest -q -m hypothesis tests/mdm tests/sync
	TOUCHSTONE_PROVE=1 $(BIN)/pytest -q -s tests/flows/test_decisions.py

chaos: $(VENV)/.dev ## Kill dispatchers at random while they deliver, and count at the targets (CHAOS_DELIVERIES, CHAOS_KILLS, CHAOS_SEED)
	CHAOS_DELIVERIES=$(or $(CHAOS_DELIVERIES),500) CHAOS_KILLS=$(or $(CHAOS_KILLS),150) $(BIN)/pytest -q -s tests/faults/test_chaos.py

bench-matching: $(VENV)/.dev ## Match the labelled sets (TOUCHSTONE_MATCHING_DATA=folder) and let the referee score
	$(BIN)/python -m bench.matching

fix: $(VENV)/.dev ## Format and mend what can be mended by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

demo-reset: $(VENV)/.run ## Throw the database away and load the demo data afresh
	@$(BIN)/python manage.py demo_reset

doctor: $(VENV)/.run ## Say in words what is wrong and how to mend it
	@$(BIN)/python manage.py doctor

lock: $(VENV)/.dev ## Pin requirements.in and requirements-dev.in anew, together
	$(pip) $(UV)
	$(BIN)/uv pip compile --quiet --universal --no-header --no-annotate --python-version 3.11 requirements-dev.in -o requirements-dev.txt
	$(BIN)/uv pip compile --quiet --universal --no-header --no-annotate --python-version 3.11 -c requirements-dev.txt requirements.in -o requirements.txt

# uv installs in ten seconds what takes pip a minute and a half; where only pip is told of the index, pip does it.
pip = $(BIN)/python -m pip install --quiet --disable-pip-version-check
install = @$(pip) $(UV) && $(BIN)/uv pip install --quiet --python $(BIN)/python -r $(1) || $(pip) -r $(1)

# A stamp says which pins are installed; a changed file installs again, an unchanged one costs nothing.
$(VENV)/.run: requirements.txt | $(BIN)/python
	$(call install,requirements.txt)
	@touch $@

$(VENV)/.dev: requirements-dev.txt requirements.txt | $(BIN)/python
	$(call install,requirements-dev.txt)
	@touch $@ $(VENV)/.run

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Touchstone needs Python 3.11 or later. Install it, or run make PYTHON=/path/to/python."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Touchstone needs Python 3.11 or later and $(PYTHON) is older. Run make PYTHON=/path/to/python."; exit 1; }
	$(PYTHON) -m venv $(VENV)
