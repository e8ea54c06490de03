# Two commands do everything on a fresh machine: `make run` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
OFFICES ?= 300

.PHONY: run app test kernels format check types lint imports pytest matrix coverage messages docs bundle licences audit clean

## run: set up, make and solve the synthetic demonstration country, check the plan, say where the results lie
run: $(VENV)/.runtime
	$(BIN)/planner demo --offices $(OFFICES) --out runs/demo --force
	$(BIN)/planner verify runs/demo
	@echo
	@echo "Open the app on this run:   make app"
	@echo "Plan your own country:      $(BIN)/planner new my-country"

## app: open the app on the demonstration run
app: $(VENV)/.runtime
	$(BIN)/planner app runs/demo

## test: everything that must hold before a change lands
test: $(VENV)/.development
	$(MAKE) --jobs=2 lint types imports kernels
	$(MAKE) pytest

## kernels: compile what the search runs on, which the first run would do otherwise
kernels: $(VENV)/.runtime
	$(BIN)/python -c "from planner.solver import compile_kernels; compile_kernels()"

lint: $(VENV)/.development
	$(BIN)/ruff format --check
	$(BIN)/ruff check

types: $(VENV)/.development
	$(BIN)/mypy

imports: $(VENV)/.development
	$(BIN)/lint-imports

pytest: $(VENV)/.development
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal --nbmake tests notebooks

## matrix: the tests on each supported Python that is installed here
matrix:
	$(PYTHON) .ci/matrix.py

## coverage: how much of each room the tests reach
coverage: $(VENV)/.development
	$(BIN)/python .ci/coverage_by_room.py

## messages: collect the texts for users, merge them into the French catalogue and compile it
messages: $(VENV)/.development
	$(BIN)/python .ci/messages.py

## docs: the documentation as web pages in English and French, in dist/docs
docs: $(VENV)/.development
	$(BIN)/python docs/site/build.py

## bundle: a zip with all that Windows needs without internet, in dist/
bundle: $(VENV)/.runtime
	$(BIN)/python bundle/build.py

## licences: what each package that the program needs says of its licence
licences: $(VENV)/.runtime
	$(BIN)/python .ci/licences.py

## audit: known faults of the locked versions, asked of OSV over the network
audit: | $(VENV)-audit/bin/pip-audit
	$(VENV)-audit/bin/pip-audit --vulnerability-service osv --requirement constraints.txt --no-deps --disable-pip

$(VENV)-audit/bin/pip-audit:
	$(PYTHON) -m venv $(VENV)-audit
	$(VENV)-audit/bin/python -m pip install --quiet --disable-pip-version-check pip-audit

## format: put the code in the common format
format: $(VENV)/.development
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

clean:
	rm -rf $(VENV) $(VENV)-audit .venv-3.* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

$(VENV)/.development: pyproject.toml constraints.txt .ci/system-packages | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	.ci/system-packages $(BIN)/python
	touch $@ $(VENV)/.runtime
