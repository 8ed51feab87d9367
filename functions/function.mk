# How `sam build` makes a function. Each function's Makefile is a link to this one. A function is its handler module,
# compiled ahead: everything else is in the layers.
here := $(dir $(abspath $(firstword $(MAKEFILE_LIST))))
root := $(abspath $(here)../..)
python := $(firstword $(wildcard $(root)/.venv/bin/python) python3)

build-%:
	cp $(here)*.py "$(ARTIFACTS_DIR)"
	$(python) -m compileall -q --invalidation-mode unchecked-hash -s "$(ARTIFACTS_DIR)" "$(ARTIFACTS_DIR)"
