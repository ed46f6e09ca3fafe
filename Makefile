# `make` lists what there is. Everything runs in .venv, which each target makes or mends first.
PORT ?= 8000
MARKET_DATA ?= .market
export MARKET_DATA

PY := .venv/bin/python
READY := .venv/.ready

.PHONY: help demo test check soak bench fmt lock clean
.DEFAULT_GOAL := help

help: ## what you can do here
	@grep -hE '^[a-z]+:.*##' Makefile | sed -E 's/^([a-z]+):.*## */  make \1\t/' | expand -t 16

$(READY): requirements-dev.lock pyproject.toml package-lock.json tools/assets.py tools/bootstrap
	@tools/bootstrap

demo: $(READY) ## serve the demo world: PORT=8000, state in MARKET_DATA=.market
	@exec $(PY) -m market demo --port $(PORT)

test: $(READY) ## every test, on SQLite, PostgreSQL and in Chromium: ARGS=tests/test_paths.py for some
	@tests/run $(ARGS)

check: $(READY) ## style, types and the laws about imports
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports --no-logo

soak: $(READY) ## the long tests: many examples, every width and scheme
	@HYPOTHESIS_PROFILE=soak tests/run -m soak $(ARGS)

bench: $(READY) ## measure: each tests/benchmarks/bench_*.py prints its figures
	@tools/bench

fmt: $(READY) ## put the code in the project's style
	@.venv/bin/ruff check --fix --quiet . || true
	@.venv/bin/ruff format .

lock: $(READY) ## choose versions anew and write the locks, without any download address
	@tools/lock

clean: ## remove what the other targets made, the demo's state too
	rm -rf .venv node_modules tests/interop/node_modules static/vendor dist build .coverage* .mypy_cache .ruff_cache .hypothesis .import_linter_cache test-results
	rm -rf .market
