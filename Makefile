# Two commands do everything on a fresh machine: `make demo` and `make test`.
# Nothing here needs root or a running service.

# The distribution's own comes first: it is built with optimisations that one compiled by hand often lacks.
PYTHON ?= $(firstword $(wildcard /usr/bin/python3.11) python3.11)
VENV := .venv
BIN := $(VENV)/bin
LOCK := requirements/dev.lock
READY := $(VENV)/.ready
EDGE := edge cloud_sync drivers simulators provisioning

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint bench bench-vision soak soak-day browser lock clean

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

soak-day: $(READY)  ## a shop's day of that in two hours: time runs twelve times faster (needs a C compiler)
	$(BIN)/python -m tests.soak --day

# A virtual environment of its own: the peers bring plotting and data-frame libraries that nothing else here needs, and
# ask for another build of OpenCV, which would take the place of ours; so what the lock names is installed, and no more.
bench-vision:  ## counting people, side by side with the pipeline that people use today
	@sh tools/venv.sh "$(PYTHON)" $(VENV)-vision requirements/bench-vision.lock --no-deps
	$(VENV)-vision/bin/python -m tests.bench.vision

lock:  ## resolve the dependencies anew (needs uv)
	for part in gateway sim dev bench-vision; do \
	  extra=$$( [ $$part = gateway ] || echo --extra $$part ); \
	  [ $$part != bench-vision ] || extra="$$extra --no-emit-package opencv-python"; \
	  uv pip compile -q --upgrade --python-version 3.11 --generate-hashes --no-emit-index-url $$extra \
	    --custom-compile-command 'make lock' pyproject.toml -o requirements/$$part.lock || exit 1; done

clean:  ## remove what was built here
	rm -rf $(VENV) $(VENV)-vision build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
