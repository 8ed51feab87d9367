"""Layers as `sam build` fills them."""

from __future__ import annotations

import importlib.util
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from layers import build
from local.settings import ROOT

_UNCHECKED_HASH = 0b01


def test_our_layer_holds_our_package_with_bytecode_that_is_trusted(tmp_path: Path) -> None:
    environment = {"WAYBILL_LAYER_TARGET": "laptop", "PATH": "/usr/bin:/bin"}
    subprocess.run([sys.executable, str(ROOT / "layers" / "build.py"), "waybill", str(tmp_path)], check=True, env=environment)
    source = tmp_path / "python" / "waybill" / "kernel" / "errors.py"
    compiled = Path(importlib.util.cache_from_source(str(source)))
    flags = struct.unpack("<I", compiled.read_bytes()[4:8])[0]
    assert source.exists() and flags == _UNCHECKED_HASH


@pytest.mark.parametrize("layer", ["dependencies", "addresses", "labels", "direct_carriers"])
def test_every_pin_has_a_hash_and_no_registry_is_named(layer: str) -> None:
    text = (ROOT / "requirements" / f"{layer}.txt").read_text()
    pins = [line for line in text.splitlines() if line and line[0] not in " #"]
    assert pins and all("==" in pin and pin.endswith("\\") for pin in pins)
    assert "http" not in text and "index" not in text and "find-links" not in text


def test_what_nobody_reads_is_left_out(tmp_path: Path) -> None:
    for name in ("pkg/code.py", "pkg/tests/test_it.py", "pkg/types.pyi", "bin/tool", "babel/locale-data/en_US.dat", "babel/locale-data/zu.dat"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    build.slim(tmp_path)
    left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {"pkg/code.py", "babel/locale-data/en_US.dat"}
