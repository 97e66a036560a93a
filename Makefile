# Wharfinger's tasks. `make` alone lists them: each target says in its `##` comment what it does.

SHELL := /bin/bash
.DEFAULT_GOAL := help

BIN := .venv/bin
SOURCES := core tui tests scripts benchmarks

.PHONY: help setup run test check demo keys messages snapshots screenshots bench bench-console man doctor clean

help: ## list the targets
	@echo "Wharfinger: make TARGET"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install the host packages that are missing and make .venv
	@scripts/setup.sh

run: setup ## set up, make demo containers where there are none, open the screen
	@$(BIN)/wharf demo
	@$(BIN)/wharf

# Two files of tests at a time; what failed beside another one has to pass alone.
test: setup check ## set up, check, run all tests (installs podman, containerd, a registry, an ssh server, tmux)
	@scripts/setup.sh tests
	@$(BIN)/python -m pytest -n 2 --dist loadfile $(PYTEST_ARGS) || { code=$$?; [ $$code -eq 1 ] || exit $$code; \
		echo "those that failed, once more and alone:"; \
		$(BIN)/python -m pytest --last-failed --last-failed-no-failures none; }

check: setup ## lint, formatting, types, import contracts
	@$(BIN)/ruff check $(SOURCES)
	@$(BIN)/ruff format --check $(SOURCES)
	@$(BIN)/mypy
	@$(BIN)/lint-imports

demo: setup ## make the demo image and the demo containers
	@$(BIN)/wharf demo

keys: setup ## write docs/keys.md anew from the key map
	@PYTHONPATH=. $(BIN)/python scripts/key_page.py docs/keys.md

messages: setup ## bring the translations in tui/languages up to date with the messages of the code
	@$(BIN)/python scripts/messages.py update

snapshots: setup ## draw the screens of tests/tui/snapshots anew; look at the difference before it is kept
	@$(BIN)/python -m pytest -q tests/tui/test_snapshots.py --renew-snapshots

screenshots: setup ## make screenshots/ anew from the running program (installs chromium and fonts)
	@scripts/setup.sh tests
	@scripts/setup.sh screenshots
	@$(BIN)/python scripts/screenshots.py screenshots

bench: setup ## measure verbs, list and screen against podman, into docs/benchmarks.md
	@scripts/setup.sh tests
	@$(BIN)/python -m benchmarks.engine
	@$(BIN)/python -m benchmarks.screen
	@$(BIN)/python -m benchmarks.curve

bench-console: setup ## measure the console against podman attach and tmux, into docs/benchmarks.md
	@scripts/setup.sh tests
	@$(BIN)/python -m benchmarks.console

man: setup ## write the manual page, build/wharf.1, and show it
	@mkdir -p build
	@$(BIN)/python -m core.cli.manual >build/wharf.1
	@man -l build/wharf.1

doctor: setup ## say what is missing on this host, and the command that mends it
	@$(BIN)/wharf doctor

clean: ## remove .venv, caches and build results (containers and images stay)
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist *.egg-info
	find $(SOURCES) -name __pycache__ -type d -prune -exec rm -rf {} +
