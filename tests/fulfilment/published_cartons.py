"""Real orders and boxes that another packer has published (`../shared/cases/cartonization.json`; its notice travels with it, so nothing of it is copied here)."""

from __future__ import annotations

import json
from typing import Any

from tests.support.published import CASES
from waybill.fulfilment.model.cartons import Carton, Piece

FILE = CASES / "cartonization.json"
MISSING = "the published cases are not beside this repository"
MODES = ("flat", "any")
"""Items keep their height upright; items may be turned in all six ways."""


def cartons() -> list[Carton]:
    """The boxes of its conventions."""
    boxes = _read()["conventions"]["boxes for ct-"]
    return [Carton(box["box"], tuple(box["inner"]), tuple(box["inner"]), box["empty_weight"], box["max_gross_weight"]) for box in boxes]


def orders() -> list[dict[str, Any]]:
    """The cases of single orders."""
    return [case for case in _read()["cases"] if case["id"].startswith("ct-") and "items" in case["given"]]


def containers() -> list[dict[str, Any]]:
    """The cases of one container to fill whose expected figure was worked out, and not only copied."""
    return [case for case in _read()["cases"] if case["id"].startswith("cv-") and case["checked"]]


def expected_in_all(mode: str) -> int:
    """The boxes that all orders together may need at most."""
    return next(case["expect"][f"boxes_{mode}_at_most"] for case in _read()["cases"] if case["id"] == "ct-sum-open")


def pieces(order: dict[str, Any], mode: str) -> list[Piece]:
    rows = enumerate(order["given"]["items"])
    return [Piece(str(row), (length, width, height), grams, mode == "flat") for row, (width, length, height, grams, units) in rows for _ in range(units)]


def _read() -> dict[str, Any]:
    return json.loads(FILE.read_text("utf-8"))
