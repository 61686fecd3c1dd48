# make run    start Rondo on http://localhost:8501
# make serve  answer API calls alone, without the pages (WORKERS=2, API_PORT=8600)
# make test   everything that must hold before a change lands
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PORT ?= 8501
API_PORT ?= 8600
WORKERS ?= 1
# A test that waits for ever is ended and named, and the others go on.
QUICK := -n 2 --dist loadfile --timeout 300

.PHONY: run serve test test-all check lint types contracts unit coverage browser format clean

run: $(VENV)/.installed
	$(BIN)/streamlit run app.py --server.port $(PORT)

serve: $(VENV)/.installed
	$(BIN)/python -m core.serving --port $(API_PORT) --workers $(WORKERS)

test: check unit browser

test-all: check coverage
	$(BIN)/pytest -n 2 --dist loadfile -m "slow or browser"

check: lint types contracts

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/codespell

types: $(VENV)/.installed-dev
	$(BIN)/mypy

contracts: $(VENV)/.installed-dev
	$(BIN)/lint-imports

unit: $(VENV)/.installed-dev
	$(BIN)/pytest $(QUICK) -m "not slow and not browser"

# Apart from the tests, because measuring makes them take twice as long.
coverage: $(VENV)/.installed-dev
	rm -f .coverage .coverage.*
	$(BIN)/pytest -n 2 --dist loadfile -m "not slow and not browser" --cov --cov-report=
	$(BIN)/coverage report --fail-under=90 --format=total

browser: $(VENV)/.installed-dev
	sh tests/browser/install_chromium.sh $(BIN)
	$(BIN)/pytest $(QUICK) -m "browser and not slow" tests/browser

format: $(VENV)/.installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -r requirements.txt
	touch $@

$(VENV)/.installed-dev: requirements.txt requirements-dev.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -r requirements-dev.txt
	touch $(VENV)/.installed $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .coverage*
