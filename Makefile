# make score   build the wheel into .venv and score the bundled CDNOW log (or ORDERS=my.csv)
# make test    every gate; CI calls nothing else
# make build   the package, the command line and the C library (DEBUG=1: the library with symbols,
#              in target/release-debug)
# make site    the documentation as a site, in docs/_build/html
# make bench   compare with the peers, into docs/benchmarks.md

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ORDERS ?= loyalty-py/python/loyalty/data/cdnow.csv
SOURCES := $(shell find loyalty-core/src loyalty-py/src loyalty-py/python -type f -not -name '*.so' -not -path '*/__pycache__/*' 2>/dev/null)

.PHONY: score build library test site bench clean

score: $(VENV)/.package
	@$(BIN)/loyalty score $(ORDERS) $(ARGS)

build: $(VENV)/.package library

library:
	cargo build --profile $(if $(DEBUG),release-debug,release) --locked -p loyalty-ffi

$(VENV)/bin/maturin:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check "maturin>=1.16,<2"

# The wheel, installed with what the command line needs.
$(VENV)/.package: $(VENV)/bin/maturin loyalty-py/pyproject.toml Cargo.toml Cargo.lock $(SOURCES)
	rm -rf target/wheels
	$(PYTHON) scripts/linked_crates.py --wheel loyalty-py/licences
	cd loyalty-py && ../$(BIN)/maturin build --release --locked --quiet --out ../target/wheels
	$(BIN)/pip install --quiet --disable-pip-version-check --force-reinstall --no-deps target/wheels/loyalty-*.whl
	$(BIN)/pip install --quiet --disable-pip-version-check "loyalty[cli] @ file://$(CURDIR)/$$(ls target/wheels/loyalty-*.whl)"
	touch $@

test:
	./scripts/check

site: $(VENV)/.package
	./scripts/check-site

bench: $(VENV)/.package
	./scripts/bench

clean:
	rm -rf $(VENV) target
