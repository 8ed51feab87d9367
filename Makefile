# Waybill. `make` alone lists what there is.
PYTHON ?= python3
VENV := .venv
py := $(VENV)/bin/python

.DEFAULT_GOAL := help
.PHONY: help run start stop demo test sweep proof soak bench deploy lock clean redrive replay import tariff install

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | awk -F '\t' '{printf "  make %-10s %s\n", $$1, $$2}'

run: install ## start the laptop cloud with the demo shop; Ctrl-C stops it
	@$(py) -m local up

start: install ## the same in the background
	@$(py) -m local start

stop: install ## stop what `make start` or `make run` has started
	@$(py) -m local stop

demo: install ## play orders in from every channel and watch them (the system must be up)
	@$(py) -m local.demo

test: install ## the whole gate
	@$(py) -m tools.gate

sweep: install ## crash before and after every outside call of every life an order can have (about ten minutes)
	@PYTHONPATH=layers/waybill $(py) -m pytest -n 2 -m sweep tests/flow tests/payments tests/routing

proof: install ## every race, every life under every fault, planted bugs, malformed input, a soak, power cuts; one page says what held (PROOF=--help)
	@PYTHONHASHSEED=0 PYTHONPATH=.:layers/waybill $(py) -m proof $(PROOF)

soak: install ## anything happens in a shop, from one seed, until so many orders have ended (LIVES=1000 SEED=0 STEPS=2500); a failure is told shortly
	@PYTHONHASHSEED=0 PYTHONPATH=.:layers/waybill $(py) -m proof.soak $(or $(LIVES),1000) $(or $(SEED),0) $(STEPS)

bench: install ## the measurements, beside their baselines (BENCH=names of some)
	@$(py) -m bench $(BENCH)

deploy: install ## guided deploy to AWS
	@$(py) -m local.aws_deploy

redrive: install ## send dead letters back to their queues (QUEUE=part of a name)
	@$(py) -m local redrive $(QUEUE)

replay: install ## read the kept documents again: which orders would the normalisers of this checkout make otherwise? (CHANNEL=one)
	@$(py) -m local replay $(CHANNEL)

import: install ## orders from a spreadsheet (FILE=orders.csv or .xlsx, CHANNEL=api, POLICY=reject_all, DRY=1 only checks)
	@$(py) -m local import $(FILE) --channel $(or $(CHANNEL),api) $(if $(POLICY),--policy $(POLICY)) $(if $(DRY),--dry)

tariff: install ## a carrier's price list (FILE=list.csv, CARRIER=swift, SINCE=2026-12-01)
	@$(py) -m local tariff $(FILE) $(if $(CARRIER),--carrier $(CARRIER)) $(if $(SINCE),--since $(SINCE))

lock: install ## pin requirements/*.in anew
	@$(py) -m local.lock

clean: install ## forget the laptop cloud's state: orders, mail, keys
	@$(py) -m local clean

install: $(VENV)/installed

$(VENV)/installed: requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null \
		|| { echo "  Python 3.11 to 3.13 is needed: make PYTHON=python3.11 ..., or apt-get install python3"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo "  Python's venv module is missing: apt-get install python3-venv"; exit 1; }
	@echo "  … install into $(VENV) (about a minute, once)"
	@$(PYTHON) -m venv $(VENV)
	@$(py) -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r requirements/dev.txt \
		|| { echo "  pip could not install requirements/dev.txt: see above"; rm -rf $(VENV); exit 1; }
	@touch $@
