"""Templates that the build has compiled draw what their sources say."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.desk.shop import NOW, SHIPPING, Shop
from tests.support.template import ROOT
from waybill.desk import widget
from waybill.desk.service import Desk

_DRAWN = f"""
from tests.desk.shop import NOW, Shop
from waybill.desk import pages, widget
from waybill.desk.service import Desk

shop = Shop()
assert (pages.TEMPLATES / "compiled").is_dir() and pages.__file__.startswith({{folder!r}})
print(widget.answer({{{{"order": "{SHIPPING}"}}}}, "arn", Desk(shop, shop, shop, shop.phone, widget.CONSOLE), lambda: NOW))
"""


def test_a_page_of_the_built_layer_is_the_page_of_the_sources(tmp_path: Path) -> None:
    environment = {**os.environ, "WAYBILL_LAYER_TARGET": "laptop"}
    subprocess.run([sys.executable, str(ROOT / "layers" / "build.py"), "waybill", str(tmp_path)], env=environment, check=True)
    folder = str(tmp_path / "python")
    paths = {"PYTHONPATH": os.pathsep.join([folder, str(ROOT)])}
    built = subprocess.run([sys.executable, "-c", _DRAWN.format(folder=folder)], env={**os.environ, **paths}, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    shop = Shop()
    assert built.stdout == widget.answer({"order": SHIPPING}, "arn", Desk(shop, shop, shop, shop.phone, widget.CONSOLE), lambda: NOW) + "\n"


@pytest.mark.parametrize("library", ["jinja2", "markupsafe"])
def test_what_compiles_the_templates_is_what_draws_them(library: str) -> None:
    pins = {name: re.search(rf"^{library}==(\S+)", (ROOT / "requirements" / f"{name}.txt").read_text("utf-8"), re.M) for name in ("dev", "dependencies")}
    assert pins["dev"] and pins["dependencies"] and pins["dev"][1] == pins["dependencies"][1]
