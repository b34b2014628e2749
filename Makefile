# Every command sets up what it needs by itself. Wanted: Python 3.11 or newer, and make.

PY ?= $(shell for p in python3.11 python3 python3.12 python3.13 python3.14; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := $(CURDIR)/.venv/bin
PIP := $(BIN)/pip --disable-pip-version-check install --quiet --require-hashes
PIN := build/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links
export PATH := $(BIN):$(PATH)
unexport PYTHONDONTWRITEBYTECODE # a test run starts Python hundreds of times

SECONDS ?= 600
# One more than the cores there are at least: much of the time one waits for a disk, a browser or a clock.
PYTEST_ARGS ?= -n 3 --dist loadfile
# What runs side by side is printed whole, once it has ended, where make can do that.
AT_ITS_END := $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)
NPM := pwa/node_modules/.package-lock.json
PYTHON := sync backend media migrations tests hatch_build.py pwa/bake
TYPED := sync backend media migrations

.PHONY: help run test test-phone test-parts bench soak faults lint kinds fix setup setup-dev pwa clean lock
.DEFAULT_GOAL := help

help: ## show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | awk -F '\t' '{printf "make %-10s %s\n", $$1, $$2}'

run: setup pwa ## start a demo town on http://127.0.0.1:8000 (PORT, QIANSHAO_DATA)
	qianshao demo --serve

test: lint pwa ## every check and test, the browser journeys included
	$(MAKE) --no-print-directory -j 2 $(AT_ITS_END) test-phone test-parts
	CHROMIUM="$$(tests/browser.sh)" && export CHROMIUM && pytest $(PYTEST_ARGS) tests/whole

test-phone: setup-dev ## the tests of the phone's modules
	cd pwa && npm test

test-parts: setup-dev pwa ## the tests of everything else, but for the whole: fleets, faults, journeys
	pytest $(PYTEST_ARGS) --ignore=tests/whole

bench: setup-dev pwa ## measure; JSON under bench-results/
	CHROMIUM="$$(tests/browser.sh)" && export CHROMIUM && python -m tests.bench

soak: setup-dev ## run the fleets, model and real client, until time is up (SECONDS each)
	python -m tests.whole.fleet --soak $(SECONDS)
	python -m tests.whole.fleet --node --soak $(SECONDS)

faults: setup-dev ## kill points (of the longest write-back 150, else all), 100 power cuts: an hour and more
	SOAK=1 pytest tests/whole/faults

lint: setup-dev $(NPM) ## ruff, mypy, Biome, tsc
	ruff check $(PYTHON)
	ruff format --check $(PYTHON)
	mypy $(TYPED)
	cd pwa && npm run --silent lint && npm run --silent check

kinds: setup ## check the record kinds and list them
	qianshao kinds

fix: setup-dev $(NPM) ## let ruff and Biome repair what they can
	ruff check --fix-only $(PYTHON)
	ruff format $(PYTHON)
	cd pwa && npm run --silent fix

setup: .venv/ok $(NPM) ## the environment that serves: .venv and pwa/node_modules

setup-dev: .venv/ok-dev $(NPM) ## the environment that tests: setup and the tools

pwa: .venv/ok $(NPM) ## build the phone's app into backend/static, if it changed
	python hatch_build.py

lock: .venv/ok ## pin every Python dependency anew (npm: npm update in pwa/)
	test -x build/lock/bin/uv || { python -m venv build/lock && build/lock/bin/pip install --quiet uv; }
	$(PIN) --group build -o requirements.lock pyproject.toml
	$(PIN) --group build --group dev -o requirements-dev.lock pyproject.toml
	$(PIN) --group pyproject.toml:node -o requirements-node.lock
	$(PIN) --group pyproject.toml:bench -o requirements-bench.lock

clean: ## remove what setup, builds and tests made
	rm -rf .venv pwa/node_modules backend/static dist build bench-results test-results
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The project itself is installed without its build hook: `make pwa` runs it, once the sources are whole.
.venv/ok: requirements.lock pyproject.toml
	@test -n "$(PY)" || { echo "Python 3.11 or newer is needed (python3.11 or python3 on the PATH)." >&2; exit 1; }
	test -x $(BIN)/python || $(PY) -m venv .venv || \
		{ echo "The venv module does not work; on Debian: apt-get install python3-venv" >&2; rm -rf .venv; exit 1; }
	$(PIP) -r requirements.lock
	HATCH_BUILD_NO_HOOKS=true $(BIN)/pip --disable-pip-version-check install --quiet --no-deps --no-build-isolation -e .
	@touch $@

.venv/ok-dev: requirements-dev.lock .venv/ok
	$(PIP) -r requirements-dev.lock
	@touch $@

# No Node on the PATH: the wheel from PyPI brings one, linked into .venv/bin.
.venv/ok-node: .venv/ok requirements-node.lock
	python hatch_build.py --have-node || { $(PIP) -r requirements-node.lock && python hatch_build.py --link-node $(BIN); }
	@touch $@

$(NPM): pwa/package-lock.json pwa/package.json | .venv/ok-node
	cd pwa && npm ci --no-audit --no-fund
	@touch $@
