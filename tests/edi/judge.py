"""An X12 parser that is none of ours, in strict mode (npm node-x12), asked about many files at once."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from local.settings import ROOT

_SCRIPT = Path(__file__).with_name("strict.mjs")
SAMPLES = ROOT.parent / "shared" / "samples" / "edi_x12"


def strictly(files: list[str]) -> list[dict[str, Any]]:
    """[{"refused": why, or empty, "sets": [[kind, [[tag, element, …]]]]}]."""
    node = shutil.which("node")
    if node is None or not (ROOT / "node_modules" / "node-x12").exists():
        pytest.skip("node or node_modules is missing: `npm ci`, which `make test` does by itself")
    done = subprocess.run([node, str(_SCRIPT)], input=json.dumps(files), capture_output=True, text=True, timeout=120, check=True)
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def sample(name: str) -> str:
    """A published file. Skips, saying so, where the samples are not beside this repository."""
    path = SAMPLES / f"{name}.json"
    if not path.exists():
        pytest.skip("the published samples are not beside this repository")
    text: str = json.loads(path.read_text("utf-8"))["x12"]
    return text
