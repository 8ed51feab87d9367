"""Items and cartons from what somebody sent: read field by field, with what is wrong where. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from waybill.kernel import gs1
from waybill.kernel.errors import InvalidInput
from waybill.shop.model import Box, Hazard, Item
from waybill.shop.reading import Read, flag, like, read, text, whole

HEAVIEST_G, LONGEST_MM = 1_000_000, 20_000
_DEAREST = 10**12


def item(sku: str, raw: Mapping[str, Any]) -> Item:
    """An item under its SKU. What is left out is unknown (a weight, a length, an origin) or not so. Raises InvalidInput that names each field that is wrong."""
    return Item(**{"sku": sku, **read(raw, _ITEM, required=("title", "price"), known={"weight_g": 0, "length_mm": 0, "width_mm": 0, "height_mm": 0, "unit_cost": 0})})


def box(id: str, raw: Mapping[str, Any]) -> Box:
    """A carton under its id. Raises InvalidInput that names each field that is wrong, also where it would be smaller outside than inside."""
    made = Box(**{"id": id, **read(raw, _BOX, required=("name", "inner_mm", "outer_mm", "weight_g", "most_g"))})
    wrong = {}
    if any(out < into for out, into in zip(made.outer_mm, made.inner_mm, strict=True)):
        wrong["outer_mm"] = "is at least inner_mm, length by length"
    if made.most_g <= made.weight_g:
        wrong["most_g"] = "is more than the carton weighs by itself: it is the weight of the closed carton"
    if wrong:
        raise InvalidInput(f"the carton {id[:64]!r} cannot be", fields=wrong)
    return made


def _hs_code(value: Any) -> str:
    digits = value.replace(".", "") if isinstance(value, str) else ""
    if value != "" and not re.fullmatch(r"[0-9]{6,10}", digits):
        raise ValueError("is a code of the Harmonized System: 6 to 10 digits, with dots or without, or empty while it is not known")
    return digits


def _gtin(value: Any) -> str:
    if value != "" and not (isinstance(value, str) and gs1.valid(value)):
        raise ValueError("is an EAN, UPC or GTIN with its check digit (8, 12, 13 or 14 digits), or empty while it is not known")
    return value


def _lengths(value: Any) -> tuple[int, ...]:
    length_of = whole(1, LONGEST_MM)
    if not isinstance(value, (list, tuple)) or len(value) != 3:
        raise ValueError("is [length, width, height] in millimetres")
    try:
        return tuple(length_of(length) for length in value)
    except ValueError:
        raise ValueError(f"is [length, width, height], each from 1 to {LONGEST_MM} mm") from None


def _nodes(value: Any) -> tuple[str, ...]:
    if not isinstance(value, (list, tuple)) or not all(isinstance(node, str) and node for node in value):
        raise ValueError("is a list of nodes' ids; empty: every node has it")
    return tuple(dict.fromkeys(value))


def _hazard(value: Any) -> Hazard | None:
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise ValueError("is an object with un, hazard_class and name, or null where nothing is dangerous")
    return Hazard(**read(value, _HAZARD, required=("un", "hazard_class", "name")))


_HAZARD: dict[str, Read] = {
    "un": like(r"(UN|ID)[0-9]{4}", "is a UN number, as UN3481"),
    "hazard_class": like(r"[1-9](\.[1-6][A-S]?)?", "is a class or division, as 9 or 2.1"),
    "name": text(120),
    "packing_group": like("|I{1,3}", "is I, II, III or empty"),
    "watt_hours": whole(0, 100_000),
    "limited_quantity": flag,
}
_LENGTH, _MONEY = whole(0, LONGEST_MM), whole(0, _DEAREST)
_ITEM: dict[str, Read] = {
    "title": text(300),
    "weight_g": whole(0, HEAVIEST_G),
    "length_mm": _LENGTH,
    "width_mm": _LENGTH,
    "height_mm": _LENGTH,
    "unit_cost": _MONEY,
    "price": _MONEY,
    "currency": like("[A-Z]{3}", "is a currency, as USD"),
    "ships": flag,
    "keep_upright": flag,
    "fragile": flag,
    "ships_alone": flag,
    "hazard": _hazard,
    "origin": like("|[A-Z]{2}", "is a country of two letters, as US, or empty while it is not known"),
    "hs_code": _hs_code,
    "gtin": _gtin,
}
_BOX: dict[str, Read] = {
    "name": text(120),
    "inner_mm": _lengths,
    "outer_mm": _lengths,
    "weight_g": whole(0, HEAVIEST_G),
    "most_g": whole(1, HEAVIEST_G),
    "cost": _MONEY,
    "active": flag,
    "nodes": _nodes,
}
