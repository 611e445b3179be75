# make study     set up, run the study, regenerate tables and figures   (DATASET, BITS, METHODS, SEEDS, JOBS, ARGS)
# make test      set up, check the style, run the tests and the notebooks
# make lab       set up, open JupyterLab on the notebooks
# make notebooks execute the notebooks again, in place
# make clean     remove the environment and all runs; figures stay

PYTHON  ?= python3
VENV    ?= .venv
DATASET ?= postcards
BITS    ?= 8 16 32 64
METHODS ?= paper
SEEDS   ?= 5
JOBS    ?= 2
ARGS    ?=

BIN  := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: study test lab notebooks bench clean

study: $(READY)
	$(BIN)/python -m wshash study --dataset $(DATASET) --bits $(BITS) --methods $(METHODS) --seeds $(SEEDS) --jobs $(JOBS) $(ARGS)

test: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m pytest -n 2 --dist loadfile
	$(BIN)/python -m pytest -c tests/nbval.ini --rootdir . -n 2 --dist loadfile notebooks

lab: $(READY)
	$(BIN)/jupyter lab notebooks

notebooks: $(READY)
	$(BIN)/python -m wshash notebooks notebooks/*.ipynb

bench: $(READY)
	$(BIN)/python -m wshash bench

# The lock names what was tested; the package itself is installed so that edits to it count at once.
$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'Python 3.11 or newer is needed; set PYTHON=python3.11')"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

clean:
	rm -rf $(VENV) runs
