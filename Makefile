# The commands of FabLab; `make` lists them. What they make lands in .venv, .cache and fablab/static/vendor.
#
# The environment follows the files that describe it: as long as those do not change, nothing is installed or fetched.

.DEFAULT_GOAL := help
.PHONY: help setup demo demo-reset test lint format constraints bench soak clean
SHELL := /bin/sh
# Without PYTHONDONTWRITEBYTECODE, since every process of a test run would compile every file anew.
unexport PYTHONHOME PYTHONPATH PYTHONDONTWRITEBYTECODE

PYTHONS := $(or $(PYTHON),python3.13 python3.12 python3.11 python3)
SUITABLE := import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PORT ?= 5000
DESCRIPTION := pyproject.toml constraints.txt package.json package-lock.json hatch_build.py
VENDOR := fablab/static/vendor/package-lock.json
LOG := .cache/setup.log
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 .venv/bin/python -m pip install --quiet
PINNED := PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

setup: .venv/.dev ## Install everything that development needs into .venv

demo: .venv/.lab ## Run the demo lab with its simulated machines; Ctrl-C ends it
	@exec .venv/bin/fablab demo --port $(PORT)

demo-reset: .venv/.lab ## Run the demo lab from a fresh start
	@exec .venv/bin/fablab demo --reset --port $(PORT)

test: .venv/.dev ## Run every check and every test, on SQLite and on PostgreSQL
	@exec .venv/bin/python -m tests.support.suite

lint: .venv/.dev ## Run the checks that need no test: imports, style, types
	@exec .venv/bin/python -m tests.support.suite lint

format: .venv/.dev ## Rewrite the Python files in the house style
	@.venv/bin/ruff check --fix --quiet .; .venv/bin/ruff format .

bench: .venv/.dev ## Measure what reading and reserving cost, in some ten minutes
	@exec .venv/bin/python -m tests.bench

soak: .venv/.dev ## Let eight processes do everything at once, then check the books; some twenty minutes
	@exec .venv/bin/python -m tests.soak

constraints: .venv/.dev ## Pin anew the newest versions that pyproject.toml allows
	@$(PIP) uv
	@.venv/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --extra lab --group dev --group build \
		--no-annotate --no-header --no-emit-index-url --no-emit-find-links pyproject.toml -o .cache/pins.txt
	@{ echo "# The versions that work together, on Python 3.11 to 3.13; \`make constraints\` writes this file."; \
		grep -v win32 .cache/pins.txt; } >constraints.txt

clean: ## Remove what make has made; instance/ stays as it is
	@rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
	@rm -rf fablab/static/vendor

.venv/bin/python:
	@for python in $(PYTHONS); do \
		if $$python -c '$(SUITABLE)' >/dev/null 2>&1; then exec $$python -m venv --clear .venv; fi; \
	done; \
	echo "FabLab needs Python 3.11, 3.12 or 3.13 with its venv module (Debian: apt-get install python3-venv)," \
		"and found none as: $(PYTHONS). Name yours: make PYTHON=/path/to/python3"; \
	exit 1

.venv/.lab: .venv/bin/python $(DESCRIPTION) $(VENDOR)
	@$(call install,--editable '.[lab]')

.venv/.dev: .venv/bin/python $(DESCRIPTION) $(VENDOR)
	@$(call install,--editable '.[lab]' --group dev)
	@touch .venv/.lab

# The build hook makes it; should it be missing, that is a reason to install.
$(VENDOR): ;

define install
	mkdir -p .cache; echo "Installing into .venv, which takes a minute the first time ..."; \
	if { $(PIP) "$$(grep '^pip==' constraints.txt)" && $(PINNED) $(PIP) $(1); } >$(LOG) 2>&1; then touch $@; else \
		echo "Installing failed: check the network, then run make again. The whole story is in $(LOG);" \
			"pip's word is: $$(grep -iE '^ *(npm )?error' $(LOG) | tail -1)"; \
		exit 1; \
	fi
endef
