# `make` lists the targets. What they do step by step stands in scripts/, in Python.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help demo test check static bench engines kills powercuts accuracy drifts docs picture lock clean env parts wheel

BIN := .venv/bin
# The first Python on the path that is new enough.
PYTHON = $(or $(shell \
	for python in python3 python python3.14 python3.13 python3.12 python3.11; do \
		$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$python; break; }; \
	done),$(error funnelpact needs Python 3.11 or newer, and there is none on the path))
# Two workers: the tests are written for a machine with two cores. Example: make test PYTEST="-k money".
PYTEST ?=

help: ## List what make can do
	@echo "funnelpact: the agreement between marketing and sales."
	@echo
	@sed -nE 's/^([a-z]+):[^#]*## (.*)/  make \1|\2/p' Makefile | while IFS='|' read -r name text; do \
		printf '%-14s %s\n' "$$name" "$$text"; done
	@echo
	@echo "Each of them sets up what it needs first, in .venv, and says so."

demo: env ## Simulate a company, run the whole road, open the page
	@$(BIN)/funnelpact demo

test: env parts wheel ## Run all tests, also against the built wheel
	@$(BIN)/python -m pytest -n 2 $(PYTEST)

check: env static ## Like test, with the quick checks first
	@$(MAKE) --no-print-directory test PYTEST='-m "not static" $(PYTEST)'

static: env
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m scripts.docs --check

bench: env ## Measure speed, ours beside others, and print the ratios
	@$(BIN)/python -m benchmarks

engines: env ## Count the same passes on DuckDB, PostgreSQL and Spark (brings pyspark; needs Java 17)
	@$(BIN)/python -m scripts.engines

kills: env ## Kill a writer three hundred times and write down what was lost (nothing)
	@$(BIN)/python -m tests.recovery.kills 300

powercuts: env ## Cut the power of a writer thirty times (as root) and write down what was lost
	@$(BIN)/python -m tests.recovery.powercuts 30

accuracy: env ## Find known truth in thousands of simulated worlds and write down how often it was missed
	@$(BIN)/python -m tests.recovery.accuracy 2000

drifts: env ## Watch hundreds of simulated half years for drift and write down the false alarms and the days
	@$(BIN)/python -m tests.recovery.drifts 400

docs: env ## Write the generated pages of docs/reference anew
	@$(BIN)/python -m scripts.docs

picture: env parts ## Take the picture of the README anew
	@$(BIN)/python -m scripts.picture

lock: env ## Choose the newest allowed versions and lock them with hashes
	@$(BIN)/python -m scripts.lock

clean: ## Remove everything that make made
	rm -rf .venv .venv-wheel .venv-spark build dist .cache .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

env:
	@$(PYTHON) -m scripts.setup

parts: env
	@$(BIN)/python -m scripts.parts

wheel: env
	@$(BIN)/python -m scripts.wheel
