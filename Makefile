# make study     set up, run the study: tables and figures in runs/figures, and whether they are the published ones
#                (DATASET, BITS, METHODS, SEEDS, JOBS, ARGS; ARGS=--publish writes into figures/)
# make quick     set up, and a look in two minutes: one seed, 16 bits, 1,000 postcards
# make verify    say again whether what was made here is what is published   (DATASET, ARGS)
# make test      set up, check the style, run the tests and the notebooks
# make lab       set up, open JupyterLab on the notebooks
# make notebooks execute the notebooks again, in place
# make book      set up, build the site into build/book without running a notebook, check it   (WEB=--web: for a server)
# make exercises the notebooks of exercises into build/exercises, with solutions into build/solutions
# make clean     remove the environment and all runs, with the figures in them; what is published stays
#
# uv installs the same versions many times as fast, and is used where it is there. TORCH=cpu takes wheels of torch
# without what a GPU needs, gigabytes less, from PyTorch's own index.

PYTHON  ?= python3
VENV    ?= .venv
DATASET ?= postcards
BITS    ?= 8 16 32 64
METHODS ?= paper
SEEDS   ?= 5
JOBS    ?= 2
ARGS    ?=
TORCH   ?=
WEB     ?=

BIN  := $(VENV)/bin
READY := $(VENV)/.ready
UV    := $(shell command -v uv)
PIP   := $(if $(UV),$(UV) pip install --quiet --python $(BIN)/python,$(BIN)/python -m pip install --quiet --disable-pip-version-check)
CPU   := $(if $(UV),--torch-backend cpu,--extra-index-url https://download.pytorch.org/whl/cpu)
LOCK  := $(if $(filter cpu,$(TORCH)),$(CPU) -r $(VENV)/cpu.lock,-r requirements.lock)

.PHONY: study quick verify test lab notebooks book exercises bench clean

study: $(READY)
	$(BIN)/python -m wshash study --dataset $(DATASET) --bits $(BITS) --methods $(METHODS) --seeds $(SEEDS) --jobs $(JOBS) $(ARGS)

quick: $(READY)
	$(BIN)/python -m wshash study --option n=1000 --bits 16 --seeds 1

verify: $(READY)
	$(BIN)/python -m wshash verify --dataset $(DATASET) $(ARGS)

test: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m pytest -n 2 --dist loadfile
	$(BIN)/python -m pytest -c tests/nbval.ini --rootdir . -n 2 --dist loadfile notebooks

lab: $(READY)
	$(BIN)/jupyter lab notebooks

notebooks: $(READY)
	$(BIN)/python -m wshash notebooks notebooks/*.ipynb

book: $(VENV)/.book
	$(BIN)/python book/build.py build/book $(WEB)
	$(BIN)/python -m pytest -q book/test_site.py

$(VENV)/.book: $(READY) book/requirements.lock
	$(PIP) -r book/requirements.lock
	touch $@

exercises: $(READY)
	$(BIN)/python book/exercises.py build/exercises
	$(BIN)/python book/exercises.py build/solutions --solutions

bench: $(READY)
	$(BIN)/python -m wshash bench

# The lock names what was tested; the package itself is installed so that edits to it count at once.
$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'Python 3.11 or newer is needed; set PYTHON=python3.11')"
	$(PYTHON) -m venv $(VENV)
	grep -vE '^(cuda|nvidia|triton)' requirements.lock > $(VENV)/cpu.lock
	$(PIP) $(LOCK)
	$(PIP) --no-deps --no-build-isolation --editable .
	touch $@

clean:
	rm -rf $(VENV) runs
