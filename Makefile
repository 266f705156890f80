# Two commands set everything up on a machine that has Python and make:
#   make demo   train LeNet on real digits
#   make test   the whole test suite
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := .venv-uv/bin/uv
# One version of every package, so that what was green stays green.
VERSIONS := -c constraints.txt
# What tests install, and which are run. For the compiler's, without Paddle:
#   make test-lowest EXTRAS=test TESTS='tests/generator tests/fuzz'
EXTRAS := cpu,demo,export,verify,visualdl,docs,test
TESTS :=
# Workers for pytest; Paddle gets the cores that are left to each.
JOBS ?= 2
# What `make fuzz` does: hostile files, seconds of atheris, random networks.
FUZZ ?= 100000
FUZZ_SECONDS ?= 600
FUZZ_NETWORKS ?= 3000

.PHONY: demo test test-latest test-lowest upgrade check golden docs site browse catalogue results bench fuzz mutants build clean help

help: ## Show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' \
		|| { echo "pmgen needs Python 3.10 to 3.13; try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

# Isolated, a build would fetch the newest hatchling, whatever VERSIONS says.
INSTALL = $(BIN)/python -m pip install --quiet $(VERSIONS) pip hatchling editables \
	&& $(BIN)/python -m pip install --quiet $(VERSIONS) --no-build-isolation -e

$(VENV)/.demo: pyproject.toml constraints.txt | $(BIN)/python
	$(INSTALL) '.[cpu,demo]'
	@touch $@

$(VENV)/.test: pyproject.toml constraints.txt | $(BIN)/python
	$(INSTALL) '.[$(EXTRAS)]'
	@touch $@

$(UV):
	$(PYTHON) -m venv .venv-uv
	.venv-uv/bin/python -m pip install --quiet -c constraints.txt uv

comma := ,
each = $(foreach extra,$(subst $(comma), ,$(1)),--extra $(extra))

demo: $(VENV)/.demo ## Build specs/lenet.yaml, train it on 4,000 real digits, validate on 1,000
	$(BIN)/pmgen build specs/lenet.yaml
	$(BIN)/pmgen train specs/lenet.yaml --data digits --recipe digits --out runs/demo --force
	$(BIN)/pmgen eval runs/demo --data digits
	@echo
	@echo "The run is in runs/demo: open runs/demo/report.html. Next, for example:"
	@echo "  source $(BIN)/activate       # now the shell finds pmgen"
	@echo "  pmgen list                      # the networks and recipes that are shipped"
	@echo "  pmgen show resnet18 --depth 1   # shapes, parameters and costs, layer by layer"
	@echo "  pmgen new lenet -o mine         # a copy to alter; then: pmgen build mine/lenet.yaml"

test: $(VENV)/.test ## Run all tests
	$(BIN)/python -m pytest -n $(JOBS) $(TESTS)

test-latest: ## The same with the newest packages, in .venv-latest
	@rm -f .venv-latest/.test
	$(MAKE) test VENV=.venv-latest VERSIONS='--upgrade --upgrade-strategy eager'

test-lowest: $(UV) ## The same with the oldest that pyproject.toml admits, in .venv-lowest
	@rm -rf .venv-lowest
	@mkdir -p build
	$(UV) pip compile --quiet --python $(PYTHON) --resolution lowest-direct \
		$(call each,$(EXTRAS)) -o build/lowest.txt pyproject.toml
	$(MAKE) test VENV=.venv-lowest VERSIONS='-c build/lowest.txt'

upgrade: $(UV) ## Write constraints.txt anew: the newest version of every package
	printf '%s\n' pip editables uv | $(UV) pip compile --quiet --upgrade \
		--universal --python-version 3.10 $(call each,$(EXTRAS)) --extra fuzz --extra browser \
		--custom-compile-command 'make upgrade' -o constraints.txt pyproject.toml -

fuzz: $(VENV)/.test ## An hour or more: hostile files, injections, random networks (FUZZ=100000)
	$(BIN)/python -m tests.fuzz.run --count $(FUZZ) --jobs $(JOBS)
	PMGEN_FUZZ_INJECTIONS=all $(BIN)/python -m pytest -n $(JOBS) tests/fuzz/test_injection.py
	PMGEN_FUZZ=$(FUZZ_NETWORKS) $(BIN)/python -m pytest -n 0 tests/paddle/test_random_networks.py
	$(INSTALL) '.[fuzz]' || echo "no atheris for this Python"
	$(BIN)/python -m tests.fuzz.atheris_check -max_total_time=$(FUZZ_SECONDS) -artifact_prefix=build/ build/corpus

mutants: $(VENV)/.test ## Alter the rules of ops one piece at a time; a test must notice each
	$(BIN)/python -m tests.generator.ops.mutants

check: $(VENV)/.test ## Lint, types, and whether generated files follow their specs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy --config-file generated/mypy.ini generated
	$(BIN)/pmgen build --all --check
	$(BIN)/python -m docs.figures --check
	$(BIN)/python -m docs.pictures --check
	$(BIN)/python -m docs.reference --check
	$(BIN)/python -m docs.catalogue --check

build: $(VENV)/.demo ## Generate the classes of all shipped specs again
	$(BIN)/pmgen build --all

golden: $(VENV)/.test build ## Update expected outputs; read the diff before you commit it
	$(BIN)/python -m tests.support.compiler.golden --update

docs: $(VENV)/.test ## Make the schemas, and what docs/ shows of the code, from its definitions
	$(BIN)/pmgen schema spec -o specs/schema/spec.json
	$(BIN)/pmgen schema recipe -o specs/schema/recipe.json
	$(BIN)/python -m docs.figures
	$(BIN)/python -m docs.pictures
	$(BIN)/python -m docs.reference

site: $(VENV)/.test ## Build the documentation as a site, build/site/index.html; a broken link fails
	@# Pages that are kept from the last time would not be warned of again.
	$(BIN)/python -m sphinx -q -E -a -W --keep-going -c docs/site -d build/site-cache . build/site
	@echo "open build/site/index.html"

browse: $(VENV)/.test ## Open the site in Chromium, which the system must have, and use it
	$(INSTALL) '.[browser]'
	PMGEN_BROWSER=$${PMGEN_BROWSER:-chromium} $(BIN)/python -m pytest tests/docs/test_site_in_a_browser.py

catalogue: $(VENV)/.test ## Measure every network against Paddle's own and write docs/catalogue.md
	$(BIN)/python -m docs.catalogue --measure

bench: $(VENV)/.test ## Measure compile time, the cost of a shape check, reading images
	$(BIN)/python bench/compile_time.py
	$(BIN)/python bench/whole_catalogue.py
	$(BIN)/python bench/check_shape.py
	$(BIN)/python bench/reading.py

results: $(VENV)/.test ## Hours: train and measure the rows of docs/results.md (DATA=folder)
	$(BIN)/python bench/results.py $(DATA)
	$(BIN)/python bench/lenet_relu.py $(DATA) runs/lenet_relu

clean: ## Remove the environment and what tools left
	rm -rf .venv .venv-latest .venv-lowest .venv-uv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
