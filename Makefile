# Two commands do everything on a fresh machine: `make demo` and `make test`.
# Nothing here needs root or a running service.

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
LOCK := requirements/dev.lock
READY := $(VENV)/.ready
EDGE := edge cloud_sync drivers simulators provisioning

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint bench soak browser lock clean

help:  ## show what can be done
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 18

setup: $(READY)  ## make the virtual environment from the lock file

$(READY): $(LOCK) pyproject.toml
	@sh tools/venv.sh "$(PYTHON)" "$(VENV)" "$(LOCK)"
	@touch $@

demo: $(READY)  ## a head office, a gateway and a whole simulated shop; Ctrl-C ends it
	@$(BIN)/aisle demo

browser:
	@sh tools/browser.sh

lint: $(READY)  ## ruff, mypy --strict and the import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: $(READY) browser  ## lint and every test
	@MAKE="$(MAKE)" sh tools/test.sh $(BIN)/python

bench: $(READY)  ## ratios against the peers, measured in one run
	$(BIN)/python -m tests.bench

soak: $(READY)  ## four cameras for ten minutes, whose processes are killed at random
	$(BIN)/python -m tests.soak

lock:  ## resolve the dependencies anew (needs uv)
	for part in gateway sim dev; do \
	  extra=$$( [ $$part = gateway ] || echo --extra $$part ); \
	  uv pip compile -q --upgrade --python-version 3.11 --generate-hashes --no-emit-index-url $$extra \
	    --custom-compile-command 'make lock' pyproject.toml -o requirements/$$part.lock || exit 1; done

clean:  ## remove what was built here
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
