# Everything a developer or CI does. `make help` lists it.
VENV := .venv
PY := $(VENV)/bin/python
STAMP := $(VENV)/.installed
SPARK := .venv-spark
WORKFLOWS := $(wildcard docs/examples/*.yml .github/workflows/*.yml)
RELEASE := .venv-release
# The commit's time, so that the same commit gives the same bytes; in an unpacked sdist, hatchling's own.
EPOCH = $(shell git log -1 --format=%ct 2>/dev/null || echo 1580601600)
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.DEFAULT_GOAL := help
.PHONY: help demo test test-slow check format golden schemas docs site bench bench-log bench-labels power lock test-spark lock-spark build clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(STAMP): requirements.lock pyproject.toml
	@test -d $(VENV) || python3 -m venv $(VENV)
	@$(PY) -m pip install --quiet --require-hashes -r requirements.lock
	@$(PY) -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(SPARK)/.installed: requirements.lock requirements-spark.lock pyproject.toml
	@test -d $(SPARK) || python3 -m venv $(SPARK)
	@$(SPARK)/bin/python -m pip install --quiet --require-hashes -r requirements.lock -r requirements-spark.lock
	@$(SPARK)/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(STAMP) ## sync two made-up trackers and print the overview
	@$(VENV)/bin/tracker-sync demo

test: $(STAMP) ## run the tests
	@$(PY) -m pytest -m "not slow" --numprocesses auto --dist loadfile

test-slow: $(STAMP) ## run the slow tests too
	@$(PY) -m pytest

check: $(STAMP) ## lint, formatting, types, the tests inside rule files, and what GitHub runs
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@$(VENV)/bin/tracker-sync rules test rules
	@$(VENV)/bin/zizmor --offline --quiet --persona auditor action.yml .github $(wildcard docs/examples/*.yml)
	@$(VENV)/bin/check-jsonschema --quiet --builtin-schema vendor.github-actions action.yml
	@$(VENV)/bin/check-jsonschema --quiet --builtin-schema vendor.github-workflows $(WORKFLOWS)
	@$(VENV)/bin/check-jsonschema --quiet --builtin-schema vendor.dependabot .github/dependabot.yml

format: $(STAMP) ## format and fix what can be fixed safely
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix .

golden: $(STAMP) ## renew the demo's reports in tests/golden; look at what changed
	@$(PY) -m tests.made golden

schemas: $(STAMP) ## renew the JSON Schemas of the reports
	@$(PY) -m tests.made schemas

docs: $(STAMP) ## renew docs/reference, and the columns in docs/reports.md
	@$(PY) -m tests.made docs

site: $(STAMP) ## build the docs as a site in site/; read it: python3 -m http.server -d site
	@$(PY) -m zensical build --strict --clean

bench: $(STAMP) ## measure, as ratios to a floor in the same run; PEERS=1: other tools too
	@PEERS=$(PEERS) $(PY) -m tests.bench

bench-log: $(STAMP) ## measure a log of EVENTS=5000000, in BENCH_DIR= (kept) or a folder for once
	@$(PY) -m tests.bench_log

bench-labels: $(STAMP) ## measure the built-in rules against the hand labels of the recorded trackers
	@PYTHONPATH=tests $(PY) tests/bench_labels.py

power: $(STAMP) ## measure how often each rule on patterns speaks, with its bias and without any
	@$(PY) -m tests.power

lock: $(STAMP) ## renew requirements.lock, and requirements-action.lock of what runs alone
	@$(PY) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes $(UPGRADE) \
		--group dev --no-header --no-annotate --output-file requirements.lock pyproject.toml
	@$(PY) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--group action --constraint requirements.lock --no-header --no-annotate \
		--output-file requirements-action.lock pyproject.toml

test-spark: $(SPARK)/.installed ## run the tests of the extra `spark`: 500 MB into .venv-spark, Java 17
	@$(SPARK)/bin/python -m pytest tests/test_spark.py

lock-spark: $(STAMP) ## renew requirements-spark.lock
	@$(PY) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes $(UPGRADE) \
		--group spark --no-header --no-annotate --output-file requirements-spark.lock

.PHONY: sbom test-release lock-release upgrade
$(RELEASE)/.installed: requirements-release.lock
	@test -d $(RELEASE) || python3 -m venv $(RELEASE)
	@$(RELEASE)/bin/python -m pip install --quiet --require-hashes -r requirements-release.lock
	@touch $@

build: $(RELEASE)/.installed ## build the wheel and the sdist in dist/; a commit gives the same bytes each time
	@rm -rf dist
	@SOURCE_DATE_EPOCH=$(EPOCH) $(RELEASE)/bin/python -m hatchling build

sbom: $(RELEASE)/.installed ## list in dist/sbom.cdx.json what the locks install, with all extras (CycloneDX)
	@$(RELEASE)/bin/uv venv --quiet --clear --python $(RELEASE)/bin/python .venv-sbom
	@$(RELEASE)/bin/uv pip install --quiet --python .venv-sbom --requirements pyproject.toml --all-extras \
		--constraints requirements.lock --constraints requirements-spark.lock
	@mkdir -p dist
	@SOURCE_DATE_EPOCH=$(EPOCH) $(RELEASE)/bin/cyclonedx-py environment --pyproject pyproject.toml \
		--output-reproducible --output-file dist/sbom.cdx.json .venv-sbom
	@rm -r .venv-sbom

test-release: $(STAMP) ## test the wheel and the sdist that lie in dist/, and that they can be built again
	@DIST=dist SOURCE_DATE_EPOCH=$(EPOCH) $(PY) -m pytest tests/test_release.py

lock-release: $(STAMP) ## renew requirements-release.lock; what is in both locks is the same there
	@$(PY) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes $(UPGRADE) \
		--group release --constraints requirements.lock --no-header --no-annotate \
		--output-file requirements-release.lock

upgrade: $(STAMP) ## renew every lock with releases that are a week old at least; Dependabot reads none of them
	@UV_EXCLUDE_NEWER="7 days" $(MAKE) --no-print-directory UPGRADE=--upgrade lock
	@UV_EXCLUDE_NEWER="7 days" $(MAKE) --no-print-directory UPGRADE=--upgrade lock-spark lock-release

clean: ## remove what can be made again
	@rm -rf $(VENV) $(SPARK) $(RELEASE) .venv-sbom demo dist site .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis
