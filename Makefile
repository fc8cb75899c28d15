# Everything from a fresh clone with python3 (3.11 or newer) and make. `make help` lists what there is.

PYTHON ?= python3
PY     := .venv/bin/python
PIP    := $(PY) -m pip install -qq --disable-pip-version-check --require-hashes

# A stamp is named for the lock file's contents, so a changed lock installs and a changed time stamp does not.
sum = $(firstword $(shell cksum < $(1)))
RUNTIME := .venv/runtime-$(call sum,requirements.lock)
DEV     := .venv/dev-$(call sum,requirements-dev.lock)

ROLE     ?= district_office
SUBJECT  ?= someone
DISTRICT ?= demo

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run demo serve status token test check bench bench-full grand-bend clean

help:  ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 13
	@echo
	@echo 'make run takes DATABASE_URL=postgresql://admin:password@host/rollbook, ROLL_PORT=8101 (and ISSUER_, CREDIT_,'
	@echo 'PROGRAM_PORT), SIZE=, DISTRICTS=demo,mine; make test takes ARGS="-k roll".'

run: $(RUNTIME)  ## start everything, show the demonstration district, serve until Ctrl-C
	@$(PY) -m deploy run

demo: $(RUNTIME)  ## the same, but stop when the results have been shown
	@$(PY) -m deploy demo

serve: $(RUNTIME)  ## start everything on the data that are there, serve until Ctrl-C
	@$(PY) -m deploy serve

status: $(RUNTIME)  ## say which processes answer
	@$(PY) -m deploy status

token: $(RUNTIME)  ## print a token for one hour: ROLE=teacher SUBJECT=T1 DISTRICT=demo SCHOOL=001
	@$(PY) -m deploy token --role '$(ROLE)' --subject '$(SUBJECT)' --district '$(DISTRICT)' $(if $(SCHOOL),--school '$(SCHOOL)')

test: $(DEV)  ## every test, against a real PostgreSQL
	@$(PY) -m pytest -n 2 --dist worksteal $(ARGS)

check: $(DEV)  ## lint, format, types, import walls, compose file, Dockerfile
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports
	.venv/bin/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
	.venv/bin/hadolint deploy/Dockerfile

bench: $(DEV)  ## measure the figures that docs/ states
	@$(PY) -m tests.bench

bench-full: $(DEV)  ## the same at the large sizes too, up to LAUSD's year (half an hour)
	@$(PY) -m tests.bench --full

grand-bend: $(RUNTIME)  ## ADA of a published Texas district: DATA=folder MARKS=csv OUT=json
	@$(PY) -m deploy grand-bend $(if $(DATA),--data '$(DATA)') $(if $(MARKS),--marks '$(MARKS)') $(if $(OUT),--out '$(OUT)')

clean:  ## remove the environment and the caches; the data in .rollbook stay
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUNTIME): | $(PY)
	@echo 'Installing the libraries of requirements.lock into .venv'
	@$(PIP) -r requirements.lock
	@touch $@

$(DEV): | $(PY)
	@echo 'Installing the libraries of requirements-dev.lock into .venv'
	@$(PIP) -r requirements-dev.lock
	@touch $@ $(RUNTIME)

$(PY):
	@command -v $(PYTHON) >/dev/null || { echo 'There is no $(PYTHON): install Python 3.11 or newer, or name it: make PYTHON=/path/to/python3' >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Rollbook needs Python 3.11 or newer, and $(PYTHON) is $$($(PYTHON) --version 2>&1). Name a newer one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo 'This Python cannot make virtual environments: install its venv package (Debian and Ubuntu: apt install python3-venv).' >&2; exit 1; }
	@echo 'Making the virtual environment .venv'
	@$(PYTHON) -m venv .venv
