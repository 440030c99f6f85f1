# make course   set up, derive the exercises, build the book, grade a sample class
# make test     set up, run the tests
#
# Each step leaves a stamp when, and only when, it has finished: a second run
# repeats nothing, and an interrupted one goes on where it can.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

# nbgrader calls alembic, and notebooks call python, by name.
export PATH := $(CURDIR)/.venv/bin:$(PATH)
# The reader's shell must not decide what the course computes or draws.
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV CONDA_PREFIX MPLBACKEND
export JUPYTER_PREFER_ENV_PATH := 1
export KERAS_BACKEND := tensorflow
# TensorFlow's start-up lines go to stderr, where nbgrader takes them for errors.
# The second also makes sums reproducible from one processor to the next.
export TF_CPP_MIN_LOG_LEVEL := 2
export TF_ENABLE_ONEDNN_OPTS := 0

CLASS := _build/sample_class
files = $(shell find $(1) -type f -not -path '*/__pycache__/*' -not -path '*/.ipynb_checkpoints/*' 2>/dev/null)
PACKAGE := $(call files,rnncourse)
SOLUTIONS := $(call files,solutions)
# Folders too: their time changes when a file is deleted. The slash keeps the
# folder apart from the target `exercises`.
EXERCISES := $(shell find exercises/ -not -path '*/.ipynb_checkpoints*' 2>/dev/null)
BOOK := $(call files,book _config.yml _toc.yml package.json package-lock.json tools/wasm.txt)

.PHONY: course
course: setup exercises book grade ## Set up, derive, build, grade a sample class, say where to look
	@python -c 'import pathlib, sys; print(sys.argv[1], pathlib.Path(sys.argv[2]).resolve().as_uri())' \
		"Book:     " _build/html/index.html
	@echo "To look into the gradebook: make formgrader"

.PHONY: test
test: setup ## Set up and run the tests (ARGS="-k lstm" chooses)
	@pytest -n auto --maxprocesses 4 --dist loadfile $(ARGS)

# ------------------------------------------------------------------------ steps

# The script knows whether there is anything to do; the stamp's time changes only then.
READY := .venv/.ready
.PHONY: setup
setup: $(READY) ## Make .venv and node_modules from the lock files (GPU=1, PYTHON=…)
$(READY): FORCE
	@tools/bootstrap.sh
FORCE:

.PHONY: exercises
exercises: _build/.exercises ## Derive exercises/ from solutions/
_build/.exercises: $(READY) $(PACKAGE) $(SOLUTIONS) $(EXERCISES)
	@mkdir -p _build
	rnncourse build
	@touch $@

# A book that was left unfinished starts again from clean pages: Sphinx would keep
# a half-written one, and would not repeat the warnings that failed it. Executed
# cells stay cached. The stamp is as old as the start, so edits meanwhile count.
.PHONY: book
book: _build/.book ## Build the book into _build/html (V=1 shows the log)
_build/.book: $(READY) _build/.exercises $(PACKAGE) $(BOOK)
	@if [ -e $@.unfinished ]; then rm -rf _build/html _build/.doctrees; fi
	@touch $@.unfinished
	@echo "Building the book; log in _build/book.log"
	@NO_COLOR=1 PYTHONUNBUFFERED=1 jupyter-book build . -W -n --keep-going 2>&1 \
		| tee _build/book.log \
		| $(if $(V),cat,sed -n 's,.*\(book/[^ ]*\): Executed notebook in \([^ ]*\) .*,  \1 ran in \2 s,p') \
		|| { $(if $(V),,cat _build/book.log;) \
			echo "error: the book is not built: see its log, _build/book.log" >&2; exit 1; }
	@mv $@.unfinished $@
ifeq ($(wildcard _build/html/index.html),)
.PHONY: _build/.book
endif

# It needs nothing but a server of static files: it asks no other origin for anything,
# and works at the root of a host or below any path.
.PHONY: site
site: book ## Build the site to publish, _build/html, and print its size
	@size() { du -sk $$1 | awk '{ printf "%.0f MB", $$1 / 1024 }'; }; \
		echo "_build/html: $$(size _build/html), $$(size _build/html/_static/live) of it Python for live cells"

$(CLASS)/.made: _build/.exercises
	rnncourse sample-class $(CLASS)
	@touch $@

.PHONY: grade
grade: $(CLASS)/.made ## Grade the sample class
	rnncourse grade --course-dir $(CLASS)

.PHONY: formgrader
formgrader: $(CLASS)/.made ## Open the sample class in nbgrader's formgrader
	cd $(CLASS) && jupyter lab $(if $(filter 0,$(shell id -u)),--allow-root) --LabApp.default_url=/formgrader

# Its class is new each time: the time that it prints is that of the whole way.
DESK := _build/desk
STUDENTS := 200
.PHONY: desk
desk: exercises ## A class from submissions to report, with its time (STUDENTS=200)
	@rm -rf $(DESK); rnncourse sample-class $(DESK) --students $(STUDENTS); \
	began=$$SECONDS; \
	rnncourse grade --course-dir $(DESK) > $(DESK)/marks.txt; \
	rnncourse export --course-dir $(DESK) --format canvas -o $(DESK)/canvas.csv || [ $$? -eq 3 ]; \
	rnncourse report --course-dir $(DESK); \
	echo "From $(STUDENTS) students' submissions to the report in $$((SECONDS - began)) s."

.PHONY: bench
bench: setup ## Compare with the source programs' work (ARGS="echo --runs 1" chooses)
	@python -m benchmarks $(ARGS)

.PHONY: bench-grading
bench-grading: setup ## Compare grading with nbgrader and otter-grader (ARGS="tiny --rounds 1")
	@python -m benchmarks.grading $(ARGS)
	@python -m benchmarks.grading.simulate

# ------------------------------------------------------------------ maintenance

.PHONY: lint
lint: setup ## Check style, types and spelling
	@status=0; \
	for check in "ruff check ." "ruff format --check ." mypy codespell; do \
		echo "$$check"; $$check || status=1; \
	done; exit $$status

.PHONY: format
format: setup ## Mend what ruff can mend
	ruff check --fix .
	ruff format .

# Versions stay as they are unless they must change, or UPGRADE=1.
COMPILE = tools/bootstrap.sh uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-emit-find-links $(if $(UPGRADE),--upgrade)
COURSE := pyproject.toml --extra plots --extra data --extra grade --extra classroom --extra book --group dev
.PHONY: lock
lock: export UV_CUSTOM_COMPILE_COMMAND := make lock
lock: ## Write the lock files from pyproject.toml (UPGRADE=1 takes the newest)
	$(COMPILE) $(COURSE) --extra tf -o requirements.lock
	$(COMPILE) $(COURSE) --extra gpu -c requirements.lock -o requirements-gpu.lock
	$(COMPILE) --group bootstrap -o tools/uv.txt
	$(COMPILE) --group wasm --no-deps -o tools/wasm.txt

.PHONY: clean
clean: ## Remove what was built
	rm -rf _build dist build .pytest_cache .mypy_cache .ruff_cache
	find . -name __pycache__ -type d -not -path './.venv/*' -not -path './node_modules/*' -prune -exec rm -rf {} +

.PHONY: distclean
distclean: clean ## Remove what was installed, too
	rm -rf .venv .tools node_modules

.PHONY: help
help: ## Show this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
