# Thin: every target is one command. `make help` lists them, from the comments behind their names.

# No rule comes from make itself: what a target is called never says how it is made.
MAKEFLAGS += --no-builtin-rules --no-builtin-variables
.SUFFIXES:

PYTHON ?= python3
NEWEST ?= python3
MINUTES ?= 15
BIN := .venv/bin
SOURCES := setup.cfg pyproject.toml README.md $(wildcard docs/*.md) $(shell find iamgen templates -type f -not -name '*.pyc')

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help render check report ci release rehearse test test-newest test-oldest environments emulator docs dist sbom lint cfn-lint golden bench mutants clean FORCE

help: ## list the targets
	@sed -n 's/^\([a-z][a-z/%-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | while IFS='|' read -r target does; do \
		printf '%-20s %s\n' "$$target" "$$does"; done

render: .venv/installed ## make build/ACCOUNT/infra.json of every account, linted
	$(BIN)/iamgen render --all -o build

check: .venv/installed ## hold every account's template against every rule and every quota
	$(BIN)/iamgen check

report: .venv/installed ## make build/report.html, a page of who can do what
	$(BIN)/iamgen report -o build/report.html

ci: .venv/installed ## make the files of CI anew, from users.py and templates/ci
	$(BIN)/iamgen ci github gitlab

release: .venv/installed ## release the next bugfix; release/feature, release/breaking, release/v1.2.3; ARGS=--dry-run
	$(BIN)/iamgen release $(ARGS)

# What follows the slash gets to the shell as the value of a variable, so that nothing in it is a command.
release/% promote/% deploy/%: export NAMED = $*

release/%: .venv/installed FORCE
	$(BIN)/iamgen release $(ARGS) -- "$$NAMED"

promote/%: .venv/installed FORCE ## promote/infra/v1.2.3: put a release where CI deploys it from
	$(BIN)/iamgen promote $(ARGS) -- "$${NAMED%/*}" "$${NAMED##*/}"

deploy/%: .venv/installed FORCE ## deploy/dev: an account's stack to AWS, shown first; ARGS=--dry-run
	$(BIN)/iamgen deploy $(ARGS) -- "$$NAMED"

rehearse: .venv/installed .venv/emulator/made ## the life of a stack, without an AWS account
	$(BIN)/python -m tests.emulator.rehearse

test: .venv/dev .venv/emulator/made .venv/aws-cli/made .venv/js/made ## run the tests, on the package as it was built and installed
	$(BIN)/pytest -n $(WORKERS) --dist worksteal

# Fork, frames, signals, links, templates compiled to code: what a release of Python may change under our feet.
INTERPRETER_TESTS := tests/test_forks.py tests/ui tests/declaration/test_source_span.py
# One more than there are processors: some tests wait, for a signal, an endpoint or a terminal.
WORKERS := $(shell echo $$(( $$(nproc 2>/dev/null || echo 2) + 1 )))

environments: .venv/dev .venv/emulator/made .venv/aws-cli/made .venv/js/made .venv/newest/made ## make what the tests run in; with --jobs several at once

test-newest: .venv/newest/made .venv/emulator/made ## run the tests of what depends on the interpreter; NEWEST=python3.13
	.venv/newest/bin/pytest -n $(WORKERS) $(INTERPRETER_TESTS)

# What leans on the libraries: the command line, what is read from their data, the sandbox, whole templates, cfn-lint,
# YAML that others wrote, requests to AWS.
LIBRARY_TESTS := tests/aws/test_escalation.py tests/aws/test_services.py tests/cli tests/golden tests/jinja \
	tests/check/lint tests/iam/test_source.py tests/aws_client/test_clients.py tests/aws_client/test_errors.py \
	tests/commands/test_drift.py

test-oldest: .venv/oldest/made .venv/emulator/made ## run the tests of what depends on libraries, with the oldest of each that setup.cfg allows
	.venv/oldest/bin/pytest -n $(WORKERS) $(LIBRARY_TESTS)

emulator: .venv/emulator/made ## run a local AWS to try things on, until ^C
	.venv/emulator/bin/python -m tests.emulator

docs: .venv/docs/made ## make the documentation's site in build/docs, every link checked
	.venv/docs/bin/sphinx-build --quiet --fail-on-warning --keep-going --conf-dir docs/site \
		--doctree-dir .venv/docs/doctrees . build/docs
	@echo "the site is build/docs/index.html"

# The second time with another umask and hash seed, and later: whatever of that gets into an archive makes a
# difference. The wheel is built from the source distribution: a file that is missing there is missing in both.
dist: .venv/dev ## build what is released, of the last commit, twice, and compare the bytes: dist/
	rm -rf .build/dist && mkdir -p .build/dist dist
	set -e; for umask in 022 027; do (umask $$umask; git clone --quiet . .build/dist/$$umask; \
		PYTHONHASHSEED=$$umask $(BIN)/python -m build --outdir .build/dist/$$umask/dist \
		.build/dist/$$umask >.build/dist/$$umask.log); done
	set -e; for file in .build/dist/022/dist/*; do cmp $$file .build/dist/027/dist/$${file##*/}; done
	cp .build/dist/022/dist/* dist/
	@cd dist && sha256sum $$(ls ../.build/dist/022/dist)

sbom: .venv/sbom/made ## list all that is installed with iamgen, as CycloneDX: dist/iamgen.cdx.json
	mkdir -p dist
	.venv/sbom/bin/cyclonedx-py environment --output-reproducible --short-PURLs --output-file dist/iamgen.cdx.json .venv/bare

lint: .venv/dev ## check style and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

cfn-lint: render ## run the cfn-lint command over what was rendered, as CI does
	$(BIN)/cfn-lint --non-zero-exit-code error -- build/*/infra.json

golden: .venv/dev ## write the golden templates of the tests anew; read the difference before you commit it
	$(BIN)/pytest -q tests/golden --rewrite

bench: .venv/dev ## measure: a table of medians and ratios
	$(BIN)/python -m bench

mutants: .venv/dev ## break what decides about access on purpose, and count what no test notices; ROOM=iam MINUTES=15
	$(BIN)/python -m bench.mutants --minutes $(MINUTES) $(ROOM)

clean: ## remove what the other targets made
	rm -rf .venv .build .mutants build dist

FORCE:

# The package is built and installed, not linked: what runs is what users get.
.venv/installed: $(SOURCES) .venv/made
	$(BIN)/pip install --quiet --disable-pip-version-check .
	touch $@

.venv/dev: .venv/installed
	$(BIN)/pip install --quiet --disable-pip-version-check '.[dev]'
	touch $@

# A local AWS, in an environment of its own because it pins libraries that iamgen uses too.
.venv/emulator/made: tests/emulator/requirements.txt | .venv/made
	$(PYTHON) -m venv .venv/emulator
	.venv/emulator/bin/pip install --quiet --disable-pip-version-check -r $<
	touch $@

# A second Python, in an environment of its own.
.venv/newest/made: $(SOURCES) | .venv/installed # not at the same time: both build the package in one folder
	$(NEWEST) -m venv .venv/newest
	.venv/newest/bin/pip install --quiet --disable-pip-version-check . hypothesis pexpect pytest pytest-xdist
	touch $@

# The oldest libraries that setup.cfg allows, found out by uv; what those need themselves is of today.
.venv/oldest/made: setup.cfg $(SOURCES) | .venv/installed # not at the same time: both build the package in one folder
	$(PYTHON) -m venv .venv/oldest
	.venv/oldest/bin/pip install --quiet --disable-pip-version-check uv
	.venv/oldest/bin/uv pip compile --quiet --python .venv/oldest/bin/python --resolution lowest-direct \
		--output-file .venv/oldest/requirements.txt setup.cfg
	.venv/oldest/bin/pip install --quiet --disable-pip-version-check --requirement .venv/oldest/requirements.txt \
		. check-jsonschema hypothesis packaging pexpect pytest pytest-xdist
	touch $@

# iamgen and what it needs, and nothing else, not even pip; beside it what makes a list of that.
.venv/sbom/made: $(SOURCES) | .venv/installed
	rm -rf .venv/bare
	$(PYTHON) -m venv --without-pip .venv/bare
	$(PYTHON) -m venv .venv/sbom
	.venv/sbom/bin/pip install --quiet --disable-pip-version-check cyclonedx-bom
	.venv/sbom/bin/pip --python .venv/bare/bin/python install --quiet --disable-pip-version-check .
	rm .venv/bare/lib/python*/site-packages/iamgen-*.dist-info/direct_url.json # the path of this clone is nobody's business
	touch $@

# What makes the documentation's site.
.venv/docs/made: docs/site/requirements.txt | .venv/made
	$(PYTHON) -m venv .venv/docs
	.venv/docs/bin/pip install --quiet --disable-pip-version-check -r $<
	touch $@

# What reads ~/.aws in JavaScript; without npm, or without a network, the tests that need it are skipped and say so.
.venv/js/made: tests/client/package.json | .venv/made
	mkdir -p .venv/js && cp $< .venv/js/
	if command -v npm >/dev/null; then npm install --silent --no-audit --no-fund --prefix .venv/js || true; fi
	touch $@

# The AWS CLI, which reads what was written for it; it is a program, not a library of ours.
.venv/aws-cli/made: tests/client/requirements.txt | .venv/made
	$(PYTHON) -m venv .venv/aws-cli
	.venv/aws-cli/bin/pip install --quiet --disable-pip-version-check -r $<
	touch $@

.venv/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "error: iamgen needs Python 3.11 or newer; name one: make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv
	touch $@
