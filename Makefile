# One word per task. `make run` is all a new user needs: Python 3.11-3.13, and a package index the first time.
# Written for GNU make 3.81 (macOS) and later; recipes are plain sh.

.DEFAULT_GOAL := help
.PHONY: help run chat test test-fast check soak bench clean

PY := .venv/bin/python
# What people run; what developers add. TensorFlow (train) is used by the training process only.
RUNTIME := base train
EVERYTHING := base train llm dev

help:
	@echo 'make run        install on first use, then run SmartInvest on http://127.0.0.1:8000 (HOST and PORT change that)'
	@echo 'make chat       the same advisor in this terminal'
	@echo 'make test       every test          make test-fast   those that take no time'
	@echo 'make check      style, types, import contracts, files'
	@echo 'make soak       crash, load and fault runs at full count'
	@echo 'make bench      measure against peers; figures in var/bench'
	@echo 'make clean      remove what was built; .venv and var stay'

run:
	@scripts/install.sh $(RUNTIME)
	@exec .venv/bin/smartinvest run

chat:
	@scripts/install.sh $(RUNTIME)
	@exec .venv/bin/smartinvest chat

# Two workers for two cores; tests that share something costly name a group and stay on one worker.
test:
	@scripts/install.sh $(EVERYTHING)
	@$(PY) -m pytest -n 2 --dist loadgroup $(ARGS)

test-fast:
	@scripts/install.sh $(EVERYTHING)
	@$(PY) -m pytest -n 2 --dist loadgroup -m 'not slow and not browser and not postgres' $(ARGS)

check:
	@scripts/install.sh $(EVERYTHING)
	@scripts/check.sh

# The must-hold tests at their full count and not as a sample; about two hours. It ends with a table of promises kept.
# SOAK_KILLS is of processes under load, on each database, SOAK_RESTARTS of the whole product. SOAK_EVENTS are played by eight
# workers at once and compared with a replay. SOAK_PAUSES and SOAK_OUTAGES: workers stand still, servers go away.
SOAK_KILLS ?= 1000
SOAK_RESTARTS ?= 200
SOAK_EVENTS ?= 100000
SOAK_PAUSES ?= 10
SOAK_OUTAGES ?= 10
# Random problems solved beside other libraries, and ill-natured inputs to the estimates and strategies.
SOAK_PROBLEMS ?= 500
SOAK_ADVERSARIAL ?= 10000
soak:
	@scripts/install.sh $(EVERYTHING)
	@SOAK_KILLS=$(SOAK_KILLS) SOAK_RESTARTS=$(SOAK_RESTARTS) SOAK_EVENTS=$(SOAK_EVENTS) \
		SOAK_PAUSES=$(SOAK_PAUSES) SOAK_OUTAGES=$(SOAK_OUTAGES) SOAK_PROBLEMS=$(SOAK_PROBLEMS) \
		SOAK_ADVERSARIAL=$(SOAK_ADVERSARIAL) $(PY) -m pytest -m slow -v $(ARGS)

bench:
	@scripts/install.sh $(EVERYTHING)
	@mkdir -p var/bench
	@for name in $(basename $(notdir $(wildcard benchmarks/bench_*.py))); do echo "== $$name"; $(PY) -m benchmarks.$$name || exit 1; done

clean:
	@rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage
	@find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +
