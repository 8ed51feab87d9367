"""What was printed, seen by others: PDF drawn by PDFium, ZPL by zebrash (a renderer of its own, in WebAssembly), barcodes read by ZXing."""

from __future__ import annotations

import base64
import io
import shutil
import subprocess

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from tests.support.template import ROOT

DOTS_A_MM = {203: 8, 300: 12}
Read = list[tuple[str, str]]
"""(symbology identifier of ISO/IEC 15424, content) of each barcode, from the top."""


def pages(pdf: bytes, dpi: int = 203) -> list[Image.Image]:
    return [page.render(scale=dpi / 72).to_pil().convert("L") for page in pypdfium2.PdfDocument(pdf)]


def labels(zpl: bytes, dpi: int = 203) -> list[Image.Image]:
    """Each label of a stream. Skips where node or the renderer is missing."""
    node = shutil.which("node")
    if node is None or not (ROOT / "node_modules" / "zpl-renderer-js").exists():
        pytest.skip("node or node_modules is missing: `npm ci`, which `make test` does by itself")
    done = subprocess.run([node, str(ROOT / "tests" / "support" / "zpl.mjs"), str(DOTS_A_MM[dpi])], input=zpl, capture_output=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    return [Image.open(io.BytesIO(base64.b64decode(line))).convert("L") for line in done.stdout.split()]


def scanned(image: Image.Image) -> Read:
    found = sorted(zxingcpp.read_barcodes(image), key=lambda each: each.position.top_left.y)
    return [(each.symbology_identifier, each.bytes.decode()) for each in found]
