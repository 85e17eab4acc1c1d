# `make example` writes output/notes.pdf; `make practice` output/notes-practice.html; `make test` runs every test, `make test-quick` all but the slow. Each sets up .venv by itself, once.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: example practice test test-quick test-torch lint bench figures docs clean
.NOTPARALLEL:

example: $(VENV)/ready-example
	@$(BIN)/python -m derive example

practice: $(VENV)/ready-practice
	@$(BIN)/python -m derive example --practice

test: $(VENV)/ready-test
	@$(BIN)/python -m pytest -n auto

test-quick: $(VENV)/ready-test
	@$(BIN)/python -m pytest -n auto -m "not slow"

test-torch: $(VENV)/ready-torch
	@$(BIN)/python -m pytest -n auto tests/pytorch tests/values/test_torch_reference.py

lint: $(VENV)/ready-lint
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy --strict derive

bench: $(VENV)/ready-bench
	@set -e; for script in $(filter-out benchmarks/readme.py,$(wildcard benchmarks/*.py)); do echo "$$script"; $(BIN)/python "$$script"; done

figures: $(VENV)/ready-bench
	@$(BIN)/python benchmarks/readme.py

docs: $(VENV)/ready-docs
	@$(BIN)/python docs/build_site.py

clean:
	@rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/ready-example: extras := pdf
$(VENV)/ready-practice: extras := $(if $(shell command -v npm),pdf,practice)
$(VENV)/ready-test: extras := pdf,test
$(VENV)/ready-bench: extras := pdf,test,bench
$(VENV)/ready-docs: extras := $(if $(shell command -v npm),docs,docs,practice)
$(VENV)/ready-torch: extras := test,torch
$(VENV)/ready-lint: extras := lint

# The stamp files: what is installed is installed again only when pyproject.toml has changed.
$(VENV)/ready-%: pyproject.toml | $(BIN)/python
	@echo "Installing derive-notes[$(extras)] into $(VENV) ..."
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --editable '.[$(extras)]' \
	  || { echo "make: pip could not install derive-notes[$(extras)], see above." >&2; exit 1; }
	@touch $@

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null \
	  || { echo "make: there is no '$(PYTHON)'. Install Python 3.11 or newer, or name one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "make: derive needs Python 3.11 or newer, '$(PYTHON)' is $$($(PYTHON) -V 2>&1)." \
	            "Name another: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV) \
	  || { rm -rf $(VENV); echo "make: could not set up $(VENV) in $(CURDIR), see above." >&2; exit 1; }
