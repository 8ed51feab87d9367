# How `sam build` makes a layer. Each layer's Makefile is a link to this one; build.py knows what goes in.
# SAM gives ARTIFACTS_DIR; the python/ folder in it is ours to add.
here := $(dir $(abspath $(firstword $(MAKEFILE_LIST))))
root := $(abspath $(here)../..)
python := $(firstword $(wildcard $(root)/.venv/bin/python) python3)

build-%:
	$(python) $(root)/layers/build.py $(notdir $(abspath $(here))) "$(ARTIFACTS_DIR)"
