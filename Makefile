# One command surface: make up, make test, make drill, make lint, make bench. CI runs the same targets.

PYTHON ?= python3
PORT ?= 8000
DATA ?= var
WORKERS ?= $(shell n=$$(getconf _NPROCESSORS_ONLN); echo $$((n < 3 ? 3 : n)))
VENV := .venv
BIN := $(VENV)/bin
SPACE := $(subst ,, )
SOURCES := shared/src services/registry/src services/matching/src services/notify/src services/portal/src command/src
KERNELS := $(shell grep -rlE "numba|compiled|NamedTuple" services/matching/src --include=*.py)
PACKAGES := ./shared ./services/registry ./services/matching ./services/notify ./services/portal ./command

# a test run starts dozens of programs, each of which would compile every module again
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup up test drill lint bench messages generate sbom dist docs audit secrets

setup: $(VENV)/.dev $(VENV)/.kernels ## everything for developing

$(VENV)/.base: constraints.txt shared/pyproject.toml services/registry/pyproject.toml services/matching/pyproject.toml services/notify/pyproject.toml services/portal/pyproject.toml command/pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint constraints.txt --upgrade pip
	$(BIN)/pip install --quiet --constraint constraints.txt $(PACKAGES:%=--editable %)
	touch $@

# numba does not see that a kernel in another file has changed: what was compiled before goes, all of it
$(VENV)/.kernels: $(VENV)/.base $(KERNELS)
	find services/matching/src -name '*.nbi' -delete
	$(BIN)/python -m isopolity.matching.warm_up
	touch $@

$(VENV)/.dev: $(VENV)/.base pyproject.toml
	$(BIN)/pip install --quiet --constraint constraints.txt --group dev
	touch $@

up: $(VENV)/.kernels ## all services in one process on http://127.0.0.1:$(PORT)
	$(BIN)/isopolity up --port $(PORT) --data $(DATA)

# what a test writes is gone after it: where memory has room (kilobytes), no test waits until a disk has written
MEMORY := $(shell [ -w /dev/shm ] && df -Pk /dev/shm | awk 'NR > 1 && $$4 > 4000000 { print $$6 }')
IN_MEMORY := $(if $(TMPDIR)$(LONG),,$(MEMORY:%=TMPDIR=%))
EXAMPLES := $(if $(LONG),,ISOPOLITY_TEST_EXAMPLES=$${ISOPOLITY_TEST_EXAMPLES:-20})

PYTEST := $(BIN)/pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder

# whole programs first: their files have few tests, each of which takes long
test: setup ## the tests but those marked long and drill; LONG=1 brings in the long ones and all examples, as in CI
	$(IN_MEMORY) $(EXAMPLES) $(PYTEST) -m "not drill$(if $(LONG),, and not long)"

drill: setup ## what takes a night's patience: the tests marked drill, with Kafka and PostgreSQL; CI leaves them out
	$(PYTEST) -m drill

lint: $(VENV)/.dev ## style, types, architecture, generated files
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy $(SOURCES)
	MYPYPATH=.:data:$(subst $(SPACE),:,$(SOURCES)) $(BIN)/mypy tests benchmarks data/demo_builder
	$(BIN)/lint-imports
	$(BIN)/python -m isopolity.contracts.generation --check
	$(BIN)/python -m deploy.client --check
	$(BIN)/python -m deploy.generation --check
	$(BIN)/python -m deploy.messages --check
	$(BIN)/python -m deploy.pins

messages: setup ## the catalogues of the languages, up to the sentences of today; LANGUAGE=de begins one
	$(BIN)/python -m deploy.messages $(LANGUAGE)

generate: setup ## the files that are made from the catalogue, the documents of the APIs and their client, those of a deployment, the columns of imports, and who gets what
	$(BIN)/python -m isopolity.contracts.generation
	$(BIN)/python -m deploy.client
	$(BIN)/python -m deploy.generation
	$(BIN)/python -m isopolity.registry.entrypoints.template docs/imports.md
	$(BIN)/python -m tests.support.access.table

sbom: $(VENV)/.dev ## build/sbom.json: everything that a release installs, as CycloneDX
	$(PYTHON) -m venv --clear build/release
	build/release/bin/pip install --quiet --no-compile --constraint constraints.txt $(PACKAGES)
	$(BIN)/cyclonedx-py environment --output-file build/sbom.json build/release/bin/python
	$(BIN)/python -m deploy.pins build/sbom.json

dist: $(VENV)/.dev ## dist/: each package as a source distribution and, built from that, a wheel; one commit always gives the same files
	rm -rf dist
	for each in $(PACKAGES); do \
	    SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(BIN)/python -m build --no-isolation --outdir dist $$each > /dev/null || exit; \
	done

docs: $(VENV)/.dev ## build/docs: the documentation as a site; a link that leads nowhere fails
	$(BIN)/python -m deploy.site

audit: $(VENV)/.dev ## known weaknesses of what is pinned, Python's and npm's, where their databases can be asked
	$(BIN)/python -m deploy.audit

secrets: ## what docker compose needs to be secret, in deploy/secrets
	$(PYTHON) deploy/generate_secrets.py

bench: setup ## speed and memory, each beside its peer; ONLY=name, QUICK=1
	$(BIN)/python -m benchmarks $(ONLY:%=--only %) $(if $(QUICK),--quick)
